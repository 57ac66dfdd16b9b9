import type { FunctionHandler, FunctionInvocation, NameParts, Relation, RelationColumn, SqlType } from '#conversion';
import { quoteIdent, quoteLiteral } from '#pgsql';
import type { CatalogObject, CatalogSnapshot } from '../catalog/snapshot.ts';
import { LEADING_COLUMNS } from './capture-instance.ts';

const LSN: SqlType = { name: 'binary', length: 10 };
const INT: SqlType = { name: 'int' };
const BIT: SqlType = { name: 'bit' };
const NAME: SqlType = { name: 'nvarchar', length: 128 };
const FILTER: SqlType = { name: 'nvarchar', length: 30 };
const DATETIME: SqlType = { name: 'datetime' };
const MASK: SqlType = { name: 'varbinary', length: 128 };

interface Signature {
  readonly args: readonly SqlType[];
  readonly result: SqlType;
  readonly sql: (args: readonly string[]) => string;
}

const call =
  (name: string) =>
  (args: readonly string[]): string =>
    `meta.${name}(${args.join(', ')})`;

const SCALARS: Readonly<Record<string, Signature>> = {
  fn_cdc_get_max_lsn: { args: [], result: LSN, sql: call('cdc_get_max_lsn') },
  fn_cdc_get_min_lsn: { args: [NAME], result: LSN, sql: call('cdc_get_min_lsn') },
  fn_cdc_increment_lsn: { args: [LSN], result: LSN, sql: ([lsn = '']) => `meta.cdc_step_lsn(${lsn}, 1)` },
  fn_cdc_decrement_lsn: { args: [LSN], result: LSN, sql: ([lsn = '']) => `meta.cdc_step_lsn(${lsn}, -1)` },
  fn_cdc_map_lsn_to_time: { args: [LSN], result: DATETIME, sql: call('cdc_lsn_to_time') },
  fn_cdc_map_time_to_lsn: { args: [NAME, DATETIME], result: LSN, sql: call('cdc_time_to_lsn') },
  fn_cdc_is_bit_set: { args: [INT, MASK], result: BIT, sql: call('cdc_is_bit_set') },
  fn_cdc_get_column_ordinal: { args: [NAME, NAME], result: INT, sql: call('cdc_get_column_ordinal') },
  fn_cdc_has_column_changed: { args: [NAME, NAME, MASK], result: BIT, sql: call('cdc_has_column_changed') },
};

/** The lower-case names of the scalar functions of CDC, without their schema sys. */
export const CDC_SCALARS: readonly string[] = Object.keys(SCALARS);

/** A scalar function of CDC by its lower-case name. */
export function cdcScalar(_snapshot: CatalogSnapshot, name: string): FunctionHandler | undefined {
  if (!name.startsWith('sys.')) return undefined;
  const signature = SCALARS[name.slice(4)];
  if (!signature) return undefined;
  return (invocation) => {
    if (invocation.args.length !== signature.args.length) {
      invocation.fail(313, `An insufficient number of arguments were supplied for the procedure or function ${name}.`);
    }
    const args = invocation.args.map((value, at) => invocation.convert(value, signature.args[at] ?? INT).sql);
    return { sql: signature.sql(args), type: signature.result, nullable: true };
  };
}

/** The name of a function that enumerates changes: `all` or `net`, and the capture instance. */
export const CDC_ENUMERATION = /^fn_cdc_get_(all|net)_changes_(.+)$/i;

/** cdc.fn_cdc_get_all_changes_… and fn_cdc_get_net_changes_…. */
export function cdcTableFunction(
  snapshot: CatalogSnapshot,
  name: NameParts,
  invocation: FunctionInvocation,
): Relation | undefined {
  const match = CDC_ENUMERATION.exec(name.at(-1) ?? '');
  if (!match || (name.at(-2) ?? '').toLowerCase() !== 'cdc') return undefined;
  const instance = match[2] ?? '';
  const table = snapshot.object('cdc', `${instance}_CT`);
  if (!table) return undefined;
  const given = invocation.args;
  if (given.length !== 3) {
    const text = `cdc.${name.at(-1) ?? ''}`;
    invocation.fail(313, `An insufficient number of arguments were supplied for the procedure or function ${text}.`);
  }
  const args = given.map((value, at) => invocation.convert(value, at < 2 ? LSN : FILTER).sql);
  const enumeration = { table, instance, args, functionName: name.at(-1) ?? '' };
  return match[1]?.toLowerCase() === 'all' ? allChanges(enumeration) : netChanges(enumeration);
}

