import { topics } from '#events';
import { SluiceError } from '#errors';
import type { JobTable } from '#target-postgres';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type CommandContext, existingJob, withJob } from './context.ts';

/** What a job has left behind; the target's own tables and the source's are not among it. */
interface Traces {
  readonly topics: readonly string[];
  readonly subjects: readonly string[];
  readonly tables: number;
}

export const cleanupCommand: Command = {
  name: 'cleanup',
  usage: 'cleanup JOB [--yes]',
  summary: 'Remove the job from Kafka, registry and control schema, shown first; moved tables stay',
  example: 'sluice cleanup job.yaml --yes',
  options: { ...JOB_OPTIONS, yes: { type: 'boolean', help: 'Do it; without it only what would go is shown' } },
  run(invocation: Invocation) {
    const { out, options } = invocation;
    return withJob(invocation, async (context) => {
      await existingJob(context);
      const busy = await whoWorks(context);
      if (busy.length > 0) {
        out.line(`Job ${context.job.job} is at work: ${busy.join(', ')}. Stop it first.`);
        out.result({ done: false, working: busy });
        return 1;
      }
      const found = await findTraces(context);
      for (const topic of found.topics) out.line(`  topic    ${topic}`);
      for (const subject of found.subjects) out.line(`  subject  ${subject}`);
      out.line(`  control  job ${context.job.job} with ${found.tables} tables, its history and offsets`);
      if (options['yes'] !== true) {
        out.line('Nothing was removed. Run this again with --yes to remove what is listed.');
        out.result({ done: false, ...found });
        return 0;
      }
      await removeTraces(context, found);
      out.line(
        'Removed. The moved tables stay; so does CDC in the source: see sys.sp_cdc_disable_table and sys.sp_cdc_disable_db.',
      );
      out.result({ done: true, ...found });
      return 0;
    });
  },
};

/** Owners of leases that have not run out. */
async function whoWorks({ control }: CommandContext): Promise<string[]> {
  const result = await control.pool.query<{ name: string; owner: string }>(
    `select name, owner from sluice.leases where job = $1 and until > now() order by name`,
    [control.job],
  );
  return result.rows.map((row) => `${row.name} by ${row.owner}`);
}

async function findTraces({ control, kafka, registry, job }: CommandContext): Promise<Traces> {
  const tables = await control.readTables();
  const own = [topics.windows(job.job), topics.schemaChanges(job.job), topics.deadLetters(job.job)];
  const named = [...own, ...tables.flatMap((table) => topicsOf(job.job, table))];
  const existing = new Set((await kafka.topics(named)).map((topic) => topic.name));
  const subjects: string[] = [];
  for (const subject of [...own, ...tables.map((table) => table.topic)].flatMap((topic) => [
    `${topic}-key`,
    `${topic}-value`,
  ])) {
    if (await registry.latest(subject)) subjects.push(subject);
  }
  return { topics: named.filter((topic) => existing.has(topic)), subjects, tables: tables.length };
}

function topicsOf(job: string, table: JobTable): string[] {
  return [table.topic, ...(table.hold === null ? [] : [topics.journal(job, table.hold)])];
}

/** Topics first, the control rows last: interrupted in between, a second call finds the rest. */
async function removeTraces({ control, kafka, registry, job }: CommandContext, found: Traces): Promise<void> {
  await kafka.deleteTopics(found.topics);
  for (const subject of found.subjects) await registry.deleteSubject(subject);
  const client = await control.pool.connect();
  try {
    await client.query('begin');
    const sinks = await client.query<{ found: string | null }>(
      `select to_regclass('sluice.sink_offsets')::text as found`,
    );
    if (sinks.rows[0]?.found) {
      await client.query(
        `delete from sluice.sink_leases as l using sluice.sink_offsets as o where o.job = $1 and l.sink = o.sink and l.topic = o.topic`,
        [job.job],
      );
      for (const table of ['sink_offsets', 'sink_tables', 'parked'])
        await client.query(`delete from sluice.${table} where job = $1`, [job.job]);
    }
    await client.query(`delete from sluice.jobs where job = $1`, [job.job]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error instanceof SluiceError
      ? error
      : new SluiceError(
          'TargetStatementFailed',
          'the control schema: the job could not be removed',
          {},
          { cause: error },
        );
  } finally {
    client.release();
  }
}
