export { CaptureManager, type CaptureManagerOptions, type CdcDatabase } from './capture-manager.ts';
export { onIndexChanged, onTableAltered, onTableDropped, type TableAltered } from './ddl-hooks.ts';
