import { answer, likePattern, textArguments } from './driver-query.ts';
import { COLUMN_SHAPE, matches } from './driver-tables.ts';
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
} from './driver-types.ts';
import type { SystemProcedure } from './procedure.ts';
import { ascii, SMALLINT, SYSNAME, text, TINYINT, type ResultShape } from './result-set.ts';

const PARAMETER_SHAPE: ResultShape = [
  ['PROCEDURE_QUALIFIER', SYSNAME],
  ['PROCEDURE_OWNER', SYSNAME],
  ['PROCEDURE_NAME', text(134)],
  ['COLUMN_NAME', SYSNAME],
  ['COLUMN_TYPE', SMALLINT],
  ...COLUMN_SHAPE.slice(4),
];

/** What SQL Server 2008 added: names of table, CLR and XML types. */
const TYPE_NAMES: ResultShape = [
  ['SS_TYPE_CATALOG_NAME', SYSNAME],
  ['SS_TYPE_SCHEMA_NAME', SYSNAME],
  ['SS_UDT_CATALOG_NAME', SYSNAME],
  ['SS_UDT_SCHEMA_NAME', SYSNAME],
  ['SS_UDT_ASSEMBLY_TYPE_NAME', text(4000)],
  ['SS_XML_SCHEMACOLLECTION_CATALOG_NAME', SYSNAME],
  ['SS_XML_SCHEMACOLLECTION_SCHEMA_NAME', SYSNAME],
  ['SS_XML_SCHEMACOLLECTION_NAME', SYSNAME],
];

/** Parameters of procedures and functions, the return value first: that of a procedure is an int that is in no catalog. */
const PARAMETERS = `(SELECT object_id, parameter_id, CASE parameter_id WHEN 0 THEN '@RETURN_VALUE' ELSE name END AS name, system_type_id, user_type_id, max_length, precision, scale,
    CASE WHEN parameter_id = 0 THEN 5 WHEN is_output THEN 2 ELSE 1 END AS direction, parameter_id > 0 AS is_nullable, false AS is_identity FROM meta.parameters
  UNION ALL SELECT object_id, 0, '@RETURN_VALUE', 56, 56, 4, 10, 0, 5, false, false FROM meta.objects WHERE type = 'P') c
  JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id) JOIN meta.types t ON t.user_type_id = c.user_type_id`;

const PARAMETER_LIST = `meta.current_name(), s.name, o.name || CASE o.type WHEN 'P' THEN ';1' ELSE ';0' END, c.name, c.direction::smallint, ${ODBC_TYPE}::smallint, t.name, ${PRECISION}, ${LENGTH}, ${SCALE}, ${RADIX},
  c.is_nullable::int::smallint, NULL::text, NULL::text, ${SQL_DATA_TYPE}, ${DATETIME_SUB}, ${OCTETS}, c.parameter_id, CASE WHEN c.is_nullable THEN 'YES' ELSE 'NO' END`;

function parameters(extended: boolean): SystemProcedure {
  const nothing = TYPE_NAMES.map(() => 'NULL::text').join(', ');
  const more = extended ? `, ${nothing}, ${SS_DATA_TYPE}` : `, ${SS_DATA_TYPE}`;
  const shape: ResultShape = [...PARAMETER_SHAPE, ...(extended ? TYPE_NAMES : []), ['SS_DATA_TYPE', TINYINT]];
  const names = ['procedure_name', 'procedure_owner', 'procedure_qualifier', 'column_name', 'odbcver', 'fusepattern'];
  return (context, args) => {
    const [name, owner, qualifier, column, , pattern] = textArguments(names, args);
    const exact = pattern === '0' || pattern === 'false';
    const wanted = (given: string | null | undefined): string | null =>
      exact ? literal(given ?? null) : likePattern(given ?? null);
    return answer(
      context,
      shape,
      `SELECT ${PARAMETER_LIST}${more} FROM ${PARAMETERS} WHERE o.type IN ('P', 'FN', 'IF', 'TF') AND ${matches('o.name', '$1')} AND ${matches('s.name', '$2')}
       AND ${matches('c.name', '$3')} AND ($4::text IS NULL OR meta.fold($4) = meta.fold(meta.current_name())) ORDER BY s.name, o.name, c.parameter_id`,
      [wanted(name), wanted(owner), wanted(column), qualifier ?? null],
    );
  };
}

