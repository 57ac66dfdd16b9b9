import { join } from 'node:path';
import { productRoot, startProcess, type RunningProcess } from '#stack';
import { until } from '#testing';

export type AppName = 'converter' | 'poller' | 'snapshot' | 'sink';

export interface AppOptions {
  readonly app: AppName;
  /** Tells two of one app apart, also in log names. */
  readonly name: string;
  readonly jobFile: string;
  readonly logDir: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A process that ended is started again after so long, as a supervisor would do. */
  readonly restartMs: number;
}

/**
 * One app of a job, kept alive: a process that is killed, by a fault or at a fail point, is started again without fail points. A process that gives up by itself
 * (exit code 2 or 3) is not: it is a failure of the test, see {@link gaveUp}.
 */
export class AppProcess {
  #process: RunningProcess | null = null;
  #stopping = false;
  /** Fail points that have ended processes since the last arming. */
  readonly #seen = new Set<string>();
  /** Fail points still to come, one start each: the first is armed now, and again when the process ended for another reason. */
  #chain: string[] = [];
  #starting: Promise<void> = Promise.resolve();
  /** Starts so far. */
  starts = 0;
  /** The end of the log of a process that gave up. */
  gaveUp: string | null = null;

  constructor(readonly options: AppOptions) {}

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get logFile(): string {
    return join(this.options.logDir, `${this.options.name}.log`);
  }

  /** Starts it and waits until it works; `failpoints` as in SLUICE_FAILPOINTS, one for this start and one for each start after the end at the one before. */
  async start(...failpoints: readonly string[]): Promise<void> {
    this.#stopping = false;
    this.#seen.clear();
    this.#chain = [...failpoints];
    await this.#launch();
  }

  async #launch(): Promise<void> {
    const { options } = this;
    const failpoints = this.#chain[0] ?? '';
    // A process that freezes does not end there: whatever ends it later is another matter.
    if (failpoints.endsWith('=freeze')) this.#chain.shift();
    const started = await startProcess({
      name: options.name,
      command: process.execPath,
      args: [
        '--enable-source-maps',
        join(productRoot(), `dist/apps/${options.app}/main.js`),
        ...['--job', options.jobFile],
        ...options.args.flatMap((arg) => ['--arg', arg]),
      ],
      env: { ...options.env, NODE_OPTIONS: undefined, SLUICE_FAILPOINTS: failpoints === '' ? undefined : failpoints },
      logFile: this.logFile,
    });
    this.starts++;
    this.#process = started;
    void started.exited.then((code) => this.#ended(started, code));
  }

  /** SIGKILL now; started again by itself. Fulfilled when the new process has begun. */
  async kill(...failpoints: readonly string[]): Promise<void> {
    const old = this.#process;
    this.#stopping = true;
    await old?.kill();
    await this.#starting;
    await this.start(...failpoints);
  }

  /** Waits until each of the fail points of the last start has ended its process. */
  async reachedAll(timeoutMs = 120_000): Promise<void> {
    await until(() => this.#chain.length === 0, {
      timeoutMs,
      message: () => `${this.options.name} did not reach the fail point ${this.#chain[0]}; see ${this.logFile}`,
    });
  }

  /** Waits until the process has reached an armed fail point, that is, has killed or frozen itself. */
  async reached(failpoint: string, timeoutMs = 120_000): Promise<void> {
    const mark = `"failpoint":"${failpoint}"`;
    await until(() => this.#seen.has(failpoint) || this.output().includes(mark), {
      timeoutMs,
      message: () => `${this.options.name} did not reach the fail point ${failpoint}; see ${this.logFile}`,
    });
  }

  freeze(): void {
    this.#process?.freeze();
  }

  thaw(): void {
    this.#process?.thaw();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#starting;
    this.#process?.thaw();
    await this.#process?.stop({ graceMs: 8000 });
    this.#process = null;
  }

  /** Everything that this app has written. */
  output(): string {
    return this.#process?.output() ?? '';
  }

  #ended(ended: RunningProcess, code: number | null): void {
    const points = [...ended.output().matchAll(/"failpoint":"([^"]+)"/g)].map(([, name = '']) => name);
    for (const name of points) this.#seen.add(name);
    if (this.#stopping || ended !== this.#process) return;
    if (points.some((name) => this.#chain[0]?.split(':')[0] === name)) this.#chain.shift();
    if (code === 2 || code === 3) {
      this.gaveUp = `${this.options.name} gave up with exit code ${code}:\n${tail(ended.output())}`;
      return;
    }
    this.#starting = (async () => {
      await new Promise((resolve) => setTimeout(resolve, this.options.restartMs));
      if (!this.#stopping) await this.#launch();
    })().catch((error: unknown) => {
      this.gaveUp = String(error);
    });
  }
}

function tail(text: string): string {
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
