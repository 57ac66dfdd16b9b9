/** Catalog queries of what only some databases have; each returns arrays in the order of its select list. All views are those of SQL Server 2016. */
const OURS = `o.is_ms_shipped = 0 AND s.name NOT IN (N'cdc', N'sys', N'INFORMATION_SCHEMA', N'sluice')`;

/** Columns with a property that is rare, or with a rule or a default bound by sp_bindrule or sp_bindefault. */
export const COLUMN_EXTRAS = `
SELECT c.object_id, c.column_id, c.is_sparse, c.is_column_set, c.is_filestream, m.masking_function, c.encryption_type, c.generated_always_type, c.is_hidden,
  xs.name, x.name, rs.name, r.name, rm.definition, d.name, dm.definition
FROM sys.columns AS c
LEFT JOIN sys.masked_columns AS m ON m.object_id = c.object_id AND m.column_id = c.column_id
LEFT JOIN sys.xml_schema_collections AS x ON x.xml_collection_id = c.xml_collection_id AND c.xml_collection_id > 1
LEFT JOIN sys.schemas AS xs ON xs.schema_id = x.schema_id
LEFT JOIN sys.objects AS r ON r.object_id = c.rule_object_id AND c.rule_object_id <> 0
LEFT JOIN sys.schemas AS rs ON rs.schema_id = r.schema_id
LEFT JOIN sys.sql_modules AS rm ON rm.object_id = r.object_id
LEFT JOIN sys.objects AS d ON d.object_id = c.default_object_id AND c.default_object_id <> 0 AND d.parent_object_id = 0
LEFT JOIN sys.sql_modules AS dm ON dm.object_id = d.object_id
WHERE c.is_sparse = 1 OR c.is_column_set = 1 OR c.is_filestream = 1 OR m.masking_function IS NOT NULL OR c.encryption_type IS NOT NULL OR c.generated_always_type <> 0 OR c.is_hidden = 1
  OR x.name IS NOT NULL OR r.name IS NOT NULL OR d.name IS NOT NULL`;

export const PERIODS = `
SELECT p.object_id, b.name, e.name, hs.name, h.name
FROM sys.periods AS p
JOIN sys.tables AS t ON t.object_id = p.object_id AND t.temporal_type = 2
JOIN sys.columns AS b ON b.object_id = p.object_id AND b.column_id = p.start_column_id
JOIN sys.columns AS e ON e.object_id = p.object_id AND e.column_id = p.end_column_id
JOIN sys.tables AS h ON h.object_id = t.history_table_id
JOIN sys.schemas AS hs ON hs.schema_id = h.schema_id`;

/** Tables whose heap or clustered index lies on a partition scheme. */
export const PARTITIONED = `
SELECT i.object_id, f.name, c.name
FROM sys.indexes AS i
JOIN sys.partition_schemes AS p ON p.data_space_id = i.data_space_id
JOIN sys.partition_functions AS f ON f.function_id = p.function_id
JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id AND x.partition_ordinal = 1
JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id
WHERE i.index_id < 2`;

/** Bounds as text: moments in ISO form, bytes in hex; the reader makes constants of them. */
export const PARTITION_BOUNDS = `
SELECT f.name, f.boundary_value_on_right, t.name, a.max_length, a.precision, a.scale, a.collation_name, v.boundary_id,
  CASE WHEN v.value IS NULL THEN NULL
    WHEN t.name IN (N'date', N'smalldatetime', N'datetime', N'datetime2') THEN CONVERT(nvarchar(60), CONVERT(datetime2(7), v.value), 126)
    WHEN t.name = N'datetimeoffset' THEN CONVERT(nvarchar(60), CONVERT(datetimeoffset(7), v.value), 126)
    WHEN t.name IN (N'money', N'smallmoney') THEN CONVERT(nvarchar(60), CONVERT(decimal(19, 4), v.value))
    WHEN t.name IN (N'real', N'float') THEN CONVERT(nvarchar(60), CONVERT(float(53), v.value), 2)
    WHEN t.name IN (N'binary', N'varbinary') THEN CONVERT(nvarchar(4000), CONVERT(varbinary(1900), v.value), 1)
    ELSE CONVERT(nvarchar(4000), v.value) END
FROM sys.partition_functions AS f
JOIN sys.partition_parameters AS a ON a.function_id = f.function_id
JOIN sys.types AS t ON t.user_type_id = a.system_type_id
LEFT JOIN sys.partition_range_values AS v ON v.function_id = f.function_id
ORDER BY f.name, v.boundary_id`;

export const FULL_TEXT = `
SELECT f.object_id, f.change_tracking_state_desc, c.name, x.language_id, y.name
FROM sys.fulltext_indexes AS f
JOIN sys.fulltext_index_columns AS x ON x.object_id = f.object_id
JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id
LEFT JOIN sys.columns AS y ON y.object_id = x.object_id AND y.column_id = x.type_column_id
ORDER BY f.object_id, x.column_id`;

export const SECURITY_POLICIES = `
SELECT s.name, p.name, p.is_enabled, q.predicate_type_desc, ts.name, o.name, q.operation_desc, q.predicate_definition
FROM sys.security_policies AS p
JOIN sys.schemas AS s ON s.schema_id = p.schema_id
JOIN sys.security_predicates AS q ON q.object_id = p.object_id
JOIN sys.objects AS o ON o.object_id = q.target_object_id
JOIN sys.schemas AS ts ON ts.schema_id = o.schema_id
ORDER BY s.name, p.name, q.security_predicate_id`;

