import type { Use, UseKind } from './uses.ts';

const list = (kind: UseKind, names: string): Use[] =>
  names
    .split(/;\s*/)
    .filter((name) => name.trim() !== '')
    .map((name): Use => `${kind} ${name.trim()}`);

/** What has no case yet: the spec fails for anything else that has none. It is to become empty. */
export const UNCOVERED: readonly Use[] = [
  ...list(
    'statement',
    `
    BULK INSERT; INSERT BULK; READTEXT; WRITETEXT; UPDATETEXT; ALTER TABLE ALTER COLUMN; ALTER TABLE CHECK CONSTRAINT; ALTER TABLE ENABLE TRIGGER;
    ALTER TABLE SWITCH; ALTER TABLE REBUILD; ALTER TABLE SET; ALTER TABLE ENABLE CHANGE_TRACKING; ALTER TABLE SPLIT; ALTER INDEX; DROP INDEX;
    CREATE STATISTICS; UPDATE STATISTICS; CREATE PARTITION FUNCTION; ALTER PARTITION FUNCTION; CREATE PARTITION SCHEME; ALTER PARTITION SCHEME;
    CREATE VIEW; ALTER VIEW; CREATE OR ALTER VIEW; ALTER PROCEDURE; CREATE OR ALTER PROCEDURE; CREATE FUNCTION (scalar);
    CREATE FUNCTION (inline table); CREATE FUNCTION (multi-statement table); ALTER FUNCTION; CREATE TRIGGER (AFTER); CREATE TRIGGER (INSTEAD OF);
    CREATE TRIGGER (DDL); ALTER TRIGGER; CREATE SCHEMA; ALTER SCHEMA; CREATE TYPE (alias); CREATE TYPE (table); CREATE TYPE (CLR); CREATE AGGREGATE;
    CREATE SYNONYM; CREATE RULE; CREATE DEFAULT; CREATE DATABASE; ALTER DATABASE SET; ALTER DATABASE COLLATE; ALTER DATABASE MODIFY NAME;
    ALTER DATABASE ADD FILE; ALTER DATABASE REMOVE FILE; ALTER DATABASE MODIFY FILE; ALTER DATABASE ADD FILEGROUP;
    ALTER DATABASE SCOPED CONFIGURATION; DROP VIEW; DROP PROCEDURE; DROP FUNCTION; DROP TRIGGER; DROP SEQUENCE; DROP SYNONYM; DROP TYPE; DROP SCHEMA;
    DROP DATABASE; DROP RULE; DROP DEFAULT; DROP STATISTICS; DROP USER; DROP LOGIN; DROP ROLE; DROP SERVER ROLE; DROP APPLICATION ROLE;
    DROP PARTITION FUNCTION; DROP PARTITION SCHEME; DROP FULLTEXT INDEX; DROP FULLTEXT CATALOG; DROP FULLTEXT STOPLIST; DROP XML SCHEMA COLLECTION;
    DROP ASSEMBLY; DROP AGGREGATE; DROP EXTERNAL TABLE; DROP SECURITY POLICY; DROP CERTIFICATE; DROP SYMMETRIC KEY; DROP ASYMMETRIC KEY;
    DROP MASTER KEY; DROP CREDENTIAL; CREATE FULLTEXT INDEX; CREATE FULLTEXT CATALOG; CREATE XML SCHEMA COLLECTION; CREATE ASSEMBLY;
    CREATE SECURITY POLICY; ALTER SECURITY POLICY; CREATE USER; ALTER USER; CREATE LOGIN; ALTER LOGIN; CREATE ROLE; ALTER ROLE; CREATE SERVER ROLE;
    ALTER SERVER ROLE; CREATE APPLICATION ROLE; ALTER APPLICATION ROLE; GRANT; DENY; REVOKE; ALTER AUTHORIZATION; EXECUTE AS; REVERT;
    SET @variable.method(); EXECUTE … AT; WAITFOR TIME; WAITFOR (statement); CHECKPOINT; DBCC; KILL; RECONFIGURE; SHUTDOWN; SETUSER; BACKUP; RESTORE;
    (empty);
  `,
  ),
  ...list(
    'clause',
    `
    WINDOW; GROUP BY ALL; GROUP BY … WITH ROLLUP; WITH XMLNAMESPACES; FOR XML AUTO; FOR XML EXPLICIT; FOR BROWSE; TABLESAMPLE; FOR SYSTEM_TIME;
    FROM (DML with OUTPUT); OPENROWSET; OPENDATASOURCE; PREDICT; CONTAINSTABLE; FREETEXTTABLE; CHANGETABLE; SET column.WRITE(); RANGE BETWEEN;
    a <= b; a >= b; {d …}, {t …}, {ts …}; CONTAINS; FREETEXT; MATCH; WHERE CURRENT OF;
  `,
  ),
  ...list(
    'function',
    `
    GETDATE; CURRENT_TIMESTAMP; GETUTCDATE; SYSDATETIME; SYSUTCDATETIME; SYSDATETIMEOFFSET; CURRENT_DATE; PERCENTILE_CONT; PERCENTILE_DISC;
    NEWSEQUENTIALID; SQL_VARIANT_PROPERTY; SUSER_SNAME; SUSER_NAME; SYSTEM_USER; SESSION_USER; CURRENT_USER; USER_NAME; USER; ORIGINAL_LOGIN;
    DB_NAME; APP_NAME; COMPRESS; DECOMPRESS; OBJECT_NAME; OBJECT_SCHEMA_NAME; OBJECT_DEFINITION; OBJECTPROPERTY; OBJECTPROPERTYEX; SCHEMA_ID;
    SCHEMA_NAME; DB_ID; TYPE_ID; TYPE_NAME; TYPEPROPERTY; COL_NAME; COL_LENGTH; COLUMNPROPERTY; INDEXPROPERTY; INDEXKEY_PROPERTY; INDEX_COL;
    SERVERPROPERTY; DATABASEPROPERTYEX; CONNECTIONPROPERTY; HAS_PERMS_BY_NAME; IS_MEMBER; IS_ROLEMEMBER; IS_SRVROLEMEMBER; USER_ID;
    DATABASE_PRINCIPAL_ID; SUSER_ID; SUSER_SID; IDENT_CURRENT; HOST_NAME; HOST_ID; FULLTEXTSERVICEPROPERTY; FILEGROUP_NAME; FILEGROUP_ID; STATS_DATE;
    SESSIONPROPERTY; CHANGE_TRACKING_CURRENT_VERSION; CHANGE_TRACKING_IS_COLUMN_IN_MASK; CURSOR_STATUS; DATABASEPROPERTY;
    sys.fn_hadr_is_primary_replica; sys.fn_hadr_backup_is_preferred_replica; @@IDENTITY; @@SPID; @@NESTLEVEL; @@PROCID; @@SERVERNAME; @@SERVICENAME;
    @@VERSION; @@MICROSOFTVERSION; @@LANGUAGE; @@LANGID; @@TEXTSIZE; @@OPTIONS; @@MAX_CONNECTIONS; @@MAX_PRECISION; @@CONNECTIONS; @@CPU_BUSY;
    @@IDLE; @@IO_BUSY; @@PACK_RECEIVED; @@PACK_SENT; @@PACKET_ERRORS; @@TIMETICKS; @@TOTAL_ERRORS; @@TOTAL_READ; @@TOTAL_WRITE; @@REMSERVER;
    @@DEF_SORTORDER_ID; @@DBTS; TRIGGER_NESTLEVEL; sys.fn_listextendedproperty;
  `,
  ),
  ...list(
    'view',
    `
    sys.schemas; sys.all_objects; sys.system_objects; sys.tables; sys.views; sys.all_views; sys.system_views; sys.columns; sys.all_columns;
    sys.system_columns; sys.types; sys.table_types; sys.procedures; sys.triggers; sys.trigger_events; sys.parameters; sys.all_parameters;
    sys.sql_modules; sys.all_sql_modules; sys.sql_expression_dependencies; sys.extended_properties; sys.synonyms; sys.identity_columns;
    sys.computed_columns; sys.masked_columns; sys.system_sql_modules; sys.indexes; sys.index_columns; sys.key_constraints; sys.foreign_keys;
    sys.foreign_key_columns; sys.check_constraints; sys.default_constraints; sys.stats; sys.partitions; sys.dm_db_partition_stats;
    sys.allocation_units; sys.data_spaces; sys.filegroups; sys.xml_indexes; sys.periods; sys.partition_schemes; sys.change_tracking_databases;
    sys.change_tracking_tables; sys.databases; sys.configurations; sys.server_principals; sys.sql_logins; sys.server_role_members;
    sys.dm_server_services; sys.database_files; sys.dm_db_log_space_usage; sys.time_zone_info; sys.availability_groups; sys.servers;
    sys.dm_exec_sessions; sys.dm_exec_requests; sys.dm_exec_connections; sys.dm_tran_active_transactions; sys.dm_tran_session_transactions;
    sys.dm_tran_database_transactions; sys.dm_tran_locks; sys.dm_os_sys_info; sys.database_principals; sys.database_role_members;
    sys.database_permissions; sys.sysobjects; sys.syscolumns; sys.sysindexes; sys.systypes; sys.sysusers; sys.sysdatabases; sys.sysprocesses;
    sys.syscomments; INFORMATION_SCHEMA.SCHEMATA; INFORMATION_SCHEMA.TABLES; INFORMATION_SCHEMA.COLUMNS; INFORMATION_SCHEMA.VIEWS;
    INFORMATION_SCHEMA.TABLE_CONSTRAINTS; INFORMATION_SCHEMA.KEY_COLUMN_USAGE; INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE;
    INFORMATION_SCHEMA.CONSTRAINT_TABLE_USAGE; INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS; INFORMATION_SCHEMA.CHECK_CONSTRAINTS;
    INFORMATION_SCHEMA.ROUTINES; INFORMATION_SCHEMA.PARAMETERS; INFORMATION_SCHEMA.DOMAINS; INFORMATION_SCHEMA.SEQUENCES;
    INFORMATION_SCHEMA.TABLE_PRIVILEGES;
  `,
  ),
  ...list(
    'cdc',
    `
    dm_cdc_log_scan_sessions; dm_cdc_errors; cdc_jobs; <capture_instance>_CT; change_tables; captured_columns; index_columns; ddl_history;
    lsn_time_mapping; fn_cdc_get_all_changes; fn_cdc_get_net_changes; sp_cdc_generate_wrapper_function; fn_cdc_get_max_lsn; fn_cdc_get_min_lsn;
    fn_cdc_increment_lsn; fn_cdc_decrement_lsn; fn_cdc_map_lsn_to_time; fn_cdc_map_time_to_lsn; fn_cdc_is_bit_set; fn_cdc_get_column_ordinal;
    fn_cdc_has_column_changed; sp_cdc_enable_db; sp_cdc_disable_db; sp_cdc_enable_table; sp_cdc_disable_table; sp_cdc_help_change_data_capture;
    sp_cdc_get_captured_columns; sp_cdc_get_ddl_history; sp_cdc_cleanup_change_table; sp_cdc_help_jobs; sp_cdc_add_job; sp_cdc_change_job;
    sp_cdc_drop_job; sp_cdc_start_job; sp_cdc_stop_job; sp_cdc_scan;
  `,
  ),
  ...list(
    'procedure',
    `
    sp_tables; sp_columns; sp_columns_90; sp_columns_100; sp_pkeys; sp_fkeys; sp_statistics; sp_statistics_100; sp_special_columns;
    sp_special_columns_90; sp_special_columns_100; sp_stored_procedures; sp_databases; sp_server_info; sp_help; sp_helptext; sp_helpindex;
    sp_spaceused; sp_datatype_info; sp_datatype_info_90; sp_datatype_info_100; sp_who; sp_who2; sp_configure; sp_describe_first_result_set; xp_msver;
    sp_rename; sp_addtype; sp_addextendedproperty; sp_updateextendedproperty; sp_dropextendedproperty; sp_prepare; sp_execute; sp_prepexec;
    sp_unprepare; sp_prepexecrpc; sp_cursor; sp_cursoropen; sp_cursorprepare; sp_cursorexecute; sp_cursorprepexec; sp_cursorunprepare;
    sp_cursorfetch; sp_cursoroption; sp_cursorclose;
  `,
  ),
];
