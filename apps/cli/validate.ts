import { SluiceError } from '#errors';
import { openTargetPool } from '#runtime';
import { type TableResult, Validator } from '#validation';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type CommandContext, existingJob, withJob } from './context.ts';
import type { Output } from './output.ts';
import { sharedSettle } from './settle.ts';

/** Differing keys kept and shown per table. */
const MAX_LISTED = 100;
/** Tables compared at once. */
const PARALLEL = 3;

export const validateCommand: Command = {
  name: 'validate',
  usage: 'validate JOB [--table T]',
  summary: 'Compare every row of every table, source against target, also while changes flow',
  example: 'sluice validate job.yaml --table dbo.Orders',
  options: { ...JOB_OPTIONS, table: { type: 'string', value: 'SCHEMA.TABLE', help: 'Only this table' } },
  run(invocation: Invocation) {
    const { out, options, signal } = invocation;
    return withJob(invocation, async (context) => {
      await existingJob(context);
      const results = await validateTables(context, signal, { only: options['table'] as string | undefined, out });
      printResults(results, out);
      out.result({ tables: results });
      return isEqual(results) ? 0 : 1;
    });
  },
};

/** Validates the tables that stream, a few at once, and keeps the results. @throws SluiceError UsageInvalid for an unknown table */
export async function validateTables(
  context: CommandContext,
  signal: AbortSignal,
  options: { readonly only?: string | undefined; readonly out: Output },
): Promise<TableResult[]> {
  const all = await context.control.readTables();
  const tables = all.filter(
    (table) =>
      (options.only === undefined || table.tableName.toLowerCase() === options.only.toLowerCase()) &&
      (table.state === 'streaming' || table.state === 'cut-over'),
  );
  if (options.only !== undefined && tables.length === 0)
    throw new SluiceError(
      'UsageInvalid',
      `The job has no loaded table ${options.only}; \`sluice tables JOB\` lists them`,
    );
  const pool = openTargetPool(context.job, 'sluice validate', PARALLEL * 2);
  const validator = new Validator({
    openReader: () => context.source.openChunkReader(),
    pool,
    policy: context.job.values,
    settle: sharedSettle(context),
    chunkRows: context.job.load.chunkRows,
    maxListed: MAX_LISTED,
  });
  try {
    const waiting = tables.toSorted((a, b) => b.estimatedRows - a.estimatedRows);
    const results: TableResult[] = [];
    const work = async (): Promise<void> => {
      for (let table = waiting.shift(); table; table = waiting.shift()) {
        const result = await validator.validate(table, signal);
        await context.control.saveValidation({ ...result, details: result.differences });
        options.out.progress(
          `validated ${result.table}: ${result.rows.toLocaleString('en-US')} rows, ${result.differing} differing, ${result.unsettled} unsettled`,
        );
        results.push(result);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return results.toSorted((a, b) => (a.table < b.table ? -1 : 1));
  } finally {
    await pool.end();
  }
}

export function isEqual(results: readonly TableResult[]): boolean {
  return results.every((result) => result.differing === 0 && result.unsettled === 0);
}

export function printResults(results: readonly TableResult[], out: Output): void {
  out.table(
    ['table', 'rows', 'differing', 'unsettled', 'ms'],
    results.map((result) => [result.table, result.rows, result.differing, result.unsettled, result.durationMs]),
  );
  for (const result of results) {
    for (const difference of result.differences.slice(0, 20)) {
      const columns = difference.columns.length > 0 ? ` in ${difference.columns.join(', ')}` : '';
      out.line(
        `  ${difference.table} ${difference.key}: ${difference.kind}${columns}${difference.unsettled ? ' (unsettled)' : ''}`,
      );
    }
  }
}
