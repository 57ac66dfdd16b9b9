export { convertDatabase } from './convert-database.ts';
export { eventTableOf, foldOf, keyOf } from './event-table.ts';
export { type Issue, issue, ISSUE_CODES, type IssueCode, type Severity } from './issue.ts';
export { Naming, type NamingPolicy } from './naming.ts';
export type {
  Callable,
  Conversion,
  ConvertedColumn,
  ConvertedTable,
  CounterTarget,
  Phase,
  Step,
} from './target-model.ts';
