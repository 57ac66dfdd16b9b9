import { view } from './define.ts';

const DB = 'meta.current_name()';
const TYPE_NAME = 'meta.base_type_name(c.system_type_id, c.user_type_id)';

const TYPE_COLUMNS = `
  DATA_TYPE nvarchar(128) ${TYPE_NAME}
  CHARACTER_MAXIMUM_LENGTH int meta.char_length(c.system_type_id, c.max_length)
  CHARACTER_OCTET_LENGTH int meta.octet_length(c.system_type_id, c.max_length)
  NUMERIC_PRECISION tinyint CASE WHEN c.system_type_id IN (48,52,56,127,60,122,106,108,59,62) THEN c.precision END
  NUMERIC_PRECISION_RADIX smallint CASE WHEN c.system_type_id IN (48,52,56,127,60,122,106,108) THEN 10 WHEN c.system_type_id IN (59,62) THEN 2 END
  NUMERIC_SCALE int CASE WHEN c.system_type_id IN (48,52,56,127,60,122,106,108) THEN c.scale END
  DATETIME_PRECISION smallint CASE WHEN c.system_type_id IN (41,42,43,61) THEN c.scale WHEN c.system_type_id IN (40,58) THEN 0 END
  CHARACTER_SET_CATALOG sysname NULL::text
  CHARACTER_SET_SCHEMA sysname NULL::text
  CHARACTER_SET_NAME sysname CASE WHEN c.system_type_id IN (35,167,175) THEN 'iso_1' WHEN c.system_type_id IN (99,231,239) THEN 'UNICODE' END`;

const CONSTRAINTS = `(SELECT k.object_id, k.parent_object_id, k.name, k.schema_id, k.type FROM meta.objects k WHERE k.type IN ('PK', 'UQ', 'F', 'C'))`;

