export * from './advice/index.ts';
export * from './assessment/index.ts';
export * from './proof/index.ts';
export * from './query/index.ts';
export { type ConvertedRoutine, makeItsTables, planRoutine, type Unplanned } from './routines/index.ts';
export * from './schema/index.ts';
export * from './scripts/index.ts';
export * from './tree/index.ts';
export * from './workspace/index.ts';
