-- page: relational-databases/collations/windows-collation-name-transact-sql
SELECT name FROM hr.person WHERE name = 'x' COLLATE Albanian_100_CI_AS ORDER BY name COLLATE Albanian_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Arabic_100_CS_AS_KS_WS ORDER BY name COLLATE Arabic_100_CS_AS_KS_WS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Chinese_Hong_Kong_Stroke_90_CI_AI ORDER BY name COLLATE Chinese_Hong_Kong_Stroke_90_CI_AI
SELECT name FROM hr.person WHERE name = 'x' COLLATE Croatian_100_BIN2 ORDER BY name COLLATE Croatian_100_BIN2
SELECT name FROM hr.person WHERE name = 'x' COLLATE Cyrillic_General_100_CI_AS_SC ORDER BY name COLLATE Cyrillic_General_100_CI_AS_SC
SELECT name FROM hr.person WHERE name = 'x' COLLATE Czech_100_CS_AI ORDER BY name COLLATE Czech_100_CS_AI
SELECT name FROM hr.person WHERE name = 'x' COLLATE Danish_Greenlandic_100_CI_AS ORDER BY name COLLATE Danish_Greenlandic_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Estonian_100_CI_AS_SC_UTF8 ORDER BY name COLLATE Estonian_100_CI_AS_SC_UTF8
SELECT name FROM hr.person WHERE name = 'x' COLLATE French_100_CI_AI ORDER BY name COLLATE French_100_CI_AI
SELECT name FROM hr.person WHERE name = 'x' COLLATE German_PhoneBook_100_CI_AS ORDER BY name COLLATE German_PhoneBook_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Greek_100_CS_AS ORDER BY name COLLATE Greek_100_CS_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Hebrew_100_CI_AS ORDER BY name COLLATE Hebrew_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Hungarian_100_CI_AS ORDER BY name COLLATE Hungarian_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Icelandic_100_CI_AS ORDER BY name COLLATE Icelandic_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Indic_General_100_CI_AS ORDER BY name COLLATE Indic_General_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Japanese_Bushu_Kakusu_140_CI_AS_VSS ORDER BY name COLLATE Japanese_Bushu_Kakusu_140_CI_AS_VSS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Korean_100_CI_AS_WS ORDER BY name COLLATE Korean_100_CI_AS_WS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Latin1_General_100_BIN2_UTF8 ORDER BY name COLLATE Latin1_General_100_BIN2_UTF8
SELECT name FROM hr.person WHERE name = 'x' COLLATE Latvian_100_CS_AS ORDER BY name COLLATE Latvian_100_CS_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Modern_Spanish_100_CI_AS_SC ORDER BY name COLLATE Modern_Spanish_100_CI_AS_SC
SELECT name FROM hr.person WHERE name = 'x' COLLATE Norwegian_100_CI_AI_SC ORDER BY name COLLATE Norwegian_100_CI_AI_SC
SELECT name FROM hr.person WHERE name = 'x' COLLATE Polish_100_CS_AS_SC ORDER BY name COLLATE Polish_100_CS_AS_SC
SELECT name FROM hr.person WHERE name = 'x' COLLATE Romanian_100_CI_AS ORDER BY name COLLATE Romanian_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE SQL_Latin1_General_CP437_CS_AS ORDER BY name COLLATE SQL_Latin1_General_CP437_CS_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE SQL_Scandinavian_CP850_CI_AS ORDER BY name COLLATE SQL_Scandinavian_CP850_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Thai_100_CI_AS ORDER BY name COLLATE Thai_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Turkish_100_CI_AS ORDER BY name COLLATE Turkish_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Ukrainian_100_CI_AS ORDER BY name COLLATE Ukrainian_100_CI_AS
SELECT name FROM hr.person WHERE name = 'x' COLLATE Vietnamese_100_CI_AS ORDER BY name COLLATE Vietnamese_100_CI_AS

