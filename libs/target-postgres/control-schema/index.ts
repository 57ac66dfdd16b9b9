export {
  ControlStore,
  type Counts,
  type JobRow,
  type JobTable,
  partitionsOf,
  type NewIssue,
  type NewStep,
  type NewTable,
  type PlannedStep,
  type Stage,
  type TargetColumn,
} from './control-store.ts';
export { type Chunk } from './chunks.ts';
export { type Lease } from './leases.ts';
export { type OpenRequest, type RequestKind } from './requests.ts';
export { ControlPool } from './control-pool.ts';
