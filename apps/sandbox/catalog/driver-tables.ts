import type { SystemProcedure } from './procedure.ts';
import { answer, likePattern, textArguments } from './driver-query.ts';
import { ascii, INT, SMALLINT, SYSNAME, text, TINYINT, type ResultShape } from './result-set.ts';
import {
  DATETIME_SUB,
  LENGTH,
  OCTETS,
  ODBC_TYPE,
  PRECISION,
  RADIX,
  SCALE,
  SQL_DATA_TYPE,
  SS_DATA_TYPE,
  TYPE_NAME,
} from './driver-types.ts';

const TABLES_SHAPE: ResultShape = [
  ['TABLE_QUALIFIER', SYSNAME],
  ['TABLE_OWNER', SYSNAME],
  ['TABLE_NAME', SYSNAME],
  ['TABLE_TYPE', ascii(32)],
  ['REMARKS', ascii(254)],
];

/** Matches a name against a pattern of the client; NULL matches all. */
export const matches = (expression: string, parameter: string): string =>
  `(${parameter}::text IS NULL OR meta.fold(${expression}) LIKE meta.fold(${parameter}))`;

/** sp_tables. `@table_type` is a list like `'TABLE','VIEW'`. */
export const spTables: SystemProcedure = async (context, args) => {
  const names = ['table_name', 'table_owner', 'table_qualifier', 'table_type', 'fuseprepared'];
  const [table, owner, qualifier, types] = textArguments(names, args);
  if (qualifier === '%' && (owner ?? '') === '' && (table ?? '') === '') {
    return answer(
      context,
      TABLES_SHAPE,
      'SELECT name, NULL::text, NULL::text, NULL::text, NULL::text FROM meta.databases ORDER BY name',
    );
  }
  if (owner === '%' && (qualifier ?? '') === '' && (table ?? '') === '') {
    return answer(
      context,
      TABLES_SHAPE,
      'SELECT NULL::text, name, NULL::text, NULL::text, NULL::text FROM meta.schemas ORDER BY name',
    );
  }
  const wanted =
    (types ?? '')
      .toUpperCase()
      .match(/'{1,2}[^']+'{1,2}/g)
      ?.map((one) => one.replaceAll("'", '')) ?? null;
  return answer(
    context,
    TABLES_SHAPE,
    `SELECT meta.current_name(), s.name, o.name, o.kind, NULL::text FROM (
       SELECT name, schema_id, CASE type WHEN 'V' THEN 'VIEW' ELSE 'TABLE' END AS kind FROM meta.objects WHERE type IN ('U', 'V')
       UNION ALL SELECT name, schema_id, 'VIEW' FROM meta.system_objects) o JOIN meta.schemas s USING (schema_id)
     WHERE ${matches('o.name', '$1')} AND ${matches('s.name', '$2')} AND ($3::text IS NULL OR meta.fold($3) IN (meta.fold(meta.current_name()), '%'))
       AND ($4::text[] IS NULL OR o.kind = ANY ($4)) ORDER BY o.kind, s.name, o.name`,
    [likePattern(table ?? null), likePattern(owner ?? null), qualifier ?? null, wanted],
  );
};

/** sp_columns without what later versions added. */
export const COLUMN_SHAPE: ResultShape = [
  ['TABLE_QUALIFIER', SYSNAME],
  ['TABLE_OWNER', SYSNAME],
  ['TABLE_NAME', SYSNAME],
  ['COLUMN_NAME', SYSNAME],
  ['DATA_TYPE', SMALLINT],
  ['TYPE_NAME', SYSNAME],
  ['PRECISION', INT],
  ['LENGTH', INT],
  ['SCALE', SMALLINT],
  ['RADIX', SMALLINT],
  ['NULLABLE', SMALLINT],
  ['REMARKS', ascii(254)],
  ['COLUMN_DEF', text(4000)],
  ['SQL_DATA_TYPE', SMALLINT],
  ['SQL_DATETIME_SUB', SMALLINT],
  ['CHAR_OCTET_LENGTH', INT],
  ['ORDINAL_POSITION', INT],
  ['IS_NULLABLE', ascii(254)],
];

