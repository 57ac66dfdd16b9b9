/** Catalog queries; each returns arrays in the order of its select list. System objects, CDC's own and Sluice's marker are left out. */
const OURS = `o.is_ms_shipped = 0 AND s.name NOT IN (N'cdc', N'sys', N'INFORMATION_SCHEMA', N'sluice')`;

const comment = (majorId: string, minorId: string, classId: number): string =>
  `(SELECT TOP (1) CONVERT(nvarchar(4000), p.value) FROM sys.extended_properties AS p WHERE p.class = ${classId} AND p.major_id = ${majorId} AND p.minor_id = ${minorId} AND p.name = N'MS_Description')`;

export const SERVER = `SELECT DB_NAME(), CONVERT(varchar(128), SERVERPROPERTY('ProductVersion')), CONVERT(varchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'))`;

export const SCHEMAS = `
SELECT s.name, ${comment('s.schema_id', '0', 3)}, p.name FROM sys.schemas AS s LEFT JOIN sys.database_principals AS p ON p.principal_id = s.principal_id
WHERE s.schema_id < 16384 AND s.name NOT IN (N'sys', N'INFORMATION_SCHEMA', N'guest', N'cdc', N'sluice') ORDER BY s.schema_id`;

export const TABLES = `
SELECT o.object_id, s.name, o.name, ${comment('o.object_id', '0', 1)}, t.temporal_type, t.is_memory_optimized, t.is_external, t.is_filetable, t.is_remote_data_archive_enabled
FROM sys.tables AS t JOIN sys.objects AS o ON o.object_id = t.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE ${OURS} ORDER BY s.name, o.name`;

export const SIZES = `
SELECT p.object_id, SUM(CASE WHEN p.index_id < 2 THEN p.row_count ELSE 0 END), SUM(p.used_page_count) * 8192
FROM sys.dm_db_partition_stats AS p GROUP BY p.object_id`;

/** Rows alone, for a login that may not see the state of the database: sizes are zero. */
export const ROW_COUNTS = `
SELECT p.object_id, SUM(CASE WHEN p.index_id < 2 THEN p.rows ELSE 0 END), CAST(0 AS bigint) FROM sys.partitions AS p GROUP BY p.object_id`;

export const COLUMNS = `
SELECT c.object_id, c.column_id, c.name, b.name, c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable, c.is_identity, c.is_computed, c.is_rowguidcol,
  u.is_user_defined, us.name, u.name, ${comment('c.object_id', 'c.column_id', 1)}
FROM sys.columns AS c
JOIN sys.objects AS o ON o.object_id = c.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS u ON u.user_type_id = c.user_type_id JOIN sys.schemas AS us ON us.schema_id = u.schema_id
LEFT JOIN sys.types AS b ON b.user_type_id = CASE WHEN u.is_user_defined = 1 AND u.is_assembly_type = 0 THEN u.system_type_id ELSE u.user_type_id END
WHERE o.type = 'U' AND ${OURS} ORDER BY c.object_id, c.column_id`;

export const IDENTITIES = `
SELECT i.object_id, i.column_id, CONVERT(varchar(41), i.seed_value), CONVERT(varchar(41), i.increment_value), CONVERT(varchar(41), i.last_value) FROM sys.identity_columns AS i`;

export const COMPUTED = `SELECT c.object_id, c.column_id, c.definition, c.is_persisted FROM sys.computed_columns AS c`;

export const DEFAULTS = `SELECT d.parent_object_id, d.parent_column_id, d.name, d.definition, d.is_system_named FROM sys.default_constraints AS d`;

export const CHECKS = `
SELECT c.parent_object_id, c.name, c.definition, c.is_disabled, c.is_not_trusted, c.is_system_named, ${comment('c.object_id', '0', 1)} FROM sys.check_constraints AS c ORDER BY c.parent_object_id, c.object_id`;

