import type pg from 'pg';
import { SluiceError } from '#errors';
import type { EventTable } from '#events';
import { quoteIdent, quoteQualified } from '#pgsql';
import { foldExpression, type KeyFold } from '#values';
import { sqlState } from './client.ts';
import type { TargetColumn } from './control-schema/index.ts';

/** A column that events fill. */
export interface FilledColumn {
  readonly name: string;
  readonly quoted: string;
  /** Stable id of the source's column. */
  readonly columnId: number;
  readonly sourceName: string;
  /** GENERATED ALWAYS AS IDENTITY: inserts override it, updates cannot. */
  readonly isAlwaysIdentity: boolean;
  /** How its values are held equal in the key, undefined outside of the key. */
  readonly fold?: KeyFold;
}

/** A target table as it stands in the catalog, with what of the events goes where. */
export interface TargetTable {
  readonly tableName: string;
  readonly schema: string;
  readonly name: string;
  readonly quoted: string;
  readonly oid: number;
  /** Columns that could be written: more than {@link columns} where some are filled by the target itself. */
  readonly allColumns: number;
  readonly columns: readonly FilledColumn[];
  /** In the order of the event table's key; empty: full-row matching. */
  readonly key: readonly FilledColumn[];
}

/**
 * Looks the table up and checks that it can take the events: every column is there, and its key has a unique index on exactly the fold of the record keys.
 * @throws SluiceError TargetSchemaMismatch
 */
export async function describeTarget(
  db: pg.ClientBase,
  target: { readonly schema: string; readonly name: string },
  event: EventTable,
  columns: readonly TargetColumn[],
): Promise<TargetTable> {
  const found = await db.query<{ oid: string; name: string; generated: string; identity: string }>(
    `select c.oid::int8 as oid, a.attname as name, a.attgenerated as generated, a.attidentity as identity
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p') order by a.attnum`,
    [target.schema, target.name],
  );
  const tableName = `${event.schema}.${event.name}`;
  if (found.rows.length === 0) throw mismatch(tableName, `the table ${target.schema}.${target.name} does not exist`);
  const byName = new Map(found.rows.map((row) => [row.name, row]));
  const filled: FilledColumn[] = [];
  event.columns.forEach((column, index) => {
    const into = columns.find((candidate) => candidate.source === column.name && !candidate.generated);
    if (!into) return;
    const actual = byName.get(into.name);
    if (!actual) throw mismatch(tableName, `the target has no column ${into.name}`);
    if (actual.generated !== '') throw mismatch(tableName, `the target's column ${into.name} is generated`);
    const keyColumn = event.key.find((key) => key.index === index);
    filled.push({
      name: into.name,
      quoted: quoteIdent(into.name),
      columnId: column.id,
      sourceName: column.name,
      isAlwaysIdentity: actual.identity === 'a',
      ...(keyColumn ? { fold: keyColumn.fold } : {}),
    });
  });
  const key = event.key.map(({ index }) => {
    const column = filled.find((candidate) => candidate.columnId === event.columns[index]?.id);
    if (!column) throw mismatch(tableName, `the key column ${event.columns[index]?.name ?? ''} is not in the target`);
    return column;
  });
  const allColumns = found.rows.filter((row) => row.generated === '').length;
  const oid = Number(found.rows[0]!.oid);
  const table = { tableName, ...target, quoted: quoteQualified(target), oid, allColumns, columns: filled, key };
  if (key.length > 0) await checkArbiter(db, table);
  return table;
}

/** The key's columns or fold expressions, as ON CONFLICT and the unique index have them. */
export function keyExpressions(table: { readonly key: readonly FilledColumn[] }): string {
  return table.key.map(keyExpression).join(', ');
}

function keyExpression({ fold = 'exact', quoted }: FilledColumn): string {
  return fold === 'exact' ? quoted : `(${foldExpression(fold, quoted)})`;
}

/**
 * The unique index that a folded key needs beside the primary key (rule 5); null where the key's own columns are unique already by the primary key.
 */
export function foldIndexStatement(
  target: { readonly schema: string; readonly name: string },
  key: readonly { readonly column: string; readonly fold: KeyFold }[],
  indexName: string,
): string | null {
  if (key.every(({ fold }) => fold === 'exact')) return null;
  const expressions = key.map(({ column, fold }) =>
    fold === 'exact' ? quoteIdent(column) : `(${foldExpression(fold, quoteIdent(column))})`,
  );
  return `create unique index if not exists ${quoteIdent(indexName)} on ${quoteQualified(target)} (${expressions.join(', ')})`;
}

/** PostgreSQL itself says whether an index fits: EXPLAIN of the upsert fails where none does. */
async function checkArbiter(db: pg.ClientBase, table: TargetTable): Promise<void> {
  const columns = table.key.map(({ quoted }) => quoted).join(', ');
  try {
    await db.query(
      `explain insert into ${table.quoted} (${columns}) overriding system value select ${columns} from ${table.quoted} on conflict (${keyExpressions(table)}) do nothing`,
    );
  } catch (error) {
    if (sqlState(error) !== '42P10') throw error;
    throw mismatch(
      table.tableName,
      `the target needs a unique index: create unique index on ${table.quoted} (${keyExpressions(table)})`,
    );
  }
}

function mismatch(table: string, what: string): SluiceError {
  return new SluiceError('TargetSchemaMismatch', `${table}: ${what}`, { table });
}
