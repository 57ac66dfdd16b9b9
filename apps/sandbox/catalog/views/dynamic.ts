import { SESSIONS } from '../session-row.ts';
import { view } from './define.ts';

/** Who lacks the right to see others sees himself. */
const SHOWN = '((SELECT meta.sees_sessions()) OR s.spid = (SELECT meta.own_spid()))';

const TRANSACTIONS = `${SESSIONS} s WHERE s.xact_start IS NOT NULL`;

const LSN = 'numeric(25,0)';

const time = (ms: string): string => `to_timestamp(${ms} / 1000)`;

/** What a request waits for, by SQL Server's names; NULL where it runs. */
const WAIT = "CASE WHEN s.wait_event_type = 'Lock' THEN 'LCK_M_X' WHEN s.wait_event = 'PgSleep' THEN 'WAITFOR' END";

/** What SET changed, the same of sessions and requests. */
const SETTINGS = `  text_size int! s.text_size
  language nvarchar(128) s.language
  date_format nvarchar(3) s.date_format
  date_first smallint! s.date_first
  quoted_identifier bit! s.quoted_identifier
  arithabort bit! s.arithabort
  ansi_null_dflt_on bit! s.ansi_null_dflt_on
  ansi_defaults bit! s.ansi_defaults
  ansi_warnings bit! s.ansi_warnings
  ansi_padding bit! s.ansi_padding
  ansi_nulls bit! s.ansi_nulls
  concat_null_yields_null bit! s.concat_null_yields_null
  transaction_isolation_level smallint! s.isolation
  lock_timeout int! s.lock_timeout
  deadlock_priority int! s.deadlock_priority
  row_count bigint! s.row_count
  prev_error int! s.prev_error`;