const COLUMN_SHAPE_100: ResultShape = [
  ...COLUMN_SHAPE,
  ['SS_IS_SPARSE', SMALLINT],
  ['SS_IS_COLUMN_SET', SMALLINT],
  ['SS_IS_COMPUTED', SMALLINT],
  ['SS_IS_IDENTITY', SMALLINT],
  ['SS_UDT_CATALOG_NAME', SYSNAME],
  ['SS_UDT_SCHEMA_NAME', SYSNAME],
  ['SS_UDT_ASSEMBLY_TYPE_NAME', text(4000)],
  ['SS_XML_SCHEMACOLLECTION_CATALOG_NAME', SYSNAME],
  ['SS_XML_SCHEMACOLLECTION_SCHEMA_NAME', SYSNAME],
  ['SS_XML_SCHEMACOLLECTION_NAME', SYSNAME],
  ['SS_DATA_TYPE', TINYINT],
];

const COLUMN_LIST = `meta.current_name(), s.name, o.name, c.name, ${ODBC_TYPE}::smallint, ${TYPE_NAME}, ${PRECISION}, ${LENGTH}, ${SCALE}, ${RADIX}, c.is_nullable::int::smallint, NULL::text,
  d.definition, ${SQL_DATA_TYPE}, ${DATETIME_SUB}, ${OCTETS}, c.column_id, CASE WHEN c.is_nullable THEN 'YES' ELSE 'NO' END`;

const COLUMN_SOURCES = `(SELECT object_id, name, column_id, system_type_id, user_type_id, max_length, precision, scale, is_nullable, is_identity, is_computed, is_sparse, default_object_id FROM meta.columns
  UNION ALL SELECT object_id, name, column_id, system_type_id, user_type_id, max_length, precision, scale, is_nullable, false, false, false, 0 FROM meta.system_columns) c
  JOIN (SELECT object_id, name, schema_id FROM meta.objects WHERE type IN ('U', 'V', 'IF', 'TF') UNION ALL SELECT object_id, name, schema_id FROM meta.system_objects) o USING (object_id)
  JOIN meta.schemas s USING (schema_id) JOIN meta.types t ON t.user_type_id = c.user_type_id LEFT JOIN meta.default_constraints d ON d.object_id = c.default_object_id`;

const COLUMN_WHERE = `WHERE ${matches('o.name', '$1')} AND ${matches('s.name', '$2')} AND ${matches('c.name', '$3')} AND ($4::text IS NULL OR meta.fold($4) = meta.fold(meta.current_name()))
  ORDER BY s.name, o.name, c.column_id`;

function columns(extended: boolean): SystemProcedure {
  const more = extended
    ? `, c.is_sparse::int::smallint, 0::smallint, c.is_computed::int::smallint, c.is_identity::int::smallint, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, ${SS_DATA_TYPE}`
    : `, ${SS_DATA_TYPE}`;
  const shape: ResultShape = extended ? COLUMN_SHAPE_100 : [...COLUMN_SHAPE, ['SS_DATA_TYPE', TINYINT]];
  return (context, args) => {
    const names = [
      'table_name',
      'table_owner',
      'table_qualifier',
      'column_name',
      'namescope',
      'odbcver',
      'fusepattern',
    ];
    const [table, owner, qualifier, column] = textArguments(names, args);
    return answer(context, shape, `SELECT ${COLUMN_LIST}${more} FROM ${COLUMN_SOURCES} ${COLUMN_WHERE}`, [
      likePattern(table ?? null),
      likePattern(owner ?? null),
      likePattern(column ?? null),
      qualifier ?? null,
    ]);
  };
}

/** sp_columns, and sp_columns_100 with what SQL Server 2008 added. */
export const spColumns = columns(false);
export const spColumns100 = columns(true);

/** sp_pkeys. */
export const spPkeys: SystemProcedure = (context, args) => {
  const [table, owner] = textArguments(['table_name', 'table_owner', 'table_qualifier'], args);
  const shape: ResultShape = [
    ...TABLES_SHAPE.slice(0, 3),
    ['COLUMN_NAME', SYSNAME],
    ['KEY_SEQ', SMALLINT],
    ['PK_NAME', SYSNAME],
  ];
  return answer(
    context,
    shape,
    `SELECT meta.current_name(), s.name, o.name, c.name, x.key_ordinal, i.name FROM meta.indexes i JOIN meta.index_columns x USING (object_id, index_id)
     JOIN meta.columns c USING (object_id, column_id) JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id)
     WHERE i.is_primary_key AND x.key_ordinal > 0 AND o.type = 'U' AND meta.fold(o.name) = meta.fold($1) AND ($2::text IS NULL OR meta.fold(s.name) = meta.fold($2)) ORDER BY s.name, o.name, x.key_ordinal`,
    [table ?? null, owner ?? null],
  );
};

