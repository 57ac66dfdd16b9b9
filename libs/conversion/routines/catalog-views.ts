import { extended, storageViews } from './catalog-storage.ts';
import { type CatalogView, type CatalogColumn, INFORMATION_VIEWS } from './information-views.ts';
import { type Relation, type RelationColumn, type SqlType } from '../query/index.ts';

/** The source's catalog as routines ask it: queries over PostgreSQL's, with the names of the target. */

const NAME: SqlType = { name: 'nvarchar', length: 128 };
const INT: SqlType = { name: 'int' };
const BIT: SqlType = { name: 'bit' };
const SMALL: SqlType = { name: 'smallint' };
const BIG: SqlType = { name: 'bigint' };
const AT: SqlType = { name: 'datetime' };
const kind = (length: number): SqlType => ({ name: 'char', length });
const text = (length: number): SqlType => ({ name: 'nvarchar', length });

/** Tables, views and so on of the database, none of the system's. */
const OWN = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg_temp%' AND n.nspname NOT LIKE 'pg_toast_temp%'`;

const TYPE_OF_CLASS = `CASE c.relkind WHEN 'v' THEN 'V ' WHEN 'm' THEN 'V ' WHEN 'S' THEN 'SO' ELSE 'U ' END`;

const CLASSES = (kinds: string): string =>
  `SELECT c.relname::text AS name, c.oid::bigint::integer AS object_id, n.oid::bigint::integer AS schema_id, 0 AS parent_object_id, ${TYPE_OF_CLASS} AS type, CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'VIEW' WHEN 'S' THEN 'SEQUENCE_OBJECT' ELSE 'USER_TABLE' END AS type_desc, NULL::timestamp(3) AS create_date, NULL::timestamp(3) AS modify_date, false AS is_ms_shipped FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN (${kinds}) AND ${OWN}`;

const ROUTINES = `SELECT p.proname::text, p.oid::bigint::integer, n.oid::bigint::integer, 0, CASE WHEN p.prokind = 'p' THEN 'P ' WHEN p.proretset THEN 'TF' ELSE 'FN' END, CASE WHEN p.prokind = 'p' THEN 'SQL_STORED_PROCEDURE' WHEN p.proretset THEN 'SQL_TABLE_VALUED_FUNCTION' ELSE 'SQL_SCALAR_FUNCTION' END, NULL::timestamp(3), NULL::timestamp(3), false FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE p.prorettype <> 'trigger'::regtype AND ${OWN}`;

const CONSTRAINTS = `SELECT k.conname::text, k.oid::bigint::integer, k.connamespace::bigint::integer, k.conrelid::bigint::integer, CASE k.contype WHEN 'p' THEN 'PK' WHEN 'u' THEN 'UQ' WHEN 'f' THEN 'F ' ELSE 'C ' END, CASE k.contype WHEN 'p' THEN 'PRIMARY_KEY_CONSTRAINT' WHEN 'u' THEN 'UNIQUE_CONSTRAINT' WHEN 'f' THEN 'FOREIGN_KEY_CONSTRAINT' ELSE 'CHECK_CONSTRAINT' END, NULL::timestamp(3), NULL::timestamp(3), false FROM pg_constraint AS k JOIN pg_namespace AS n ON n.oid = k.connamespace WHERE k.contype IN ('p', 'u', 'f', 'c') AND ${OWN}`;

const TRIGGERS = `SELECT t.tgname::text, t.oid::bigint::integer, c.relnamespace::bigint::integer, t.tgrelid::bigint::integer, 'TR', 'SQL_TRIGGER', NULL::timestamp(3), NULL::timestamp(3), false FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND ${OWN}`;

const OBJECT_COLUMNS: readonly Column[] = [
  ['name', NAME],
  ['object_id', INT],
  ['schema_id', INT],
  ['parent_object_id', INT],
  ['type', kind(2)],
  ['type_desc', NAME],
  ['create_date', AT],
  ['modify_date', AT],
  ['is_ms_shipped', BIT],
];

type Column = CatalogColumn;
type View = CatalogView;

