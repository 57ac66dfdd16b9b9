import type { EventTable, Position } from '#events';
import { tableName } from '#events';
import { SluiceError } from '#errors';
import type { ChunkBounds, ChunkReader, PositionedRead, RowBlock } from '#source';
import { sleep } from '#telemetry';
import type { SourceRow } from '#values';
import { quoteName } from '#tsql';
import { beyond, boundaryParameters, equalTo, upTo } from './chunk-predicate.ts';
import type { SqlServerClient, SqlServerTransaction } from './client.ts';
import { type KeyPart, keyToText, selectList } from './select-list.ts';
import { keyParts } from './key-parts.ts';
import { listWriters } from './open-transactions.ts';
import { SqlServerQuiesce } from './quiesce.ts';

const SNAPSHOT_STATE = `SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()`;

/** Parameters of one look-up; SQL Server takes 2,100 of a request, a short statement plans faster. */
const MAX_PARAMETERS = 100;
/** Rows and bytes of one block in memory; two wait at most, one is being worked on. */
const BLOCK = { blockRows: 2000, blockBytes: 4 * 1024 * 1024 };

/** Reads tables of a SQL Server database in chunks by key, under plain READ COMMITTED (rule 3). */
export class SqlServerChunkReader implements ChunkReader {
  private readonly keys = new Map<string, Promise<readonly KeyPart[]>>();

  constructor(
    private readonly client: SqlServerClient,
    private readonly blockBytes: number = BLOCK.blockBytes,
  ) {}

  async *plan(table: EventTable, chunkRows: number, after?: readonly string[]): AsyncIterable<ChunkBounds> {
    const key = await this.keyOf(table);
    let lower: readonly string[] | null = after ?? null;
    while (key.length > 0) {
      const upper = await this.boundary(table, key, chunkRows, lower);
      if (upper === null) break;
      yield { lower, upper };
      lower = upper;
    }
    yield { lower, upper: null };
  }

  async proveSees(table: EventTable, position: Position, signal: AbortSignal): Promise<void> {
    // This connection is to the server that is captured, and `position` came from its own capture: it has been reached. What may still be hidden are
    // transactions that were open when the position was answered: their rows become visible only when they end (flink-cdc#2853, row A5).
    const open = new Set(await listWriters(this.client));
    while (open.size > 0) {
      signal.throwIfAborted();
      await sleep(100, signal);
      const still = new Set(await listWriters(this.client));
      for (const id of open) if (!still.has(id)) open.delete(id);
    }
    if (position.commitLsn.length !== 20) {
      throw new SluiceError('Bug', `BUG: ${position.text} is not a position of SQL Server`, {
        table: tableName(table),
      });
    }
  }

  async *read(table: EventTable, bounds: ChunkBounds, signal: AbortSignal): AsyncIterable<RowBlock> {
    const key = await this.keyOf(table);
    const where = [bounds.lower ? beyond(key, 'lo') : '', bounds.upper ? upTo(key, 'up') : ''].filter(
      (text) => text !== '',
    );
    const text = `SELECT ${selectList(table)} FROM ${quoted(table)}${where.length > 0 ? ` WHERE ${where.map((w) => `(${w})`).join(' AND ')}` : ''}`;
    const parameters = { ...boundaryParameters('lo', bounds.lower), ...boundaryParameters('up', bounds.upper) };
    yield* this.client.stream(text, parameters, { blockRows: BLOCK.blockRows, blockBytes: this.blockBytes }, signal);
  }

