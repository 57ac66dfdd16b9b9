export { type CheckedPostgres, hasCheckedPostgres, startCheckedPostgres } from './checked-postgres.ts';
export { freshDatabase, freshName, type FreshDatabase } from './fresh.ts';
export { SourceDatabase, testSandbox } from './sandbox.ts';
export { SourceJob, type TopicRecord } from './source-job.ts';
export { describeSource, type SourceUnderTest } from './source-suite.ts';
export { blindToItsLease, over } from './stand-in.ts';
export { testKafka, testPostgres, testPostgresOf, testRegistry } from './servers.ts';
export { until, type UntilOptions } from './until.ts';
