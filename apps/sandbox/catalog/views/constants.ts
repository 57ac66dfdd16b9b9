import type { ViewDefinition } from './define.ts';

/** Why a column of a system view says the same of everything. The texts stand in docs/sandbox.md. */
export const REASONS = {
  fixed: 'Microsoft’s page gives this value to every row, reserves the column, or gives it to all rows of this kind.',
  absent:
    'What would make it another value (a service, a kind of object, an option) is refused by name, so that every row is one without it.',
  found: 'A server finds it by analysing definitions. The sandbox does not look, and says what is so of most.',
  machine:
    'It tells of files, pages, memory, processors, plans or time spent. The sandbox has no such figure: it says 0, NULL or a plausible one.',
  protocol: 'Every connection to the sandbox is of this kind.',
} as const;

export type Reason = keyof typeof REASONS;

/** Columns that many views have, with one reason wherever they are constant. */
const SHARED: Readonly<Record<Reason, string>> = {
  fixed: `AS_LOCATOR CHARACTER_SET_CATALOG CHARACTER_SET_SCHEMA COLLATION_CATALOG COLLATION_SCHEMA`,
  absent: `principal_id is_published is_schema_published is_replicated has_replication_filter is_merge_published is_non_sql_subscribed is_dts_replicated is_filestream
    is_xml_document xml_collection_id rule_object_id is_column_set generated_always_type generated_always_type_desc encryption_type encryption_type_desc
    encryption_algorithm_name column_encryption_key_id column_encryption_key_database_name is_hidden is_masked graph_type graph_type_desc
    is_data_deletion_filter_column ledger_view_column_type ledger_view_column_type_desc is_dropped_ledger_column is_memory_optimized`,
  found: '',
  machine: '',
  protocol: '',
};