/** INFORMATION_SCHEMA. */
export const INFORMATION_VIEWS = [
  view(
    -240,
    'INFORMATION_SCHEMA.SCHEMATA',
    `
  CATALOG_NAME sysname ${DB}
  SCHEMA_NAME nvarchar(128)! s.name
  SCHEMA_OWNER nvarchar(128) p.name
  DEFAULT_CHARACTER_SET_CATALOG varchar(6) NULL::text
  DEFAULT_CHARACTER_SET_SCHEMA varchar(3) NULL::text
  DEFAULT_CHARACTER_SET_NAME sysname 'iso_1'`,
    'FROM meta.schemas s LEFT JOIN meta.principals p USING (principal_id)',
  ),
  view(
    -241,
    'INFORMATION_SCHEMA.TABLES',
    `
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname! o.name
  TABLE_TYPE varchar(10) CASE o.type WHEN 'U' THEN 'BASE TABLE' ELSE 'VIEW' END`,
    "FROM meta.objects o JOIN meta.schemas s USING (schema_id) WHERE o.type IN ('U', 'V')",
  ),
  view(
    -242,
    'INFORMATION_SCHEMA.COLUMNS',
    `
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME nvarchar(128)! o.name
  COLUMN_NAME nvarchar(128) c.name
  ORDINAL_POSITION int! row_number() OVER (PARTITION BY c.object_id ORDER BY c.column_id)
  COLUMN_DEFAULT nvarchar(4000) d.definition
  IS_NULLABLE varchar(3) CASE WHEN c.is_nullable THEN 'YES' ELSE 'NO' END${TYPE_COLUMNS}
  COLLATION_CATALOG sysname NULL::text
  COLLATION_SCHEMA sysname NULL::text
  COLLATION_NAME sysname c.collation_name
  DOMAIN_CATALOG sysname CASE WHEN c.user_type_id > 256 THEN ${DB} END
  DOMAIN_SCHEMA sysname (SELECT x.name FROM meta.types t JOIN meta.schemas x USING (schema_id) WHERE t.user_type_id = c.user_type_id AND t.is_user_defined)
  DOMAIN_NAME sysname (SELECT t.name FROM meta.types t WHERE t.user_type_id = c.user_type_id AND t.is_user_defined)`,
    `FROM meta.columns c JOIN meta.objects o ON o.object_id = c.object_id AND o.type IN ('U', 'V') JOIN meta.schemas s ON s.schema_id = o.schema_id
     LEFT JOIN meta.default_constraints d ON d.object_id = c.default_object_id`,
  ),
  view(
    -243,
    'INFORMATION_SCHEMA.VIEWS',
    `
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME nvarchar(128)! o.name
  VIEW_DEFINITION nvarchar(4000) m.definition
  CHECK_OPTION varchar(7) CASE WHEN m.with_check_option THEN 'CASCADE' ELSE 'NONE' END
  IS_UPDATABLE varchar(2)! 'NO'`,
    "FROM meta.objects o JOIN meta.schemas s USING (schema_id) JOIN meta.modules m USING (object_id) WHERE o.type = 'V'",
  ),
  view(
    -244,
    'INFORMATION_SCHEMA.TABLE_CONSTRAINTS',
    `
  CONSTRAINT_CATALOG nvarchar(128) ${DB}
  CONSTRAINT_SCHEMA nvarchar(128) s.name
  CONSTRAINT_NAME sysname! k.name
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname o.name
  CONSTRAINT_TYPE varchar(11) CASE k.type WHEN 'PK' THEN 'PRIMARY KEY' WHEN 'UQ' THEN 'UNIQUE' WHEN 'F' THEN 'FOREIGN KEY' ELSE 'CHECK' END
  IS_DEFERRABLE varchar(2)! 'NO'
  INITIALLY_DEFERRED varchar(2)! 'NO'`,
    `FROM ${CONSTRAINTS} k JOIN meta.objects o ON o.object_id = k.parent_object_id AND o.type = 'U' JOIN meta.schemas s ON s.schema_id = o.schema_id`,
  ),
  view(
    -245,
    'INFORMATION_SCHEMA.KEY_COLUMN_USAGE',
    `
  CONSTRAINT_CATALOG nvarchar(128) ${DB}
  CONSTRAINT_SCHEMA nvarchar(128) s.name
  CONSTRAINT_NAME nvarchar(128)! k.name
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME nvarchar(128)! o.name
  COLUMN_NAME nvarchar(128) c.name
  ORDINAL_POSITION int! u.position`,
    `FROM (SELECT kc.object_id, ic.object_id AS table_id, ic.column_id, ic.key_ordinal::int AS position FROM meta.key_constraints kc
       JOIN meta.index_columns ic ON ic.object_id = kc.parent_object_id AND ic.index_id = kc.unique_index_id WHERE ic.key_ordinal > 0
     UNION ALL SELECT constraint_object_id, parent_object_id, parent_column_id, constraint_column_id FROM meta.foreign_key_columns) u
     JOIN meta.objects k ON k.object_id = u.object_id JOIN meta.objects o ON o.object_id = u.table_id AND o.type = 'U'
     JOIN meta.columns c ON c.object_id = u.table_id AND c.column_id = u.column_id JOIN meta.schemas s ON s.schema_id = o.schema_id`,
  ),
  view(
    -246,
    'INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE',
    `
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname! o.name
  COLUMN_NAME sysname c.name
  CONSTRAINT_CATALOG nvarchar(128) ${DB}
  CONSTRAINT_SCHEMA nvarchar(128) s.name
  CONSTRAINT_NAME sysname! k.name`,
    `FROM (SELECT kc.object_id, ic.object_id AS table_id, ic.column_id FROM meta.key_constraints kc
       JOIN meta.index_columns ic ON ic.object_id = kc.parent_object_id AND ic.index_id = kc.unique_index_id WHERE ic.key_ordinal > 0
     UNION ALL SELECT constraint_object_id, parent_object_id, parent_column_id FROM meta.foreign_key_columns
     UNION ALL SELECT object_id, parent_object_id, parent_column_id FROM meta.check_constraints WHERE parent_column_id > 0) u
     JOIN meta.objects k ON k.object_id = u.object_id JOIN meta.objects o ON o.object_id = u.table_id
     JOIN meta.columns c ON c.object_id = u.table_id AND c.column_id = u.column_id JOIN meta.schemas s ON s.schema_id = o.schema_id`,
  ),
  view(
    -247,
    'INFORMATION_SCHEMA.CONSTRAINT_TABLE_USAGE',
    `
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname! o.name
  CONSTRAINT_CATALOG nvarchar(128) ${DB}
  CONSTRAINT_SCHEMA nvarchar(128) s.name
  CONSTRAINT_NAME sysname! k.name`,
    `FROM ${CONSTRAINTS} k JOIN meta.objects o ON o.object_id = k.parent_object_id JOIN meta.schemas s ON s.schema_id = o.schema_id`,
  ),
  view(
    -248,
    'INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS',
    `
  CONSTRAINT_CATALOG nvarchar(128) ${DB}
  CONSTRAINT_SCHEMA nvarchar(128) s.name
  CONSTRAINT_NAME sysname! o.name
  UNIQUE_CONSTRAINT_CATALOG nvarchar(128) ${DB}
  UNIQUE_CONSTRAINT_SCHEMA nvarchar(128) rs.name
  UNIQUE_CONSTRAINT_NAME sysname i.name
  MATCH_OPTION varchar(7) 'SIMPLE'
  UPDATE_RULE varchar(11) replace(CASE f.update_referential_action WHEN 0 THEN 'NO ACTION' WHEN 1 THEN 'CASCADE' WHEN 2 THEN 'SET NULL' ELSE 'SET DEFAULT' END, '_', ' ')
  DELETE_RULE varchar(11) replace(CASE f.delete_referential_action WHEN 0 THEN 'NO ACTION' WHEN 1 THEN 'CASCADE' WHEN 2 THEN 'SET NULL' ELSE 'SET DEFAULT' END, '_', ' ')`,
    `FROM meta.foreign_keys f JOIN meta.objects o USING (object_id) JOIN meta.schemas s ON s.schema_id = o.schema_id
     JOIN meta.objects r ON r.object_id = f.referenced_object_id JOIN meta.schemas rs ON rs.schema_id = r.schema_id
     LEFT JOIN meta.indexes i ON i.object_id = f.referenced_object_id AND i.index_id = f.key_index_id`,
  ),
  view(
    -249,
    'INFORMATION_SCHEMA.CHECK_CONSTRAINTS',
    `
  CONSTRAINT_CATALOG nvarchar(128) ${DB}
  CONSTRAINT_SCHEMA nvarchar(128) s.name
  CONSTRAINT_NAME sysname! o.name
  CHECK_CLAUSE nvarchar(4000) k.definition`,
    'FROM meta.check_constraints k JOIN meta.objects o USING (object_id) JOIN meta.schemas s ON s.schema_id = o.schema_id',
  ),
  view(
    -250,
    'INFORMATION_SCHEMA.ROUTINES',
    `
  SPECIFIC_CATALOG nvarchar(128) ${DB}
  SPECIFIC_SCHEMA nvarchar(128) s.name
  SPECIFIC_NAME nvarchar(128)! o.name
  ROUTINE_CATALOG nvarchar(128) ${DB}
  ROUTINE_SCHEMA nvarchar(128) s.name
  ROUTINE_NAME nvarchar(128)! o.name
  ROUTINE_TYPE nvarchar(20) CASE o.type WHEN 'P' THEN 'PROCEDURE' ELSE 'FUNCTION' END
  MODULE_CATALOG sysname NULL::text
  MODULE_SCHEMA sysname NULL::text
  MODULE_NAME sysname NULL::text
  UDT_CATALOG sysname NULL::text
  UDT_SCHEMA sysname NULL::text
  UDT_NAME sysname NULL::text
  DATA_TYPE nvarchar(128) CASE WHEN o.type IN ('IF', 'TF') THEN 'TABLE' ELSE meta.base_type_name(c.system_type_id, c.user_type_id) END
  CHARACTER_MAXIMUM_LENGTH int meta.char_length(c.system_type_id, c.max_length)
  CHARACTER_OCTET_LENGTH int meta.octet_length(c.system_type_id, c.max_length)
  COLLATION_CATALOG sysname NULL::text
  COLLATION_SCHEMA sysname NULL::text
  COLLATION_NAME sysname CASE WHEN c.system_type_id IN (35,99,167,175,231,239) THEN (SELECT d.collation_name FROM meta.self JOIN meta.databases d USING (database_id)) END
  CHARACTER_SET_CATALOG sysname NULL::text
  CHARACTER_SET_SCHEMA sysname NULL::text
  CHARACTER_SET_NAME sysname CASE WHEN c.system_type_id IN (35,167,175) THEN 'iso_1' WHEN c.system_type_id IN (99,231,239) THEN 'UNICODE' END
  NUMERIC_PRECISION smallint CASE WHEN c.system_type_id IN (48,52,56,127,60,122,106,108,59,62) THEN c.precision END
  NUMERIC_PRECISION_RADIX smallint CASE WHEN c.system_type_id IN (48,52,56,127,60,122,106,108) THEN 10 WHEN c.system_type_id IN (59,62) THEN 2 END
  NUMERIC_SCALE smallint CASE WHEN c.system_type_id IN (48,52,56,127,60,122,106,108) THEN c.scale END
  DATETIME_PRECISION smallint CASE WHEN c.system_type_id IN (41,42,43,61) THEN c.scale WHEN c.system_type_id IN (40,58) THEN 0 END
  INTERVAL_TYPE nvarchar(30) NULL::text
  INTERVAL_PRECISION smallint NULL::smallint
  TYPE_UDT_CATALOG sysname NULL::text
  TYPE_UDT_SCHEMA sysname NULL::text
  TYPE_UDT_NAME sysname NULL::text
  SCOPE_CATALOG sysname NULL::text
  SCOPE_SCHEMA sysname NULL::text
  SCOPE_NAME sysname NULL::text
  MAXIMUM_CARDINALITY bigint NULL::bigint
  DTD_IDENTIFIER sysname NULL::text
  ROUTINE_BODY nvarchar(30) 'SQL'
  ROUTINE_DEFINITION nvarchar(4000) m.definition
  EXTERNAL_NAME sysname NULL::text
  EXTERNAL_LANGUAGE nvarchar(30) NULL::text
  PARAMETER_STYLE nvarchar(30) NULL::text
  IS_DETERMINISTIC nvarchar(10) CASE WHEN m.settings ? 'DETERMINISTIC' THEN 'YES' ELSE 'NO' END
  SQL_DATA_ACCESS nvarchar(30) CASE o.type WHEN 'P' THEN 'MODIFIES' ELSE 'READS' END
  IS_NULL_CALL nvarchar(10) CASE o.type WHEN 'P' THEN NULL ELSE 'NO' END
  SQL_PATH sysname NULL::text
  SCHEMA_LEVEL_ROUTINE nvarchar(10) 'YES'
  MAX_DYNAMIC_RESULT_SETS smallint CASE o.type WHEN 'P' THEN -1 ELSE 0 END
  IS_USER_DEFINED_CAST nvarchar(10) 'NO'
  IS_IMPLICITLY_INVOCABLE nvarchar(10) 'NO'
  CREATED datetime o.create_date
  LAST_ALTERED datetime o.modify_date`,
    `FROM meta.objects o JOIN meta.schemas s USING (schema_id) JOIN meta.modules m USING (object_id)
     LEFT JOIN meta.parameters c ON c.object_id = o.object_id AND c.parameter_id = 0 WHERE o.type IN ('P', 'FN', 'IF', 'TF')`,
  ),
  view(
    -251,
    'INFORMATION_SCHEMA.PARAMETERS',
    `
  SPECIFIC_CATALOG nvarchar(128) ${DB}
  SPECIFIC_SCHEMA nvarchar(128) s.name
  SPECIFIC_NAME nvarchar(128)! o.name
  ORDINAL_POSITION int! c.parameter_id
  PARAMETER_MODE nvarchar(10) CASE WHEN c.parameter_id = 0 THEN 'OUT' WHEN c.is_output THEN 'INOUT' ELSE 'IN' END
  IS_RESULT nvarchar(10) CASE WHEN c.parameter_id = 0 THEN 'YES' ELSE 'NO' END
  AS_LOCATOR nvarchar(10) 'NO'
  PARAMETER_NAME nvarchar(128) c.name${TYPE_COLUMNS}`,
    'FROM meta.parameters c JOIN meta.objects o USING (object_id) JOIN meta.schemas s ON s.schema_id = o.schema_id',
  ),
  view(
    -252,
    'INFORMATION_SCHEMA.DOMAINS',
    `
  DOMAIN_CATALOG nvarchar(128) ${DB}
  DOMAIN_SCHEMA nvarchar(128) s.name
  DOMAIN_NAME sysname! c.name${TYPE_COLUMNS}
  DOMAIN_DEFAULT nvarchar(4000) NULL::text`,
    'FROM meta.types c JOIN meta.schemas s USING (schema_id) WHERE c.is_user_defined AND NOT c.is_table_type',
  ),
  view(
    -253,
    'INFORMATION_SCHEMA.SEQUENCES',
    `
  SEQUENCE_CATALOG nvarchar(128) ${DB}
  SEQUENCE_SCHEMA nvarchar(128) s.name
  SEQUENCE_NAME sysname! o.name
  DATA_TYPE nvarchar(128) meta.base_type_name(q.system_type_id, q.user_type_id)
  NUMERIC_PRECISION tinyint! q.precision
  NUMERIC_PRECISION_RADIX smallint 10
  NUMERIC_SCALE int q.scale
  START_VALUE bigint q.start_value
  MINIMUM_VALUE bigint q.minimum_value
  MAXIMUM_VALUE bigint q.maximum_value
  INCREMENT bigint q.increment
  CYCLE_OPTION int CASE WHEN q.is_cycling THEN 1 ELSE 0 END
  DECLARED_DATA_TYPE nvarchar(128) meta.base_type_name(q.system_type_id, q.user_type_id)
  DECLARED_NUMERIC_PRECISION tinyint q.precision
  DECLARED_NUMERIC_SCALE tinyint q.scale`,
    'FROM meta.sequences q JOIN meta.objects o USING (object_id) JOIN meta.schemas s ON s.schema_id = o.schema_id',
  ),
  view(
    -254,
    'INFORMATION_SCHEMA.TABLE_PRIVILEGES',
    `
  GRANTOR nvarchar(128) r.name
  GRANTEE nvarchar(128) e.name
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname! o.name
  PRIVILEGE_TYPE varchar(10) p.permission_name
  IS_GRANTABLE varchar(3) CASE p.state WHEN 'GRANT_WITH_GRANT_OPTION' THEN 'YES' ELSE 'NO' END`,
    `FROM meta.permissions p JOIN meta.objects o ON p.class = 1 AND o.object_id = p.major_id JOIN meta.schemas s ON s.schema_id = o.schema_id
     JOIN meta.principals e ON e.principal_id = p.grantee_principal_id JOIN meta.principals r ON r.principal_id = p.grantor_principal_id WHERE p.minor_id = 0 AND p.state <> 'DENY'`,
  ),
  view(
    -255,
    'INFORMATION_SCHEMA.VIEW_TABLE_USAGE',
    `
  VIEW_CATALOG nvarchar(128) ${DB}
  VIEW_SCHEMA nvarchar(128) vs.name
  VIEW_NAME sysname! v.name
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname! o.name`,
    `FROM meta.dependencies d JOIN meta.objects v ON v.object_id = d.referencing_id AND v.type = 'V' JOIN meta.schemas vs ON vs.schema_id = v.schema_id
     JOIN meta.objects o ON o.object_id = meta.object_id_of(d.referenced_schema_name, d.referenced_entity_name) AND d.referenced_database_name IS NULL AND o.type IN ('U', 'V') JOIN meta.schemas s ON s.schema_id = o.schema_id`,
  ),
  view(
    -256,
    'INFORMATION_SCHEMA.COLUMN_DOMAIN_USAGE',
    `
  DOMAIN_CATALOG nvarchar(128) ${DB}
  DOMAIN_SCHEMA nvarchar(128) ts.name
  DOMAIN_NAME sysname! t.name
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname! o.name
  COLUMN_NAME sysname c.name`,
    `FROM meta.columns c JOIN meta.objects o ON o.object_id = c.object_id AND o.type = 'U' JOIN meta.schemas s ON s.schema_id = o.schema_id
     JOIN meta.types t ON t.user_type_id = c.user_type_id AND t.is_user_defined JOIN meta.schemas ts ON ts.schema_id = t.schema_id`,
  ),
  view(
    -257,
    'INFORMATION_SCHEMA.COLUMN_PRIVILEGES',
    `
  GRANTOR nvarchar(128) r.name
  GRANTEE nvarchar(128) e.name
  TABLE_CATALOG nvarchar(128) ${DB}
  TABLE_SCHEMA nvarchar(128) s.name
  TABLE_NAME sysname! o.name
  COLUMN_NAME sysname c.name
  PRIVILEGE_TYPE varchar(10) p.permission_name
  IS_GRANTABLE varchar(3) CASE p.state WHEN 'GRANT_WITH_GRANT_OPTION' THEN 'YES' ELSE 'NO' END`,
    `FROM meta.permissions p JOIN meta.objects o ON p.class = 1 AND o.object_id = p.major_id JOIN meta.schemas s ON s.schema_id = o.schema_id JOIN meta.columns c ON c.object_id = o.object_id
     JOIN meta.principals e ON e.principal_id = p.grantee_principal_id JOIN meta.principals r ON r.principal_id = p.grantor_principal_id
     WHERE p.state <> 'DENY' AND p.permission_name IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')`,
  ),
];
