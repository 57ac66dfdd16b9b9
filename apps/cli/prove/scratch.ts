import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Conversion, ConvertedTable } from '#conversion';
import { oneLine, SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import { quoteIdent, quoteQualified } from '#pgsql';
import { openPool, sqlState, targetFault } from '#target-postgres';

/** A database of its own on the target's server, with everything that the conversion makes and a copy of the target's rows. */
export interface Scratch {
  readonly name: string;
  readonly pool: pg.Pool;
  /** Objects that PostgreSQL did not take, with its message. */
  readonly refused: ReadonlyMap<string, string>;
  /** Ends its connections and drops it. */
  drop(): Promise<void>;
}

/**
 * Makes the scratch database. Rows come from the job's target, where the pipeline has brought them exactly.
 * @throws SluiceError TargetRightMissing without CREATEDB, UsageInvalid where the target has not all tables
 */
export async function openScratch(
  job: JobFile,
  conversion: Conversion,
  progress: (text: string) => void,
): Promise<Scratch> {
  const settings = {
    url: job.target.url,
    ...(job.target.password ? { password: job.target.password.reveal() } : {}),
    ...{ applicationName: 'sluice-prove', maxConnections: 1 },
  };
  const home = openPool(settings);
  const name = `sluice_prove_${randomBytes(4).toString('hex')}`;
  try {
    await home.query(`CREATE DATABASE ${quoteIdent(name)} TEMPLATE template0`);
  } catch (error) {
    await home.end();
    throw targetFault(error, 'The scratch database could not be created; the target’s user needs CREATEDB');
  }
  const url = new URL(job.target.url);
  url.pathname = `/${name}`;
  const pool = openPool({ ...settings, url: url.toString() });
  const drop = async (): Promise<void> => {
    await pool.end();
    await home.query(`DROP DATABASE IF EXISTS ${quoteIdent(name)} WITH (FORCE)`);
    await home.end();
  };
  try {
    const refused = await fill({ home, pool, conversion, progress });
    return { name, pool, refused, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

interface Filling {
  readonly home: pg.Pool;
  readonly pool: pg.Pool;
  readonly conversion: Conversion;
  readonly progress: (text: string) => void;
}

async function fill(filling: Filling): Promise<Map<string, string>> {
  const { home, pool, conversion, progress } = filling;
  const refused = new Map<string, string>();
  const apply = async (isBefore: boolean): Promise<void> => {
    for (const step of conversion.steps.filter((one) => (one.phase === 'before') === isBefore)) {
      try {
        await pool.query(step.sql);
      } catch (error) {
        if (!refused.has(step.object)) refused.set(step.object, oneLine(error));
      }
    }
  };
  await apply(true);
  progress(
    `Copying the rows of ${conversion.tables.length} tables to ${(pool.options as { database?: string }).database ?? 'the scratch database'}.`,
  );
  for (const table of conversion.tables) await copyTable(home, pool, table);
  await apply(false);
  return refused;
}

async function copyTable(home: pg.Pool, pool: pg.Pool, table: ConvertedTable): Promise<void> {
  const columns = table.columns
    .filter((column) => !column.generated)
    .map((column) => quoteIdent(column.name))
    .join(', ');
  const name = quoteQualified(table);
  if (columns === '') return;
  const [from, to] = [await home.connect(), await pool.connect()];
  try {
    const rows = from.query(copyTo(`COPY (SELECT ${columns} FROM ${name}) TO STDOUT (FORMAT binary)`));
    await pipeline(rows, to.query(copyFrom(`COPY ${name} (${columns}) FROM STDIN (FORMAT binary)`)));
  } catch (error) {
    if (sqlState(error) !== '42P01') throw targetFault(error, `Copying ${name}`);
    throw new SluiceError(
      'UsageInvalid',
      `The target has no table ${name} yet: behaviour is compared on the same rows, so load it first (\`sluice run JOB --until loaded\`).`,
    );
  } finally {
    from.release();
    to.release();
  }
}