-- page: t-sql/queries/hints-transact-sql-query
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('ASSUME_FIXED_MAX_SELECTIVITY_FOR_REGEXP'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('ASSUME_JOIN_PREDICATE_DEPENDS_ON_FILTERS'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('ASSUME_MIN_SELECTIVITY_FOR_FILTER_ESTIMATES'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_BATCH_MODE_ADAPTIVE_JOINS'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_BATCH_MODE_MEMORY_GRANT_FEEDBACK'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_DEFERRED_COMPILATION_TV'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_INTERLEAVED_EXECUTION_TVF'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_OPTIMIZED_NESTED_LOOP'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_OPTIMIZER_ROWGOAL'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_PARAMETER_SNIFFING'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_ROW_MODE_MEMORY_GRANT_FEEDBACK'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_TSQL_SCALAR_UDF_INLINING'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISALLOW_BATCH_MODE'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('ENABLE_HIST_AMENDMENT_FOR_ASC_KEYS'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('ENABLE_QUERY_OPTIMIZER_HOTFIXES'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('FORCE_DEFAULT_CARDINALITY_ESTIMATION'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('QUERY_OPTIMIZER_COMPATIBILITY_LEVEL_150'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('QUERY_PLAN_PROFILE'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_CE_FEEDBACK'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_DOP_FEEDBACK'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_MEMORY_GRANT_FEEDBACK_PERSISTENCE'))
SELECT a FROM t WHERE b > 5 OPTION (USE HINT ('DISABLE_PARAMETER_SENSITIVE_PLAN_OPTIMIZATION'))

-- page: relational-databases/security/auditing/sql-server-audit-action-groups-and-actions
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (APPLICATION_ROLE_CHANGE_PASSWORD_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (AUDIT_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (BACKUP_RESTORE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (BATCH_COMPLETED_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (BROKER_LOGIN_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DATABASE_LOGOUT_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DATABASE_MIRRORING_LOGIN_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DATABASE_OBJECT_ACCESS_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DATABASE_OWNERSHIP_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DATABASE_PERMISSION_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DATABASE_PRINCIPAL_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DATABASE_ROLE_MEMBER_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (DBCC_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (FULLTEXT_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (LOGIN_CHANGE_PASSWORD_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SCHEMA_OBJECT_ACCESS_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SERVER_OBJECT_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SERVER_OPERATION_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SERVER_PERMISSION_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SERVER_PRINCIPAL_IMPERSONATION_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SERVER_ROLE_MEMBER_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SERVER_STATE_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (SUCCESSFUL_LOGIN_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (TRACE_CHANGE_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (TRANSACTION_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (USER_CHANGE_PASSWORD_GROUP) WITH (STATE = ON)
ALTER SERVER AUDIT SPECIFICATION watch_all FOR SERVER AUDIT main_audit ADD (USER_DEFINED_AUDIT_GROUP) WITH (STATE = ON)

-- page: t-sql/functions/databasepropertyex-transact-sql
SELECT DATABASEPROPERTYEX(DB_NAME(), 'Collation')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'ComparisonStyle')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'Edition')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsAnsiNullDefault')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsAutoClose')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsAutoShrink')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsClone')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsFulltextEnabled')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsInStandBy')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsMemoryOptimizedElevateToSnapshotEnabled')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsParameterizationForced')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsPublished')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsSubscribed')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsTornPageDetectionEnabled')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'IsXTPSupported')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'LastGoodCheckDbTime')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'LCID')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'MaxSizeInBytes')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'Recovery')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'ServiceObjective')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'SQLSortOrder')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'Status')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'Updateability')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'UserAccess')
SELECT DATABASEPROPERTYEX(DB_NAME(), 'Version')

-- page: t-sql/functions/objectproperty-transact-sql
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'CnstIsClustKey') = 1 PRINT 'CnstIsClustKey'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'CnstIsDisabled') = 1 PRINT 'CnstIsDisabled'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'ExecIsAfterTrigger') = 1 PRINT 'ExecIsAfterTrigger'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'ExecIsQuotedIdentOn') = 1 PRINT 'ExecIsQuotedIdentOn'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'HasAfterTrigger') = 1 PRINT 'HasAfterTrigger'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsCheckCnst') = 1 PRINT 'IsCheckCnst'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsConstraint') = 1 PRINT 'IsConstraint'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsDeterministic') = 1 PRINT 'IsDeterministic'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsEncrypted') = 1 PRINT 'IsEncrypted'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsExecuted') = 1 PRINT 'IsExecuted'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsForeignKey') = 1 PRINT 'IsForeignKey'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsIndexed') = 1 PRINT 'IsIndexed'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsInlineFunction') = 1 PRINT 'IsInlineFunction'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsMSShipped') = 1 PRINT 'IsMSShipped'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsPrimaryKey') = 1 PRINT 'IsPrimaryKey'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsProcedure') = 1 PRINT 'IsProcedure'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsScalarFunction') = 1 PRINT 'IsScalarFunction'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsSchemaBound') = 1 PRINT 'IsSchemaBound'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsSystemTable') = 1 PRINT 'IsSystemTable'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsTableFunction') = 1 PRINT 'IsTableFunction'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsTrigger') = 1 PRINT 'IsTrigger'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsUniqueCnst') = 1 PRINT 'IsUniqueCnst'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsUserTable') = 1 PRINT 'IsUserTable'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'IsView') = 1 PRINT 'IsView'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'OwnerId') = 1 PRINT 'OwnerId'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'SchemaId') = 1 PRINT 'SchemaId'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'TableHasIdentity') = 1 PRINT 'TableHasIdentity'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'TableHasPrimaryKey') = 1 PRINT 'TableHasPrimaryKey'
IF OBJECTPROPERTY(OBJECT_ID(N'hr.person'), N'TableTemporalType') = 1 PRINT 'TableTemporalType'

