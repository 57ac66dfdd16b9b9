export { ensureArtifacts, findJava, resolvePom, type Artifacts } from './artifacts.ts';
export { productRoot, sluiceHome, defaultStackDir } from './layout.ts';
export { guard, sweepAtExit, unguard } from './guardian.ts';
export { withLock } from './lock.ts';
export { freePort } from './ports.ts';
export { startProcess, RunningProcess, type Log, type ProcessOptions } from './process.ts';
export { down, startStack, status, up, type AddedService, type StackStatus, type UpOptions } from './up.ts';
export { hasPostgres } from './postgres-place.ts';
export {
  POSTGRES_VERSION,
  POSTGRES_VERSIONS,
  SERVICE_NAMES,
  logFileOf,
  type KafkaEndpoint,
  type Ports,
  type PostgresEndpoint,
  type PostgresVersion,
  type RegistryEndpoint,
  type ServiceName,
  type Stack,
  type StackOptions,
} from './settings.ts';
