import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { productRoot, type RunningProcess, startProcess } from '#stack';
import { childrenOf, commandOf, type Costs } from './costs.ts';
import type { Place } from './place.ts';
import { profileEnv } from './source-place.ts';

/** The processes of a job that `sluice run` starts, in the order of the report. */
export const APPS = ['snapshot', 'poller', 'sink', 'converter'] as const;

const LOOK_MS = 100;

/** `sluice run` on a job file, as a user starts it, watched through the control schema. */
export class JobRun {
  private constructor(
    private readonly place: Place,
    private readonly command: RunningProcess,
    private readonly pool: pg.Pool,
  ) {}

  static async start(place: Place, path: string): Promise<JobRun> {
    const { options } = place;
    const set = options.set.flatMap((pair) => ['--set', pair]);
    const command = await startProcess({
      name: 'sluice-run',
      command: process.execPath,
      args: [join(productRoot(), 'dist/apps/cli/main.js'), 'run', path, '--progress-ms', '2000', ...set],
      env: { ...place.environment, SLUICE_HOME: join(place.dir, 'home'), ...profileEnv(options) },
      logFile: join(place.dir, 'logs/run.log'),
      endSignal: 'TERM',
    });
    const pool = new pg.Pool({ connectionString: place.targetUrl, max: 1, application_name: 'sluice-bench' });
    pool.on('error', () => undefined);
    return new JobRun(place, command, pool);
  }

  /** Process ids by app, as they are now. */
  pidsOf(app: string): number[] {
    if (app === 'cli') return [this.command.pid];
    return childrenOf(this.command.pid).filter((pid) => commandOf(pid).includes(`dist/apps/${app}/main.js`));
  }

  /** Sluice's processes and all servers. */
  watch(costs: Costs): void {
    for (const app of [...APPS, 'cli']) costs.watch(app, () => this.pidsOf(app));
  }

  /** Sum of what the sink has applied. */
  async applied(kind: 'reads' | 'changes'): Promise<number> {
    const columns = kind === 'reads' ? 'reads' : 'inserts + updates + deletes';
    return this.#number(`select coalesce(sum(${columns}), 0) from sluice.counters where stage = 'sink'`);
  }

  /** How many tables are in one of the states. */
  tablesIn(states: readonly string[]): Promise<number> {
    return this.#number(`select count(*) from sluice.tables where state = any('{${states.join(',')}}')`);
  }

  /** Facts that an app writes about itself; 0 where there are none. */
  fact(app: string, name: string): Promise<string> {
    return this.#text(`select facts ->> '${name}' from sluice.progress where app = '${app}'`);
  }

  async #number(text: string): Promise<number> {
    return Number(await this.#text(text));
  }

  /** Before the control schema is there the answer is empty. */
  async #text(text: string): Promise<string> {
    try {
      const { rows } = await this.pool.query<Record<string, unknown>>({ text, rowMode: 'array' } as pg.QueryConfig);
      return String((rows[0] as unknown as unknown[] | undefined)?.[0] ?? '');
    } catch (error) {
      if (['42P01', '3F000'].includes((error as { code?: string }).code ?? '')) return '';
      throw error;
    }
  }

  /** Looks until the condition holds. @throws Error with the end of the log where the run ended or stands still */
  async until(what: string, condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (let saidMs = Date.now(); !(await condition());) {
      if (!this.command.alive) throw new Error(`sluice run ended while waiting for ${what}:\n${this.#lastLines()}`);
      if (Date.now() > deadline)
        throw new Error(`${what} did not come in ${timeoutMs / 1000} s:\n${this.#lastLines()}`);
      if (Date.now() - saidMs > 5000) {
        this.place.say(
          this.command
            .output()
            .trimEnd()
            .split('\n')
            .findLast((line) => /applied,/.test(line)) ?? what,
        );
        saidMs = Date.now();
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }

  #lastLines(): string {
    return this.command.output().trimEnd().split('\n').slice(-15).join('\n');
  }

  async stop(): Promise<void> {
    await this.command.stop({ graceMs: 30_000 });
    await this.pool.end();
  }
}

/** Runs a command of sluice to its end. @throws Error with what it said */
export async function sluice(place: Place, command: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(productRoot(), 'dist/apps/cli/main.js'), ...command], {
    env: { ...process.env, ...place.environment, SLUICE_HOME: join(place.dir, 'home') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((done, failed) => child.on('error', failed).on('exit', done));
  if (code !== 0) throw new Error(`sluice ${command[0]} ended with exit code ${code}:\n${output.slice(-2000)}`);
  return output;
}
