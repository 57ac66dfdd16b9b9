import { foldExpression } from '#values';
import { keyExpressions, type FilledColumn, type TargetTable } from '../target-table.ts';

/** Letter of a staged row: its last state is a row, or its absence. Rows without some columns have a number instead. */
export const STAGED = { upsert: 'u', delete: 'd' } as const;

/** Name of a session's staging table for a target table. */
export function stageName(table: TargetTable): string {
  return `pg_temp.sluice_stage_${table.oid}`;
}

/** Made once a session. Emptied by each commit: a temporary table's truncation costs no catalog write. */
export function createStage(table: TargetTable): string {
  const columns = table.columns.map(({ quoted }) => quoted).join(', ');
  return `create temp table if not exists sluice_stage_${table.oid} on commit delete rows as
    select null::text as _sluice_op, null::integer as _sluice_count, ${columns} from ${table.quoted} with no data`;
}

export function copyIntoStage(table: TargetTable, columns: readonly FilledColumn[], withCount = false): string {
  const names = ['_sluice_op', ...(withCount ? ['_sluice_count'] : []), ...columns.map(({ quoted }) => quoted)];
  return `copy ${stageName(table)} (${names.join(', ')}) from stdin`;
}

/** For rows that are new to the table: fails with 23505 where one is not. */
export function copyIntoTarget(table: TargetTable, columns: readonly FilledColumn[]): string {
  return `copy ${table.quoted} (${columns.map(({ quoted }) => quoted).join(', ')}) from stdin`;
}

function sameKey(table: TargetTable): string {
  return table.key
    .map(
      ({ fold = 'exact', quoted }) => `${foldExpression(fold, `t.${quoted}`)} = ${foldExpression(fold, `s.${quoted}`)}`,
    )
    .join(' and ');
}

/** Deletes staged keys; `replaced` also those whose rows are inserted behind it. */
export function deleteStaged(table: TargetTable, replaced = false): string {
  const letters = replaced ? `s._sluice_op in ('d', 'u')` : `s._sluice_op = 'd'`;
  return `delete from ${table.quoted} t using ${stageName(table)} s where ${letters} and ${sameKey(table)}`;
}

export function insertStaged(table: TargetTable, columns: readonly FilledColumn[]): string {
  const names = columns.map(({ quoted }) => quoted).join(', ');
  return `insert into ${table.quoted} (${names}) overriding system value select ${names} from ${stageName(table)} where _sluice_op = 'u'`;
}

/**
 * Inserts or updates staged rows. A folded key column is set as well: its case may have changed. An identity that is GENERATED ALWAYS cannot be updated;
 * nor can SQL Server's, so that its value is the row's own already.
 */
export function upsertStaged(table: TargetTable, columns: readonly FilledColumn[]): string {
  const set = columns
    .filter(({ fold, isAlwaysIdentity }) => fold !== 'exact' && !isAlwaysIdentity)
    .map(({ quoted }) => `${quoted} = excluded.${quoted}`)
    .join(', ');
  const action = set === '' ? 'do nothing' : `do update set ${set}`;
  return `${insertStaged(table, columns)} on conflict (${keyExpressions(table)}) ${action}`;
}

/** Updates the columns that the staged rows of a group have. `mustExist`: fails with SL002 where a row is missing. */
export function updateStaged(
  table: TargetTable,
  columns: readonly FilledColumn[],
  group: number,
  mustExist: number | null,
): string {
  const set = columns
    .filter(({ fold, isAlwaysIdentity }) => fold !== 'exact' && !isAlwaysIdentity)
    .map(({ quoted }) => `${quoted} = s.${quoted}`);
  if (set.length === 0) return 'select 1';
  const update = `update ${table.quoted} t set ${set.join(', ')} from ${stageName(table)} s where s._sluice_op = '${group}' and ${sameKey(table)}`;
  if (mustExist === null) return update;
  return `with changed as (${update} returning 1) select sluice.expect_rows((select count(*) from changed), ${mustExist})`;
}

/** Adds each staged row as often as its count says (tables without a key). */
export function insertCounted(table: TargetTable, columns: readonly FilledColumn[]): string {
  const names = columns.map(({ quoted }) => quoted).join(', ');
  const staged = columns.map(({ quoted }) => `s.${quoted}`).join(', ');
  return `insert into ${table.quoted} (${names}) overriding system value
    select ${staged} from ${stageName(table)} s, generate_series(1, s._sluice_count) where s._sluice_op = 'u'`;
}

/** Removes as many equal rows as each staged row's count says; rows are equal if their texts are, which holds for types without equality too. */
export function deleteCounted(table: TargetTable, columns: readonly FilledColumn[], wanted: number): string {
  const row = (alias: string): string => `row(${columns.map(({ quoted }) => `${alias}.${quoted}`).join(', ')})::text`;
  return `with wanted as (
      select ${row('s')} as image, sum(s._sluice_count) as count from ${stageName(table)} s where s._sluice_op = 'd' group by 1),
    numbered as (
      select t.tableoid as part, t.ctid as place, row_number() over (partition by w.image) as number, w.count
      from ${table.quoted} t join wanted w on w.image = ${row('t')}),
    gone as (
      delete from ${table.quoted} where (tableoid, ctid) in (select part, place from numbered where number <= count) returning 1)
    select sluice.expect_rows((select count(*) from gone), ${wanted})`;
}