export const INDEXES = `
SELECT i.object_id, i.index_id, i.name, i.type_desc, i.is_unique, i.is_primary_key, i.is_unique_constraint, i.is_disabled, i.filter_definition, k.is_system_named,
  ${comment('i.object_id', 'i.index_id', 7)}
FROM sys.indexes AS i JOIN sys.objects AS o ON o.object_id = i.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN sys.key_constraints AS k ON k.parent_object_id = i.object_id AND k.unique_index_id = i.index_id
WHERE o.type = 'U' AND i.index_id > 0 AND i.is_hypothetical = 0 AND ${OURS} ORDER BY i.object_id, i.index_id`;

export const INDEX_COLUMNS = `
SELECT x.object_id, x.index_id, c.name, x.is_descending_key, x.is_included_column
FROM sys.index_columns AS x JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id
ORDER BY x.object_id, x.index_id, x.is_included_column, x.key_ordinal, x.index_column_id`;

export const FOREIGN_KEYS = `
SELECT f.object_id, f.parent_object_id, f.name, rs.name, ro.name, f.delete_referential_action_desc, f.update_referential_action_desc, f.is_disabled, f.is_not_trusted, f.is_system_named,
  ${comment('f.object_id', '0', 1)}
FROM sys.foreign_keys AS f JOIN sys.objects AS ro ON ro.object_id = f.referenced_object_id JOIN sys.schemas AS rs ON rs.schema_id = ro.schema_id
ORDER BY f.parent_object_id, f.object_id`;

export const FOREIGN_KEY_COLUMNS = `
SELECT x.constraint_object_id, p.name, r.name FROM sys.foreign_key_columns AS x
JOIN sys.columns AS p ON p.object_id = x.parent_object_id AND p.column_id = x.parent_column_id
JOIN sys.columns AS r ON r.object_id = x.referenced_object_id AND r.column_id = x.referenced_column_id
ORDER BY x.constraint_object_id, x.constraint_column_id`;

export const SEQUENCES = `
SELECT s.name, q.name, t.name, q.precision, q.scale, CONVERT(varchar(41), q.start_value), CONVERT(varchar(41), q.increment), CONVERT(varchar(41), q.minimum_value),
  CONVERT(varchar(41), q.maximum_value), q.is_cycling, q.is_cached, q.cache_size, CONVERT(varchar(41), q.current_value), ${comment('q.object_id', '0', 1)}
FROM sys.sequences AS q JOIN sys.schemas AS s ON s.schema_id = q.schema_id JOIN sys.types AS t ON t.user_type_id = q.system_type_id ORDER BY s.name, q.name`;

export const ALIAS_TYPES = `
SELECT s.name, t.name, b.name, t.max_length, t.precision, t.scale, t.collation_name, t.is_nullable
FROM sys.types AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id JOIN sys.types AS b ON b.user_type_id = t.system_type_id
WHERE t.is_user_defined = 1 AND t.is_table_type = 0 AND t.is_assembly_type = 0 ORDER BY s.name, t.name`;

export const TABLE_TYPES = `
SELECT s.name, t.name, c.name, b.name, c.max_length, c.precision, c.scale, c.collation_name, c.is_nullable
FROM sys.table_types AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id JOIN sys.columns AS c ON c.object_id = t.type_table_object_id
JOIN sys.types AS b ON b.user_type_id = c.system_type_id ORDER BY s.name, t.name, c.column_id`;

export const MODULES = `
SELECT s.name, o.name, RTRIM(o.type), m.definition, m.uses_ansi_nulls, m.uses_quoted_identifier, ps.name, po.name, tr.is_disabled, ${comment('o.object_id', '0', 1)}, o.object_id
FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id LEFT JOIN sys.sql_modules AS m ON m.object_id = o.object_id
LEFT JOIN sys.objects AS po ON po.object_id = o.parent_object_id AND o.type = 'TR' LEFT JOIN sys.schemas AS ps ON ps.schema_id = po.schema_id
LEFT JOIN sys.triggers AS tr ON tr.object_id = o.object_id
WHERE o.type IN ('V', 'P', 'FN', 'IF', 'TF', 'TR', 'PC', 'FS', 'FT', 'AF', 'TA') AND ${OURS} ORDER BY o.object_id`;

export const SYNONYMS = `
SELECT s.name, y.name, y.base_object_name FROM sys.synonyms AS y JOIN sys.schemas AS s ON s.schema_id = y.schema_id ORDER BY s.name, y.name`;
