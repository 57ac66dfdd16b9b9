import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { convertDatabase, readScripts } from '#conversion';
import { parseJobFile } from '#jobs';
import { type Stack, startStack } from '#stack';
import { type CommandRun, figuresOf, runCommand, watch } from './command-run.ts';
import type { BenchOptions, ConversionStep } from './options.ts';
import { inDatabase, withClient } from './source-place.ts';

/** As a server has it that nobody has set up: the stack has more, and would hide transactions that lock too much. */
const SETTINGS = { max_locks_per_transaction: '64', max_connections: '100' };

const WORDS: Readonly<Record<Exclude<ConversionStep, 'files' | 'plain'>, readonly string[]>> = {
  verify: ['--verify'],
  apply: ['--apply'],
  again: ['--apply'],
  rollback: ['--rollback'],
};

/** A PostgreSQL of its own, into which conversions go. Each size of script has a database. */
export class ConversionTarget {
  private constructor(
    private readonly stack: Stack,
    private readonly profile: string,
  ) {}

  static async start(dir: string, options: BenchOptions, say: (line: string) => void): Promise<ConversionTarget> {
    const stack = await startStack({
      dir: join(dir, 'target'),
      services: ['postgres'],
      durable: options.durable,
      postgresSettings: SETTINGS,
      log: say,
    });
    return new ConversionTarget(stack, options.profile);
  }

  async stop(): Promise<void> {
    await this.stack.stop();
  }

  /** One command of `sluice convert` over a script. */
  async runCommand(step: keyof typeof WORDS, script: string): Promise<CommandRun> {
    const job = await this.jobFile(script);
    const source = step === 'rollback' ? [] : ['--scripts', script];
    return runCommand(['convert', job, ...source, ...WORDS[step]], this.profile, this.pids);
  }

  /** The statements that an apply runs, one after the other in one session and each on its own: what PostgreSQL itself needs. Conversion is not measured. */
  async runPlain(script: string): Promise<CommandRun> {
    const job = await this.jobFile(script);
    const text = await readFile(script, 'utf8');
    const { database } = readScripts([{ path: script, text }], { database: 'scripts' });
    const { steps } = convertDatabase(database, parseJobFile(await readFile(job, 'utf8')));
    const order = ['before', 'after', 'cutover', 'code'];
    const statements = order.flatMap((phase) => steps.filter((one) => one.phase === phase).map((one) => one.sql));
    const name = await this.emptyDatabase(`plain_${nameOf(script)}`);
    return withClient(inDatabase(this.stack.postgres.url, name), async (client) => {
      const costs = watch(process.pid, this.pids);
      for (const sql of statements) await client.query(sql);
      return { ...figuresOf(costs), inTarget: statements.length };
    });
  }

  private get pids(): number[] {
    return [this.stack.pids['postgres'] ?? 0];
  }

  /** The job of a script, with a database that is made when it is first asked for. */
  private async jobFile(script: string): Promise<string> {
    const path = script.replace(/\.sql$/, '.yaml');
    const name = nameOf(script);
    if (!this.known.has(name)) {
      this.known.add(name);
      const url = inDatabase(this.stack.postgres.url, await this.emptyDatabase(`target_${name}`));
      await writeFile(
        path,
        `job: made-${name}\nsource: { kind: sqlserver, database: scripts, user: none, password: "" }\ntarget: { url: "${url}" }\n`,
      );
    }
    return path;
  }

  private readonly known = new Set<string>();

  private async emptyDatabase(name: string): Promise<string> {
    await withClient(this.stack.postgres.url, (client) => client.query(`create database ${name}`));
    return name;
  }
}

const nameOf = (script: string): string => basename(script, '.sql');
