export {
  ControlStore,
  type Counts,
  type JobRow,
  type JobTable,
  partitionsOf,
  type NewIssue,
  type NewTable,
  type Stage,
  type TargetColumn,
} from './control-store.ts';
export { type Chunk } from './chunks.ts';
export { type Lease } from './leases.ts';
export { type OpenRequest, type RequestKind } from './requests.ts';
export { ControlPool } from './control-pool.ts';
export {
  type Edit,
  mergeObjects,
  type MergedRow,
  type NewObject,
  OBJECT_STATES,
  type ObjectEvent,
  type ObjectState,
  type ObjectStatement,
  type Verdict,
  Workspace,
  type WorkspaceEntry,
  type WorkspaceFilter,
  type WorkspaceRow,
} from './workspace.ts';