/** Dynamic management views: sessions, transactions, locks, the capture job. */
export const DYNAMIC_VIEWS = [
  view(
    -176,
    'sys.dm_exec_sessions',
    `
  session_id smallint! s.spid
  login_time datetime! ${time('s.login_time')}
  host_name nvarchar(128) s.host_name
  program_name nvarchar(128) s.program_name
  host_process_id int nullif(s.client_process, 0)
  client_version int 7
  client_interface_name nvarchar(32) left(nullif(s.client_library, ''), 32)
  security_id varbinary(85)! coalesce((SELECT l.sid FROM meta.logins l WHERE l.name = s.login_name), '\\x01')
  login_name nvarchar(128)! s.login_name
  nt_domain nvarchar(128) NULL::text
  nt_user_name nvarchar(128) NULL::text
  status nvarchar(30)! CASE WHEN s.running THEN 'running' ELSE 'sleeping' END
  context_info varbinary(128) s.context_info::bytea
  cpu_time int! 0
  memory_usage int! 2
  total_scheduled_time int! 0
  total_elapsed_time int! 0
  endpoint_id int! 4
  last_request_start_time datetime! ${time('s.started')}
  last_request_end_time datetime ${time('s.ended')}
  reads bigint! 0
  writes bigint! 0
  logical_reads bigint! 0
  is_user_process bit! true
${SETTINGS}
  original_security_id varbinary(85)! coalesce((SELECT l.sid FROM meta.logins l WHERE l.name = s.original_login_name), '\\x01')
  original_login_name nvarchar(128)! s.original_login_name
  database_id smallint! s.database_id
  authenticating_database_id int 1
  open_transaction_count int! s.transactions`,
    `FROM ${SESSIONS} s WHERE ${SHOWN}`,
  ),
  view(
    -177,
    'sys.dm_exec_requests',
    `
  session_id smallint! s.spid
  request_id int! 0
  start_time datetime! ${time('s.started')}
  status nvarchar(30)! CASE WHEN ${WAIT} IS NULL THEN 'running' ELSE 'suspended' END
  command nvarchar(32)! s.command
  sql_handle varbinary(64) NULL::bytea
  statement_start_offset int NULL::int
  statement_end_offset int NULL::int
  plan_handle varbinary(64) NULL::bytea
  database_id smallint! s.database_id
  user_id int! coalesce((SELECT p.principal_id FROM meta.principals p JOIN meta.self f ON f.database_id = s.database_id WHERE p.login = s.login_name), 1)
  connection_id uniqueidentifier md5('connection' || s.spid || s.login_time)::uuid
  blocking_session_id smallint coalesce((SELECT b.spid::smallint FROM ${SESSIONS} b WHERE b.pid = (pg_blocking_pids(s.pid))[1]), 0::smallint)
  wait_type nvarchar(60) ${WAIT}
  wait_time int! 0
  last_wait_type nvarchar(60)! coalesce(${WAIT}, 'MISCELLANEOUS')
  wait_resource nvarchar(256)! ''
  open_transaction_count int! s.transactions
  open_resultset_count int! 1
  transaction_id bigint! coalesce(s.transaction_id, 0)
  context_info varbinary(128) s.context_info::bytea
  percent_complete real! 0
  estimated_completion_time bigint! 0
  cpu_time int! 0
  total_elapsed_time int! greatest(0, (extract(epoch FROM clock_timestamp()) * 1000 - s.started)::bigint)
  scheduler_id int NULL::int
  task_address varbinary(8) NULL::bytea
  reads bigint! 0
  writes bigint! 0
  logical_reads bigint! 0
${SETTINGS}
  nest_level int! s.nest_level
  granted_query_memory int! 0
  executing_managed_code bit! false
  group_id int! 2
  query_hash binary(8) NULL::bytea
  query_plan_hash binary(8) NULL::bytea
  statement_sql_handle varbinary(64) NULL::bytea
  statement_context_id bigint NULL::bigint
  dop int! 1
  parallel_worker_count int NULL::int
  external_script_request_id uniqueidentifier NULL::uuid
  is_resumable bit! false
  page_resource binary(8) NULL::bytea
  page_server_reads bigint! 0
  dist_statement_id uniqueidentifier NULL::uuid`,
    `FROM ${SESSIONS} s WHERE s.running AND ${SHOWN}`,
  ),
  view(
    -178,
    'sys.dm_exec_connections',
    `
  session_id int s.spid
  most_recent_session_id int s.spid
  connect_time datetime! ${time('s.login_time')}
  net_transport nvarchar(40)! 'TCP'
  protocol_type nvarchar(40) 'TSQL'
  protocol_version int nullif(s.protocol_version, 0)
  endpoint_id int 4
  encrypt_option nvarchar(40)! CASE WHEN s.encrypted THEN 'TRUE' ELSE 'FALSE' END
  auth_scheme nvarchar(40)! 'SQL'
  node_affinity smallint! 0
  num_reads int NULL::int
  num_writes int NULL::int
  last_read datetime ${time('s.started')}
  last_write datetime ${time('s.ended')}
  net_packet_size int nullif(s.packet_size, 0)
  client_net_address varchar(48) s.client_address
  client_tcp_port int nullif(s.client_port, 0)
  local_net_address varchar(48) nullif(s.local_address, '')
  local_tcp_port int nullif(s.local_port, 0)
  connection_id uniqueidentifier! md5('connection' || s.spid || s.login_time)::uuid
  parent_connection_id uniqueidentifier NULL::uuid
  most_recent_sql_handle varbinary(64) NULL::bytea`,
    `FROM ${SESSIONS} s`,
  ),
  view(
    -179,
    'sys.dm_tran_active_transactions',
    `
  transaction_id bigint! s.transaction_id
  name nvarchar(32)! s.transaction_name
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
  enlist_count int! CASE WHEN s.running THEN 1 ELSE 0 END
  is_user_transaction bit! true
  is_local bit! true
  is_enlisted bit! false
  is_bound bit! false
  open_transaction_count int! s.transactions`,
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
  cpu_ticks bigint! (extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000000000)::bigint
  ms_ticks bigint! (extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000)::bigint
  cpu_count int! 2
  hyperthread_ratio int! 2
  physical_memory_kb bigint! 4194304
  virtual_memory_kb bigint! 137438953344
  committed_kb bigint! 1048576
  committed_target_kb bigint! 2097152
  visible_target_kb bigint! 2097152
  stack_size_in_bytes int! 2093056
  os_quantum bigint! 4
  os_error_mode int! 5
  os_priority_class int 32
  max_workers_count int! 512
  scheduler_count int! 2
  scheduler_total_count int! 2
  deadlock_monitor_serial_number int! 0
  sqlserver_start_time_ms_ticks bigint! 0
  sqlserver_start_time datetime! pg_postmaster_start_time()
  affinity_type int! 2
  affinity_type_desc nvarchar(60)! 'AUTO'
  process_kernel_time_ms bigint! 0
  process_user_time_ms bigint! 0
  time_source int! 0
  time_source_desc nvarchar(60)! 'QUERY_PERFORMANCE_COUNTER'
  virtual_machine_type int! 0
  virtual_machine_type_desc nvarchar(60)! 'NONE'
  softnuma_configuration int! 0
  softnuma_configuration_desc nvarchar(60)! 'OFF'
  process_physical_affinity nvarchar(3072)! '{{0,3}}'
  sql_memory_model int! 1
  sql_memory_model_desc nvarchar(60)! 'CONVENTIONAL'
  socket_count int! 1
  cores_per_socket int! 2
  numa_node_count int! 1
  container_type int! 0
  container_type_desc nvarchar(60)! 'NONE'`,
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
    // Session 0 is the sum of all since the server began, which here is one.
    'FROM (SELECT * FROM meta.cdc_sessions UNION ALL SELECT 0 AS session_id, start_time, end_time, duration, scan_phase, error_count, start_lsn, current_lsn, end_lsn, tran_count, last_commit_lsn, last_commit_time, log_record_count, schema_change_count, command_count, last_commit_cdc_lsn, last_commit_cdc_time, latency, empty_scan_count, failed_sessions_count FROM meta.cdc_sessions) c ORDER BY c.session_id DESC',
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
  // msdb's: here of the current database alone.
  view(
    -192,
    'dbo.cdc_jobs',
    `
  database_id int! s.database_id
  job_type nvarchar(20)! j.job_type
  job_id uniqueidentifier j.job_id
  maxtrans int j.maxtrans
  maxscans int j.maxscans
  continuous bit j.continuous
  pollinginterval bigint j.pollinginterval
  retention bigint j.retention
  threshold bigint j.threshold`,
    'FROM meta.cdc_jobs j CROSS JOIN meta.self s',
  ),
];