const OBJECTS: View = {
  columns: OBJECT_COLUMNS,
  sql: `${CLASSES(`'r', 'p', 'v', 'm', 'S'`)} UNION ALL ${ROUTINES} UNION ALL ${CONSTRAINTS} UNION ALL ${TRIGGERS}`,
};

const objects = (kinds: string): View => ({ columns: OBJECT_COLUMNS, sql: CLASSES(kinds) });

const only = (types: string): View => ({
  columns: OBJECT_COLUMNS,
  sql: `SELECT * FROM (${OBJECTS.sql}) AS o WHERE o.type IN (${types})`,
});

/** PostgreSQL's types in T-SQL's words. */
const TYPE_NAME = `CASE y.typname WHEN 'int4' THEN 'int' WHEN 'int2' THEN 'smallint' WHEN 'int8' THEN 'bigint' WHEN 'bool' THEN 'bit' WHEN 'varchar' THEN 'nvarchar' WHEN 'text' THEN 'nvarchar' WHEN 'bpchar' THEN 'nchar' WHEN 'float8' THEN 'float' WHEN 'float4' THEN 'real' WHEN 'timestamp' THEN 'datetime2' WHEN 'timestamptz' THEN 'datetimeoffset' WHEN 'bytea' THEN 'varbinary' WHEN 'uuid' THEN 'uniqueidentifier' ELSE y.typname::text END`;

/** SQL Server's numbers of its types, which code compares with; of all others PostgreSQL's. Text is found once, as nvarchar. */
const TYPE_ID = (type: string): string =>
  `CASE ${type}.typname WHEN 'int4' THEN 56 WHEN 'int2' THEN 52 WHEN 'int8' THEN 127 WHEN 'bool' THEN 104 WHEN 'varchar' THEN 231 WHEN 'text' THEN 231 WHEN 'bpchar' THEN 239 WHEN 'float8' THEN 62 WHEN 'float4' THEN 59 WHEN 'numeric' THEN 108 WHEN 'timestamp' THEN 42 WHEN 'timestamptz' THEN 43 WHEN 'date' THEN 40 WHEN 'time' THEN 41 WHEN 'bytea' THEN 165 WHEN 'uuid' THEN 36 WHEN 'xml' THEN 241 ELSE ${type}.oid::bigint::integer END`;

const LENGTH = `CASE WHEN y.typname IN ('varchar', 'bpchar') THEN CASE WHEN a.atttypmod > 4 THEN 2 * (a.atttypmod - 4) ELSE -1 END WHEN y.typlen > 0 THEN y.typlen::integer ELSE -1 END`;