  async lookup(
    table: EventTable,
    keys: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<readonly SourceRow[]> {
    const parts = await this.keyOf(table);
    const perQuery = Math.max(1, Math.floor(MAX_PARAMETERS / Math.max(1, parts.length)));
    const rows: SourceRow[] = [];
    for (let from = 0; from < keys.length; from += perQuery) {
      const group = keys.slice(from, from + perQuery);
      const where = group.map((_, index) => `(${equalTo(parts, `k${index}_`)})`).join(' OR ');
      const parameters = Object.assign(
        {},
        ...group.map((key, index) => boundaryParameters(`k${index}_`, key)),
      ) as Record<string, string>;
      const text = `SELECT ${selectList(table)} FROM ${quoted(table)} WHERE ${where}`;
      for await (const block of this.client.stream(
        text,
        parameters,
        { blockRows: BLOCK.blockRows, blockBytes: this.blockBytes },
        signal,
      ))
        rows.push(...block.rows);
    }
    return rows;
  }

  async readAtPosition(table: EventTable, signal: AbortSignal): Promise<PositionedRead> {
    const [database] = await this.client.query(SNAPSHOT_STATE);
    if (Number(database?.[0]) !== 1) {
      throw new SluiceError(
        'TableWithoutKey',
        `Table ${tableName(table)} has no primary key and no unique index over NOT NULL columns; it can only be loaded at an exact position, for which the source must allow it: ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON.`,
        { table: tableName(table) },
      );
    }
    const reading = await this.client.begin('SNAPSHOT');
    try {
      const marker = await this.beginSnapshotAtMarker(reading, table);
      const position = await new SqlServerQuiesce(this.client).positionOf(marker);
      const text = `SELECT ${selectList(table)} FROM ${quoted(table)}`;
      return {
        position,
        rows: reading.stream(text, {}, { blockRows: BLOCK.blockRows, blockBytes: this.blockBytes }, signal),
        end: () => reading.rollback(),
      };
    } catch (error) {
      await ended(reading);
      throw error;
    }
  }

  /**
   * Begins the snapshot under a shared lock on the table, during which no change of it commits, and ends the lock by the commit of a marker: every change of the table
   * committed before the marker is in the snapshot, and none after it. Returns the marker's text. The lock is gone whatever happens.
   */
  private async beginSnapshotAtMarker(reading: SqlServerTransaction, table: EventTable): Promise<string> {
    const marker = `read ${tableName(table)} ${Date.now()}`;
    const lock = await this.client.begin('READ COMMITTED');
    try {
      await lock.query(`SELECT TOP (0) 1 FROM ${quoted(table)} WITH (TABLOCK, HOLDLOCK)`);
      await reading.query(`SELECT COUNT(*) FROM sluice.marker`);
      await lock.query(`INSERT INTO sluice.marker ([text]) VALUES (@text)`, { text: marker });
      await lock.commit();
      return marker;
    } catch (error) {
      await ended(lock);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.close();
  }

  /** Key of the row `chunkRows` rows behind `lower`, or null where fewer are left. */
  private async boundary(
    table: EventTable,
    key: readonly KeyPart[],
    chunkRows: number,
    lower: readonly string[] | null,
  ): Promise<string[] | null> {
    const columns = key.map((part) => quoteName(part.column.name));
    const where = lower ? ` WHERE ${beyond(key, 'lo')}` : '';
    const text = `SELECT ${key.map(keyToText).join(', ')} FROM ${quoted(table)}${where} ORDER BY ${columns.join(', ')} OFFSET ${chunkRows - 1} ROWS FETCH NEXT 1 ROWS ONLY`;
    const [row] = await this.client.query(text, boundaryParameters('lo', lower), 0);
    return row ? row.map(String) : null;
  }

  private keyOf(table: EventTable): Promise<readonly KeyPart[]> {
    const name = `${tableName(table)}@${table.version}`;
    let parts = this.keys.get(name);
    if (!parts) {
      parts = keyParts(this.client, table);
      this.keys.set(name, parts);
    }
    return parts;
  }
}

function quoted(table: EventTable): string {
  return `${quoteName(table.schema)}.${quoteName(table.name)}`;
}

/** Rolls back what has failed already: a fault of the rollback (its connection is lost, and the server ends the transaction) says no more than the first. */
async function ended(transaction: SqlServerTransaction): Promise<void> {
  await transaction.rollback().catch(() => undefined);
}
