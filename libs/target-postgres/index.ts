export * from './control-schema/index.ts';
export { isConnectionLost, isPassing, isRowFault, openPool, sqlState, targetFault, type TargetSettings } from './client.ts';
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
