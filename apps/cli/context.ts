import { hostname, userInfo } from 'node:os';
import type pg from 'pg';
import { keyOf } from '#conversion';
import { createLog, type Log } from '#telemetry';
import { type JobContext, openJobContext, openTargetPool } from '#runtime';
import { SqlServerSource } from '#source-sqlserver';
import type { Source } from '#source';
import { SluiceError } from '#errors';
import { isSelected, type JobFile, rulesOf } from '#jobs';
import { ControlStore, type JobRow } from '#target-postgres';
import type { Invocation } from './command.ts';
import { explain, targetPlace } from './fault.ts';
import { type OpenedJob, openJob } from './job.ts';
import type { Output } from './output.ts';
import { startStackFor } from './stack.ts';

/** How long a command waits for Kafka and the registry: a person sits before it. The apps are more patient. */
const PATIENCE_MS = 3000;

/** A command's own view of a job: the control schema, Kafka, and the source. */
export interface CommandContext extends JobContext {
  readonly source: Source;
}

/**
 * Runs a command's work on the job that the invocation names; what it opened is closed again, and faults name the server that they came from.
 * `startsStack`: the embedded stack is started where the job file names no brokers and it does not run.
 */
export async function withJob<T>(
  invocation: Invocation,
  work: (context: CommandContext, opened: OpenedJob) => Promise<T>,
  options: { readonly startsStack?: boolean } = {},
): Promise<T> {
  const { out } = invocation;
  const opened = await openJob(invocation, options.startsStack === true ? () => startStackFor(out) : undefined);
  const context = openCommandContext(opened, out);
  try {
    return await work(context, opened);
  } catch (error) {
    throw explain(error, opened.file);
  } finally {
    await context.close();
  }
}

/** Runs a command's work on a job's source alone: neither Kafka nor the target is asked. The source is closed again. */
export async function withSource<T>(job: JobFile, work: (source: Source) => Promise<T>): Promise<T> {
  const source = new SqlServerSource(job.source);
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

/** A command's view of a job's target: neither Kafka nor the source is asked. */
export interface TargetContext {
  readonly job: JobFile;
  readonly control: ControlStore;
  readonly pool: pg.Pool;
  /** Who does it, for histories. */
  readonly who: string;
  /** Connections to another database of the same server. */
  openDatabase(name: string): pg.Pool;
}

/** Runs a command's work on a job's target alone; what it opened is closed again, and faults name the server. */
export async function withTarget<T>(job: JobFile, work: (context: TargetContext) => Promise<T>): Promise<T> {
  const pool = openTargetPool(job, 'sluice cli');
  const openDatabase = (name: string): pg.Pool => {
    const url = Object.assign(new URL(job.target.url), { pathname: `/${name}` }).href;
    return openTargetPool({ ...job, target: { ...job.target, url } }, 'sluice scratch', 1);
  };
  const who = `${userInfo().username}@${hostname()}`;
  try {
    return await work({ job, pool, control: new ControlStore(pool, job.job), who, openDatabase });
  } catch (error) {
    throw explain(error, job);
  } finally {
    await pool.end();
  }
}

function openCommandContext(opened: OpenedJob, out: Output): CommandContext {
  const log: Log = createLog({ level: 'warn', write: (line) => out.progress(line) });
  const context = openJobContext(opened.file, 'cli', log, PATIENCE_MS);
  const source = new SqlServerSource(opened.file.source);
  return {
    ...context,
    source,
    close: async () => {
      await source.close();
      await context.close();
    },
  };
}

/** The job as the control schema has it. @throws SluiceError JobMissing */
export async function existingJob(context: CommandContext): Promise<JobRow> {
  const row = await context.control.readJob();
  if (row) return row;
  throw new SluiceError('JobMissing', `There is no job ${context.job.job} in ${targetPlace(context.job)} yet`);
}

/** Tables of the source that the job moves, and whether their rows have a key. */
export async function selectedTables(
  source: Source,
  job: JobFile,
): Promise<{ schema: string; name: string; hasKey: boolean }[]> {
  const database = await source.catalog.readDatabase();
  return database.tables
    .filter((table) => isSelected(job.tables, table.schema, table.name))
    .map((table) => ({
      schema: table.schema,
      name: table.name,
      hasKey: keyOf(table, rulesOf(job.tables, table.schema, table.name)).length > 0,
    }));
}