const COLUMNS: View = {
  columns: [
    ['object_id', INT],
    ['name', NAME],
    ['column_id', INT],
    ['system_type_id', INT],
    ['user_type_id', INT],
    ['max_length', SMALL],
    ['precision', INT],
    ['scale', INT],
    ['is_nullable', BIT],
    ['is_identity', BIT],
    ['is_computed', BIT],
    ['default_object_id', INT],
  ],
  sql: `SELECT a.attrelid::bigint::integer AS object_id, a.attname::text AS name, a.attnum::integer AS column_id, ${TYPE_ID('b')} AS system_type_id, ${TYPE_ID('y')} AS user_type_id, (${LENGTH})::smallint AS max_length, CASE WHEN y.typname = 'numeric' AND a.atttypmod > 4 THEN ((a.atttypmod - 4) >> 16) & 65535 ELSE 0 END AS precision, CASE WHEN y.typname = 'numeric' AND a.atttypmod > 4 THEN (a.atttypmod - 4) & 65535 ELSE 0 END AS scale, NOT a.attnotnull AS is_nullable, a.attidentity <> '' AS is_identity, a.attgenerated <> '' AS is_computed, coalesce(d.oid::bigint::integer, 0) AS default_object_id FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_type AS y ON y.oid = a.atttypid JOIN pg_type AS b ON b.oid = coalesce(nullif(y.typbasetype, 0), y.oid) LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
};

const INDEXES: View = {
  columns: [
    ['object_id', INT],
    ['name', NAME],
    ['index_id', INT],
    ['type', INT],
    ['type_desc', NAME],
    ['is_unique', BIT],
    ['is_primary_key', BIT],
    ['is_unique_constraint', BIT],
    ['is_disabled', BIT],
    ['is_hypothetical', BIT],
  ],
  sql: `SELECT i.indrelid::bigint::integer AS object_id, x.relname::text AS name, (row_number() OVER (PARTITION BY i.indrelid ORDER BY NOT i.indisprimary, i.indexrelid))::integer AS index_id, CASE WHEN i.indisprimary THEN 1 ELSE 2 END AS type, CASE WHEN i.indisprimary THEN 'CLUSTERED' ELSE 'NONCLUSTERED' END AS type_desc, i.indisunique AS is_unique, i.indisprimary AS is_primary_key, k.oid IS NOT NULL AS is_unique_constraint, NOT i.indisvalid AS is_disabled, false AS is_hypothetical FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = x.relnamespace LEFT JOIN pg_constraint AS k ON k.conindid = i.indexrelid AND k.contype = 'u' WHERE ${OWN}`,
};

const INDEX_COLUMNS: View = {
  columns: [
    ['object_id', INT],
    ['index_id', INT],
    ['index_column_id', INT],
    ['column_id', INT],
    ['key_ordinal', INT],
    ['partition_ordinal', INT],
    ['is_descending_key', BIT],
    ['is_included_column', BIT],
  ],
  sql: `SELECT x.indrelid::bigint::integer AS object_id, x.index_id, u.n::integer AS index_column_id, u.a::integer AS column_id, CASE WHEN u.n <= x.indnkeyatts THEN u.n ELSE 0 END::integer AS key_ordinal, 0 AS partition_ordinal, u.n <= x.indnkeyatts AND x.indoption[u.n - 1] & 1 = 1 AS is_descending_key, u.n > x.indnkeyatts AS is_included_column FROM (SELECT i.*, (row_number() OVER (PARTITION BY i.indrelid ORDER BY NOT i.indisprimary, i.indexrelid))::integer AS index_id FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE ${OWN}) AS x CROSS JOIN LATERAL unnest(x.indkey::smallint[]) WITH ORDINALITY AS u(a, n)`,
};

/** Of routines; lengths are no part of a parameter's type. */
const PARAMETERS: View = {
  columns: [
    ['object_id', INT],
    ['name', NAME],
    ['parameter_id', INT],
    ['system_type_id', INT],
    ['user_type_id', INT],
    ['max_length', SMALL],
    ['precision', INT],
    ['scale', INT],
    ['is_output', BIT],
    ['has_default_value', BIT],
    ['is_readonly', BIT],
  ],
  sql: `SELECT p.oid::bigint::integer AS object_id, coalesce(u.name, '') AS name, u.n::integer AS parameter_id, ${TYPE_ID('b')} AS system_type_id, ${TYPE_ID('y')} AS user_type_id, CASE WHEN b.typlen > 0 THEN b.typlen ELSE -1 END::smallint AS max_length, 0 AS precision, 0 AS scale, coalesce(u.mode IN ('o', 'b'), false) AS is_output, u.n > p.pronargs - p.pronargdefaults AS has_default_value, y.typcategory = 'A' AS is_readonly FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace CROSS JOIN LATERAL unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes) WITH ORDINALITY AS u(type, name, mode, n) JOIN pg_type AS y ON y.oid = u.type JOIN pg_type AS b ON b.oid = coalesce(nullif(y.typbasetype, 0), y.oid) WHERE coalesce(u.mode, 'i') <> 't' AND ${OWN}`,
};

/** Texts of views and routines as PostgreSQL has them. */
const SQL_MODULES: View = {
  columns: [
    ['object_id', INT],
    ['definition', text(-1)],
    ['uses_ansi_nulls', BIT],
    ['uses_quoted_identifier', BIT],
    ['is_schema_bound', BIT],
  ],
  sql: `SELECT m.oid::bigint::integer AS object_id, m.definition, true AS uses_ansi_nulls, true AS uses_quoted_identifier, false AS is_schema_bound FROM (SELECT p.oid, pg_get_functiondef(p.oid) AS definition FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE p.prokind IN ('f', 'p') AND p.prorettype <> 'trigger'::regtype AND ${OWN} UNION ALL SELECT c.oid, pg_get_viewdef(c.oid) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${OWN} UNION ALL SELECT t.oid, pg_get_triggerdef(t.oid) FROM pg_trigger AS t WHERE NOT t.tgisinternal) AS m`,
};

const PARTITIONS: View = {
  columns: [
    ['partition_id', BIG],
    ['object_id', INT],
    ['index_id', INT],
    ['partition_number', INT],
    ['hobt_id', BIG],
    ['rows', BIG],
    ['data_compression', INT],
    ['data_compression_desc', NAME],
  ],
  sql: `SELECT c.oid::bigint AS partition_id, c.oid::bigint::integer AS object_id, 1 AS index_id, 1 AS partition_number, c.oid::bigint AS hobt_id, greatest(c.reltuples, 0)::bigint AS rows, 0 AS data_compression, 'NONE' AS data_compression_desc FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND ${OWN}`,
};

const FOREIGN_KEYS: View = {
  columns: [
    ...OBJECT_COLUMNS,
    ['referenced_object_id', INT],
    ['is_disabled', BIT],
    ['is_not_trusted', BIT],
    ['delete_referential_action', INT],
    ['delete_referential_action_desc', NAME],
  ],
  sql: `SELECT k.conname::text AS name, k.oid::bigint::integer AS object_id, k.connamespace::bigint::integer AS schema_id, k.conrelid::bigint::integer AS parent_object_id, 'F ' AS type, 'FOREIGN_KEY_CONSTRAINT' AS type_desc, NULL::timestamp(3) AS create_date, NULL::timestamp(3) AS modify_date, false AS is_ms_shipped, k.confrelid::bigint::integer AS referenced_object_id, false AS is_disabled, NOT k.convalidated AS is_not_trusted, CASE k.confdeltype WHEN 'c' THEN 1 WHEN 'n' THEN 2 WHEN 'd' THEN 3 ELSE 0 END AS delete_referential_action, CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET_NULL' WHEN 'd' THEN 'SET_DEFAULT' ELSE 'NO_ACTION' END AS delete_referential_action_desc FROM pg_constraint AS k WHERE k.contype = 'f'`,
};

