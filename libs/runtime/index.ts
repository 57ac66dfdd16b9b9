export { bootApp, RUNNER, type BootOptions, type Runner } from './boot.ts';
export { openJobContext, openTargetPool, publisherFactory, SLUICE_VERSION, type JobContext } from './job-context.ts';
export { jobTopicSpecs, journalTopicSpec, tableTopicSpec, topicSpec } from './topic-specs.ts';
