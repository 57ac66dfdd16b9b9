import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError, bug } from '#errors';
import { ensureArtifacts, type Artifacts } from './artifacts.ts';
import { handOverTo, keepAtExit, sweepAtExit } from './guardian.ts';
import { startKafka } from './kafka.ts';
import { freePort, isFree } from './ports.ts';
import { POSTGRES_USER, postgresPassword, startPostgres } from './postgres.ts';
import { removeFolder } from './postgres-place.ts';
import { RunningProcess } from './process.ts';
import { registryUrl, startRegistry } from './registry.ts';
import { SERVICE_NAMES } from './settings.ts';
import type {
  KafkaEndpoint,
  Ports,
  PostgresEndpoint,
  RegistryEndpoint,
  ServiceName,
  Stack,
  StackOptions,
} from './settings.ts';
import { removeState, writeState, type StackState } from './state.ts';

/** How long each server may take to end by itself before it is killed. */
const STOP: Readonly<Record<ServiceName, { signal: NodeJS.Signals; graceMs: number }>> = {
  registry: { signal: 'SIGTERM', graceMs: 2_000 },
  kafka: { signal: 'SIGTERM', graceMs: 20_000 },
  postgres: { signal: 'SIGINT', graceMs: 30_000 },
};

/** Servers as child processes of this one, or, after {@link EmbeddedStack.attach}, of an earlier `up`. */
export class EmbeddedStack implements Stack {
  readonly dir: string;
  #ports: Ports;
  readonly #processes = new Map<string, RunningProcess>();
  readonly #endpoints = new Map<string, unknown>();
  #artifacts: Artifacts | undefined;

  private constructor(
    private readonly options: StackOptions,
    ports: Ports,
  ) {
    this.dir = options.dir;
    this.#ports = ports;
  }

