import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '#errors';
import { productRoot } from './layout.ts';
import { freePort } from './ports.ts';
import { SERVICE_NAMES } from './settings.ts';
import type {
  KafkaEndpoint,
  PostgresEndpoint,
  RegistryEndpoint,
  ServiceName,
  Stack,
  StackOptions,
} from './settings.ts';

/** What is kept between runs, so that a second `up` reaches the same containers. */
interface Choice {
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly password: string;
}

/**
 * The same servers from docker-compose.yml, for `SLUICE_STACK=docker`: one compose project for a folder, found again by the
 * folder's name. Containers do not die with this process; `down` or `stop` ends them.
 */
export class ContainerStack implements Stack {
  readonly pids = {};

  private constructor(
    readonly dir: string,
    private readonly ephemeral: boolean,
    private readonly choice: Choice,
  ) {}

  /** Starts what does not run yet and waits until all is healthy. Without a container engine: a `ToolMissing` that says so. */
  static async start(options: StackOptions): Promise<ContainerStack> {
    requireEngine();
    const stack = await ContainerStack.of(options);
    options.log('starting containers (docker compose up --wait)');
    stack.compose(['up', '--detach', '--wait', ...(options.services ?? SERVICE_NAMES)]);
    return stack;
  }

  /** The project of a folder, running or not. */
  static async of(options: StackOptions): Promise<ContainerStack> {
    await mkdir(options.dir, { recursive: true });
    const file = join(options.dir, 'containers.json');
    if (!existsSync(file)) await writeFile(file, JSON.stringify(await choose(options)), { mode: 0o600 });
    const choice = JSON.parse(readFileSync(file, 'utf8')) as Choice;
    return new ContainerStack(options.dir, options.ephemeral ?? false, choice);
  }

  get kafka(): KafkaEndpoint {
    return { brokers: [`127.0.0.1:${this.choice.ports.kafka}`] };
  }

  get registry(): RegistryEndpoint {
    return { url: `http://127.0.0.1:${this.choice.ports.registry}/apis/ccompat/v7` };
  }

  get postgres(): PostgresEndpoint {
    const { password, ports } = this.choice;
    const url = `postgresql://postgres:${password}@127.0.0.1:${ports.postgres}/postgres`;
    return { url, host: '127.0.0.1', port: ports.postgres, user: 'postgres', password, database: 'postgres' };
  }

  endpointOf(): undefined {
    return undefined;
  }

  async kill(service: ServiceName): Promise<void> {
    this.compose(['kill', '--signal', 'SIGKILL', service]);
  }

  async restart(service: ServiceName): Promise<void> {
    // Killing a container that is down already is an error to compose, and not to us.
    this.ask(['kill', '--signal', 'SIGKILL', service]);
    this.compose(['up', '--detach', '--wait', '--no-deps', service]);
  }

  freeze(service: ServiceName): void {
    this.compose(['pause', service]);
  }

  thaw(service: ServiceName): void {
    this.compose(['unpause', service]);
  }

  /** Ends the containers; their volumes stay unless the stack is ephemeral. */
  async stop(): Promise<void> {
    this.compose(['down', ...(this.ephemeral ? ['--volumes'] : [])]);
    if (this.ephemeral) await rm(this.dir, { recursive: true, force: true });
  }

  private compose(args: readonly string[]): void {
    const answer = this.ask(args);
    if (answer.status === 0) return;
    const lines = `${answer.stdout}${answer.stderr}`.trimEnd().split('\n').slice(-12).join('\n');
    throw new SluiceError('StackFailed', `docker compose ${args[0]} failed:\n${lines}`, { exitCode: answer.status });
  }

  private ask(args: readonly string[]): SpawnSyncReturns<string> {
    const { ports, password } = this.choice;
    const project = `sluice-${createHash('sha256').update(this.dir).digest('hex').slice(0, 10)}`;
    return spawnSync('docker', ['compose', '--project-name', project, '--file', composeFile(), ...args], {
      encoding: 'utf8',
      env: {
        ...process.env,
        SLUICE_KAFKA_PORT: String(ports.kafka),
        SLUICE_REGISTRY_PORT: String(ports.registry),
        SLUICE_POSTGRES_PORT: String(ports.postgres),
        SLUICE_POSTGRES_PASSWORD: password,
      },
    });
  }
}

function composeFile(): string {
  return join(productRoot(), 'docker-compose.yml');
}

async function choose(options: StackOptions): Promise<Choice> {
  const port = async (name: ServiceName): Promise<number> => options.ports?.[name] ?? (await freePort());
  const ports = { kafka: await port('kafka'), registry: await port('registry'), postgres: await port('postgres') };
  return { ports, password: randomBytes(18).toString('base64url') };
}

function requireEngine(): void {
  for (const args of [['version'], ['compose', 'version']]) {
    const answer = spawnSync('docker', args, { encoding: 'utf8' });
    if (answer.status === 0) continue;
    const why = answer.error ? 'docker is not installed' : answer.stderr.trim().split('\n').at(-1);
    const remedy =
      'install Docker with its compose plugin and start it, or unset SLUICE_STACK to run the servers as processes';
    throw new SluiceError('ToolMissing', `SLUICE_STACK=docker needs a running container engine (${why}): ${remedy}`);
  }
}