/** The other constant columns, view by view. */
const OWN: Readonly<Record<Reason, Readonly<Record<string, string>>>> = {
  fixed: {
    'sys.trigger_events': 'is_trigger_event',
    'sys.filegroups': 'name data_space_id type type_desc is_default is_system',
    'sys.data_spaces': 'is_system',
    'sys.xml_indexes':
      'type_desc is_unique ignore_dup_key is_primary_key is_unique_constraint is_hypothetical has_filter filter_definition path_id',
    'sys.partition_schemes': 'type type_desc is_default is_system',
    'sys.partition_functions': 'type type_desc is_system',
    'sys.partition_parameters': 'parameter_id',
    'sys.partition_range_values': 'parameter_id',
    'sys.sql_logins': 'type_desc',
    'sys.servers':
      'server_id product provider location provider_string catalog connect_timeout query_timeout is_linked is_remote_login_enabled is_rpc_out_enabled is_data_access_enabled is_collation_compatible uses_remote_collation collation_name lazy_schema_validation is_system is_remote_proc_transaction_promotion_enabled is_rda_server',
    'sys.databases': 'catalog_collation_type catalog_collation_type_desc is_federation_member',
    'sys.sysobjects':
      'status base_schema_ver replinfo ftcatid schema_ver stats_schema_ver indexdel version deltrig instrig updtrig seltrig cache',
    'sys.syscolumns': 'typestat xoffset bitpos reserved autoval offset collationid language printfmt',
    'sys.systypes': 'status',
    'sys.sysusers': 'status',
    'sys.sysdatabases': 'mode version',
    'sys.syscomments': 'status texttype language compressed',
    'INFORMATION_SCHEMA.SCHEMATA':
      'DEFAULT_CHARACTER_SET_CATALOG DEFAULT_CHARACTER_SET_SCHEMA DEFAULT_CHARACTER_SET_NAME',
    'INFORMATION_SCHEMA.VIEWS': 'IS_UPDATABLE',
    'INFORMATION_SCHEMA.TABLE_CONSTRAINTS': 'IS_DEFERRABLE INITIALLY_DEFERRED',
    'INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS': 'MATCH_OPTION',
    'INFORMATION_SCHEMA.ROUTINES':
      'MODULE_CATALOG MODULE_SCHEMA MODULE_NAME UDT_CATALOG UDT_SCHEMA UDT_NAME INTERVAL_TYPE INTERVAL_PRECISION TYPE_UDT_CATALOG TYPE_UDT_SCHEMA TYPE_UDT_NAME SCOPE_CATALOG SCOPE_SCHEMA SCOPE_NAME MAXIMUM_CARDINALITY DTD_IDENTIFIER PARAMETER_STYLE SQL_PATH SCHEMA_LEVEL_ROUTINE IS_USER_DEFINED_CAST IS_IMPLICITLY_INVOCABLE',
    'INFORMATION_SCHEMA.SEQUENCES': 'NUMERIC_PRECISION_RADIX',
    'sys.dm_tran_active_transactions': 'transaction_status transaction_status2 dtc_status',
    'sys.dm_tran_database_transactions': 'database_transaction_status database_transaction_status2',
    'sys.dm_tran_locks': 'request_type request_lifetime resource_lock_partition',
  },
  absent: {
    'sys.tables':
      'filestream_data_space_id lob_data_space_id lock_on_bulk_load is_sync_tran_subscribed has_unchecked_assembly_data text_in_row_limit large_value_types_out_of_row is_filetable durability durability_desc temporal_type temporal_type_desc history_table_id is_remote_data_archive_enabled is_external history_retention_period history_retention_period_unit history_retention_period_unit_desc is_node is_edge data_retention_period data_retention_period_unit data_retention_period_unit_desc ledger_type ledger_type_desc ledger_view_id is_dropped_ledger_table',
    'sys.views':
      'has_opaque_metadata has_unchecked_assembly_data is_date_correlation_view is_tracked_by_cdc has_snapshot ledger_view_type ledger_view_type_desc is_dropped_ledger_view',
    'sys.all_views':
      'has_opaque_metadata has_unchecked_assembly_data is_date_correlation_view is_tracked_by_cdc has_snapshot ledger_view_type ledger_view_type_desc is_dropped_ledger_view',
    'sys.system_views':
      'has_opaque_metadata has_unchecked_assembly_data is_date_correlation_view is_tracked_by_cdc has_snapshot ledger_view_type ledger_view_type_desc is_dropped_ledger_view',
    'sys.types': 'default_object_id',
    'sys.table_types': 'default_object_id',
    'sys.procedures': 'is_auto_executed is_execution_replicated is_repl_serializable_only skips_repl_constraints',
    'sys.trigger_events': 'event_group_type event_group_type_desc',
    'sys.parameters': 'is_cursor_ref is_nullable',
    'sys.all_parameters': 'is_cursor_ref is_nullable',
    'sys.sql_modules': 'uses_native_compilation',
    'sys.all_sql_modules': 'uses_native_compilation',
    'sys.sql_expression_dependencies': 'referenced_server_name',
    'sys.indexes': 'is_hypothetical is_ignored_in_optimization suppress_dup_key_messages auto_created',
    'sys.index_columns': 'column_store_order_ordinal',
    'sys.key_constraints': 'is_enforced',
    'sys.stats': 'auto_created no_recompute is_temporary',
    'sys.partitions': 'filestream_filegroup_id',
    'sys.filegroups': 'filegroup_guid log_filegroup_id is_read_only is_autogrow_all_files',
    'sys.xml_indexes': 'data_space_id',
    'sys.destination_data_spaces': 'data_space_id',
    'sys.databases':
      'source_database_id owner_sid state state_desc is_in_standby is_cleanly_shutdown is_supplemental_logging_enabled is_auto_create_stats_incremental_on is_recursive_triggers_on is_cursor_close_on_commit_on is_local_cursor_default is_fulltext_enabled is_db_chaining_on is_master_key_encrypted_by_server is_subscribed is_distributor is_sync_with_backup is_broker_enabled is_encrypted replica_id group_database_id resource_pool_id default_language_lcid default_language_name default_fulltext_language_lcid default_fulltext_language_name is_nested_triggers_on is_transform_noise_words_on two_digit_year_cutoff containment containment_desc is_memory_optimized_elevate_to_snapshot_on is_remote_data_archive_enabled is_result_set_caching_on is_tempdb_spill_to_remote_store is_stale_page_detection_on is_memory_optimized_enabled is_data_retention_enabled is_ledger_on is_change_feed_enabled',
    'sys.server_principals': 'credential_id',
    'sys.sql_logins': 'default_language_name credential_id is_expiration_checked',
    'sys.dm_server_services': 'is_clustered cluster_nodename',
    'sys.database_files':
      'state state_desc is_media_read_only is_read_only is_sparse is_name_reserved is_persistent_log_buffer',
    'sys.servers': 'is_publisher is_subscriber is_distributor is_nonsql_subscriber',
    'sys.dm_exec_sessions': 'nt_domain nt_user_name authenticating_database_id',
    'sys.dm_exec_requests':
      'request_id executing_managed_code external_script_request_id is_resumable dist_statement_id',
    'sys.dm_exec_connections': 'parent_connection_id',
    'sys.dm_tran_active_transactions': 'transaction_uow dtc_state dtc_isolation_level',
    'sys.dm_tran_session_transactions': 'is_user_transaction is_local is_enlisted is_bound',
    'sys.dm_tran_database_transactions': 'database_transaction_replicate_record_count',
    'sys.database_principals': 'default_language_name default_language_lcid',
    'sys.syscolumns': 'domain',
    'sys.systypes': 'tdefault domain',
    'sys.sysdatabases': 'sid',
    'INFORMATION_SCHEMA.ROUTINES': 'ROUTINE_BODY EXTERNAL_NAME EXTERNAL_LANGUAGE',
    'INFORMATION_SCHEMA.DOMAINS': 'DOMAIN_DEFAULT',
  },
  found: {
    'sys.sql_modules': 'uses_database_collation inline_type is_inlineable',
    'sys.all_sql_modules': 'uses_database_collation inline_type is_inlineable',
    'sys.sql_expression_dependencies':
      'referencing_minor_id referencing_class referencing_class_desc referenced_class referenced_class_desc referenced_minor_id is_ambiguous',
    'sys.computed_columns': 'uses_database_collation',
    'sys.check_constraints': 'uses_database_collation',
  },
  machine: {
    'sys.stats': 'stats_generation_method stats_generation_method_desc',
    'sys.dm_db_partition_stats':
      'lob_used_page_count lob_reserved_page_count row_overflow_used_page_count row_overflow_reserved_page_count',
    'sys.allocation_units': 'type type_desc data_space_id',
    'sys.sql_logins': 'password_hash',
    'sys.dm_server_services':
      'startup_type startup_type_desc service_account filename instant_file_initialization_enabled',
    'sys.database_files':
      'file_guid max_size growth is_percent_growth create_lsn drop_lsn read_only_lsn read_write_lsn differential_base_lsn differential_base_guid differential_base_time redo_start_lsn redo_start_fork_guid redo_target_lsn redo_target_fork_guid backup_lsn',
    'sys.dm_db_log_space_usage': 'total_log_size_in_bytes log_space_in_bytes_since_last_backup',
    'sys.dm_exec_sessions': 'cpu_time memory_usage total_scheduled_time total_elapsed_time reads writes logical_reads',
    'sys.dm_exec_requests':
      'sql_handle statement_start_offset statement_end_offset plan_handle wait_time wait_resource open_resultset_count percent_complete estimated_completion_time cpu_time scheduler_id task_address reads writes logical_reads granted_query_memory group_id query_hash query_plan_hash statement_sql_handle statement_context_id dop parallel_worker_count page_resource page_server_reads',
    'sys.dm_exec_connections': 'node_affinity num_reads num_writes most_recent_sql_handle',
    'sys.dm_tran_active_transactions': 'transaction_state',
    'sys.dm_tran_database_transactions':
      'database_transaction_log_bytes_reserved database_transaction_log_bytes_used_system database_transaction_log_bytes_reserved_system database_transaction_most_recent_savepoint_lsn database_transaction_commit_lsn database_transaction_last_rollback_lsn database_transaction_next_undo_lsn',
    'sys.dm_tran_locks':
      'resource_type resource_subtype resource_description request_reference_count request_exec_context_id request_request_id request_owner_type',
    'sys.dm_os_sys_info':
      'cpu_count hyperthread_ratio physical_memory_kb virtual_memory_kb committed_kb committed_target_kb visible_target_kb stack_size_in_bytes os_quantum os_error_mode os_priority_class max_workers_count scheduler_count scheduler_total_count deadlock_monitor_serial_number sqlserver_start_time_ms_ticks affinity_type affinity_type_desc process_kernel_time_ms process_user_time_ms time_source time_source_desc virtual_machine_type virtual_machine_type_desc softnuma_configuration softnuma_configuration_desc process_physical_affinity sql_memory_model sql_memory_model_desc socket_count cores_per_socket numa_node_count container_type container_type_desc',
    'sys.dm_cdc_log_scan_sessions': 'first_begin_cdc_lsn',
    'sys.syscomments': 'ctext',
  },
  protocol: {
    'sys.dm_exec_sessions': 'client_version endpoint_id is_user_process',
    'sys.dm_exec_connections': 'net_transport protocol_type endpoint_id auth_scheme',
  },
};

