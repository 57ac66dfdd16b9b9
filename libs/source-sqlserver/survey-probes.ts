/** One question to the catalog: its rows name the objects found, no row means that nothing stands in the way. */
export interface Probe {
  /** As AWS DMS names it where it has it. */
  readonly check: string;
  readonly sql: string;
  /** What a row means. */
  readonly verdict: 'warning' | 'fail';
  readonly found: string;
  readonly pass: string;
  readonly remedy: string;
  /** Asked only where change data capture is on: the tables asked are not there before. */
  readonly needsCapture?: boolean;
}

const TABLE = `s.name + N'.' + o.name`;
const FROM_TABLES = `sys.tables AS t JOIN sys.objects AS o ON o.object_id = t.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id`;
const USERS = `o.is_ms_shipped = 0 AND s.name NOT IN (N'cdc', N'sluice')`;
const COLUMN = `s.name + N'.' + o.name + N'.' + c.name`;
const FROM_COLUMNS = `sys.columns AS c JOIN sys.objects AS o ON o.object_id = c.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id`;

const LARGE_TYPES = `SELECT y.user_type_id FROM sys.types AS y WHERE y.name IN (N'text', N'ntext', N'image', N'xml')`;

/** Checks of tables and columns. */
const TABLE_PROBES: readonly Probe[] = [
  {
    check: 'check-for-columnstore-indexes',
    sql: `SELECT ${TABLE} + N'.' + i.name FROM sys.indexes AS i JOIN sys.objects AS o ON o.object_id = i.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id WHERE i.type IN (5, 6) AND ${USERS} ORDER BY 1`,
    verdict: 'warning',
    found: 'Columnstore indexes have no counterpart; a table with a clustered one cannot be captured.',
    pass: 'There are no columnstore indexes.',
    remedy:
      'Choose a PostgreSQL index (BRIN, B-tree) for each; give a table with a clustered columnstore a row store, or load it without changes.',
  },
  {
    check: 'check-for-memory-optimized-tables',
    sql: `SELECT ${TABLE} FROM ${FROM_TABLES} WHERE t.is_memory_optimized = 1 AND ${USERS} ORDER BY 1`,
    verdict: 'fail',
    found: 'Change data capture does not capture memory-optimized tables.',
    pass: 'There are no memory-optimized tables.',
    remedy: 'Exclude them and load them at cutover with a job of mode load, or make them disk-based first.',
  },
  {
    check: 'check-for-temporal-tables',
    sql: `SELECT ${TABLE} FROM ${FROM_TABLES} WHERE t.temporal_type = 2 AND ${USERS} ORDER BY 1`,
    verdict: 'warning',
    found: 'System-versioned tables: both move; from cutover on triggers keep the history.',
    pass: 'There are no system-versioned tables.',
    remedy: 'Retention of the history is a job of your own (pg_cron); look at the issues of the tables.',
  },
  {
    check: 'filetables-and-graph-tables',
    sql: `SELECT ${TABLE} FROM ${FROM_TABLES} WHERE (t.is_filetable = 1 OR t.is_node = 1 OR t.is_edge = 1 OR t.is_external = 1) AND ${USERS} ORDER BY 1`,
    verdict: 'warning',
    found: 'FileTables, graph tables and external tables have no counterpart.',
    pass: 'There are no FileTables, graph tables or external tables.',
    remedy: 'Exclude them, or move their rows as plain tables after a look at what the application does with them.',
  },
  {
    check: 'check-for-sparse-columns',
    sql: `SELECT ${COLUMN} FROM ${FROM_COLUMNS} WHERE (c.is_sparse = 1 OR c.is_column_set = 1) AND ${USERS} ORDER BY 1`,
    verdict: 'warning',
    found: 'Sparse columns become ordinary ones; a column set does not move.',
    pass: 'There are no sparse columns.',
    remedy: 'Nothing for sparse columns (NULLs cost one bit in PostgreSQL); exclude a column set.',
  },
  {
    check: 'always-encrypted-columns',
    sql: `SELECT ${COLUMN} FROM ${FROM_COLUMNS} WHERE c.encryption_type IS NOT NULL AND ${USERS} ORDER BY 1`,
    verdict: 'fail',
    found: 'Always Encrypted columns can be read only as cipher text.',
    pass: 'No column is under Always Encrypted.',
    remedy: 'Decrypt the columns at the source before the migration, or exclude them.',
  },
  {
    check: 'check-for-masked-data',
    sql: `SELECT ${COLUMN} FROM sys.masked_columns AS c JOIN sys.objects AS o ON o.object_id = c.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id WHERE c.is_masked = 1 AND HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'UNMASK') = 0 ORDER BY 1`,
    verdict: 'fail',
    found: 'The login would read masks instead of the values of these columns.',
    pass: 'No column is masked from this login.',
    remedy: 'GRANT UNMASK to the user of the job.',
  },
  {
    check: 'check-for-geometry-columns',
    sql: `SELECT ${COLUMN} FROM ${FROM_COLUMNS} JOIN sys.types AS y ON y.user_type_id = c.user_type_id WHERE o.type = 'U' AND y.name IN (N'geometry', N'geography') AND ${USERS} ORDER BY 1`,
    verdict: 'warning',
    found: 'Spatial values move as text (WKT).',
    pass: 'There are no spatial columns.',
    remedy: 'Install PostGIS and change the columns after the load (ST_GeomFromText), or keep the text.',
  },
  {
    check: 'check-for-max-text-repl-size',
    sql: `SELECT ${COLUMN} FROM ${FROM_COLUMNS} WHERE o.type = 'U' AND (c.max_length = -1 OR c.user_type_id IN (${LARGE_TYPES})) AND ${USERS}
      AND EXISTS (SELECT 1 FROM sys.configurations AS g WHERE g.name = N'max text repl size (B)' AND CONVERT(bigint, g.value_in_use) BETWEEN 0 AND 2147483646) ORDER BY 1`,
    verdict: 'fail',
    found:
      'Once these tables are captured, the source refuses writes of values larger than “max text repl size” (error 7139).',
    pass: 'No value can meet the limit “max text repl size”.',
    remedy: "EXEC sp_configure 'max text repl size (B)', -1; RECONFIGURE;",
  },
  {
    check: 'partition-switching',
    sql: `SELECT DISTINCT ${TABLE} FROM sys.partitions AS p JOIN sys.objects AS o ON o.object_id = p.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id WHERE p.partition_number > 1 AND o.type = 'U' AND ${USERS} ORDER BY 1`,
    verdict: 'warning',
    found: 'Rows that come or go by ALTER TABLE … SWITCH PARTITION are not captured.',
    pass: 'No table is partitioned.',
    remedy: 'Do not switch partitions between start and cutover, or reload the table after it (sluice reload).',
  },
  {
    check: 'row-level-security',
    sql: `SELECT s.name + N'.' + p.name FROM sys.security_policies AS p JOIN sys.schemas AS s ON s.schema_id = p.schema_id WHERE p.is_enabled = 1 ORDER BY 1`,
    verdict: 'warning',
    found: 'Security policies may hide rows from the login of the job.',
    pass: 'No security policy filters rows.',
    remedy: 'Let the predicate pass the user of the job; look at the policies that the conversion makes.',
  },
  {
    check: 'full-text-indexes',
    sql: `SELECT ${TABLE} FROM sys.fulltext_indexes AS f JOIN sys.objects AS o ON o.object_id = f.object_id JOIN sys.schemas AS s ON s.schema_id = o.schema_id ORDER BY 1`,
    verdict: 'warning',
    found: 'Full-text indexes become GIN indexes: words are cut and ranked by PostgreSQL’s rules.',
    pass: 'There are no full-text indexes.',
    remedy: 'Compare searches that matter; documents in binary columns need a text column beside them.',
  },
];

