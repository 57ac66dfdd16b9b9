import { isDeepStrictEqual } from 'node:util';
import { eventTableOf } from '#conversion';
import type { EventTable } from '#events';
import { SluiceError } from '#errors';
import { rulesOf, type TableState } from '#jobs';
import type { JobTable } from '#target-postgres';
import { print } from './check.ts';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type CommandContext, existingJob, withJob } from './context.ts';
import { runHolder } from './run-lease.ts';

/** States from which a load can begin anew; in all others one is under way, or the job is over. */
const FROM: readonly TableState[] = ['streaming', 'gap', 'suspended'];

export const reloadCommand: Command = {
  name: 'reload',
  usage: 'reload JOB --table T',
  summary: 'Load a table anew, emptied first: after a gap or a suspension, or to heal it',
  example: 'sluice reload job.yaml --table dbo.Orders',
  options: {
    ...JOB_OPTIONS,
    table: { type: 'string', value: 'SCHEMA.TABLE', help: 'The table; may be given several times', multiple: true },
  },
  run(invocation: Invocation) {
    const { out, options } = invocation;
    return withJob(invocation, async (context) => {
      const wanted = options['table'];
      if (!Array.isArray(wanted)) throw new SluiceError('UsageInvalid', 'Name the table: --table SCHEMA.TABLE');
      await existingJob(context);
      const tables = (await context.control.readTables()).filter((table) => isNamed(table, wanted));
      if (tables.length < wanted.length)
        throw new SluiceError(
          'UsageInvalid',
          `The job has no table ${wanted.find((name) => !tables.some((table) => isNamed(table, [name])))}; \`sluice tables JOB\` lists them`,
        );
      const reasons = [...tables.flatMap(busyReason), ...(await shapeReasons(context, tables))];
      for (const reason of reasons) out.line(reason);
      if (reasons.length > 0 || !(await isCaptured(context, tables, invocation))) {
        out.result({ begun: [], reasons });
        return 1;
      }
      for (const table of tables) await context.control.beginAttempt(table.tableName, FROM);
      await renewPoller(context);
      const runner = await runHolder(context);
      for (const table of tables)
        out.line(`${table.tableName} is loaded anew${runner ? '' : ' with the next `sluice run`'}.`);
      out.line('`sluice status JOB` shows how it goes.');
      out.result({ begun: tables.map((table) => table.tableName), reasons });
      return 0;
    });
  },
};

function isNamed(table: JobTable, names: readonly string[]): boolean {
  return names.some((name) => name.toLowerCase() === table.tableName.toLowerCase());
}

function busyReason(table: JobTable): string[] {
  if (FROM.includes(table.state)) return [];
  return [
    `${table.tableName} is ${table.state}: ${table.state === 'cut-over' ? 'the job is over' : 'a load of it is under way already'}.`,
  ];
}

/** A table that has another shape than the job knows cannot be read as before: said here, not found out in the middle of the load. */
async function shapeReasons({ source, job }: CommandContext, tables: readonly JobTable[]): Promise<string[]> {
  const database = await source.catalog.readDatabase();
  return tables.flatMap((table) => {
    const { schema, name } = table.eventTable;
    const found = database.tables.find((one) => one.schema === schema && one.name === name);
    if (!found) return [`${table.tableName} is not in the source any more.`];
    const place = { job: job.job, database: database.name };
    const now = eventTableOf(place, found, rulesOf(job.tables, schema, name), database.collation);
    const differing = shapeDifferences(table.eventTable, now);
    return differing.length === 0
      ? []
      : [
          `${table.tableName} has another shape than the job was converted for: ${differing.join(', ')}. A running job does not follow that yet: exclude the table, or \`sluice cleanup JOB\` and begin anew.`,
        ];
  });
}

/** What changed between two shapes of a table, in words. */
export function shapeDifferences(before: EventTable, now: EventTable): string[] {
  const of = (table: EventTable, name: string): EventTable['columns'][number] | undefined =>
    table.columns.find((column) => column.name === name);
  const isSame = (a: EventTable['columns'][number], b: EventTable['columns'][number]): boolean =>
    isEqual([a.type, a.nullable], [b.type, b.nullable]);
  const keyOf = (table: EventTable): unknown => table.key.map((part) => [table.columns[part.index]?.name, part.fold]);
  return [
    ...now.columns.filter((column) => !of(before, column.name)).map((column) => `${column.name} added`),
    ...before.columns.filter((column) => !of(now, column.name)).map((column) => `${column.name} gone`),
    ...before.columns
      .filter((column) => !isSame(column, of(now, column.name) ?? column))
      .map((column) => `${column.name} altered`),
    ...(isEqual(keyOf(before), keyOf(now)) ? [] : ['another key']),
  ];
}

/** Equal as JSON has them: the control schema gives keys in another order, and leaves out what is undefined. */
function isEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}

async function isCaptured(context: CommandContext, tables: readonly JobTable[], { out }: Invocation): Promise<boolean> {
  const findings = await context.source.preflight.check(
    tables.map(({ eventTable }) => ({
      schema: eventTable.schema,
      name: eventTable.name,
      hasKey: eventTable.key.length > 0,
    })),
  );
  const errors = findings.filter((finding) => finding.severity === 'error');
  print(errors, out);
  return errors.length === 0;
}

/** A poller that leads has looked up the capture instances when it began; with its lease outdated it begins again and sees those that were made since. */
async function renewPoller({ control }: CommandContext): Promise<void> {
  await control.pool.query(`update sluice.leases set epoch = epoch + 1 where job = $1 and name = 'poller'`, [
    control.job,
  ]);
}
