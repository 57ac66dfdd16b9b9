import type { Relation, RelationColumn } from '../query/index.ts';
import { nodesOf } from './body-nodes.ts';
import type { Emitter } from './emitter.ts';

/** The table or view of a trigger. */
export interface TriggerTable {
  readonly relation: Relation & { readonly sql: string };
  /** Source names of the columns by which old and new rows are told to be the same. */
  readonly key: readonly string[];
  /** The numbers of its columns in the source, by their source names. */
  readonly ids: ReadonlyMap<string, number>;
  readonly isView: boolean;
}

/** A trigger's function for one event. */
export interface TriggerEvent {
  readonly table: TriggerTable;
  /** INSERT, UPDATE or DELETE. */
  readonly event: string;
}

const BIT = { name: 'bit' } as const;

/** UPDATE(c) and COLUMNS_UPDATED(): all at INSERT, none at DELETE; at UPDATE what has another value in a row. */
export function bindUpdate(e: Emitter, { table, event }: TriggerEvent): void {
  e.scope.functions.set('update', (call) => {
    const name = call.args[0]?.constant ?? '';
    const column = table.relation.columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (!column) return call.fail(207, `Invalid column name '${name}'.`);
    if (event !== 'UPDATE') return { sql: String(event === 'INSERT'), type: BIT, nullable: false };
    e.once('SL1052', `UPDATE(${name}) is true where a row has another value of it.`, call.span);
    return { sql: changedSql(e, table, column), type: BIT, nullable: false };
  });
  bindBits(e);
  const asked = nodesOf(e.body, 'call').find((one) => one.name.name.name.toLowerCase() === 'columns_updated');
  if (!asked || table.ids.size === 0) return;
  const { name } = e.variables.declare('@\u0000columns_updated', undefined, 'bytea');
  const sql = event === 'UPDATE' ? changedBits(e, table) : constantBits(table, event === 'INSERT');
  if (event === 'UPDATE')
    e.once('SL1052', 'COLUMNS_UPDATED() has the bits of columns of which a row has another value.', asked.span);
  e.pieces.push({ kind: 'expression', sql, line: asked.span.line });
  e.laid(`${name} := ${sql};`);
  e.scope.functions.set('columns_updated', () => ({
    sql: name,
    type: { name: 'varbinary', length: bytesOf(table) },
    nullable: false,
  }));
}

/** sys.fn_IsBitSetInBitmask: PostgreSQL counts the bits of bytes as SQL Server does those of a column mask, from 0. */
function bindBits(e: Emitter): void {
  e.scope.functions.set('sys.fn_isbitsetinbitmask', (call) => {
    const [mask, number] = call.args;
    if (!mask || !number) return call.fail(313, 'An insufficient number of arguments were supplied for the function.');
    const n = call.convert(number, { name: 'int' }).sql;
    const sql = `CASE WHEN ${n} BETWEEN 1 AND 8 * length(${mask.sql}) THEN get_bit(${mask.sql}, ${n} - 1) ELSE 0 END`;
    return { sql: `(${sql})`, type: { name: 'int' }, nullable: mask.nullable || number.nullable };
  });
}

const bytesOf = (table: TriggerTable): number => Math.ceil(Math.max(...table.ids.values()) / 8);

/** The mask in which all columns have their bit, or none. */
function constantBits(table: TriggerTable, isSet: boolean): string {
  const bytes = Array.from({ length: bytesOf(table) }, () => 0);
  if (isSet)
    for (const id of table.ids.values()) bytes[(id - 1) >> 3] = (bytes[(id - 1) >> 3] ?? 0) | (1 << ((id - 1) % 8));
  return `'\\x${bytes.map((one) => one.toString(16).padStart(2, '0')).join('')}'::bytea`;
}

/** The mask of what an UPDATE changed: one flag for each column, in the order of their numbers, eight to a byte, the first the lowest. */
function changedBits(e: Emitter, table: TriggerTable): string {
  const keys = keyColumns(table);
  const isJoined = keys.length > 0;
  const flags = Array.from({ length: Math.max(...table.ids.values()) }, () => 'false');
  for (const [name, id] of table.ids) {
    const column = table.relation.columns.find((one) => one.name === name && one.expression === undefined);
    if (!column) continue;
    const { sql } = column;
    const cast = castOf(column);
    flags[id - 1] =
      isJoined && !keys.includes(sql)
        ? `bool_or(i.${sql}${cast} IS DISTINCT FROM d.${sql}${cast})`
        : changedSql(e, table, column);
  }
  const from = isJoined ? ` FROM ${joined(e, keys)}` : '';
  const byte = `lpad(to_hex(coalesce(sum(is_changed::int << ((n - 1) % 8)::int), 0)::int), 2, '0')`;
  const list = `SELECT ${byte} AS digits, (n - 1) / 8 AS byte FROM (SELECT ARRAY[${flags.join(', ')}] AS flags${from}) AS changed, unnest(flags) WITH ORDINALITY AS u (is_changed, n) GROUP BY (n - 1) / 8`;
  return `(SELECT decode(string_agg(digits, '' ORDER BY byte), 'hex') FROM (${list}) AS bytes)`;
}

const images = (e: Emitter): readonly [string, string] => [
  e.scope.local.get('inserted')?.sql ?? 'inserted',
  e.scope.local.get('deleted')?.sql ?? 'deleted',
];

const keyColumns = (table: TriggerTable): readonly string[] =>
  table.key.flatMap((name) => table.relation.columns.find((one) => one.name === name)?.sql ?? []);

const castOf = (column: RelationColumn): string => (column.type.name === 'xml' ? '::text' : '');

function joined(e: Emitter, keys: readonly string[]): string {
  const [inserted, deleted] = images(e);
  return `${inserted} AS i JOIN ${deleted} AS d ON ${keys.map((one) => `i.${one} = d.${one}`).join(' AND ')}`;
}

function changedSql(e: Emitter, table: TriggerTable, column: RelationColumn): string {
  const [inserted, deleted] = images(e);
  const cast = castOf(column);
  const keys = keyColumns(table);
  if (keys.length === 0 || keys.includes(column.sql))
    return `EXISTS (SELECT ${column.sql}${cast} FROM ${inserted} AS i EXCEPT ALL SELECT ${column.sql}${cast} FROM ${deleted} AS d)`;
  return `EXISTS (SELECT FROM ${joined(e, keys)} WHERE i.${column.sql}${cast} IS DISTINCT FROM d.${column.sql}${cast})`;
}
