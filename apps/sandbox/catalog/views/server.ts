import { view } from './define.ts';

/** Sessions are PostgreSQL connections that bear `sbx/<spid>/<login>/<program>` as their application name. */
const SESSIONS = `(SELECT a.*, split_part(a.application_name, '/', 2)::int AS spid, split_part(a.application_name, '/', 3) AS login,
  substring(a.application_name FROM '^sbx/[0-9]+/[^/]*/(.*)$') AS program,
  coalesce((SELECT d.database_id FROM meta.databases d WHERE 'sbx_' || d.database_id = a.datname), 0) AS database_id,
  (extract(epoch FROM a.xact_start) * 1000)::bigint * 100000 + a.pid AS transaction_id
  FROM pg_stat_activity a WHERE a.application_name ~ '^sbx/[0-9]+/')`;

const TRANSACTIONS = `${SESSIONS} s WHERE s.xact_start IS NOT NULL`;

const LSN = 'numeric(25,0)';

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
  user_access tinyint 0
  user_access_desc nvarchar(60) 'MULTI_USER'
  is_read_only bit d.is_read_only
  is_auto_close_on bit! false
  is_auto_shrink_on bit false
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
  page_verify_option tinyint 2
  page_verify_option_desc nvarchar(60) 'CHECKSUM'
  is_auto_create_stats_on bit true
  is_auto_create_stats_incremental_on bit false
  is_auto_update_stats_on bit true
  is_auto_update_stats_async_on bit false
  is_ansi_null_default_on bit false
  is_ansi_nulls_on bit false
  is_ansi_padding_on bit false
  is_ansi_warnings_on bit false
  is_arithabort_on bit false
  is_concat_null_yields_null_on bit false
  is_numeric_roundabort_on bit false
  is_quoted_identifier_on bit false
  is_recursive_triggers_on bit false
  is_cursor_close_on_commit_on bit false
  is_local_cursor_default bit false
  is_fulltext_enabled bit false
  is_trustworthy_on bit false
  is_db_chaining_on bit false
  is_parameterization_forced bit false
  is_master_key_encrypted_by_server bit! false
  is_query_store_on bit false
  is_published bit! false
  is_subscribed bit! false
  is_merge_published bit! false
  is_distributor bit! false
  is_sync_with_backup bit! false
  service_broker_guid uniqueidentifier! md5('broker' || d.database_id)::uuid
  is_broker_enabled bit! false
  log_reuse_wait tinyint CASE WHEN meta.cdc_lags(d.database_id) THEN 6 ELSE 0 END
  log_reuse_wait_desc nvarchar(60) CASE WHEN meta.cdc_lags(d.database_id) THEN 'REPLICATION' ELSE 'NOTHING' END
  is_date_correlation_on bit! false
  is_cdc_enabled bit! meta.cdc_enabled(d.database_id)
  is_encrypted bit false
  is_honor_broker_priority_on bit false
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
  target_recovery_time_in_seconds int 60
  delayed_durability int 0
  delayed_durability_desc nvarchar(60) 'DISABLED'
  is_memory_optimized_elevate_to_snapshot_on bit false
  is_federation_member bit false
  is_remote_data_archive_enabled bit false
  is_mixed_page_allocation_on bit false
  is_temporal_history_retention_enabled bit true
  catalog_collation_type int 0
  catalog_collation_type_desc nvarchar(60) 'DATABASE_DEFAULT'
  physical_database_name nvarchar(128) d.name
  is_result_set_caching_on bit false
  is_accelerated_database_recovery_on bit false
  is_tempdb_spill_to_remote_store bit false
  is_stale_page_detection_on bit false
  is_memory_optimized_enabled bit false
  is_data_retention_enabled bit false
  is_ledger_on bit false
  is_change_feed_enabled bit false`,
    'FROM meta.databases d',
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
  description nvarchar(255)! v.name
  is_dynamic bit! true
  is_advanced bit! false`,
    `FROM (SELECT c.id, c.name, coalesce((SELECT s.value FROM meta.server_state s WHERE s.name = 'configuration:' || c.name), c.value) AS value, c.minimum, c.maximum
     FROM (VALUES (101, 'recovery interval (min)', '0', '0', '32767'), (103, 'user connections', '0', '0', '32767'), (115, 'nested triggers', '1', '0', '1'),
     (124, 'default language', '0', '0', '9999'), (1536, 'max text repl size (B)', '65536', '-1', '2147483647'), (1539, 'max degree of parallelism', '0', '0', '32767'),
     (1544, 'max server memory (MB)', '2147483647', '128', '2147483647'), (518, 'show advanced options', '0', '0', '1'), (16384, 'Agent XPs', '1', '0', '1'),
     (16390, 'xp_cmdshell', '0', '0', '1'), (1562, 'clr enabled', '0', '0', '1')) c(id, name, value, minimum, maximum)) v`,
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
  default_database_name sysname l.default_database
  default_language_name sysname 'us_english'
  credential_id int NULL::int
  owning_principal_id int NULL::int
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
  is_policy_checked bit false
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
    -176,
    'sys.dm_exec_sessions',
    `
  session_id smallint! s.spid
  login_time datetime! s.backend_start
  host_name nvarchar(128) NULL::text
  program_name nvarchar(128) s.program
  host_process_id int NULL::int
  client_version int 7
  client_interface_name nvarchar(32) NULL::text
  security_id varbinary(85)! '\\x01'::bytea
  login_name nvarchar(128)! s.login
  nt_domain nvarchar(128) NULL::text
  nt_user_name nvarchar(128) NULL::text
  status nvarchar(30)! CASE s.state WHEN 'active' THEN 'running' ELSE 'sleeping' END
  context_info varbinary(128) NULL::bytea
  cpu_time int! 0
  memory_usage int! 2
  total_scheduled_time int! 0
  total_elapsed_time int! 0
  endpoint_id int! 4
  last_request_start_time datetime! coalesce(s.query_start, s.backend_start)
  last_request_end_time datetime s.state_change
  reads bigint! 0
  writes bigint! 0
  logical_reads bigint! 0
  is_user_process bit! true
  text_size int! 2147483647
  language nvarchar(128) 'us_english'
  date_format nvarchar(3) 'mdy'
  date_first smallint! 7
  quoted_identifier bit! true
  arithabort bit! false
  ansi_null_dflt_on bit! true
  ansi_defaults bit! false
  ansi_warnings bit! true
  ansi_padding bit! true
  ansi_nulls bit! true
  concat_null_yields_null bit! true
  transaction_isolation_level smallint! 2
  lock_timeout int! -1
  deadlock_priority int! 0
  row_count bigint! 0
  prev_error int! 0
  original_security_id varbinary(85)! '\\x01'::bytea
  original_login_name nvarchar(128)! s.login
  database_id smallint! s.database_id
  authenticating_database_id int 1
  open_transaction_count int! CASE WHEN s.xact_start IS NOT NULL AND s.state LIKE 'idle in%' THEN 1 ELSE 0 END`,
    `FROM ${SESSIONS} s`,
  ),
  view(
    -177,
    'sys.dm_exec_requests',
    `
  session_id smallint! s.spid
  request_id int! 0
  start_time datetime! s.query_start
  status nvarchar(30)! 'running'
  command nvarchar(32)! 'SELECT'
  database_id smallint! s.database_id
  blocking_session_id smallint coalesce((SELECT split_part(b.application_name, '/', 2)::smallint FROM pg_stat_activity b WHERE b.pid = (pg_blocking_pids(s.pid))[1] AND b.application_name ~ '^sbx/[0-9]+/'), 0::smallint)
  wait_type nvarchar(60) s.wait_event
  wait_time int! 0
  transaction_id bigint! coalesce(s.transaction_id, 0)
  open_transaction_count int! CASE WHEN s.xact_start IS NULL THEN 0 ELSE 1 END
  percent_complete real! 0`,
    `FROM ${SESSIONS} s WHERE s.state = 'active'`,
  ),
  view(
    -178,
    'sys.dm_exec_connections',
    `
  session_id int s.spid
  connect_time datetime! s.backend_start
  net_transport nvarchar(40)! 'TCP'
  protocol_type nvarchar(40) 'TSQL'
  encrypt_option nvarchar(40)! 'FALSE'
  auth_scheme nvarchar(40)! 'SQL'
  client_net_address varchar(48) '127.0.0.1'
  local_net_address varchar(48) '127.0.0.1'`,
    `FROM ${SESSIONS} s`,
  ),
  view(
    -179,
    'sys.dm_tran_active_transactions',
    `
  transaction_id bigint! s.transaction_id
  name nvarchar(32)! 'user_transaction'
  transaction_begin_time datetime! s.xact_start
  transaction_type int! CASE WHEN s.backend_xid IS NULL THEN 2 ELSE 1 END
  transaction_uow uniqueidentifier NULL::uuid
  transaction_state int! 2
  transaction_status int! 0
  transaction_status2 int! 258
  dtc_state int! 0
  dtc_status int! 0
  dtc_isolation_level int! -1`,
    `FROM ${TRANSACTIONS}`,
  ),
  view(
    -180,
    'sys.dm_tran_session_transactions',
    `
  session_id int! s.spid
  transaction_id bigint! s.transaction_id
  transaction_descriptor binary(8)! int8send(s.transaction_id)
  enlist_count int! CASE s.state WHEN 'active' THEN 1 ELSE 0 END
  is_user_transaction bit! true
  is_local bit! true
  is_enlisted bit! false
  is_bound bit! false
  open_transaction_count int! 1`,
    `FROM ${TRANSACTIONS}`,
  ),
  view(
    -181,
    'sys.dm_tran_database_transactions',
    `
  transaction_id bigint! s.transaction_id
  database_id int! s.database_id
  database_transaction_begin_time datetime CASE WHEN s.backend_xid IS NOT NULL THEN s.xact_start END
  database_transaction_type int! CASE WHEN s.backend_xid IS NULL THEN 2 ELSE 1 END
  database_transaction_state int! CASE WHEN s.backend_xid IS NULL THEN 3 ELSE 4 END
  database_transaction_status int! 0
  database_transaction_status2 int! 0
  database_transaction_log_record_count bigint! CASE WHEN s.backend_xid IS NULL THEN 0 ELSE 1 END
  database_transaction_replicate_record_count int! 0
  database_transaction_log_bytes_used bigint! CASE WHEN s.backend_xid IS NULL THEN 0 ELSE 1 END
  database_transaction_log_bytes_reserved bigint! 0
  database_transaction_log_bytes_used_system int! 0
  database_transaction_log_bytes_reserved_system int! 0
  database_transaction_begin_lsn ${LSN} CASE WHEN s.backend_xid IS NOT NULL THEN 1 END
  database_transaction_last_lsn ${LSN} CASE WHEN s.backend_xid IS NOT NULL THEN 1 END
  database_transaction_most_recent_savepoint_lsn ${LSN} NULL::numeric
  database_transaction_commit_lsn ${LSN} NULL::numeric
  database_transaction_last_rollback_lsn ${LSN} NULL::numeric
  database_transaction_next_undo_lsn ${LSN} NULL::numeric`,
    `FROM ${TRANSACTIONS}`,
  ),
  view(
    -182,
    'sys.dm_tran_locks',
    `
  resource_type nvarchar(60)! 'OBJECT'
  resource_subtype nvarchar(60)! ''
  resource_database_id int! s.database_id
  resource_description nvarchar(256)! ''
  resource_associated_entity_id bigint coalesce(substring(r.relname FROM '^t([0-9]+)$')::bigint, 0)
  resource_lock_partition int! 0
  request_mode nvarchar(60)! CASE l.mode WHEN 'AccessShareLock' THEN 'Sch-S' WHEN 'RowShareLock' THEN 'IS' WHEN 'RowExclusiveLock' THEN 'IX' WHEN 'ShareLock' THEN 'S' WHEN 'AccessExclusiveLock' THEN 'Sch-M' ELSE 'X' END
  request_type nvarchar(60)! 'LOCK'
  request_status nvarchar(60)! CASE WHEN l.granted THEN 'GRANT' ELSE 'WAIT' END
  request_reference_count smallint! 1
  request_lifetime int! 0
  request_session_id int! s.spid
  request_exec_context_id int! 0
  request_request_id int! 0
  request_owner_type nvarchar(60)! 'TRANSACTION'
  request_owner_id bigint s.transaction_id`,
    `FROM pg_locks l JOIN ${SESSIONS} s USING (pid) JOIN pg_class r ON r.oid = l.relation JOIN pg_namespace n ON n.oid = r.relnamespace
     WHERE l.locktype = 'relation' AND n.nspname = 'u' AND r.relkind = 'r'`,
  ),
  view(
    -183,
    'sys.dm_os_sys_info',
    `
  cpu_count int! 2
  physical_memory_kb bigint! 4194304
  sqlserver_start_time datetime! pg_postmaster_start_time()`,
    'FROM meta.self',
  ),
  view(
    -184,
    'sys.dm_cdc_log_scan_sessions',
    `
  session_id int! c.session_id
  start_time datetime c.start_time
  end_time datetime c.end_time
  duration int c.duration
  scan_phase nvarchar(200) c.scan_phase
  error_count int c.error_count
  start_lsn nvarchar(23) c.start_lsn
  current_lsn nvarchar(23) c.current_lsn
  end_lsn nvarchar(23) c.end_lsn
  tran_count bigint c.tran_count
  last_commit_lsn nvarchar(23) c.last_commit_lsn
  last_commit_time datetime c.last_commit_time
  log_record_count bigint c.log_record_count
  schema_change_count int c.schema_change_count
  command_count bigint c.command_count
  first_begin_cdc_lsn nvarchar(23) NULL::text
  last_commit_cdc_lsn nvarchar(23) c.last_commit_cdc_lsn
  last_commit_cdc_time datetime c.last_commit_cdc_time
  latency int c.latency
  empty_scan_count int c.empty_scan_count
  failed_sessions_count int c.failed_sessions_count`,
    'FROM meta.cdc_sessions c',
  ),
  view(
    -185,
    'sys.dm_cdc_errors',
    `
  session_id int! e.session_id
  phase_number int e.phase_number
  entry_time datetime e.entry_time
  error_number int e.error_number
  error_severity int e.error_severity
  error_state int e.error_state
  error_message nvarchar(1024) e.error_message
  start_lsn nvarchar(23) e.start_lsn
  begin_lsn nvarchar(23) e.begin_lsn
  sequence_value nvarchar(23) e.sequence_value`,
    'FROM meta.cdc_errors e',
  ),
  view(
    -186,
    'sys.database_files',
    `
  file_id int! f.id
  type tinyint! f.id - 1
  type_desc nvarchar(60) CASE f.id WHEN 1 THEN 'ROWS' ELSE 'LOG' END
  data_space_id int! 2 - f.id
  name sysname! CASE f.id WHEN 1 THEN d.name ELSE d.name || '_log' END
  physical_name nvarchar(260)! CASE f.id WHEN 1 THEN d.name || '.mdf' ELSE d.name || '_log.ldf' END
  state tinyint 0
  state_desc nvarchar(60) 'ONLINE'
  size int! pg_database_size(current_database()) / 8192
  max_size int! -1
  growth int! 8192`,
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
  name sysname! 'SANDBOX'
  product sysname! 'SQL Server'
  provider sysname! 'SQLNCLI'
  is_linked bit! false`,
    'FROM meta.self',
  ),
];
