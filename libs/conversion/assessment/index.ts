export { assessDatabase, type AssessmentInput } from './assess.ts';
export { complexityOf, type Effort, effortOf, hoursText } from './effort.ts';
export {
  type CaptureEstimate,
  type LoadEstimate,
  MEASURED_CHANGES_PER_SECOND,
  MEASURED_RATES,
  type Rates,
} from './estimate.ts';
export type { FeatureCount } from './features.ts';
export type {
  AssessedObject,
  Assessment,
  Complexity,
  IssueCount,
  KindCount,
  ObjectGroup,
  Outcome,
  TableSize,
} from './model.ts';
export { assessmentCsv } from './report/csv.ts';
export { assessmentPage } from './report/page.ts';
export type { AssessmentReport } from './report/report.ts';
export { bytesText, durationText } from './report/words.ts';
export { NO_SERVER } from './model.ts';
