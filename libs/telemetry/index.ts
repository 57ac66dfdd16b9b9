export { createLog, silentLog, type Facts, type Level, type Log } from './log.ts';
export { failpoint } from './failpoint.ts';
export { sleep } from './sleep.ts';
