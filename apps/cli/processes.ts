import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorKind, POLICY, SluiceError } from '#errors';
import { productRoot, type RunningProcess, startProcess } from '#stack';
import type { OpenedJob } from './job.ts';

/** The apps that a job runs as. */
export type AppName = 'converter' | 'poller' | 'snapshot' | 'sink';

/**
 * V8's own choice for the space of young objects is tens of megabytes, most of it garbage where rows stream through. Measured with 4 MB: the reader's peak fell from 254 to
 * 118 MB for about 0.15 µs more a row; 8 MB stands between and was not measured by itself.
 */
const NODE_FLAGS = ['--max-semi-space-size=8'];

/** Exit codes after which an app is not started again: it has said what a person must do. */
const FINAL_CODES = new Set([2, 3]);

interface Child {
  readonly app: AppName;
  readonly args: readonly string[];
  process: RunningProcess;
  restarts: number;
}

/**
 * The apps of one job as processes of this one: they end with it, however it ends; one that is killed is started again, one that gives up (exit code 2 or 3) ends
 * the run with its own message.
 */
export class Processes {
  private readonly children: Child[] = [];
  private stopping = false;
  private fault: SluiceError | null = null;

  constructor(
    private readonly opened: OpenedJob,
    readonly logDir: string,
  ) {}

  async start(app: AppName, args: readonly string[] = []): Promise<void> {
    await mkdir(this.logDir, { recursive: true });
    const child: Child = { app, args, process: await this.spawn(app, args), restarts: 0 };
    this.children.push(child);
    this.watch(child);
  }

  /** @throws SluiceError what an app gave up with */
  check(): void {
    if (this.fault) throw this.fault;
  }

  /** Asks all to end, and waits. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.children.map((child) => child.process.stop()));
  }

  /** Process ids by app; for tests and status. */
  pids(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.children.map((child) => [child.app, child.process.pid]));
  }

  private spawn(app: AppName, args: readonly string[]): Promise<RunningProcess> {
    const { path, overrides } = this.opened;
    const set = Object.entries(overrides).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    return startProcess({
      name: app,
      command: process.execPath,
      args: [
        ...NODE_FLAGS,
        join(productRoot(), `dist/apps/${app}/main.js`),
        '--job',
        path,
        ...set,
        ...args.flatMap((arg) => ['--arg', arg]),
      ],
      logFile: join(this.logDir, `${app}.log`),
    });
  }

  private watch(child: Child): void {
    const started = child.process;
    void started.exited.then(async (code) => {
      if (this.stopping || this.fault) return;
      if (code !== null && FINAL_CODES.has(code)) {
        this.fault = faultOf(child.app, started);
        return;
      }
      if (++child.restarts > 100) {
        this.fault = new SluiceError(
          'StackFailed',
          `The ${child.app} ended ${child.restarts} times; see ${started.logFile}.`,
          { app: child.app },
        );
        return;
      }
      child.process = await this.spawn(child.app, child.args);
      this.watch(child);
    });
  }
}

/** The last error that the app wrote to its log. */
function faultOf(app: AppName, ended: RunningProcess): SluiceError {
  const errors = ended
    .output()
    .split('\n')
    .filter((line) => line.includes('"level":"error"'))
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as { msg: string; message?: string; kind?: string }];
      } catch (error) {
        if (error instanceof SyntaxError) return [];
        throw error;
      }
    });
  const last = errors.at(-1);
  const isKnown = last?.kind !== undefined && last.kind in POLICY && last.message !== undefined;
  const kind = isKnown ? (last.kind as ErrorKind) : 'StackFailed';
  const text = isKnown ? last.message : (last?.msg ?? `no message; see ${ended.logFile}`);
  return new SluiceError(kind, `The ${app} gave up: ${text}`, { app, log: ended.logFile });
}
