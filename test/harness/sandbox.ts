import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, productRoot, startProcess, startStack, type RunningProcess } from '#stack';
import type { SampleServer } from '#samples';
import type { TestServers } from './servers.ts';

export const SANDBOX_PASSWORD = 'Sandbox-1!';

/** Where a sandbox keeps its databases, and the folder of its data and its log. */
type SandboxPlace = Pick<TestServers, 'sandboxUrl' | 'dir'>;

const run = promisify(execFile);

/** A sandbox of this test alone: TDS server and capture jobs in one process, always on the same port. */
export class SandboxProcess {
  private constructor(
    private readonly servers: SandboxPlace,
    readonly port: number,
    public process: RunningProcess,
  ) {}

  static async start(servers: SandboxPlace): Promise<SandboxProcess> {
    const port = await freePort();
    return new SandboxProcess(servers, port, await launch(servers, port));
  }

  /** Where samples are installed and workloads run. */
  server(database: string): SampleServer {
    return { host: '127.0.0.1', port: this.port, user: 'sa', password: SANDBOX_PASSWORD, database };
  }

  /** Where it keeps its certificate. */
  get dataDir(): string {
    return join(this.servers.dir, 'sandbox-data');
  }

  get log(): string {
    return this.process.logFile;
  }

  /** SIGKILL and a new start on the same data; `downMs` between the two. */
  async killAndRestart(downMs = 0): Promise<void> {
    await this.process.kill();
    if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs));
    this.process = await launch(this.servers, this.port);
  }

  /** Resident memory of the process now, in bytes. */
  async memory(): Promise<number> {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(this.process.pid)]);
    return Number(stdout.trim()) * 1024;
  }

  /** Open files and sockets of the process now; undefined where the system does not tell (other than Linux). */
  async handles(): Promise<number | undefined> {
    try {
      return (await readdir(`/proc/${this.process.pid}/fd`)).length;
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    await this.process.stop({ graceMs: 3000 });
  }
}

/** A sandbox and the PostgreSQL beneath it, without the rest of a job; `close` removes both. */
export async function openSandbox(): Promise<{ sandbox: SandboxProcess; close(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-sandbox-'));
  // Where root runs this, PostgreSQL's own user has to get in.
  chmodSync(dir, 0o755);
  const stack = await startStack({
    dir: join(dir, 'stack'),
    services: ['postgres'],
    ephemeral: true,
    durable: false,
    postgresSettings: { timezone: 'Asia/Kathmandu' },
    log: () => undefined,
  });
  const sandbox = await SandboxProcess.start({ sandboxUrl: stack.postgres.url, dir });
  return {
    sandbox,
    close: async () => {
      await sandbox.stop();
      await stack.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function launch(servers: SandboxPlace, port: number): Promise<RunningProcess> {
  return startProcess({
    name: 'sandbox',
    command: process.execPath,
    args: [
      '--enable-source-maps',
      join(productRoot(), 'dist/apps/sandbox/main.js'),
      ...['--postgres-url', servers.sandboxUrl],
      ...['--port', String(port), '--data-dir', join(servers.dir, 'sandbox-data')],
      ...['--sa-password', SANDBOX_PASSWORD],
    ],
    env: { NODE_OPTIONS: undefined },
    logFile: join(servers.dir, 'logs', 'sandbox.log'),
    ready: (started) => Promise.resolve(started.output().includes('"ready":true')),
  });
}
