import type { PgQuerier } from '../catalog/index.ts';
import { copyRows } from './copy.ts';
import type { TableDefinition } from './ddl/table-model.ts';
import type { Frame, LocalTable } from './frame.ts';
import type { PgLink, PgRow } from './pg-link.ts';

/** A temporary table, or the rows of a table variable, while it lives. */
export interface LocalEntry {
  readonly owner: Frame;
  readonly key: string;
  /** As it was written. */
  readonly name: string;
  /** In sys.objects of tempdb. */
  readonly catalogName: string;
  readonly definition: TableDefinition;
  readonly local: LocalTable;
  /** What makes it again. */
  readonly sql: readonly string[];
  /** A table variable: ROLLBACK leaves its rows as they are. */
  readonly variable: boolean;
  /** Its columns that are not computed. */
  readonly columns: readonly string[];
}

interface Kept {
  readonly entry: LocalEntry;
  readonly rows: readonly PgRow[];
  /** Of its identity: the arguments of setval. */
  readonly identity: PgRow | undefined;
}

/**
 * The temporary tables of a session. PostgreSQL takes their definitions and rows back with a transaction; this puts right what SQL Server does otherwise:
 * table variables keep their rows, and names follow what is there.
 */
export class LocalTables {
  private readonly entries = new Map<string, LocalEntry>();
  private dropped: LocalEntry[] = [];

  add(entry: LocalEntry): void {
    this.entries.set(entry.local.physical, entry);
  }

  /** Those that tempdb lists: not what a statement makes for itself. */
  *listed(): Iterable<LocalEntry> {
    for (const entry of this.entries.values()) if (entry.variable || entry.name.startsWith('#')) yield entry;
  }

  /** The one that PostgreSQL calls so, without its schema. */
  named(physical: string): LocalEntry | undefined {
    return this.entries.get(`pg_temp.${physical}`);
  }

  /** The one behind a name of the translator. */
  entryOf(local: LocalTable): LocalEntry | undefined {
    return this.entries.get(local.physical);
  }

  /** The scope that had them has ended. */
  forget(physical: readonly string[]): void {
    for (const name of physical) this.entries.delete(name);
  }

  /** DROP TABLE, which a rollback may take back. */
  drop(physical: string): void {
    const entry = this.entries.get(physical);
    if (entry === undefined) return;
    this.entries.delete(physical);
    this.dropped.push(entry);
  }

  /** The transaction was committed: what was dropped is gone. */
  committed(): void {
    this.dropped = [];
  }

  /** Whether there are, or were, any in a database. */
  livesIn(databaseId: number): boolean {
    return [...this.entries.values(), ...this.dropped].some((entry) => entry.local.databaseId === databaseId);
  }

  /** What the table variables of a database hold, to be called before a rollback. */
  async save(link: PgLink, databaseId: number): Promise<readonly Kept[]> {
    const kept: Kept[] = [];
    for (const entry of this.entries.values()) {
      if (!entry.variable || entry.local.databaseId !== databaseId) continue;
      const { physical, sequence } = entry.local;
      const { rows } = await link.run(`SELECT ${entry.columns.join(', ')} FROM ${physical}`);
      const identity =
        sequence === undefined ? undefined : (await link.run(`SELECT last_value, is_called FROM ${sequence}`)).rows[0];
      kept.push({ entry, rows, identity });
    }
    return kept;
  }

  /** After the rollback: table variables as they were, names of temporary tables as the rollback left them. */
  async restore(
    link: PgLink,
    databaseId: number,
    kept: readonly Kept[],
    atomic: (work: (pg: PgQuerier) => Promise<unknown>) => Promise<unknown>,
  ): Promise<void> {
    const own = (entry: LocalEntry): boolean => entry.local.databaseId === databaseId;
    const all = [...this.entries.values(), ...this.dropped].filter(own);
    if (all.length === 0) return;
    const { rows } = await link.run('SELECT n FROM unnest($1::text[]) AS n WHERE to_regclass(n) IS NOT NULL', [
      `{${all.map((entry) => entry.local.physical).join(',')}}`,
    ]);
    const there = new Set(rows.map((row) => row[0] ?? ''));
    for (const entry of this.dropped.filter((one) => there.has(one.local.physical))) {
      entry.owner.tables.set(entry.key, entry.local);
      entry.owner.temporary.push(entry.local.physical);
      this.add(entry);
    }
    this.dropped = this.dropped.filter((one) => !there.has(one.local.physical));
    for (const one of kept) await refill(link, one, there.has(one.entry.local.physical), atomic);
    for (const entry of [...this.entries.values()]) {
      if (own(entry) && !entry.variable && !there.has(entry.local.physical)) this.gone(entry);
    }
  }

  private gone(entry: LocalEntry): void {
    const { owner, key, local } = entry;
    this.entries.delete(local.physical);
    if (owner.tables.get(key) === local) owner.tables.delete(key);
    const at = owner.temporary.indexOf(local.physical);
    if (at >= 0) owner.temporary.splice(at, 1);
  }
}

async function refill(
  link: PgLink,
  { entry, rows, identity }: Kept,
  present: boolean,
  atomic: (work: (pg: PgQuerier) => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const { physical, sequence } = entry.local;
  await atomic((pg) => pg.query(present ? `DELETE FROM ${physical}` : entry.sql.join(';\n')));
  if (rows.length > 0) await copyRows(link, `${physical} (${entry.columns.join(', ')})`, rows);
  if (sequence !== undefined && identity !== undefined)
    await link.run('SELECT setval($1::regclass, $2::bigint, $3::boolean)', [sequence, ...identity]);
}