const FKEY_SHAPE: ResultShape = [
  ['PKTABLE_QUALIFIER', SYSNAME],
  ['PKTABLE_OWNER', SYSNAME],
  ['PKTABLE_NAME', SYSNAME],
  ['PKCOLUMN_NAME', SYSNAME],
  ['FKTABLE_QUALIFIER', SYSNAME],
  ['FKTABLE_OWNER', SYSNAME],
  ['FKTABLE_NAME', SYSNAME],
  ['FKCOLUMN_NAME', SYSNAME],
  ['KEY_SEQ', SMALLINT],
  ['UPDATE_RULE', SMALLINT],
  ['DELETE_RULE', SMALLINT],
  ['FK_NAME', SYSNAME],
  ['PK_NAME', SYSNAME],
  ['DEFERRABILITY', SMALLINT],
];

/** ODBC: 0 cascade, 1 no action, 2 set null, 3 set default. */
const rule = (column: string): string => `CASE f.${column} WHEN 1 THEN 0 WHEN 0 THEN 1 ELSE f.${column} END`;

/** sp_fkeys. */
export const spFkeys: SystemProcedure = (context, args) => {
  const names = [
    'pktable_name',
    'pktable_owner',
    'pktable_qualifier',
    'fktable_name',
    'fktable_owner',
    'fktable_qualifier',
  ];
  const [pkTable, pkOwner, , fkTable, fkOwner] = textArguments(names, args);
  const is = (expression: string, parameter: string): string =>
    `(${parameter}::text IS NULL OR meta.fold(${expression}) = meta.fold(${parameter}))`;
  return answer(
    context,
    FKEY_SHAPE,
    `SELECT meta.current_name(), ps.name, p.name, pc.name, meta.current_name(), cs.name, c.name, cc.name, x.constraint_column_id::smallint, (${rule('update_referential_action')})::smallint,
     (${rule('delete_referential_action')})::smallint, k.name, i.name, 7::smallint
     FROM meta.foreign_keys f JOIN meta.objects k USING (object_id) JOIN meta.foreign_key_columns x ON x.constraint_object_id = f.object_id
     JOIN meta.objects p ON p.object_id = f.referenced_object_id JOIN meta.schemas ps ON ps.schema_id = p.schema_id JOIN meta.columns pc ON pc.object_id = p.object_id AND pc.column_id = x.referenced_column_id
     JOIN meta.objects c ON c.object_id = f.parent_object_id JOIN meta.schemas cs ON cs.schema_id = c.schema_id JOIN meta.columns cc ON cc.object_id = c.object_id AND cc.column_id = x.parent_column_id
     LEFT JOIN meta.indexes i ON i.object_id = p.object_id AND i.index_id = f.key_index_id
     WHERE ${is('p.name', '$1')} AND ${is('ps.name', '$2')} AND ${is('c.name', '$3')} AND ${is('cs.name', '$4')} ORDER BY ps.name, p.name, cs.name, c.name, k.name, x.constraint_column_id`,
    [pkTable ?? null, pkOwner ?? null, fkTable ?? null, fkOwner ?? null],
  );
};

const STATISTICS_SHAPE: ResultShape = [
  ...TABLES_SHAPE.slice(0, 3),
  ['NON_UNIQUE', SMALLINT],
  ['INDEX_QUALIFIER', SYSNAME],
  ['INDEX_NAME', SYSNAME],
  ['TYPE', SMALLINT],
  ['SEQ_IN_INDEX', SMALLINT],
  ['COLUMN_NAME', SYSNAME],
  ['COLLATION', { name: 'char', length: 1 }],
  ['CARDINALITY', INT],
  ['PAGES', INT],
  ['FILTER_CONDITION', ascii(128)],
];

