export * from './control-schema/index.ts';
export { isConnectionLost, isPassing, isRowFault, openPool, sqlState, targetFault, type TargetSettings } from './client.ts';
