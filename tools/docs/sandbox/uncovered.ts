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
    INSERT BULK; DROP LOGIN; DROP SERVER ROLE; DROP APPLICATION ROLE; ALTER USER; ALTER LOGIN; CREATE SERVER ROLE; ALTER SERVER ROLE;
    CREATE APPLICATION ROLE; ALTER APPLICATION ROLE; (empty);
  `,
  ),
  ...list(
    'view',
    `
    sys.schemas; sys.all_objects; sys.system_objects; sys.views; sys.all_views; sys.system_views; sys.all_columns; sys.system_columns; sys.types;
    sys.table_types; sys.triggers; sys.trigger_events; sys.parameters; sys.all_parameters; sys.all_sql_modules; sys.sql_expression_dependencies;
    sys.extended_properties; sys.synonyms; sys.identity_columns; sys.computed_columns; sys.masked_columns; sys.system_sql_modules; sys.index_columns;
    sys.key_constraints; sys.foreign_keys; sys.foreign_key_columns; sys.check_constraints; sys.default_constraints; sys.stats; sys.partitions;
    sys.allocation_units; sys.data_spaces; sys.filegroups; sys.xml_indexes; sys.periods; sys.partition_schemes; sys.change_tracking_databases;
    sys.change_tracking_tables; sys.configurations; sys.database_files; sys.dm_db_log_space_usage; sys.time_zone_info; sys.availability_groups;
    sys.servers; sys.dm_exec_requests; sys.dm_tran_active_transactions; sys.dm_tran_session_transactions; sys.dm_tran_database_transactions;
    sys.sysobjects; sys.syscolumns; sys.sysindexes; sys.systypes; sys.sysdatabases; sys.sysprocesses; sys.syscomments; INFORMATION_SCHEMA.SCHEMATA;
    INFORMATION_SCHEMA.VIEWS; INFORMATION_SCHEMA.TABLE_CONSTRAINTS; INFORMATION_SCHEMA.KEY_COLUMN_USAGE; INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE;
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
    sp_special_columns_90; sp_special_columns_100; sp_stored_procedures; sp_sproc_columns_90; sp_databases; sp_server_info; sp_help; sp_helptext;
    sp_helpindex; sp_spaceused; sp_datatype_info_90; sp_datatype_info_100; sp_who; sp_who2; sp_configure; sp_describe_first_result_set; xp_msver;
    sp_rename; sp_addtype; sp_addextendedproperty; sp_updateextendedproperty; sp_dropextendedproperty; sp_prepare; sp_execute; sp_prepexec;
    sp_unprepare; sp_prepexecrpc; sp_cursor; sp_cursoropen; sp_cursorprepare; sp_cursorexecute; sp_cursorprepexec; sp_cursorunprepare;
    sp_cursorfetch; sp_cursoroption; sp_cursorclose;
  `,
  ),
];