/** Checks of server and database. */
const SERVER_PROBES: readonly Probe[] = [
  {
    check: 'check-attribute-for-enable-ms-cdc-onprem',
    sql: `SELECT CONVERT(nvarchar(128), SERVERPROPERTY('Edition')) WHERE CONVERT(int, SERVERPROPERTY('EngineEdition')) = 4 AND NOT EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = DB_NAME() AND d.is_cdc_enabled = 1)`,
    verdict: 'fail',
    found: 'This edition has no change data capture.',
    pass: 'The edition has change data capture.',
    remedy: 'Use mode: load, or move the database to Standard or Enterprise edition (2016 SP1 or later) first.',
  },
  {
    check: 'right-to-enable-capture',
    sql: `SELECT DB_NAME() WHERE ISNULL(IS_SRVROLEMEMBER('sysadmin'), 0) = 0 AND EXISTS (SELECT 1 FROM sys.databases AS d WHERE d.name = DB_NAME() AND d.is_cdc_enabled = 0)`,
    verdict: 'warning',
    found: 'Change data capture is off, and this login may not switch it on.',
    pass: 'Change data capture is on, or this login may switch it on.',
    remedy: 'Let a member of sysadmin run EXEC sys.sp_cdc_enable_db once.',
  },
  {
    check: 'check-user-permission-on-view-database-state',
    sql: `SELECT DB_NAME() WHERE HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DATABASE STATE') = 0`,
    verdict: 'warning',
    found: 'The login lacks VIEW DATABASE STATE: how much changes, and which transactions are open, is not seen.',
    pass: 'The login has VIEW DATABASE STATE.',
    remedy: 'GRANT VIEW DATABASE STATE to the user of the job.',
  },
  {
    check: 'check-for-delayed-durability',
    sql: `SELECT d.name FROM sys.databases AS d WHERE d.name = DB_NAME() AND d.delayed_durability <> 0`,
    verdict: 'warning',
    found: 'Commits may be lost by the source when it crashes, after they were moved.',
    pass: 'Every commit is durable.',
    remedy: 'ALTER DATABASE CURRENT SET DELAYED_DURABILITY = DISABLED for the time of the migration.',
  },
  {
    check: 'check-for-accelerated-data-recovery',
    sql: `SELECT d.name FROM sys.databases AS d WHERE d.name = DB_NAME() AND d.is_accelerated_database_recovery_on = 1`,
    verdict: 'warning',
    found: 'With accelerated database recovery the log is truncated late while changes are captured.',
    pass: 'Accelerated database recovery is off.',
    remedy: 'Watch the size of the log while the job runs.',
  },
  {
    check: 'log-reuse-wait',
    sql: `SELECT d.name + N': ' + d.log_reuse_wait_desc FROM sys.databases AS d WHERE d.name = DB_NAME() AND d.log_reuse_wait_desc IN (N'REPLICATION', N'ACTIVE_TRANSACTION', N'AVAILABILITY_REPLICA', N'DATABASE_MIRRORING')`,
    verdict: 'warning',
    found: 'The log cannot be truncated just now.',
    pass: 'The log can be truncated.',
    remedy:
      'REPLICATION: see to it that the capture job runs. ACTIVE_TRANSACTION: end the oldest transaction. Else see to the replica that lags.',
  },
  {
    check: 'availability-group',
    sql: `SELECT a.name FROM sys.availability_groups AS a ORDER BY 1`,
    verdict: 'warning',
    found: 'After a failover nothing is captured where the new primary has no capture and cleanup jobs.',
    pass: 'There is no availability group.',
    remedy: 'Create both jobs on every replica (sys.sp_cdc_add_job), and name the listener as host of the source.',
  },
  {
    check: 'capture-cleanup-retention',
    sql: `SELECT CONVERT(nvarchar(20), j.retention) + N' minutes' FROM msdb.dbo.cdc_jobs AS j WHERE j.database_id = DB_ID() AND j.job_type = N'cleanup' AND j.retention < 1440`,
    verdict: 'warning',
    found: 'Changes are kept for less than a day: a job that stands still longer has to load again.',
    pass: 'Changes are kept for a day or longer.',
    remedy: "EXEC sys.sp_cdc_change_job @job_type = N'cleanup', @retention = 4320",
    needsCapture: true,
  },
  {
    check: 'cleanup-job',
    sql: `SELECT DB_NAME() WHERE NOT EXISTS (SELECT 1 FROM msdb.dbo.cdc_jobs AS j WHERE j.database_id = DB_ID() AND j.job_type = N'cleanup')`,
    verdict: 'warning',
    found: 'There is no cleanup job: the change tables grow without end.',
    pass: 'There is a cleanup job.',
    remedy: "EXEC sys.sp_cdc_add_job @job_type = N'cleanup'",
    needsCapture: true,
  },
  {
    check: 'capture-instances-per-table',
    sql: `SELECT OBJECT_SCHEMA_NAME(x.source_object_id) + N'.' + OBJECT_NAME(x.source_object_id) FROM cdc.change_tables AS x GROUP BY x.source_object_id HAVING COUNT(*) > 1`,
    verdict: 'warning',
    found: 'These tables have two capture instances, the most there can be.',
    pass: 'No table has two capture instances.',
    remedy: 'Drop the older one (sys.sp_cdc_disable_table) before the shape of the table changes.',
    needsCapture: true,
  },
  {
    check: 'captured-column-list',
    sql: `SELECT x.capture_instance FROM cdc.change_tables AS x WHERE (SELECT COUNT(*) FROM cdc.captured_columns AS k WHERE k.object_id = x.object_id)
      < (SELECT COUNT(*) FROM sys.columns AS c WHERE c.object_id = x.source_object_id AND c.is_computed = 0)`,
    verdict: 'fail',
    found: 'These capture instances leave out columns of their tables.',
    pass: 'Every capture instance has all columns.',
    remedy:
      'Make a new capture instance without a column list (sluice check JOB --fix after the old one was dropped), or exclude the columns.',
    needsCapture: true,
  },
  {
    check: 'open-transactions',
    sql: `SELECT N'transaction ' + CONVERT(nvarchar(20), a.transaction_id) FROM sys.dm_tran_active_transactions AS a JOIN sys.dm_tran_database_transactions AS x ON x.transaction_id = a.transaction_id
      WHERE x.database_id = DB_ID() AND x.database_transaction_begin_time < DATEADD(minute, -10, GETDATE())`,
    verdict: 'warning',
    found: 'Transactions have been open for more than ten minutes: the load of a table waits for those that wrote.',
    pass: 'No transaction has been open for long.',
    remedy: 'End them, or start when they have ended.',
  },
  {
    check: 'check-for-full-backup',
    sql: `SELECT DB_NAME() WHERE NOT EXISTS (SELECT 1 FROM msdb.dbo.backupset AS b WHERE b.database_name = DB_NAME() AND b.type = 'D')`,
    verdict: 'warning',
    found: 'No full backup of the database is known.',
    pass: 'There is a full backup.',
    remedy:
      'Back the database up before cutover: Sluice never writes to its tables, but a way back should not hang on that.',
  },
  {
    check: 'change-tracking-and-replication',
    sql: `SELECT d.name FROM sys.databases AS d WHERE d.name = DB_NAME() AND (d.is_published = 1 OR d.is_merge_published = 1 OR d.is_subscribed = 1)`,
    verdict: 'warning',
    found: 'The database takes part in replication, which shares the log reader with change data capture.',
    pass: 'The database takes no part in replication.',
    remedy: 'Keep the log reader agent running, and plan what replaces the replication after cutover.',
  },
];

