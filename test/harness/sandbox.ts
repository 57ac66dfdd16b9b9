import { join } from 'node:path';
import { freePort, productRoot, startProcess, type RunningProcess } from '#stack';
import type { SampleServer } from '#samples';
import type { TestServers } from './servers.ts';

export const SANDBOX_PASSWORD = 'Sandbox-1!';

/** A sandbox of this test alone: TDS server and capture jobs in one process, always on the same port. */
export class SandboxProcess {
  private constructor(
    private readonly servers: TestServers,
    readonly port: number,
    public process: RunningProcess,
  ) {}

  static async start(servers: TestServers): Promise<SandboxProcess> {
    const port = await freePort();
    return new SandboxProcess(servers, port, await launch(servers, port));
  }

  /** Where samples are installed and workloads run. */
  server(database: string): SampleServer {
    return { host: '127.0.0.1', port: this.port, user: 'sa', password: SANDBOX_PASSWORD, database };
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

  async stop(): Promise<void> {
    await this.process.stop({ graceMs: 3000 });
  }
}

function launch(servers: TestServers, port: number): Promise<RunningProcess> {
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
