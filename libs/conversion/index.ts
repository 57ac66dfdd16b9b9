export * from './assessment/index.ts';
export * from './query/index.ts';
export * from './schema/index.ts';
