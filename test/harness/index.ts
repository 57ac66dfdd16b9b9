export { AppProcess, type AppName } from './app-process.ts';
export { startCli, type CliResult, type CliRun } from './cli.ts';
export * from './faults.ts';
export { fillEmptyTables, type GeneratedRows } from './generated-rows.ts';
export type { OracleReport } from './oracle.ts';
export { openSandbox, SANDBOX_PASSWORD, SandboxProcess } from './sandbox.ts';
export { openServers, type TestServers } from './servers.ts';
export { openPlace, TestJob, type TestJobOptions, type TestPlace } from './test-job.ts';