const LITERAL = /^(?:-?\d+(?:\.\d+)?|'(?:[^']|'')*'|true|false|NULL)(?:::[\w ()]+)?$/i;

/** The columns of a view whose expression is a literal; none of a view without rows. */
export function constantColumns({ columns, expressions, from }: ViewDefinition): readonly string[] {
  if (from.endsWith('WHERE false')) return [];
  return columns.filter((_, index) => LITERAL.test(expressions[index] ?? '')).map(({ name }) => name);
}

const words = (text: string | undefined): readonly string[] => text?.split(/\s+/).filter((word) => word !== '') ?? [];

/** The reasons that are listed for a column, of which a constant one has one. */
export function reasonsOf(view: string, column: string): readonly Reason[] {
  return (Object.keys(REASONS) as Reason[]).filter(
    (reason) => words(OWN[reason][view]).includes(column) || words(SHARED[reason]).includes(column),
  );
}

/** Every column that is listed for a view of its own, as `view column`. */
export function listedColumns(): readonly string[] {
  return Object.values(OWN).flatMap((views) =>
    Object.entries(views).flatMap(([view, columns]) => words(columns).map((column) => `${view} ${column}`)),
  );
}

/** Every column that is listed for all views. */
export const sharedColumns = (): readonly string[] => Object.values(SHARED).flatMap(words);

/** The constant columns of all views by reason, each line a view with its columns; for docs/sandbox.md. */
export function constantsByReason(views: readonly ViewDefinition[]): ReadonlyMap<Reason, readonly string[]> {
  const lines = new Map<Reason, string[]>((Object.keys(REASONS) as Reason[]).map((reason) => [reason, []]));
  for (const view of views) {
    const name = `${view.schema}.${view.name}`;
    for (const [reason, found] of lines) {
      const columns = constantColumns(view).filter((column) => reasonsOf(name, column).includes(reason));
      const own = columns.filter((column) => !words(SHARED[reason]).includes(column));
      if (own.length > 0) found.push(`\`${name}\`: ${own.map((column) => `\`${column}\``).join(', ')}`);
    }
  }
  for (const [reason, found] of lines) {
    const shared = words(SHARED[reason]);
    if (shared.length > 0)
      found.unshift(`in all views that have them: ${shared.map((column) => `\`${column}\``).join(', ')}`);
  }
  return lines;
}
