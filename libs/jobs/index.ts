export {
  type ConvertSettings,
  DEFAULT_CONVERT,
  parseJobFile,
  readJobFile,
  type JobFile,
  type KafkaSettings,
  type ModelSettings,
  type TableRule,
  type TopicSettings,
} from './job-file.ts';
export { JOB_SCHEMA } from './job-schema.ts';
export { nearest } from './nearest.ts';
export { NOT_BUILT, type NotBuilt } from './not-built.ts';
export { isSelected, rulesOf } from './selection.ts';
export { type JobState, type TableState } from './states.ts';
