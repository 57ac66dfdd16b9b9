import type { TdsType, TdsValue } from '../session.ts';
import { textArguments } from './driver-query.ts';
import type { DescribedColumn, SystemProcedure } from './procedure.ts';
import { BIT, INT, sendResult, SMALLINT, SYSNAME, text, TINYINT, type ResultShape } from './result-set.ts';
import { facetsOf } from './types.ts';

const SHAPE: ResultShape = [
  ['is_hidden', BIT],
  ['column_ordinal', INT],
  ['name', SYSNAME],
  ['is_nullable', BIT],
  ['system_type_id', INT],
  ['system_type_name', text(256)],
  ['max_length', SMALLINT],
  ['precision', TINYINT],
  ['scale', TINYINT],
  ['collation_name', SYSNAME],
  ['user_type_id', INT],
  ['user_type_database', SYSNAME],
  ['user_type_schema', SYSNAME],
  ['user_type_name', SYSNAME],
  ['assembly_qualified_type_name', text(4000)],
  ['xml_collection_id', INT],
  ['xml_collection_database', SYSNAME],
  ['xml_collection_schema', SYSNAME],
  ['xml_collection_name', SYSNAME],
  ['is_xml_document', BIT],
  ['is_case_sensitive', BIT],
  ['is_fixed_length_clr_type', BIT],
  ['source_server', SYSNAME],
  ['source_database', SYSNAME],
  ['source_schema', SYSNAME],
  ['source_table', SYSNAME],
  ['source_column', SYSNAME],
  ['is_identity_column', BIT],
  ['is_part_of_unique_key', BIT],
  ['is_updateable', BIT],
  ['is_computed_column', BIT],
  ['is_sparse_column_set', BIT],
  ['ordinal_in_order_by_list', SMALLINT],
  ['order_by_is_descending', SMALLINT],
  ['order_by_list_length', SMALLINT],
  ['tds_type_id', INT],
  ['tds_length', INT],
  ['tds_collation_id', INT],
  ['tds_collation_sort_id', TINYINT],
];

const LENGTHS = /char|binary/;
const NULLABLE_TOKENS: Partial<Record<TdsType['name'], number>> = {
  bit: 104,
  tinyint: 38,
  smallint: 38,
  int: 38,
  bigint: 38,
  decimal: 106,
  numeric: 108,
  money: 110,
  smallmoney: 110,
  real: 109,
  float: 109,
  datetime: 111,
  smalldatetime: 111,
  date: 40,
  time: 41,
  datetime2: 42,
  datetimeoffset: 43,
  uniqueidentifier: 36,
  char: 175,
  varchar: 167,
  nchar: 239,
  nvarchar: 231,
  text: 35,
  ntext: 99,
  image: 34,
  binary: 173,
  varbinary: 165,
  rowversion: 173,
  xml: 241,
  sql_variant: 98,
};

/** `nvarchar(50)`, `decimal(10,2)`, `int`: the type as DDL writes it. */
export function typeText(type: TdsType): string {
  const name = type.name === 'rowversion' ? 'timestamp' : type.name;
  if (name === 'decimal' || name === 'numeric') return `${name}(${type.precision ?? 18},${type.scale ?? 0})`;
  if (name === 'time' || name === 'datetime2' || name === 'datetimeoffset') return `${name}(${type.scale ?? 7})`;
  if (!LENGTHS.test(name)) return name;
  return `${name}(${type.length === -1 ? 'max' : (type.length ?? 1)})`;
}

/** The type token of TDS for a nullable value of the type. */
export const tdsTypeId = (type: TdsType): number => NULLABLE_TOKENS[type.name] ?? 240;

/** The length that goes with {@link tdsTypeId}. */
export function tdsLength(type: TdsType): number {
  const { maxLength } = facetsOf(type);
  return maxLength === -1 ? 65_535 : maxLength;
}

function describedRow(column: DescribedColumn, at: number): TdsValue[] {
  const facets = facetsOf(column.type);
  const row = new Array<TdsValue>(SHAPE.length).fill(null);
  const set = (name: string, value: TdsValue): void => {
    row[SHAPE.findIndex(([label]) => label === name)] = value;
  };
  set('is_hidden', false);
  set('column_ordinal', at + 1);
  set('name', column.name === '' ? null : column.name);
  set('is_nullable', column.nullable);
  set('system_type_id', facets.systemTypeId);
  set('system_type_name', typeText(column.type));
  set('max_length', facets.maxLength);
  set('precision', facets.precision);
  set('scale', facets.scale);
  set('collation_name', facets.character ? (column.type.collation ?? null) : null);
  set('is_xml_document', false);
  set('is_case_sensitive', false);
  set('is_fixed_length_clr_type', false);
  set('is_identity_column', column.identity ?? false);
  set('is_updateable', true);
  set('is_computed_column', false);
  set('is_sparse_column_set', false);
  set('tds_type_id', tdsTypeId(column.type));
  set('tds_length', tdsLength(column.type));
  return row;
}

/** sp_describe_first_result_set: the engine knows the columns, this says them in SQL Server's shape. */
export const describeFirstResultSet: SystemProcedure = async (context, args) => {
  const [batch, parameters] = textArguments(['tsql', 'params', 'browse_information_mode'], args);
  const columns = (await context.describe(batch ?? '', parameters ?? undefined)) ?? [];
  await sendResult(context.out, SHAPE, columns.map(describedRow));
  return { status: 0 };
};