/** sp_statistics: one row for the table (type 0), then one for each key column of each index. */
export const spStatistics: SystemProcedure = (context, args) => {
  const names = ['table_name', 'table_owner', 'table_qualifier', 'index_name', 'is_unique', 'accuracy'];
  const [table, owner, , index, unique] = textArguments(names, args);
  const place = `meta.fold(o.name) = meta.fold($1) AND ($2::text IS NULL OR meta.fold(s.name) = meta.fold($2)) AND o.type = 'U'`;
  return answer(
    context,
    STATISTICS_SHAPE,
    `SELECT meta.current_name(), s.name, o.name, NULL::smallint, NULL::text, NULL::text, 0::smallint, NULL::smallint, NULL::text, NULL::text, meta.row_count(o.object_id)::int, meta.page_count(o.object_id, 1)::int, NULL::text
       FROM meta.objects o JOIN meta.schemas s USING (schema_id) WHERE ${place}
     UNION ALL (SELECT meta.current_name(), s.name, o.name, (NOT i.is_unique)::int::smallint, o.name, i.name, CASE WHEN i.index_id = 1 THEN 1 ELSE 3 END::smallint, x.key_ordinal, c.name,
       CASE WHEN x.is_descending_key THEN 'D' ELSE 'A' END, NULL::int, NULL::int, i.filter_definition
       FROM meta.indexes i JOIN meta.index_columns x USING (object_id, index_id) JOIN meta.columns c USING (object_id, column_id) JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id)
       WHERE ${place} AND x.key_ordinal > 0 AND ($3::text IS NULL OR $3 = '%' OR meta.fold(i.name) = meta.fold($3)) AND ($4::text IS DISTINCT FROM 'Y' OR i.is_unique)
       ORDER BY (NOT i.is_unique)::int, i.index_id, x.key_ordinal)`,
    [table ?? null, owner ?? null, index ?? null, unique ?? null],
  );
};

/** sp_special_columns: the columns that identify a row best. */
export const spSpecialColumns: SystemProcedure = (context, args) => {
  const names = ['table_name', 'table_owner', 'table_qualifier', 'col_type', 'scope', 'nullable', 'odbcver'];
  const [table, owner, , kind] = textArguments(names, args);
  const shape: ResultShape = [
    ['SCOPE', SMALLINT],
    ['COLUMN_NAME', SYSNAME],
    ['DATA_TYPE', SMALLINT],
    ['TYPE_NAME', SYSNAME],
    ['PRECISION', INT],
    ['LENGTH', INT],
    ['SCALE', SMALLINT],
    ['PSEUDO_COLUMN', SMALLINT],
  ];
  const wanted =
    kind?.toUpperCase() === 'V'
      ? 'c.system_type_id = 189'
      : `c.column_id IN (SELECT x.column_id FROM meta.index_columns x WHERE x.object_id = o.object_id AND x.key_ordinal > 0 AND x.index_id =
         (SELECT i.index_id FROM meta.indexes i WHERE i.object_id = o.object_id AND i.is_unique AND i.filter_definition IS NULL ORDER BY i.is_primary_key DESC, i.index_id LIMIT 1))`;
  return answer(
    context,
    shape,
    `SELECT CASE WHEN $3 = 'V' THEN NULL ELSE 1 END::smallint, c.name, ${ODBC_TYPE}::smallint, ${TYPE_NAME}, ${PRECISION}, ${LENGTH}, ${SCALE}, 1::smallint
     FROM meta.columns c JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id) JOIN meta.types t ON t.user_type_id = c.user_type_id
     WHERE o.type = 'U' AND meta.fold(o.name) = meta.fold($1) AND ($2::text IS NULL OR meta.fold(s.name) = meta.fold($2)) AND ${wanted} ORDER BY c.column_id`,
    [table ?? null, owner ?? null, kind?.toUpperCase() ?? 'R'],
  );
};

/** sp_stored_procedures. */
export const spStoredProcedures: SystemProcedure = (context, args) => {
  const [name, owner] = textArguments(['sp_name', 'sp_owner', 'sp_qualifier', 'fuseprepared'], args);
  const shape: ResultShape = [
    ['PROCEDURE_QUALIFIER', SYSNAME],
    ['PROCEDURE_OWNER', SYSNAME],
    ['PROCEDURE_NAME', text(134)],
    ['NUM_INPUT_PARAMS', INT],
    ['NUM_OUTPUT_PARAMS', INT],
    ['NUM_RESULT_SETS', INT],
    ['REMARKS', ascii(254)],
    ['PROCEDURE_TYPE', SMALLINT],
  ];
  return answer(
    context,
    shape,
    `SELECT meta.current_name(), s.name, o.name || CASE o.type WHEN 'P' THEN ';1' ELSE ';0' END, -1, -1, -1, NULL::text, 2::smallint FROM meta.objects o JOIN meta.schemas s USING (schema_id)
     WHERE o.type IN ('P', 'FN', 'IF', 'TF') AND ${matches('o.name', '$1')} AND ${matches('s.name', '$2')} ORDER BY s.name, o.name`,
    [likePattern(name ?? null), likePattern(owner ?? null)],
  );
};