-- page: t-sql/functions/columnproperty-transact-sql
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'AllowsNull') AS AllowsNull
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'ColumnId') AS ColumnId
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'FullTextTypeColumn') AS FullTextTypeColumn
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'GeneratedAlwaysType') AS GeneratedAlwaysType
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsColumnSet') AS IsColumnSet
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsComputed') AS IsComputed
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsDeterministic') AS IsDeterministic
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsHidden') AS IsHidden
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsIdentity') AS IsIdentity
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsIdNotForRepl') AS IsIdNotForRepl
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsIndexable') AS IsIndexable
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsOutParam') AS IsOutParam
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsPrecise') AS IsPrecise
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsRowGuidCol') AS IsRowGuidCol
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsSparse') AS IsSparse
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'IsXmlIndexable') AS IsXmlIndexable
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'Precision') AS Precision
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'Scale') AS Scale
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'StatisticalSemantics') AS StatisticalSemantics
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'SystemDataAccess') AS SystemDataAccess
SELECT COLUMNPROPERTY(OBJECT_ID('hr.person'), 'name', 'UsesAnsiTrim') AS UsesAnsiTrim

-- page: t-sql/functions/hashbytes-transact-sql
SELECT HASHBYTES('MD2', CAST(name AS varbinary(200))) FROM hr.person
SELECT HASHBYTES('MD4', CAST(name AS varbinary(200))) FROM hr.person
SELECT HASHBYTES('MD5', CAST(name AS varbinary(200))) FROM hr.person
SELECT HASHBYTES('SHA', CAST(name AS varbinary(200))) FROM hr.person
SELECT HASHBYTES('SHA1', CAST(name AS varbinary(200))) FROM hr.person
SELECT HASHBYTES('SHA2_512', CAST(name AS varbinary(200))) FROM hr.person

-- page: t-sql/functions/cast-and-convert-transact-sql
SELECT CONVERT(varchar(40), sold_at, 0) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 1) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 2) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 3) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 4) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 5) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 6) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 7) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 8) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 9) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 10) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 11) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 12) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 13) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 14) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 20) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 21) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 22) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 23) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 24) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 25) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 100) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 101) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 102) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 103) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 104) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 105) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 106) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 107) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 108) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 109) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 110) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 111) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 112) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 113) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 114) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 120) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 121) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 126) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 127) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 130) FROM sales.ticket
SELECT CONVERT(varchar(40), sold_at, 131) FROM sales.ticket
