export { connect, type SampleServer } from './connection.ts';
export { createDatabase, installGarage, installOrders, runScript, scriptsOf, type InstallOptions } from './install.ts';
export { Random } from './random.ts';
export { Workload, type WorkloadCounts, type WorkloadOptions } from './workload.ts';