/** A name as a pattern that matches it alone. */
const literal = (name: string | null): string | null => name?.replaceAll(/[\\%_]/g, String.raw`\$&`) ?? null;

/** sp_sproc_columns: the parameters of procedures and functions, the return value first. */
export const spSprocColumns = parameters(false);
export const spSprocColumns100 = parameters(true);

const PRIVILEGE_SHAPE: ResultShape = [
  ['GRANTOR', SYSNAME],
  ['GRANTEE', SYSNAME],
  ['PRIVILEGE', ascii(32)],
  ['IS_GRANTABLE', ascii(3)],
];

/** Who may do what with the tables of `places` (object_id, column_id): the owner everything, others what was granted. */
const privileges = (
  kinds: string,
): string => `(SELECT 'dbo' AS grantor, 'dbo' AS grantee, kind, 'YES' AS grantable, o.object_id, 0 AS minor_id
    FROM meta.objects o CROSS JOIN unnest(ARRAY[${kinds}]) kind WHERE o.type IN ('U', 'V')
  UNION ALL SELECT gr.name, ge.name, p.permission_name, CASE p.state WHEN 'GRANT_WITH_GRANT_OPTION' THEN 'YES' ELSE 'NO' END, p.major_id, p.minor_id
    FROM meta.permissions p JOIN meta.principals gr ON gr.principal_id = p.grantor_principal_id JOIN meta.principals ge ON ge.principal_id = p.grantee_principal_id
    WHERE p.class = 1 AND p.state <> 'DENY' AND p.permission_name IN (${kinds})) v`;

/** sp_table_privileges. */
export const spTablePrivileges: SystemProcedure = (context, args) => {
  const [table, owner] = textArguments(['table_name', 'table_owner', 'table_qualifier', 'fusepattern'], args);
  return answer(
    context,
    [['TABLE_QUALIFIER', SYSNAME], ['TABLE_OWNER', SYSNAME], ['TABLE_NAME', SYSNAME], ...PRIVILEGE_SHAPE],
    `SELECT meta.current_name(), s.name, o.name, v.grantor, v.grantee, v.kind, v.grantable
     FROM ${privileges("'DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'UPDATE'")} JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id)
     WHERE v.minor_id = 0 AND ${matches('o.name', '$1')} AND ${matches('s.name', '$2')} ORDER BY s.name, o.name, v.kind, v.grantor, v.grantee`,
    [likePattern(table ?? null), likePattern(owner ?? null)],
  );
};

/** sp_column_privileges: those on the table reach each of its columns. */
export const spColumnPrivileges: SystemProcedure = (context, args) => {
  const names = ['table_name', 'table_owner', 'table_qualifier', 'column_name'];
  const [table, owner, , column] = textArguments(names, args);
  return answer(
    context,
    [
      ['TABLE_QUALIFIER', SYSNAME],
      ['TABLE_OWNER', SYSNAME],
      ['TABLE_NAME', SYSNAME],
      ['COLUMN_NAME', SYSNAME],
      ...PRIVILEGE_SHAPE,
    ],
    `SELECT meta.current_name(), s.name, o.name, c.name, v.grantor, v.grantee, v.kind, v.grantable
     FROM ${privileges("'INSERT', 'REFERENCES', 'SELECT', 'UPDATE'")} JOIN meta.objects o USING (object_id) JOIN meta.schemas s USING (schema_id)
       JOIN meta.columns c ON c.object_id = o.object_id AND v.minor_id IN (0, c.column_id)
     WHERE meta.fold(o.name) = meta.fold($1) AND ${matches('s.name', '$2')} AND ${matches('c.name', '$3')} ORDER BY c.name, v.kind, v.grantor, v.grantee`,
    [table ?? '', likePattern(owner ?? null), likePattern(column ?? null)],
  );
};