interface Enumeration {
  readonly table: CatalogObject;
  readonly instance: string;
  readonly args: readonly string[];
  readonly functionName: string;
}

const ALL_FILTERS = `'{all,"all update old"}'`;
const NET_FILTERS = `'{all,"all with mask","all with merge"}'`;

/** The arguments once, checked: `a.low`, `a.high`, `a.filter`. */
function checkedArguments({ instance, args, functionName }: Enumeration, filters: string): string {
  const [low, high, filter] = args;
  const check = `meta.cdc_check_range(${quoteLiteral(instance)}, v.low, v.high, v.filter, ${filters}::text[], ${quoteLiteral(functionName)})`;
  return `(SELECT v.low, v.high, lower(rtrim(v.filter)) AS filter FROM (SELECT ${low} AS low, ${high} AS high, ${filter} AS filter) v WHERE ${check} OFFSET 0) a`;
}

function captured(table: CatalogObject): CatalogObject['columns'] {
  return table.columns.slice(LEADING_COLUMNS, -1);
}

function columnsOf(table: CatalogObject, leading: readonly string[]): RelationColumn[] {
  const wanted = table.columns.filter((column) => leading.includes(column.name));
  return [...wanted, ...captured(table)].map((column) => ({
    name: column.name,
    sql: quoteIdent(column.physical),
    type: column.type as SqlType,
    nullable: column.nullable,
  }));
}

function physicalOf(table: CatalogObject): string {
  return `${quoteIdent(table.physicalSchema)}.${quoteIdent(table.physical)}`;
}

function allChanges(enumeration: Enumeration): Relation {
  const { table } = enumeration;
  const columns = columnsOf(table, ['__$start_lsn', '__$seqval', '__$operation', '__$update_mask']);
  const list = columns.map((column) => `t.${column.sql}`).join(', ');
  const sql = `(SELECT ${list} FROM ${checkedArguments(enumeration, ALL_FILTERS)} JOIN ${physicalOf(table)} t ON t.c1 BETWEEN a.low AND a.high
    WHERE t.c4 <> 3 OR a.filter = 'all update old')`;
  return { kind: 'function', schema: 'cdc', name: enumeration.functionName, sql, columns };
}

/** One row for each row of the source that changed: its last image, and the operation that brings a copy there. */
function netChanges(enumeration: Enumeration): Relation {
  const { table } = enumeration;
  const columns = columnsOf(table, ['__$start_lsn', '__$operation', '__$update_mask']);
  const command = quoteIdent(table.columns.at(-1)?.physical ?? '');
  const key = `(SELECT array_agg(to_jsonb(t) ->> ('c' || (x.column_ordinal + ${LEADING_COLUMNS})) ORDER BY ic.key_ordinal) FROM meta.cdc_instances i
     JOIN meta.index_columns ic ON ic.object_id = i.source_object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0
     JOIN meta.cdc_captured x ON x.object_id = i.object_id AND x.column_id = ic.column_id WHERE i.object_id = ${table.id})`;
  const ordered = `SELECT t.*, ${key} AS row_key, a.filter FROM ${checkedArguments(enumeration, NET_FILTERS)} JOIN ${physicalOf(table)} t ON t.c1 BETWEEN a.low AND a.high WHERE t.c4 <> 3`;
  const ranked = `SELECT k.*, first_value(k.c4) OVER w AS first_operation, row_number() OVER (PARTITION BY k.row_key ORDER BY k.c1 DESC, k.c3 DESC, k.${command} DESC, k.c4 DESC) AS from_end,
     CASE WHEN k.filter = 'all with mask' THEN array_agg(k.c5) OVER (PARTITION BY k.row_key) END AS masks FROM (${ordered}) k
     WINDOW w AS (PARTITION BY k.row_key ORDER BY k.c1, k.c3, k.${command}, k.c4)`;
  const operation = `CASE WHEN r.c4 = 1 THEN 1 WHEN r.filter = 'all with merge' THEN 5 WHEN r.first_operation = 2 THEN 2 ELSE 4 END`;
  const list = captured(table)
    .map((column) => `r.${quoteIdent(column.physical)}`)
    .join(', ');
  const sql = `(SELECT r.c1, ${operation} AS c4, CASE WHEN r.filter = 'all with mask' AND r.c4 = 4 AND r.first_operation = 4 THEN meta.cdc_or_masks(r.masks) END AS c5, ${list}
     FROM (${ranked}) r WHERE r.from_end = 1 AND NOT (r.first_operation = 2 AND r.c4 = 1))`;
  return { kind: 'function', schema: 'cdc', name: enumeration.functionName, sql, columns };
}
