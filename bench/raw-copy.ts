import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Costs, round } from './costs.ts';
import { type Place, type StoredTable, withClient } from './place.ts';

/** What PostgreSQL alone needs for the same rows. CPU in µs a row. */
export interface RawCopy {
  readonly rows: number;
  /** COPY … TO STDOUT, the bytes thrown away. */
  readonly outRowsPerSecond: number;
  readonly outMicros: number;
  /** From server to server through one process that looks at nothing. */
  readonly copyRowsPerSecond: number;
  readonly copyMicros: number;
  /** Of that the target's part: COPY … FROM STDIN into tables with the primary keys. */
  readonly inMicros: number;
}

/** COPY out of the sandbox's storage, and into tables of the same shape and keys as the target's. */
export async function rawCopy(place: Place, tables: readonly StoredTable[]): Promise<RawCopy> {
  const rows = tables.reduce((sum, one) => sum + one.table.rows, 0);
  const out = await measured(place, () => copyOut(place, tables));
  await makeTargets(place, tables);
  const through = await measured(place, () => copyThrough(place, tables));
  return {
    rows,
    outRowsPerSecond: Math.round(rows / out.seconds),
    outMicros: round((out.source * 1e6) / rows, 2),
    copyRowsPerSecond: Math.round(rows / through.seconds),
    copyMicros: round(((through.source + through.target + through.self) * 1e6) / rows, 2),
    inMicros: round((through.target * 1e6) / rows, 2),
  };
}

async function measured(
  place: Place,
  work: () => Promise<void>,
): Promise<{ seconds: number; source: number; target: number; self: number }> {
  const costs = new Costs();
  costs.watchTree('source', place.storage.pids['postgres']!);
  costs.watchTree('target', place.stack.pids['postgres']!);
  const own = process.cpuUsage();
  costs.start();
  await work();
  const { seconds, parts } = costs.stop();
  const used = process.cpuUsage(own);
  return {
    seconds,
    source: parts['source']!.cpuSeconds,
    target: parts['target']!.cpuSeconds,
    self: (used.user + used.system) / 1e6,
  };
}

async function copyOut(place: Place, tables: readonly StoredTable[]): Promise<void> {
  await withClient(place.storageUrl, async (client) => {
    const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });
    for (const { stored } of tables) await pipeline(client.query(copyTo(`copy ${stored} to stdout`)), nowhere());
  });
}

/** The target's own tables, empty, in another schema. */
async function makeTargets(place: Place, tables: readonly StoredTable[]): Promise<void> {
  await withClient(place.targetUrl, async (client) => {
    await client.query('drop schema if exists raw cascade; create schema raw');
    for (const { table } of tables) {
      await client.query(`create table raw.${table.name} (like public.${table.name} including all)`);
    }
    await client.query('checkpoint');
  });
}

async function copyThrough(place: Place, tables: readonly StoredTable[]): Promise<void> {
  await withClient(place.storageUrl, (source) =>
    withClient(place.targetUrl, async (target) => {
      for (const { table, stored } of tables) {
        const reading = source.query(copyTo(`copy ${stored} to stdout`));
        await pipeline(reading, target.query(copyFrom(`copy raw.${table.name} from stdin`)));
      }
    }),
  );
}

/** Drops what {@link rawCopy} made. */
export async function dropRaw(place: Place): Promise<void> {
  await withClient(place.targetUrl, (client) => client.query('drop schema if exists raw cascade'));
}

/** Tables whose rows are not the same on both sides, by a hash over every row's text. */
export async function differingTables(place: Place, tables: readonly StoredTable[]): Promise<string[]> {
  const hash = (table: string): string =>
    `select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) as hash from ${table} t`;
  return withClient(place.storageUrl, (source) =>
    withClient(place.targetUrl, async (target) => {
      const differing: string[] = [];
      for (const { table, stored } of tables) {
        const [a, b] = await Promise.all([
          source.query<{ hash: string }>(hash(stored)),
          target.query<{ hash: string }>(hash(`public.${table.name}`)),
        ]);
        if (a.rows[0]?.hash !== b.rows[0]?.hash) differing.push(table.name);
      }
      return differing;
    }),
  );
}