export const PRINCIPALS = `
SELECT p.name, p.type, r.name
FROM sys.database_principals AS p
LEFT JOIN sys.database_role_members AS m ON m.member_principal_id = p.principal_id
LEFT JOIN sys.database_principals AS r ON r.principal_id = m.role_principal_id
WHERE p.principal_id > 4 AND p.is_fixed_role = 0 AND p.type IN ('S', 'U', 'G', 'R', 'A', 'E', 'X') AND p.name NOT IN (N'cdc', N'sluice')
ORDER BY p.principal_id, r.name`;

/** Rights on system objects, which public has, and those of capture are left out. */
export const PERMISSIONS = `
SELECT g.name, p.state_desc, p.permission_name, p.class_desc, s.name, o.name, c.name
FROM sys.database_permissions AS p
JOIN sys.database_principals AS g ON g.principal_id = p.grantee_principal_id
LEFT JOIN sys.objects AS o ON p.class = 1 AND o.object_id = p.major_id
LEFT JOIN sys.columns AS c ON p.class = 1 AND p.minor_id <> 0 AND c.object_id = p.major_id AND c.column_id = p.minor_id
LEFT JOIN sys.schemas AS s ON s.schema_id = CASE WHEN p.class = 3 THEN p.major_id ELSE o.schema_id END
WHERE p.major_id >= 0 AND p.state <> 'R' AND g.name NOT IN (N'dbo', N'cdc', N'guest', N'sluice') AND (s.name IS NULL OR s.name NOT IN (N'cdc', N'sys', N'sluice'))
ORDER BY g.name, p.class, p.major_id, p.minor_id, p.permission_name`;

/** Extended properties beside MS_Description, which is read with its object. */
export const PROPERTIES = `
SELECT p.name, CONVERT(nvarchar(4000), p.value), p.class_desc, s.name, o.name, c.name
FROM sys.extended_properties AS p
LEFT JOIN sys.objects AS o ON p.class IN (1, 2, 7) AND o.object_id = p.major_id
LEFT JOIN sys.schemas AS s ON s.schema_id = CASE WHEN p.class = 3 THEN p.major_id ELSE o.schema_id END
LEFT JOIN sys.columns AS c ON p.class = 1 AND p.minor_id <> 0 AND c.object_id = p.major_id AND c.column_id = p.minor_id
WHERE p.name <> N'MS_Description' AND (s.name IS NULL OR s.name NOT IN (N'cdc', N'sluice'))
ORDER BY p.class, s.name, o.name, p.minor_id, p.name`;

/** Indexes of views: those of tables are read with them. */
export const VIEW_INDEXES = `
SELECT i.object_id, i.index_id, i.name, i.type_desc, i.is_unique, i.is_primary_key, i.is_unique_constraint, i.is_disabled, i.filter_definition, CAST(0 AS bit), CAST(NULL AS nvarchar(1))
FROM sys.indexes AS i JOIN sys.objects AS o ON o.object_id = i.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE o.type = 'V' AND i.index_id > 0 AND i.is_hypothetical = 0 AND ${OURS} ORDER BY i.object_id, i.index_id`;

/** What serves the database: kind, name, more of it. */
export const FACILITIES = `
SELECT N'linked-server', v.name, v.provider + N', ' + COALESCE(v.data_source, N'') FROM sys.servers AS v WHERE v.is_linked = 1
UNION ALL SELECT N'assembly', a.name, a.clr_name FROM sys.assemblies AS a WHERE a.is_user_defined = 1
UNION ALL SELECT N'clr-type', s.name + N'.' + t.name, NULL FROM sys.assembly_types AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id WHERE t.is_user_defined = 1
UNION ALL SELECT N'xml-schema-collection', s.name + N'.' + x.name, NULL FROM sys.xml_schema_collections AS x JOIN sys.schemas AS s ON s.schema_id = x.schema_id WHERE x.xml_collection_id > 1
UNION ALL SELECT N'broker-queue', s.name + N'.' + q.name, NULL FROM sys.service_queues AS q JOIN sys.schemas AS s ON s.schema_id = q.schema_id WHERE q.is_ms_shipped = 0
UNION ALL SELECT N'broker-service', b.name COLLATE DATABASE_DEFAULT, NULL FROM sys.services AS b WHERE b.name COLLATE DATABASE_DEFAULT NOT LIKE N'http://schemas.microsoft.com/%'
UNION ALL SELECT N'certificate', e.name, NULL FROM sys.certificates AS e WHERE e.name NOT LIKE N'##%'
UNION ALL SELECT N'symmetric-key', k.name, NULL FROM sys.symmetric_keys AS k WHERE k.name NOT LIKE N'##%'
UNION ALL SELECT N'external-data-source', d.name, d.location FROM sys.external_data_sources AS d
UNION ALL SELECT N'event-notification', n.name, NULL FROM sys.event_notifications AS n
UNION ALL SELECT N'plan-guide', g.name, NULL FROM sys.plan_guides AS g
UNION ALL SELECT N'database-audit', u.name, NULL FROM sys.database_audit_specifications AS u
UNION ALL SELECT N'database-trigger', r.name, NULL FROM sys.triggers AS r WHERE r.parent_class = 0 AND r.is_ms_shipped = 0`;

/** Jobs of the agent with a step in this database; capture's own are made anew. */
export const AGENT_JOBS = `
SELECT DISTINCT j.name, CONVERT(nvarchar(20), (SELECT COUNT(*) FROM msdb.dbo.sysjobsteps AS a WHERE a.job_id = j.job_id)) + N' steps'
FROM msdb.dbo.sysjobs AS j JOIN msdb.dbo.sysjobsteps AS s ON s.job_id = j.job_id
WHERE s.database_name = DB_NAME() AND j.name NOT LIKE N'cdc.%'`;

export const MAIL_PROFILES = `SELECT p.name, p.description FROM msdb.dbo.sysmail_profile AS p`;