const FOREIGN_KEY_COLUMNS: View = {
  columns: [
    ['constraint_object_id', INT],
    ['constraint_column_id', INT],
    ['parent_object_id', INT],
    ['parent_column_id', INT],
    ['referenced_object_id', INT],
    ['referenced_column_id', INT],
  ],
  sql: `SELECT k.oid::bigint::integer AS constraint_object_id, u.n::integer AS constraint_column_id, k.conrelid::bigint::integer AS parent_object_id, u.a::integer AS parent_column_id, k.confrelid::bigint::integer AS referenced_object_id, u.b::integer AS referenced_column_id FROM pg_constraint AS k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS u(a, b, n) WHERE k.contype = 'f'`,
};

const SCHEMAS: View = {
  columns: [
    ['name', NAME],
    ['schema_id', INT],
    ['principal_id', INT],
  ],
  sql: `SELECT n.nspname::text AS name, n.oid::bigint::integer AS schema_id, n.nspowner::bigint::integer AS principal_id FROM pg_namespace AS n`,
};

const TYPES: View = {
  columns: [
    ['name', NAME],
    ['system_type_id', INT],
    ['user_type_id', INT],
    ['schema_id', INT],
    ['max_length', SMALL],
    ['is_nullable', BIT],
    ['is_user_defined', BIT],
    ['is_table_type', BIT],
  ],
  sql: `SELECT ${TYPE_NAME} AS name, ${TYPE_ID('b')} AS system_type_id, ${TYPE_ID('y')} AS user_type_id, y.typnamespace::bigint::integer AS schema_id, y.typlen AS max_length, NOT y.typnotnull AS is_nullable, n.nspname <> 'pg_catalog' AS is_user_defined, y.typtype = 'c' AS is_table_type FROM pg_type AS y JOIN pg_type AS b ON b.oid = coalesce(nullif(y.typbasetype, 0), y.oid) JOIN pg_namespace AS n ON n.oid = y.typnamespace WHERE y.oid <> 'pg_catalog.text'::regtype`,
};

