export * from './control-schema/index.ts';
export {
  isConnectionLost,
  isPassing,
  isRowFault,
  openPool,
  sqlState,
  targetFault,
  type TargetSettings,
} from './client.ts';
export { Applier, type Applied, type ApplierOptions } from './applier.ts';
export {
  forgetTarget,
  installSinkSchema,
  readOffset,
  readOffsets,
  registerSinkTable,
  type AppliedCounts,
  type SinkPartition,
  type SinkTable,
} from './offsets.ts';
export { countParked } from './parked.ts';
export { PlanCache, RecordBatch, RecordFeed, type BatchOptions, type GatherStop } from './record-batch.ts';
export { describeTarget, foldIndexStatement, type FilledColumn, type TargetTable } from './target-table.ts';
export { passBarrier, standAtBarrier, type Barrier } from './barrier.ts';
export { ApplySession, SessionPool } from './session.ts';
export { SinkLeases, sinkApplicationName, type LeasedPartition } from './sink-leases.ts';