/** What lives beside the tables and has to be thought of. */
const SURROUNDING_PROBES: readonly Probe[] = [
  {
    check: 'linked-servers',
    sql: `SELECT v.name FROM sys.servers AS v WHERE v.is_linked = 1 ORDER BY 1`,
    verdict: 'warning',
    found: 'Linked servers do not move.',
    pass: 'There are no linked servers.',
    remedy: 'Use foreign data wrappers (tds_fdw, postgres_fdw) where code names them with four parts.',
  },
  {
    check: 'agent-jobs',
    sql: `SELECT DISTINCT j.name FROM msdb.dbo.sysjobs AS j JOIN msdb.dbo.sysjobsteps AS p ON p.job_id = j.job_id WHERE p.database_name = DB_NAME() AND j.name NOT LIKE N'cdc.%' ORDER BY 1`,
    verdict: 'warning',
    found: 'Jobs of SQL Server Agent work in this database and do not move.',
    pass: 'No job of SQL Server Agent works in this database.',
    remedy: 'Write them again for pg_cron or the scheduler at hand.',
  },
  {
    check: 'clr-assemblies',
    sql: `SELECT a.name FROM sys.assemblies AS a WHERE a.is_user_defined = 1 ORDER BY 1`,
    verdict: 'warning',
    found: 'Code in .NET assemblies is not converted.',
    pass: 'There are no .NET assemblies.',
    remedy: 'Write it again in PL/pgSQL, or move it into the application.',
  },
  {
    check: 'service-broker-queues',
    sql: `SELECT s.name + N'.' + q.name FROM sys.service_queues AS q JOIN sys.schemas AS s ON s.schema_id = q.schema_id WHERE q.is_ms_shipped = 0 ORDER BY 1`,
    verdict: 'warning',
    found: 'Queues of Service Broker do not move.',
    pass: 'There are no queues of Service Broker.',
    remedy: 'Use a queue table with SKIP LOCKED, LISTEN/NOTIFY, or Kafka.',
  },
  {
    check: 'ddl-triggers',
    sql: `SELECT t.name FROM sys.triggers AS t WHERE t.parent_class = 0 AND t.is_ms_shipped = 0 AND t.name NOT LIKE N'tr_MScdc%' ORDER BY 1`,
    verdict: 'warning',
    found: 'DDL triggers are not converted.',
    pass: 'There are no DDL triggers.',
    remedy: 'Write them again as event triggers.',
  },
];

/** Every check that the catalog answers by one question, in the order of a report. */
export const PROBES: readonly Probe[] = [...SERVER_PROBES, ...TABLE_PROBES, ...SURROUNDING_PROBES];