const SYSOBJECTS: View = {
  columns: [
    ['name', NAME],
    ['id', INT],
    ['xtype', kind(2)],
    ['type', kind(2)],
    ['uid', INT],
    ['parent_obj', INT],
    ['crdate', AT],
  ],
  sql: `SELECT o.name, o.object_id AS id, o.type AS xtype, o.type, o.schema_id AS uid, o.parent_object_id AS parent_obj, o.create_date AS crdate FROM (${OBJECTS.sql}) AS o`,
};

const SYSCOLUMNS: View = {
  columns: [
    ['name', NAME],
    ['id', INT],
    ['colid', INT],
    ['xtype', INT],
    ['xusertype', INT],
    ['length', INT],
    ['isnullable', INT],
    ['colorder', INT],
    ['prec', INT],
    ['scale', INT],
    ['iscomputed', INT],
    ['status', INT],
    ['cdefault', INT],
  ],
  sql: `SELECT c.name, c.object_id AS id, c.column_id AS colid, c.system_type_id AS xtype, c.user_type_id AS xusertype, c.max_length::integer AS length, c.is_nullable::integer AS isnullable, c.column_id AS colorder, c.precision AS prec, c.scale, c.is_computed::integer AS iscomputed, c.is_identity::integer * 128 + c.is_nullable::integer * 8 AS status, c.default_object_id AS cdefault FROM (${COLUMNS.sql}) AS c`,
};

const SYSINDEXES: View = {
  columns: [
    ['id', INT],
    ['name', NAME],
    ['indid', INT],
    ['rows', INT],
    ['rowcnt', BIG],
    ['status', INT],
    ['dpages', INT],
    ['reserved', INT],
    ['used', INT],
  ],
  sql: `SELECT i.object_id AS id, i.name, i.index_id AS indid, greatest(c.reltuples, 0)::integer AS rows, greatest(c.reltuples, 0)::bigint AS rowcnt, i.is_unique::integer * 2 + i.is_primary_key::integer * 2048 + i.is_unique_constraint::integer * 4096 AS status, greatest(c.relpages, 0) AS dpages, greatest(c.relpages, 0) AS reserved, greatest(c.relpages, 0) AS used FROM (${INDEXES.sql}) AS i JOIN pg_class AS c ON c.oid::bigint::integer = i.object_id`,
};

const SEQUENCES: View = {
  columns: [...OBJECT_COLUMNS, ['current_value', BIG], ['start_value', BIG], ['increment', BIG]],
  sql: `SELECT o.*, coalesce(s.last_value, s.start_value) AS current_value, s.start_value, s.increment_by AS increment FROM (${CLASSES(`'S'`)}) AS o JOIN pg_namespace AS m ON m.oid::bigint::integer = o.schema_id JOIN pg_sequences AS s ON s.schemaname = m.nspname AND s.sequencename = o.name`,
};

const TRIGGER_VIEW: View = {
  columns: [
    ['name', NAME],
    ['object_id', INT],
    ['parent_id', INT],
    ['type', kind(2)],
    ['is_disabled', BIT],
    ['is_ms_shipped', BIT],
    ['type_desc', NAME],
    ['parent_class', INT],
    ['parent_class_desc', NAME],
    ['create_date', AT],
    ['modify_date', AT],
    ['is_instead_of_trigger', BIT],
  ],
  sql: `SELECT t.tgname::text AS name, t.oid::bigint::integer AS object_id, t.tgrelid::bigint::integer AS parent_id, 'TR' AS type, t.tgenabled = 'D' AS is_disabled, false AS is_ms_shipped, 'SQL_TRIGGER' AS type_desc, 1 AS parent_class, 'OBJECT_OR_COLUMN' AS parent_class_desc, NULL::timestamp(3) AS create_date, NULL::timestamp(3) AS modify_date, t.tgtype & 64 <> 0 AS is_instead_of_trigger FROM pg_trigger AS t WHERE NOT t.tgisinternal`,
};