  /** Starts the asked services; where one fails, those already started are ended and the fault is thrown. */
  static async start(options: StackOptions): Promise<EmbeddedStack> {
    const stack = new EmbeddedStack(options, await choosePorts(options));
    if (options.ephemeral && !options.detached) sweepAtExit(options.dir);
    try {
      await stack.startMissing(options.services ?? SERVICE_NAMES);
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  /** The stack of a state file, as it runs. */
  static attach(options: StackOptions, state: StackState): EmbeddedStack {
    const kept = { ...options, detached: state.detached, ephemeral: state.ephemeral, durable: state.durable };
    const stack = new EmbeddedStack(kept, state.ports as unknown as Ports);
    for (const [name, service] of Object.entries(state.services)) {
      stack.#processes.set(name, new RunningProcess(name, service.logFile, service));
    }
    for (const [name, endpoint] of Object.entries(state.endpoints)) stack.#endpoints.set(name, endpoint);
    return stack;
  }

  /** Starts those of the services that do not live: PostgreSQL beside Kafka and, after Kafka, the registry. */
  async startMissing(services: readonly ServiceName[]): Promise<void> {
    const missing = new Set(services.filter((name) => !this.isAlive(name)));
    const inOrder = async (...names: ServiceName[]): Promise<void> => {
      for (const name of names) if (missing.has(name)) await this.launch(name);
    };
    if (missing.has('kafka') || missing.has('registry')) this.#artifacts = await ensureArtifacts(this.options.log);
    const results = await Promise.allSettled([inOrder('postgres'), inOrder('kafka', 'registry')]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    await this.save();
  }

  get kafka(): KafkaEndpoint {
    return this.endpoint('kafka');
  }

  get registry(): RegistryEndpoint {
    return this.endpoint('registry');
  }

  get postgres(): PostgresEndpoint {
    return this.endpoint('postgres');
  }

  get pids(): Record<string, number> {
    return Object.fromEntries([...this.#processes].map(([name, { pid }]) => [name, pid]));
  }

  endpointOf(name: string): unknown {
    return this.#endpoints.get(name);
  }

  isAlive(name: string): boolean {
    return this.#processes.get(name)?.alive ?? false;
  }

  /** Takes in a process started by the caller: it is in the state file and ends first. */
  async adopt(name: string, process: RunningProcess, endpoint: unknown): Promise<void> {
    this.#processes.set(name, process);
    this.#endpoints.set(name, endpoint);
    await this.save();
  }

  /** From now on the servers end with another process, not with this one. */
  handOver(owner: number): void {
    handOverTo(owner);
    for (const process of this.#processes.values()) process.unref();
  }

  async kill(service: ServiceName): Promise<void> {
    await this.process(service).kill();
  }

  async restart(service: ServiceName): Promise<void> {
    await this.kill(service);
    if (service !== 'postgres') this.#artifacts ??= await ensureArtifacts(this.options.log);
    this.#processes.set(service, await this.starter(service)());
    await this.save();
  }

  freeze(service: ServiceName): void {
    this.process(service).freeze();
  }

  thaw(service: ServiceName): void {
    this.process(service).thaw();
  }

  async stop(): Promise<void> {
    const added = [...this.#processes.keys()].filter((name) => !isServiceName(name));
    for (const name of added) await this.end(name);
    await Promise.all([this.end('postgres'), this.end('registry').then(() => this.end('kafka'))]);
    await removeState(this.dir);
    if (!this.options.ephemeral) return;
    await removeFolder(this.dir);
    if (!this.options.detached) keepAtExit(this.dir);
  }

  private async end(name: string): Promise<void> {
    const process = this.#processes.get(name);
    if (process === undefined) return;
    // A frozen process hears nothing but SIGKILL.
    process.thaw();
    const how = isServiceName(name) ? STOP[name] : { graceMs: 5_000 };
    if (!this.options.ephemeral) await process.stop(how);
    else await process.stop(name === 'postgres' ? { signal: 'SIGQUIT', graceMs: 3_000 } : { signal: 'SIGKILL' });
    this.#processes.delete(name);
  }

  private process(service: ServiceName): RunningProcess {
    return this.#processes.get(service) ?? bug(`the stack was started without ${service}`);
  }

  private endpoint<T>(service: ServiceName): T {
    const endpoint = this.#endpoints.get(service);
    return endpoint === undefined ? bug(`the stack was started without ${service}`) : (endpoint as T);
  }

  /** Starts one server; a port that was taken since it was chosen is replaced, unless the caller fixed it. */
  private async launch(name: ServiceName): Promise<void> {
    const began = Date.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#processes.set(name, await this.starter(name)());
        break;
      } catch (error) {
        if (attempt === 4 || this.options.ports?.[name] !== undefined || !isPortTaken(error)) throw error;
        this.#ports = { ...this.#ports, ...(await newPorts(name)) };
      }
    }
    this.#endpoints.set(name, describe(name, this.#ports, this.dir));
    this.options.log(
      `${name} answers on 127.0.0.1:${this.#ports[name]} (${((Date.now() - began) / 1000).toFixed(1)} s)`,
    );
  }

  private starter(name: ServiceName): () => Promise<RunningProcess> {
    const settings = { ...this.options, ports: this.#ports };
    if (name === 'postgres') return () => startPostgres(settings);
    const artifacts = this.#artifacts ?? bug('the artifacts were not looked for');
    return () => (name === 'kafka' ? startKafka(settings, artifacts) : startRegistry(settings, artifacts));
  }

  private async save(): Promise<void> {
    const services = [...this.#processes].map(([name, p]) => [name, { ...p.identity, logFile: p.logFile }] as const);
    await writeFile(portsFile(this.dir), `${JSON.stringify(this.#ports)}\n`);
    await writeState(this.dir, {
      version: 1,
      detached: this.options.detached ?? false,
      ephemeral: this.options.ephemeral ?? false,
      durable: this.options.durable ?? true,
      ports: { ...this.#ports },
      services: Object.fromEntries(services),
      endpoints: Object.fromEntries(this.#endpoints),
    });
  }
}

function isServiceName(name: string): name is ServiceName {
  return (SERVICE_NAMES as readonly string[]).includes(name);
}

function portsFile(dir: string): string {
  return join(dir, 'ports.json');
}

function describe(name: ServiceName, ports: Ports, dir: string): KafkaEndpoint | RegistryEndpoint | PostgresEndpoint {
  if (name === 'kafka') return { brokers: [`127.0.0.1:${ports.kafka}`] };
  if (name === 'registry') return { url: registryUrl(ports.registry) };
  const password = postgresPassword(dir);
  const url = `postgresql://${POSTGRES_USER}:${password}@127.0.0.1:${ports.postgres}/postgres`;
  return { url, host: '127.0.0.1', port: ports.postgres, user: POSTGRES_USER, password, database: 'postgres' };
}

/** Fixed ones as they are (taken: a fault that says so), else those of the last run in this folder, else free ones. */
async function choosePorts(options: StackOptions): Promise<Ports> {
  for (const [name, port] of Object.entries(options.ports ?? {})) {
    if (!(await isFree(port))) {
      throw new SluiceError('StackFailed', `port ${port}, wanted for ${name}, is already in use on 127.0.0.1`, {
        port,
      });
    }
  }
  const last = await lastPorts(options.dir);
  const choose = async (name: keyof Ports): Promise<number> => options.ports?.[name] ?? (await freePort(last[name]));
  return {
    kafka: await choose('kafka'),
    controller: await choose('controller'),
    registry: await choose('registry'),
    postgres: await choose('postgres'),
  };
}

async function lastPorts(dir: string): Promise<Partial<Ports>> {
  try {
    return JSON.parse(await readFile(portsFile(dir), 'utf8')) as Partial<Ports>;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

async function newPorts(name: ServiceName): Promise<Partial<Ports>> {
  return name === 'kafka' ? { kafka: await freePort(), controller: await freePort() } : { [name]: await freePort() };
}

function isPortTaken(error: unknown): boolean {
  return (
    error instanceof SluiceError &&
    /address already in use|BindException|could not bind|port .* in use/i.test(error.message)
  );
}
