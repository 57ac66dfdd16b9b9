import type { SqlType } from '../query/index.ts';

/** A column of a view of the source's catalog. */
export type CatalogColumn = readonly [string, SqlType];

/** A view of the source's catalog as a query over PostgreSQL's. */
export interface CatalogView {
  readonly columns: readonly CatalogColumn[];
  readonly sql: string;
}

type View = CatalogView;

const NAME: SqlType = { name: 'nvarchar', length: 128 };
const INT: SqlType = { name: 'int' };
const text = (length: number): SqlType => ({ name: 'nvarchar', length });

const INFORMATION = (schema: string): string => `${schema} NOT IN ('pg_catalog', 'information_schema')`;

const INFORMATION_TABLES: View = {
  columns: [
    ['TABLE_CATALOG', NAME],
    ['TABLE_SCHEMA', NAME],
    ['TABLE_NAME', NAME],
    ['TABLE_TYPE', text(10)],
  ],
  sql: `SELECT t.table_catalog::text, t.table_schema::text, t.table_name::text, t.table_type::text FROM information_schema.tables AS t WHERE ${INFORMATION('t.table_schema')}`,
};

const INFORMATION_COLUMNS: View = {
  columns: [
    ['TABLE_CATALOG', NAME],
    ['TABLE_SCHEMA', NAME],
    ['TABLE_NAME', NAME],
    ['COLUMN_NAME', NAME],
    ['ORDINAL_POSITION', INT],
    ['COLUMN_DEFAULT', text(4000)],
    ['IS_NULLABLE', text(3)],
    ['DATA_TYPE', NAME],
    ['CHARACTER_MAXIMUM_LENGTH', INT],
    ['NUMERIC_PRECISION', INT],
    ['NUMERIC_SCALE', INT],
  ],
  sql: `SELECT c.table_catalog::text, c.table_schema::text, c.table_name::text, c.column_name::text, c.ordinal_position::integer, c.column_default::text, c.is_nullable::text, CASE c.udt_name WHEN 'int4' THEN 'int' WHEN 'int2' THEN 'smallint' WHEN 'int8' THEN 'bigint' WHEN 'bool' THEN 'bit' WHEN 'varchar' THEN 'nvarchar' WHEN 'text' THEN 'nvarchar' WHEN 'bpchar' THEN 'nchar' WHEN 'float8' THEN 'float' WHEN 'float4' THEN 'real' WHEN 'timestamp' THEN 'datetime2' WHEN 'timestamptz' THEN 'datetimeoffset' WHEN 'bytea' THEN 'varbinary' WHEN 'uuid' THEN 'uniqueidentifier' ELSE c.udt_name::text END AS data_type, CASE WHEN c.udt_name = 'text' THEN -1 ELSE c.character_maximum_length::integer END AS character_maximum_length, c.numeric_precision::integer, c.numeric_scale::integer FROM information_schema.columns AS c WHERE ${INFORMATION('c.table_schema')}`,
};

const INFORMATION_ROUTINES: View = {
  columns: [
    ['ROUTINE_CATALOG', NAME],
    ['ROUTINE_SCHEMA', NAME],
    ['ROUTINE_NAME', NAME],
    ['ROUTINE_TYPE', text(20)],
    ['ROUTINE_DEFINITION', text(4000)],
  ],
  sql: `SELECT r.routine_catalog::text, r.routine_schema::text, r.routine_name::text, r.routine_type::text, r.routine_definition::text FROM information_schema.routines AS r WHERE ${INFORMATION('r.routine_schema')}`,
};

const INFORMATION_CONSTRAINTS: View = {
  columns: [
    ['CONSTRAINT_SCHEMA', NAME],
    ['CONSTRAINT_NAME', NAME],
    ['TABLE_SCHEMA', NAME],
    ['TABLE_NAME', NAME],
    ['CONSTRAINT_TYPE', text(11)],
  ],
  sql: `SELECT c.constraint_schema::text, c.constraint_name::text, c.table_schema::text, c.table_name::text, c.constraint_type::text FROM information_schema.table_constraints AS c WHERE ${INFORMATION('c.constraint_schema')}`,
};

const INFORMATION_KEYS: View = {
  columns: [
    ['CONSTRAINT_SCHEMA', NAME],
    ['CONSTRAINT_NAME', NAME],
    ['TABLE_SCHEMA', NAME],
    ['TABLE_NAME', NAME],
    ['COLUMN_NAME', NAME],
    ['ORDINAL_POSITION', INT],
  ],
  sql: `SELECT k.constraint_schema::text, k.constraint_name::text, k.table_schema::text, k.table_name::text, k.column_name::text, k.ordinal_position::integer FROM information_schema.key_column_usage AS k WHERE ${INFORMATION('k.constraint_schema')}`,
};

const informed = (view: string, columns: readonly string[], schema: string): View => ({
  columns: columns.map((name) => [name, name.endsWith('POSITION') ? INT : text(4000)]),
  sql: `SELECT ${columns.map((name) => `v.${name.toLowerCase()}::${name.endsWith('POSITION') ? 'integer' : 'text'}`).join(', ')} FROM information_schema.${view} AS v WHERE ${INFORMATION(`v.${schema}`)}`,
});

/** INFORMATION_SCHEMA as code asks it, by lower-case name. */
export const INFORMATION_VIEWS: Readonly<Record<string, CatalogView>> = {
  'information_schema.views': informed(
    'views',
    ['TABLE_CATALOG', 'TABLE_SCHEMA', 'TABLE_NAME', 'VIEW_DEFINITION', 'CHECK_OPTION', 'IS_UPDATABLE'],
    'table_schema',
  ),
  'information_schema.schemata': informed('schemata', ['CATALOG_NAME', 'SCHEMA_NAME', 'SCHEMA_OWNER'], 'schema_name'),
  'information_schema.parameters': informed(
    'parameters',
    ['SPECIFIC_SCHEMA', 'SPECIFIC_NAME', 'ORDINAL_POSITION', 'PARAMETER_MODE', 'PARAMETER_NAME', 'DATA_TYPE'],
    'specific_schema',
  ),
  'information_schema.referential_constraints': informed(
    'referential_constraints',
    [
      'CONSTRAINT_SCHEMA',
      'CONSTRAINT_NAME',
      'UNIQUE_CONSTRAINT_SCHEMA',
      'UNIQUE_CONSTRAINT_NAME',
      'UPDATE_RULE',
      'DELETE_RULE',
    ],
    'constraint_schema',
  ),
  'information_schema.constraint_column_usage': informed(
    'constraint_column_usage',
    ['TABLE_SCHEMA', 'TABLE_NAME', 'COLUMN_NAME', 'CONSTRAINT_SCHEMA', 'CONSTRAINT_NAME'],
    'constraint_schema',
  ),
  'information_schema.check_constraints': informed(
    'check_constraints',
    ['CONSTRAINT_SCHEMA', 'CONSTRAINT_NAME', 'CHECK_CLAUSE'],
    'constraint_schema',
  ),
  'information_schema.tables': INFORMATION_TABLES,
  'information_schema.columns': INFORMATION_COLUMNS,
  'information_schema.routines': INFORMATION_ROUTINES,
  'information_schema.table_constraints': INFORMATION_CONSTRAINTS,
  'information_schema.key_column_usage': INFORMATION_KEYS,
};