const DATABASES: View = {
  columns: [
    ['name', NAME],
    ['database_id', INT],
    ['create_date', AT],
    ['state', INT],
    ['state_desc', NAME],
    ['is_read_only', BIT],
    ['recovery_model', INT],
    ['recovery_model_desc', NAME],
    ['user_access_desc', NAME],
    ['collation_name', NAME],
    ['source_database_id', INT],
    ['is_in_standby', BIT],
  ],
  sql: `SELECT d.datname::text AS name, d.oid::bigint::integer AS database_id, NULL::timestamp(3) AS create_date, 0 AS state, 'ONLINE' AS state_desc, false AS is_read_only, 1 AS recovery_model, 'FULL' AS recovery_model_desc, 'MULTI_USER' AS user_access_desc, d.datcollate::text AS collation_name, NULL::integer AS source_database_id, false AS is_in_standby FROM pg_database AS d WHERE NOT d.datistemplate`,
};

const PRINCIPALS: View = {
  columns: [
    ['name', NAME],
    ['principal_id', INT],
    ['type', kind(1)],
    ['type_desc', NAME],
    ['default_schema_name', NAME],
    ['create_date', AT],
    ['modify_date', AT],
    ['is_fixed_role', BIT],
    ['is_disabled', BIT],
  ],
  sql: `SELECT r.rolname::text AS name, r.oid::bigint::integer AS principal_id, CASE WHEN r.rolcanlogin THEN 'S' ELSE 'R' END AS type, CASE WHEN r.rolcanlogin THEN 'SQL_USER' ELSE 'DATABASE_ROLE' END AS type_desc, 'public' AS default_schema_name, NULL::timestamp(3) AS create_date, NULL::timestamp(3) AS modify_date, r.oid < 16384 AS is_fixed_role, NOT r.rolcanlogin AS is_disabled FROM pg_roles AS r`,
};

const SESSIONS: View = {
  columns: [
    ['session_id', INT],
    ['login_name', NAME],
    ['host_name', NAME],
    ['program_name', NAME],
    ['status', text(30)],
    ['login_time', AT],
    ['database_id', INT],
    ['is_user_process', BIT],
  ],
  sql: `SELECT a.pid AS session_id, a.usename::text AS login_name, coalesce(a.client_hostname, host(a.client_addr)) AS host_name, a.application_name AS program_name, a.state AS status, a.backend_start::timestamp(3) AS login_time, a.datid::bigint::integer AS database_id, a.backend_type = 'client backend' AS is_user_process FROM pg_stat_activity AS a`,
};

/** The numbers that code takes from SQL Server's table of all sorts of values, type P. */
const NUMBERS: View = {
  columns: [
    ['name', text(35)],
    ['number', INT],
    ['type', kind(3)],
    ['low', INT],
    ['high', INT],
    ['status', INT],
  ],
  sql: `SELECT NULL::text AS name, n AS number, 'P' AS type, n / 8 + 1 AS low, 1 << (n % 8) AS high, 0 AS status FROM generate_series(0, 2047) AS n`,
};

/** Views and tables of `master`, whichever database asks. */
const OF_MASTER = new Set([
  'dbo.spt_values',
  'dbo.sysdatabases',
  'sys.databases',
  'sys.sysdatabases',
  'sys.dm_exec_sessions',
  'sys.dm_exec_requests',
  'sys.dm_exec_connections',
  'sys.dm_tran_locks',
  'sys.master_files',
  'sys.server_principals',
  'sys.sql_logins',
  'sys.syslogins',
  'dbo.syslogins',
  'sys.sysprocesses',
  'dbo.sysprocesses',
]);

const TABLES = extended(objects(`'r', 'p'`), [
  ['is_replicated', BIT, 'false'],
  ['is_memory_optimized', BIT, 'false'],
  ['is_external', BIT, 'false'],
  ['is_filetable', BIT, 'false'],
]);

const ALL_COLUMNS = extended(COLUMNS, [
  ['collation_name', NAME, 'NULL::text'],
  ['is_rowguidcol', BIT, 'false'],
  ['is_ansi_padded', BIT, 'true'],
  ['is_filestream', BIT, 'false'],
  ['is_sparse', BIT, 'false'],
  ['is_column_set', BIT, 'false'],
  ['is_hidden', BIT, 'false'],
  ['rule_object_id', INT, '0'],
  ['is_xml_document', BIT, 'false'],
  ['xml_collection_id', INT, '0'],
]);

