import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { existingJob, withJob } from './context.ts';
import { count, lagText, shortName } from './figures.ts';
import { readSnapshot } from './snapshot.ts';

export const tablesCommand: Command = {
  name: 'tables',
  usage: 'tables JOB',
  summary: 'Every table of the job: its target, topic, state, and when it was last proven equal',
  example: 'sluice tables job.yaml',
  options: JOB_OPTIONS,
  run(invocation: Invocation) {
    const { out } = invocation;
    return withJob(invocation, async (context) => {
      const { control } = context;
      await existingJob(context);
      const tables = await control.readTables();
      const validated = await control.pool.query<{ table: string; at: string; wrong: string }>(
        `select distinct on (table_name) table_name as "table", to_char(ended_at, 'YYYY-MM-DD HH24:MI:SS') as at, differing + unsettled as wrong
         from sluice.validations where job = $1 and ended_at is not null order by table_name, id desc`,
        [control.job],
      );
      const proofs = new Map(validated.rows.map((row) => [row.table, row]));
      const rows = tables.map((table) => {
        const proof = proofs.get(table.tableName);
        return {
          table: table.tableName,
          target: `${table.targetSchema}.${table.targetName}`,
          topic: table.topic,
          partitions: table.partitions,
          key: table.eventTable.key.map((part) => table.eventTable.columns[part.index]?.name ?? ''),
          state: table.state,
          reason: table.reason,
          validatedAt: proof?.at ?? null,
          differences: proof ? Number(proof.wrong) : null,
        };
      });
      out.table(
        ['table', 'target', 'partitions', 'key', 'state', 'last validated (UTC)'],
        rows.map((row) => [
          shortName(row.table, 40),
          shortName(row.target, 40),
          row.partitions,
          row.key.length > 0 ? shortName(row.key.join(', '), 24) : 'none',
          row.state,
          row.validatedAt === null
            ? 'never'
            : `${row.validatedAt}, ${row.differences === 0 ? 'equal' : `${row.differences} differing`}`,
        ]),
      );
      for (const row of rows) if (row.reason) out.line(`  ${row.table}: ${row.reason}`);
      out.result({ tables: rows });
      return 0;
    });
  },
};

export const lagCommand: Command = {
  name: 'lag',
  usage: 'lag JOB [--max-ms MS]',
  summary: 'How far the target is behind, for the job and for each table that is',
  example: 'sluice lag job.yaml --max-ms 5000',
  options: {
    ...JOB_OPTIONS,
    'max-ms': { type: 'string', value: 'MS', help: 'Exit 1 where the job is further behind, or a table has stopped' },
  },
  run(invocation: Invocation) {
    const { out, options } = invocation;
    return withJob(invocation, async (context) => {
      await existingJob(context);
      const now = await readSnapshot(context);
      const behind = now.tables.filter((table) => table.behind > 0 || table.reason !== null);
      const total = now.tables.reduce((sum, table) => sum + table.behind, 0);
      out.line(`lag ${lagText(now.lagMs)}, ${count(total)} events to apply, position ${now.position || 'none yet'}`);
      if (now.captureProblem) out.line(`capture: ${now.captureProblem}`);
      if (behind.length > 0)
        out.table(
          ['table', 'state', 'behind'],
          behind.map((table) => [shortName(table.table, 48), table.state, table.behind]),
        );
      out.result({
        lagMs: now.lagMs,
        behind: total,
        position: now.position,
        captureProblem: now.captureProblem,
        tables: now.tables.map(({ table, state, behind: events }) => ({ table, state, behind: events })),
      });
      if (options['max-ms'] === undefined) return 0;
      const isStopped = now.tables.some((table) => table.state === 'suspended' || table.state === 'gap');
      const isLate = now.lagMs === null || now.lagMs > Number(options['max-ms']);
      return isStopped || isLate || now.captureProblem !== null ? 1 : 0;
    });
  },
};
