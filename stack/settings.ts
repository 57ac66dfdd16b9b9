import { join } from 'node:path';
import type { Log } from './process.ts';

/** The servers of the stack. */
export type ServiceName = 'kafka' | 'registry' | 'postgres';

/** In the order of their start; they end in the reverse order. */
export const SERVICE_NAMES: readonly ServiceName[] = ['postgres', 'kafka', 'registry'];

/** Major versions of PostgreSQL that package.json brings: the last one for everybody, the others for tests. */
export const POSTGRES_VERSIONS = [15, 16, 17, 18] as const;

/** A major version of PostgreSQL that can be started. */
export type PostgresVersion = (typeof POSTGRES_VERSIONS)[number];

/** The version of a stack that does not ask for another. */
export const POSTGRES_VERSION: PostgresVersion = 18;

export interface StackOptions {
  /** Holds the data, the logs and the state file. Made where it is missing. */
  readonly dir: string;
  /** Default: all three. The registry needs Kafka. */
  readonly services?: readonly ServiceName[];
  /** Fixed ports of 127.0.0.1. Default: those of the last run in `dir` where they are free, else free ones. */
  readonly ports?: Partial<Ports>;
  readonly log: Log;
  /** The servers live on when this process ends; end them with `down`. Default false. */
  readonly detached?: boolean;
  /** `dir` is removed at the end, however this process ends, and servers are ended at once. Default false. */
  readonly ephemeral?: boolean;
  /** PostgreSQL survives a power cut. Default true; false is for tests and for data that can be made again. */
  readonly durable?: boolean;
  /** Heaps of the JVM servers as `-Xmx` takes them. Defaults 512m and 256m. */
  readonly kafkaHeap?: string;
  readonly registryHeap?: string;
  /** The major version of PostgreSQL, of those that package.json names. Default {@link POSTGRES_VERSION}; others are for tests. */
  readonly postgresVersion?: PostgresVersion;
  /** PostgreSQL settings on top of ours, e.g. `{ timezone: 'Asia/Kathmandu' }`. */
  readonly postgresSettings?: Readonly<Record<string, string>>;
}

export interface Ports {
  readonly kafka: number;
  /** Kafka's own, for its controller. */
  readonly controller: number;
  readonly registry: number;
  readonly postgres: number;
}

/** What starting one server needs to know. */
export interface ServiceSettings extends Omit<StackOptions, 'ports' | 'services'> {
  readonly ports: Ports;
}

/** The log file of a server: `<dir>/logs/<name>.log`. */
export function logFileOf(dir: string, name: string): string {
  return join(dir, 'logs', `${name}.log`);
}

export interface KafkaEndpoint {
  readonly brokers: readonly string[];
}

export interface RegistryEndpoint {
  /** Base of the Confluent-compatible API, without a slash at its end. */
  readonly url: string;
}

export interface PostgresEndpoint {
  /** With user and password; database `postgres`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** A superuser. */
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Running servers. Reading the endpoint of a service that was not asked for is a fault of the caller. */
export interface Stack {
  readonly dir: string;
  readonly kafka: KafkaEndpoint;
  readonly registry: RegistryEndpoint;
  readonly postgres: PostgresEndpoint;
  /** By service, those of added processes included. Empty where containers run the servers. */
  readonly pids: Readonly<Record<string, number>>;
  /** Facts of an added service, as its starter gave them; undefined where there is none. */
  endpointOf(name: string): unknown;
  /** SIGKILL. Its data stay, its port stays reserved for it. */
  kill(service: ServiceName): Promise<void>;
  /** Ends it if it lives (SIGKILL) and starts it again on the same port and data; fulfilled when it answers. */
  restart(service: ServiceName): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(service: ServiceName): void;
  thaw(service: ServiceName): void;
  /** Ends every server in order. Ending a stack that has ended is no fault. */
  stop(): Promise<void>;
}
