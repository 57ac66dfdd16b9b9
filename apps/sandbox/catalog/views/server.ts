import { view } from './define.ts';

/** A column of sys.databases that ALTER DATABASE … SET alone decides. */
const shown = (column: string, type: string, otherwise: string): string =>
  `coalesce((d.options ->> '${column}')::${type}, ${otherwise})`;

/** Server-wide views: the same rows in every database. */
export const SERVER_VIEWS = [
  view(
    -170,
    'sys.databases',
    `
  name sysname! d.name
  database_id int! d.database_id
  source_database_id int NULL::int
  owner_sid varbinary(85) '\\x01'::bytea
  create_date datetime! d.create_date
  compatibility_level tinyint! d.compatibility_level
  collation_name sysname d.collation_name
  user_access tinyint ${shown('user_access', 'smallint', '0')}
  user_access_desc nvarchar(60) CASE ${shown('user_access', 'smallint', '0')} WHEN 0 THEN 'MULTI_USER' ELSE 'SINGLE_USER' END
  is_read_only bit d.is_read_only
  is_auto_close_on bit! ${shown('is_auto_close_on', 'boolean', 'false')}
  is_auto_shrink_on bit ${shown('is_auto_shrink_on', 'boolean', 'false')}
  state tinyint 0
  state_desc nvarchar(60) 'ONLINE'
  is_in_standby bit false
  is_cleanly_shutdown bit false
  is_supplemental_logging_enabled bit false
  snapshot_isolation_state tinyint CASE WHEN d.snapshot_isolation THEN 1 ELSE 0 END
  snapshot_isolation_state_desc nvarchar(60) CASE WHEN d.snapshot_isolation THEN 'ON' ELSE 'OFF' END
  is_read_committed_snapshot_on bit d.read_committed_snapshot
  recovery_model tinyint d.recovery_model
  recovery_model_desc nvarchar(60) CASE d.recovery_model WHEN 1 THEN 'FULL' WHEN 2 THEN 'BULK_LOGGED' ELSE 'SIMPLE' END
  page_verify_option tinyint ${shown('page_verify_option', 'smallint', '2')}
  page_verify_option_desc nvarchar(60) CASE ${shown('page_verify_option', 'smallint', '2')} WHEN 0 THEN 'NONE' WHEN 1 THEN 'TORN_PAGE_DETECTION' ELSE 'CHECKSUM' END
  is_auto_create_stats_on bit ${shown('is_auto_create_stats_on', 'boolean', 'true')}
  is_auto_create_stats_incremental_on bit false
  is_auto_update_stats_on bit ${shown('is_auto_update_stats_on', 'boolean', 'true')}
  is_auto_update_stats_async_on bit ${shown('is_auto_update_stats_async_on', 'boolean', 'false')}
  is_ansi_null_default_on bit ${shown('is_ansi_null_default_on', 'boolean', 'false')}
  is_ansi_nulls_on bit ${shown('is_ansi_nulls_on', 'boolean', 'false')}
  is_ansi_padding_on bit ${shown('is_ansi_padding_on', 'boolean', 'false')}
  is_ansi_warnings_on bit ${shown('is_ansi_warnings_on', 'boolean', 'false')}
  is_arithabort_on bit ${shown('is_arithabort_on', 'boolean', 'false')}
  is_concat_null_yields_null_on bit ${shown('is_concat_null_yields_null_on', 'boolean', 'false')}
  is_numeric_roundabort_on bit ${shown('is_numeric_roundabort_on', 'boolean', 'false')}
  is_quoted_identifier_on bit ${shown('is_quoted_identifier_on', 'boolean', 'false')}
  is_recursive_triggers_on bit false
  is_cursor_close_on_commit_on bit false
  is_local_cursor_default bit false
  is_fulltext_enabled bit false
  is_trustworthy_on bit ${shown('is_trustworthy_on', 'boolean', 'false')}
  is_db_chaining_on bit false
  is_parameterization_forced bit ${shown('is_parameterization_forced', 'boolean', 'false')}
  is_master_key_encrypted_by_server bit! false
  is_query_store_on bit ${shown('is_query_store_on', 'boolean', 'false')}
  is_published bit! false
  is_subscribed bit! false
  is_merge_published bit! false
  is_distributor bit! false
  is_sync_with_backup bit! false
  service_broker_guid uniqueidentifier! md5('broker' || d.database_id)::uuid
  is_broker_enabled bit! false
  log_reuse_wait tinyint CASE WHEN meta.cdc_lags(d.database_id) THEN 6 ELSE 0 END
  log_reuse_wait_desc nvarchar(60) CASE WHEN meta.cdc_lags(d.database_id) THEN 'REPLICATION' ELSE 'NOTHING' END
  is_date_correlation_on bit! ${shown('is_date_correlation_on', 'boolean', 'false')}
  is_cdc_enabled bit! meta.cdc_enabled(d.database_id)
  is_encrypted bit false
  is_honor_broker_priority_on bit ${shown('is_honor_broker_priority_on', 'boolean', 'false')}
  replica_id uniqueidentifier NULL::uuid
  group_database_id uniqueidentifier NULL::uuid
  resource_pool_id int NULL::int
  default_language_lcid smallint NULL::smallint
  default_language_name nvarchar(128) NULL::text
  default_fulltext_language_lcid int NULL::int
  default_fulltext_language_name nvarchar(128) NULL::text
  is_nested_triggers_on bit NULL::boolean
  is_transform_noise_words_on bit NULL::boolean
  two_digit_year_cutoff smallint NULL::smallint
  containment tinyint 0
  containment_desc nvarchar(60) 'NONE'
  target_recovery_time_in_seconds int ${shown('target_recovery_time_in_seconds', 'int', '60')}
  delayed_durability int ${shown('delayed_durability', 'int', '0')}
  delayed_durability_desc nvarchar(60) CASE ${shown('delayed_durability', 'int', '0')} WHEN 0 THEN 'DISABLED' WHEN 1 THEN 'ALLOWED' ELSE 'FORCED' END
  is_memory_optimized_elevate_to_snapshot_on bit false
  is_federation_member bit false
  is_remote_data_archive_enabled bit false
  is_mixed_page_allocation_on bit ${shown('is_mixed_page_allocation_on', 'boolean', 'false')}
  is_temporal_history_retention_enabled bit ${shown('is_temporal_history_retention_enabled', 'boolean', 'true')}
  catalog_collation_type int 0
  catalog_collation_type_desc nvarchar(60) 'DATABASE_DEFAULT'
  physical_database_name nvarchar(128) d.name
  is_result_set_caching_on bit false
  is_accelerated_database_recovery_on bit ${shown('is_accelerated_database_recovery_on', 'boolean', 'false')}
  is_tempdb_spill_to_remote_store bit false
  is_stale_page_detection_on bit false
  is_memory_optimized_enabled bit false
  is_data_retention_enabled bit false
  is_ledger_on bit false
  is_change_feed_enabled bit false`,
    'FROM meta.databases d ORDER BY d.database_id',
  ),
  view(
    -171,
    'sys.configurations',
    `
  configuration_id int! v.id
  name nvarchar(35)! v.name
  value sql_variant ROW('int', v.value)::sys.sql_variant
  minimum sql_variant ROW('int', v.minimum)::sys.sql_variant
  maximum sql_variant ROW('int', v.maximum)::sys.sql_variant
  value_in_use sql_variant ROW('int', v.value)::sys.sql_variant
  description nvarchar(255)! v.description
  is_dynamic bit! v.dynamic
  is_advanced bit! v.advanced`,
    `FROM (SELECT c.id, c.name, coalesce((SELECT s.value FROM meta.server_state s WHERE s.name = 'configuration:' || c.name), c.value) AS value, c.minimum, c.maximum, c.dynamic, c.advanced, c.description
     FROM (VALUES (101, 'recovery interval (min)', '0', '0', '32767', true, true, 'Maximum recovery interval in minutes'), (103, 'user connections', '0', '0', '32767', false, true, 'Number of user connections allowed'),
     (115, 'nested triggers', '1', '0', '1', true, false, 'Allow triggers to be invoked within triggers'),
     (124, 'default language', '0', '0', '9999', true, false, 'default language'), (1536, 'max text repl size (B)', '65536', '-1', '2147483647', true, false, 'Maximum size of a text field in replication.'),
     (1539, 'max degree of parallelism', '0', '0', '32767', true, true, 'maximum degree of parallelism'),
     (1544, 'max server memory (MB)', '2147483647', '128', '2147483647', true, true, 'Maximum size of server memory (MB)'), (518, 'show advanced options', '0', '0', '1', true, false, 'show advanced options'),
     (16384, 'Agent XPs', '1', '0', '1', true, true, 'Enable or disable Agent XPs'),
     (16390, 'xp_cmdshell', '0', '0', '1', true, true, 'Enable or disable command shell'), (1562, 'clr enabled', '0', '0', '1', true, false, 'CLR user code execution enabled in the server'))
     c(id, name, value, minimum, maximum, dynamic, advanced, description)) v`,
  ),
  view(
    -172,
    'sys.server_principals',
    `
  name sysname! l.name
  principal_id int! l.principal_id
  sid varbinary(85) l.sid
  type char(1)! l.type
  type_desc nvarchar(60) CASE l.type WHEN 'R' THEN 'SERVER_ROLE' ELSE 'SQL_LOGIN' END
  is_disabled bit l.is_disabled
  create_date datetime! l.create_date
  modify_date datetime! l.create_date
  default_database_name sysname CASE WHEN l.type <> 'R' THEN l.default_database END
  default_language_name sysname CASE WHEN l.type <> 'R' THEN 'us_english' END
  credential_id int NULL::int
  owning_principal_id int CASE WHEN l.type = 'R' THEN 1 END
  is_fixed_role bit! l.type = 'R'`,
    'FROM meta.logins l',
  ),
  view(
    -173,
    'sys.sql_logins',
    `
  name sysname! l.name
  principal_id int! l.principal_id
  sid varbinary(85) l.sid
  type char(1)! l.type
  type_desc nvarchar(60) 'SQL_LOGIN'
  is_disabled bit l.is_disabled
  create_date datetime! l.create_date
  modify_date datetime! l.create_date
  default_database_name sysname l.default_database
  default_language_name sysname 'us_english'
  credential_id int NULL::int
  is_policy_checked bit l.policy_checked
  is_expiration_checked bit false
  password_hash varbinary(256) NULL::bytea`,
    "FROM meta.logins l WHERE l.type = 'S'",
  ),
  view(
    -174,
    'sys.server_role_members',
    `
  role_principal_id int! r.principal_id
  member_principal_id int! l.principal_id`,
    "FROM meta.logins l CROSS JOIN LATERAL unnest(l.server_roles) s(name) JOIN meta.logins r ON r.type = 'R' AND r.name = s.name",
  ),
  view(
    -175,
    'sys.dm_server_services',
    `
  servicename nvarchar(256)! v.name
  startup_type int 2
  startup_type_desc nvarchar(256) 'Automatic'
  status int CASE WHEN v.running THEN 4 ELSE 1 END
  status_desc nvarchar(256) CASE WHEN v.running THEN 'Running' ELSE 'Stopped' END
  process_id int CASE WHEN v.running THEN pg_backend_pid() END
  last_startup_time datetimeoffset meta.offset_now(pg_postmaster_start_time())
  service_account nvarchar(256)! 'NT Service\\MSSQLSERVER'
  filename nvarchar(256)! 'sandbox'
  is_clustered nvarchar(1)! 'N'
  cluster_nodename nvarchar(256) NULL::text
  instant_file_initialization_enabled nvarchar(1)! 'N'`,
    `FROM (SELECT 'SQL Server (MSSQLSERVER)' AS name, true AS running UNION ALL
     SELECT 'SQL Server Agent (MSSQLSERVER)', coalesce((SELECT s.value FROM meta.server_state s WHERE s.name = 'agent'), 'running') = 'running') v`,
  ),
  view(
    -186,
    'sys.database_files',
    `
  file_id int! f.id
  file_guid uniqueidentifier NULL::uuid
  type tinyint! f.id - 1
  type_desc nvarchar(60) CASE f.id WHEN 1 THEN 'ROWS' ELSE 'LOG' END
  data_space_id int! 2 - f.id
  name sysname! CASE f.id WHEN 1 THEN d.name ELSE d.name || '_log' END
  physical_name nvarchar(260)! CASE f.id WHEN 1 THEN d.name || '.mdf' ELSE d.name || '_log.ldf' END
  state tinyint 0
  state_desc nvarchar(60) 'ONLINE'
  size int! pg_database_size(current_database()) / 8192
  max_size int! -1
  growth int! 8192
  is_media_read_only bit! false
  is_read_only bit! false
  is_sparse bit! false
  is_percent_growth bit! false
  is_name_reserved bit! false
  is_persistent_log_buffer bit! false
  create_lsn numeric(25,0) NULL::numeric
  drop_lsn numeric(25,0) NULL::numeric
  read_only_lsn numeric(25,0) NULL::numeric
  read_write_lsn numeric(25,0) NULL::numeric
  differential_base_lsn numeric(25,0) NULL::numeric
  differential_base_guid uniqueidentifier NULL::uuid
  differential_base_time datetime NULL::timestamp
  redo_start_lsn numeric(25,0) NULL::numeric
  redo_start_fork_guid uniqueidentifier NULL::uuid
  redo_target_lsn numeric(25,0) NULL::numeric
  redo_target_fork_guid uniqueidentifier NULL::uuid
  backup_lsn numeric(25,0) NULL::numeric`,
    'FROM meta.self JOIN meta.databases d USING (database_id) CROSS JOIN (VALUES (1), (2)) f(id)',
  ),
  view(
    -187,
    'sys.dm_db_log_space_usage',
    `
  database_id int database_id
  total_log_size_in_bytes bigint 1073741824
  used_log_space_in_bytes bigint least(1073741824, meta.log_used())
  used_log_space_in_percent real least(100, meta.log_used() / 10737418.24)
  log_space_in_bytes_since_last_backup bigint 0`,
    'FROM meta.self',
  ),
  view(
    -188,
    'sys.time_zone_info',
    `
  name sysname! z.name
  current_utc_offset nvarchar(6)! CASE WHEN z.utc_offset < interval '0' THEN '-' ELSE '+' END || to_char(abs(extract(epoch FROM z.utc_offset)) * interval '1 second', 'HH24:MI')
  is_currently_dst bit! z.is_dst`,
    'FROM pg_timezone_names z',
  ),
  view(
    -189,
    'sys.availability_groups',
    `
  group_id uniqueidentifier! NULL::uuid
  name sysname NULL::text`,
    'FROM meta.self WHERE false',
  ),
  view(
    -190,
    'sys.servers',
    `
  server_id int! 0
  name sysname! v.name
  product sysname! 'SQL Server'
  provider sysname! 'SQLNCLI'
  data_source nvarchar(4000) v.name
  location nvarchar(4000) NULL::text
  provider_string nvarchar(4000) NULL::text
  catalog sysname NULL::text
  connect_timeout int 0
  query_timeout int 0
  is_linked bit! false
  is_remote_login_enabled bit! true
  is_rpc_out_enabled bit! true
  is_data_access_enabled bit! false
  is_collation_compatible bit! false
  uses_remote_collation bit! true
  collation_name sysname NULL::text
  lazy_schema_validation bit! false
  is_system bit! false
  is_publisher bit! false
  is_subscriber bit false
  is_distributor bit false
  is_nonsql_subscriber bit false
  is_remote_proc_transaction_promotion_enabled bit false
  modify_date datetime! pg_postmaster_start_time()
  is_rda_server bit false`,
    "FROM (SELECT coalesce((SELECT s.value FROM meta.server_state s WHERE s.name = 'servername'), 'SLUICE-SANDBOX') AS name) v",
  ),
];
