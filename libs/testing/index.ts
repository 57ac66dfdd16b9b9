export { freshDatabase, freshName, type FreshDatabase } from './fresh.ts';
export { testKafka, testPostgres, testRegistry } from './servers.ts';
export { until, type UntilOptions } from './until.ts';