const ALL_INDEXES = extended(
  INDEXES,
  [
    ['data_space_id', INT, '1'],
    ['ignore_dup_key', BIT, 'false'],
    ['fill_factor', INT, '0'],
    ['is_padded', BIT, 'false'],
    ['allow_row_locks', BIT, 'true'],
    ['allow_page_locks', BIT, 'true'],
    ['has_filter', BIT, 'j.indpred IS NOT NULL'],
    ['filter_definition', text(-1), 'pg_get_expr(j.indpred, j.indrelid)'],
  ],
  ` JOIN pg_class AS z ON z.relname = b.name AND z.relkind IN ('i', 'I') JOIN pg_index AS j ON j.indexrelid = z.oid AND j.indrelid::bigint::integer = b.object_id`,
);

const VIEWS: Readonly<Record<string, View>> = {
  'sys.objects': OBJECTS,
  'sys.all_objects': OBJECTS,
  'sys.tables': TABLES,
  'sys.views': objects(`'v', 'm'`),
  'sys.procedures': only(`'P '`),
  'sys.columns': ALL_COLUMNS,
  'sys.all_columns': ALL_COLUMNS,
  'sys.indexes': ALL_INDEXES,
  'sys.index_columns': INDEX_COLUMNS,
  'sys.parameters': PARAMETERS,
  'sys.all_parameters': PARAMETERS,
  'sys.sql_modules': SQL_MODULES,
  'sys.all_sql_modules': SQL_MODULES,
  'sys.partitions': PARTITIONS,
  'sys.foreign_keys': FOREIGN_KEYS,
  'sys.foreign_key_columns': FOREIGN_KEY_COLUMNS,
  'sys.schemas': SCHEMAS,
  'sys.types': TYPES,
  'sys.sequences': SEQUENCES,
  'sys.triggers': TRIGGER_VIEW,
  'sys.databases': DATABASES,
  'sys.sysdatabases': DATABASES,
  'sys.database_principals': PRINCIPALS,
  'sys.dm_exec_sessions': SESSIONS,
  'dbo.sysobjects': SYSOBJECTS,
  'sys.sysobjects': SYSOBJECTS,
  'dbo.syscolumns': SYSCOLUMNS,
  'sys.syscolumns': SYSCOLUMNS,
  'dbo.sysindexes': SYSINDEXES,
  'sys.sysindexes': SYSINDEXES,
  'dbo.spt_values': NUMBERS,
  'dbo.sysdatabases': DATABASES,
  ...INFORMATION_VIEWS,
  ...storageViews({
    objects: OBJECTS,
    columns: COLUMNS,
    indexes: INDEXES,
    indexColumns: INDEX_COLUMNS,
    foreignKeys: FOREIGN_KEYS,
    foreignKeyColumns: FOREIGN_KEY_COLUMNS,
    modules: SQL_MODULES,
    checks: only(`'C '`),
    keys: only(`'PK', 'UQ'`),
    principals: PRINCIPALS,
  }),
};

/** All of them, as they are asked for. */
export const catalogNames = (): readonly string[] => Object.keys(VIEWS);

/** A view of the source's catalog as something to select from; undefined for one that has no counterpart here. */
export function catalogView(schema: string | undefined, name: string): Relation | undefined {
  const key = `${(schema ?? 'dbo').toLowerCase()}.${name.toLowerCase()}`;
  // The views of before 2005 are in both schemas.
  const view = [key, key.replace(/^sys\.sys/, 'dbo.sys')].flatMap((one) =>
    Object.hasOwn(VIEWS, one) ? (VIEWS[one] ?? []) : [],
  )[0];
  if (!view) return undefined;
  return {
    kind: 'table',
    schema: schema ?? 'dbo',
    name,
    sql: `(${view.sql})`,
    columns: view.columns.map(([column, type]): RelationColumn => ({
      name: column,
      sql: `"${column.toLowerCase()}"`,
      type,
      nullable: true,
    })),
  };
}

/** What `master..name` is: of the server, so that every database may ask. */
export const masterView = (schema: string | undefined, name: string): Relation | undefined =>
  OF_MASTER.has(`${(schema ?? 'dbo').toLowerCase()}.${name.toLowerCase()}`) ? catalogView(schema, name) : undefined;
