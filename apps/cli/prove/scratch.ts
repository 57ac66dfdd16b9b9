import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Conversion, ConvertedTable } from '#conversion';
import { oneLine, SluiceError } from '#errors';
import { quoteIdent, quoteQualified } from '#pgsql';
import { sqlState, targetFault } from '#target-postgres';
import { type Scratch, withScratch } from '#workspace';
import type { TargetContext } from '../context.ts';

/** A database of its own on the target's server, with everything that the conversion makes and a copy of the target's rows. */
export interface FilledScratch {
  readonly client: pg.PoolClient;
  /** Objects that PostgreSQL did not take, with its message. */
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Works in a filled scratch database, which is gone afterwards. Rows come from the job's target, where the pipeline has brought them exactly.
 * @throws SluiceError TargetRightMissing without CREATEDB, UsageInvalid where the target has not all tables, LeaseLost where another process verifies or proves the same job
 */
export function withFilledScratch<T>(
  { job, pool, openDatabase }: TargetContext,
  conversion: Conversion,
  progress: (text: string) => void,
  work: (scratch: FilledScratch) => Promise<T>,
): Promise<T> {
  return withScratch({ job: job.job, target: pool, open: openDatabase }, [], async ({ place, client }: Scratch) => {
    if (place !== 'database')
      throw new SluiceError(
        'TargetRightMissing',
        'Behaviour is compared in a scratch database of the target’s server, which the target’s user may not create: it needs CREATEDB.',
      );
    return work({ client, refused: await fill({ home: pool, client, conversion, progress }) });
  });
}

interface Filling {
  readonly home: pg.Pool;
  readonly client: pg.PoolClient;
  readonly conversion: Conversion;
  readonly progress: (text: string) => void;
}

async function fill({ home, client, conversion, progress }: Filling): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  const apply = async (isBefore: boolean): Promise<void> => {
    for (const step of conversion.steps.filter((one) => (one.phase === 'before') === isBefore)) {
      try {
        await client.query(step.sql);
      } catch (error) {
        if (sqlState(error) === '') throw error;
        if (!refused.has(step.object)) refused.set(step.object, oneLine(error));
      }
    }
  };
  await apply(true);
  progress(`Copying the rows of ${conversion.tables.length} tables to a scratch database.`);
  for (const table of conversion.tables) await copyTable(home, client, table);
  await apply(false);
  await client.query('ANALYZE');
  return refused;
}

async function copyTable(home: pg.Pool, to: pg.PoolClient, table: ConvertedTable): Promise<void> {
  const columns = table.columns
    .filter((column) => !column.generated)
    .map((column) => quoteIdent(column.name))
    .join(', ');
  const name = quoteQualified(table);
  if (columns === '') return;
  const from = await home.connect();
  try {
    const rows = from.query(copyTo(`COPY (SELECT ${columns} FROM ${name}) TO STDOUT (FORMAT binary)`));
    await pipeline(rows, to.query(copyFrom(`COPY ${name} (${columns}) FROM STDIN (FORMAT binary)`)));
  } catch (error) {
    if (sqlState(error) !== '42P01') throw targetFault(error, `Copying ${name}`);
    throw new SluiceError(
      'UsageInvalid',
      `The target has no table ${name} yet: behaviour is compared on the same rows, so load it first (\`sluice run JOB --until streaming\`).`,
    );
  } finally {
    from.release();
  }
}
