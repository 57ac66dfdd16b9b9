import type { CatalogColumn, CatalogView } from './information-views.ts';
import type { SqlType } from '../query/index.ts';

/** Views of the source's catalog about storage, statistics, rights and sessions, over PostgreSQL's. */

const NAME: SqlType = { name: 'nvarchar', length: 128 };
const INT: SqlType = { name: 'int' };
const BIT: SqlType = { name: 'bit' };
const SMALL: SqlType = { name: 'smallint' };
const BIG: SqlType = { name: 'bigint' };
const AT: SqlType = { name: 'datetime' };
const TEXT: SqlType = { name: 'nvarchar', length: -1 };
const CHAR: SqlType = { name: 'char', length: 2 };

/** What the views here are made of: those of objects, columns and indexes. */
export interface CatalogBase {
  readonly objects: CatalogView;
  readonly columns: CatalogView;
  readonly indexes: CatalogView;
  readonly indexColumns: CatalogView;
  readonly foreignKeys: CatalogView;
  readonly foreignKeyColumns: CatalogView;
  readonly modules: CatalogView;
  readonly checks: CatalogView;
  readonly keys: CatalogView;
  readonly principals: CatalogView;
}

type Added = readonly [name: string, type: SqlType, sql: string];

const view = (from: string, columns: readonly Added[], where = ''): CatalogView => ({
  columns: columns.map(([name, type]): CatalogColumn => [name, type]),
  sql: `SELECT ${columns.map(([name, , sql]) => `${sql} AS ${name.toLowerCase()}`).join(', ')} FROM ${from}${where === '' ? '' : ` WHERE ${where}`}`,
});

/** A view with more columns; in their text `b` is the view, and what `join` has. */
export const extended = (base: CatalogView, added: readonly Added[], join = ''): CatalogView => ({
  columns: [...base.columns, ...added.map(([name, type]): CatalogColumn => [name, type])],
  sql: `SELECT b.*, ${added.map(([name, , sql]) => `${sql} AS ${name.toLowerCase()}`).join(', ')} FROM (${base.sql}) AS b${join}`,
});

const id = (sql: string): string => `${sql}::bigint::integer`;

/** Tables and their indexes, with the number of each index among those of its table; a table without a primary key is its own, number 0. */
const stored = ({ indexes }: CatalogBase): string =>
  `(SELECT i.object_id, i.index_id, x.oid, c.relpages, c.reltuples, x.relpages AS own_pages FROM (${indexes.sql}) AS i JOIN pg_class AS c ON ${id('c.oid')} = i.object_id JOIN pg_class AS x ON x.relname = i.name AND x.relnamespace = c.relnamespace UNION ALL SELECT ${id('c.oid')}, 0, c.oid, c.relpages, c.reltuples, c.relpages FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS (SELECT FROM pg_index AS p WHERE p.indrelid = c.oid AND p.indisprimary)) AS s`;

const pages = `CASE WHEN s.index_id IN (0, 1) THEN greatest(s.relpages, 0) ELSE greatest(s.own_pages, 0) END::bigint`;

function storage(base: CatalogBase): Readonly<Record<string, CatalogView>> {
  return {
    'sys.dm_db_partition_stats': view(stored(base), [
      ['partition_id', BIG, 's.oid::bigint'],
      ['object_id', INT, 's.object_id'],
      ['index_id', INT, 's.index_id'],
      ['partition_number', INT, '1'],
      ['in_row_data_page_count', BIG, pages],
      ['in_row_used_page_count', BIG, pages],
      ['lob_used_page_count', BIG, '0::bigint'],
      ['row_overflow_used_page_count', BIG, '0::bigint'],
      ['used_page_count', BIG, pages],
      ['reserved_page_count', BIG, pages],
      ['row_count', BIG, 'greatest(s.reltuples, 0)::bigint'],
    ]),
    'sys.dm_db_index_usage_stats': view(
      `(${base.indexes.sql}) AS i JOIN pg_stat_user_indexes AS u ON ${id('u.relid')} = i.object_id AND u.indexrelname = i.name JOIN pg_stat_user_tables AS t ON t.relid = u.relid`,
      [
        [
          'database_id',
          INT,
          `(SELECT d.oid::bigint::integer FROM pg_database AS d WHERE d.datname = current_database())`,
        ],
        ['object_id', INT, 'i.object_id'],
        ['index_id', INT, 'i.index_id'],
        ['user_seeks', BIG, 'u.idx_scan'],
        ['user_scans', BIG, 'CASE WHEN i.index_id = 1 THEN t.seq_scan ELSE 0 END::bigint'],
        ['user_lookups', BIG, '0::bigint'],
        ['user_updates', BIG, 't.n_tup_ins + t.n_tup_upd + t.n_tup_del'],
        ['last_user_seek', AT, 'NULL::timestamp(3)'],
        ['last_user_scan', AT, 'NULL::timestamp(3)'],
        ['last_user_update', AT, 'NULL::timestamp(3)'],
      ],
    ),
    'sys.allocation_units': view(
      `pg_class AS c`,
      [
        ['allocation_unit_id', BIG, 'c.oid::bigint'],
        ['type', INT, '1'],
        ['type_desc', NAME, `'IN_ROW_DATA'`],
        ['container_id', BIG, 'c.oid::bigint'],
        ['data_space_id', INT, '1'],
        ['total_pages', BIG, 'greatest(c.relpages, 0)::bigint'],
        ['used_pages', BIG, 'greatest(c.relpages, 0)::bigint'],
        ['data_pages', BIG, 'greatest(c.relpages, 0)::bigint'],
      ],
      `c.relkind IN ('r', 'p')`,
    ),
    'sys.stats': view(
      `(SELECT i.object_id, i.name, i.index_id AS stats_id, false AS made FROM (${base.indexes.sql}) AS i UNION ALL SELECT ${id('e.stxrelid')}, e.stxname::text, (1000 + row_number() OVER (PARTITION BY e.stxrelid ORDER BY e.oid))::integer, true FROM pg_statistic_ext AS e) AS s`,
      [
        ['object_id', INT, 's.object_id'],
        ['name', NAME, 's.name'],
        ['stats_id', INT, 's.stats_id'],
        ['auto_created', BIT, 'false'],
        ['user_created', BIT, 's.made'],
        ['no_recompute', BIT, 'false'],
        ['has_filter', BIT, 'false'],
        ['is_temporary', BIT, 'false'],
        ['is_incremental', BIT, 'false'],
      ],
    ),
    'sys.filegroups': view('(SELECT 1) AS f', FILEGROUP),
    'sys.data_spaces': view('(SELECT 1) AS f', FILEGROUP),
    'sys.database_files': view('pg_database AS d', FILES, 'd.datname = current_database()'),
    'sys.master_files': view('pg_database AS d', FILES),
  };
}

const FILEGROUP: readonly Added[] = [
  ['name', NAME, `'PRIMARY'`],
  ['data_space_id', INT, '1'],
  ['type', CHAR, `'FG'`],
  ['type_desc', NAME, `'ROWS_FILEGROUP'`],
  ['is_default', BIT, 'true'],
  ['is_read_only', BIT, 'false'],
];

const FILES: readonly Added[] = [
  ['database_id', INT, id('d.oid')],
  ['file_id', INT, '1'],
  ['type', INT, '0'],
  ['type_desc', NAME, `'ROWS'`],
  ['data_space_id', INT, '1'],
  ['name', NAME, 'd.datname::text'],
  ['physical_name', TEXT, `current_setting('data_directory')`],
  ['state', INT, '0'],
  ['state_desc', NAME, `'ONLINE'`],
  ['size', INT, '(pg_database_size(d.oid) / 8192)::integer'],
  ['max_size', INT, '-1'],
  ['growth', INT, '0'],
  ['is_percent_growth', BIT, 'false'],
];

function definitions(base: CatalogBase): Readonly<Record<string, CatalogView>> {
  return {
    'sys.default_constraints': view(
      `pg_attrdef AS f JOIN pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum JOIN pg_class AS c ON c.oid = f.adrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace`,
      [
        ['name', NAME, `concat('DF_', c.relname, '_', a.attname)`],
        ['object_id', INT, id('f.oid')],
        ['schema_id', INT, id('n.oid')],
        ['parent_object_id', INT, id('c.oid')],
        ['type', CHAR, `'D '`],
        ['type_desc', NAME, `'DEFAULT_CONSTRAINT'`],
        ['create_date', AT, 'NULL::timestamp(3)'],
        ['modify_date', AT, 'NULL::timestamp(3)'],
        ['is_ms_shipped', BIT, 'false'],
        ['parent_column_id', INT, 'a.attnum::integer'],
        ['definition', TEXT, `concat('(', pg_get_expr(f.adbin, f.adrelid), ')')`],
        ['is_system_named', BIT, 'true'],
      ],
      `a.attgenerated = ''`,
    ),
    'sys.check_constraints': extended(
      base.checks,
      [
        ['parent_column_id', INT, `CASE WHEN cardinality(k.conkey) = 1 THEN k.conkey[1] ELSE 0 END::integer`],
        ['definition', TEXT, 'pg_get_expr(k.conbin, k.conrelid)'],
        ['is_disabled', BIT, 'false'],
        ['is_not_trusted', BIT, 'NOT k.convalidated'],
      ],
      ` JOIN pg_constraint AS k ON ${id('k.oid')} = b.object_id AND k.contype = 'c'`,
    ),
    'sys.key_constraints': extended(
      base.keys,
      [
        ['unique_index_id', INT, 'i.index_id'],
        ['is_system_named', BIT, 'false'],
      ],
      ` JOIN pg_constraint AS k ON ${id('k.oid')} = b.object_id JOIN (${base.indexes.sql}) AS i ON i.object_id = b.parent_object_id AND i.name = k.conname`,
    ),
    'sys.computed_columns': extended(
      base.columns,
      [
        ['definition', TEXT, 'pg_get_expr(f.adbin, f.adrelid)'],
        ['is_persisted', BIT, 'true'],
      ],
      ` JOIN pg_attrdef AS f ON ${id('f.adrelid')} = b.object_id AND f.adnum = b.column_id WHERE b.is_computed`,
    ),
    'sys.identity_columns': extended(
      base.columns,
      [
        ['seed_value', BIG, 's.start_value'],
        ['increment_value', BIG, 's.increment_by'],
        ['last_value', BIG, 's.last_value'],
      ],
      ` JOIN pg_sequences AS s ON format('%I.%I', s.schemaname, s.sequencename) = pg_get_serial_sequence(b.object_id::oid::regclass::text, b.name) WHERE b.is_identity`,
    ),
    'sys.extended_properties': view(
      'pg_description AS d',
      [
        ['class', INT, '1'],
        ['class_desc', NAME, `'OBJECT_OR_COLUMN'`],
        ['major_id', INT, id('d.objoid')],
        ['minor_id', INT, 'd.objsubid'],
        ['name', NAME, `'MS_Description'`],
        ['value', TEXT, 'd.description'],
      ],
      `d.classoid IN ('pg_class'::regclass, 'pg_proc'::regclass) AND d.objoid >= 16384`,
    ),
    'sys.trigger_events': view(
      `pg_trigger AS t CROSS JOIN LATERAL (VALUES (1, 'INSERT', 4), (2, 'UPDATE', 16), (3, 'DELETE', 8)) AS e(type, word, bit)`,
      [
        ['object_id', INT, id('t.oid')],
        ['type', INT, 'e.type'],
        ['type_desc', NAME, 'e.word'],
      ],
      't.tgtype & e.bit <> 0 AND NOT t.tgisinternal',
    ),
    'sys.synonyms': extended(base.objects, [['base_object_name', TEXT, 'NULL::text']], ' WHERE false'),
    'dbo.syscomments': view(`(${base.modules.sql}) AS m`, [
      ['id', INT, 'm.object_id'],
      ['number', SMALL, '1::smallint'],
      ['colid', SMALL, '1::smallint'],
      ['encrypted', BIT, 'false'],
      ['text', TEXT, 'm.definition'],
    ]),
    'dbo.sysforeignkeys': view(`(${base.foreignKeyColumns.sql}) AS f`, [
      ['constid', INT, 'f.constraint_object_id'],
      ['fkeyid', INT, 'f.parent_object_id'],
      ['rkeyid', INT, 'f.referenced_object_id'],
      ['fkey', SMALL, 'f.parent_column_id::smallint'],
      ['rkey', SMALL, 'f.referenced_column_id::smallint'],
      ['keyno', SMALL, 'f.constraint_column_id::smallint'],
    ]),
    'dbo.sysreferences': view(
      `(${base.foreignKeys.sql}) AS f JOIN pg_constraint AS k ON ${id('k.oid')} = f.object_id`,
      [
        ['constid', INT, 'f.object_id'],
        ['fkeyid', INT, 'f.parent_object_id'],
        ['rkeyid', INT, 'f.referenced_object_id'],
        ['keycnt', SMALL, 'cardinality(k.conkey)::smallint'],
        ...[1, 2, 3, 4].map((n): Added => [`fkey${n}`, SMALL, `coalesce(k.conkey[${n}], 0)::smallint`]),
        ...[1, 2, 3, 4].map((n): Added => [`rkey${n}`, SMALL, `coalesce(k.confkey[${n}], 0)::smallint`]),
      ],
    ),
    'dbo.sysindexkeys': view(`(${base.indexColumns.sql}) AS k`, [
      ['id', INT, 'k.object_id'],
      ['indid', SMALL, 'k.index_id::smallint'],
      ['colid', SMALL, 'k.column_id::smallint'],
      ['keyno', SMALL, 'k.key_ordinal::smallint'],
    ]),
  };
}

const roles = (is: string): readonly Added[] => [
  ['uid', INT, 'r.oid::bigint::integer'],
  ['name', NAME, 'r.rolname::text'],
  ['issqluser', INT, 'r.rolcanlogin::integer'],
  ['issqlrole', INT, '(NOT r.rolcanlogin)::integer'],
  ['islogin', INT, 'r.rolcanlogin::integer'],
  ['isaliased', INT, '0'],
  ['hasdbaccess', INT, is],
];

function rights(base: CatalogBase): Readonly<Record<string, CatalogView>> {
  const users = view('pg_roles AS r', roles(`has_database_privilege(r.oid, current_database(), 'CONNECT')::integer`));
  const logins = view('pg_roles AS r', [
    ['name', NAME, 'r.rolname::text'],
    ['loginname', NAME, 'r.rolname::text'],
    ['dbname', NAME, 'current_database()::text'],
    ['sysadmin', INT, 'r.rolsuper::integer'],
    ['isntname', INT, '0'],
    ['denylogin', INT, '(NOT r.rolcanlogin)::integer'],
  ]);
  return {
    'sys.database_role_members': view('pg_auth_members AS m', [
      ['role_principal_id', INT, id('m.roleid')],
      ['member_principal_id', INT, id('m.member')],
    ]),
    'sys.server_principals': base.principals,
    'sys.sql_logins': base.principals,
    'sys.database_permissions': view(
      `information_schema.role_table_grants AS g JOIN pg_roles AS w ON w.rolname = g.grantee JOIN pg_roles AS o ON o.rolname = g.grantor`,
      [
        ['class', INT, '1'],
        ['class_desc', NAME, `'OBJECT_OR_COLUMN'`],
        ['major_id', INT, id(`to_regclass(format('%I.%I', g.table_schema, g.table_name))::oid`)],
        ['minor_id', INT, '0'],
        ['grantee_principal_id', INT, id('w.oid')],
        ['grantor_principal_id', INT, id('o.oid')],
        [
          'type',
          CHAR,
          `CASE g.privilege_type WHEN 'SELECT' THEN 'SL' WHEN 'INSERT' THEN 'IN' WHEN 'UPDATE' THEN 'UP' WHEN 'DELETE' THEN 'DL' ELSE 'RF' END`,
        ],
        ['permission_name', NAME, 'g.privilege_type::text'],
        ['state', CHAR, `CASE g.is_grantable WHEN 'YES' THEN 'W' ELSE 'G' END`],
        ['state_desc', NAME, `CASE g.is_grantable WHEN 'YES' THEN 'GRANT_WITH_GRANT_OPTION' ELSE 'GRANT' END`],
      ],
    ),
    'dbo.sysusers': users,
    'sys.sysusers': users,
    'dbo.sysmembers': view('pg_auth_members AS m', [
      ['groupuid', INT, id('m.roleid')],
      ['memberuid', INT, id('m.member')],
    ]),
    'dbo.syslogins': logins,
    'sys.syslogins': logins,
  };
}

const BLOCKER = '(pg_blocking_pids(a.pid))[1]';
const COMMAND = `CASE WHEN a.query ~* '^\\s*(select|insert|update|delete|merge)' THEN upper(substring(a.query FROM '[A-Za-z]+')) ELSE 'AWAITING COMMAND' END`;
const MILLISECONDS = (since: string): string =>
  `greatest(extract(epoch FROM clock_timestamp() - ${since}) * 1000, 0)::integer`;

const PROCESSES = view('pg_stat_activity AS a LEFT JOIN pg_database AS d ON d.oid = a.datid', [
  ['spid', INT, 'a.pid'],
  ['kpid', INT, 'a.pid'],
  ['blocked', INT, `coalesce(${BLOCKER}, 0)`],
  ['waittime', BIG, `CASE WHEN a.wait_event IS NULL THEN 0 ELSE ${MILLISECONDS('a.state_change')} END::bigint`],
  ['lastwaittype', NAME, `coalesce(a.wait_event, '')`],
  ['dbid', INT, id('a.datid')],
  ['login_time', AT, 'a.backend_start::timestamp(3)'],
  ['last_batch', AT, 'a.query_start::timestamp(3)'],
  ['open_tran', INT, '(a.xact_start IS NOT NULL)::integer'],
  ['status', NAME, `CASE a.state WHEN 'active' THEN 'runnable' ELSE 'sleeping' END`],
  ['hostname', NAME, 'coalesce(a.client_hostname, host(a.client_addr))'],
  ['program_name', NAME, 'a.application_name'],
  ['cmd', NAME, COMMAND],
  ['loginame', NAME, 'a.usename::text'],
  ['nt_username', NAME, 'a.usename::text'],
]);

const SESSIONS: Readonly<Record<string, CatalogView>> = {
  'dbo.sysprocesses': PROCESSES,
  'sys.sysprocesses': PROCESSES,
  'sys.dm_exec_requests': view(
    'pg_stat_activity AS a',
    [
      ['session_id', INT, 'a.pid'],
      ['request_id', INT, '0'],
      ['start_time', AT, 'a.query_start::timestamp(3)'],
      ['status', NAME, `CASE WHEN a.wait_event IS NULL THEN 'running' ELSE 'suspended' END`],
      ['command', NAME, COMMAND],
      ['database_id', INT, id('a.datid')],
      ['blocking_session_id', INT, `coalesce(${BLOCKER}, 0)`],
      ['wait_type', NAME, 'a.wait_event'],
      ['wait_time', INT, `CASE WHEN a.wait_event IS NULL THEN 0 ELSE ${MILLISECONDS('a.state_change')} END`],
      ['open_transaction_count', INT, '(a.xact_start IS NOT NULL)::integer'],
      ['total_elapsed_time', INT, MILLISECONDS('a.query_start')],
    ],
    `a.state = 'active'`,
  ),
  'sys.dm_exec_connections': view('pg_stat_activity AS a', [
    ['session_id', INT, 'a.pid'],
    ['connect_time', AT, 'a.backend_start::timestamp(3)'],
    ['net_transport', NAME, `CASE WHEN a.client_addr IS NULL THEN 'Shared memory' ELSE 'TCP' END`],
    ['client_net_address', NAME, 'host(a.client_addr)'],
    ['client_tcp_port', INT, 'a.client_port'],
  ]),
  'sys.dm_tran_locks': view('pg_locks AS l', [
    [
      'resource_type',
      NAME,
      `CASE l.locktype WHEN 'relation' THEN 'OBJECT' WHEN 'tuple' THEN 'RID' WHEN 'page' THEN 'PAGE' WHEN 'advisory' THEN 'APPLICATION' ELSE upper(l.locktype) END`,
    ],
    ['resource_database_id', INT, id('l.database')],
    ['resource_associated_entity_id', BIG, 'l.relation::bigint'],
    ['request_mode', NAME, 'l.mode'],
    ['request_status', NAME, `CASE WHEN l.granted THEN 'GRANT' ELSE 'WAIT' END`],
    ['request_session_id', INT, 'l.pid'],
  ]),
};

/** The views, by `schema.name` in lower case. */
export const storageViews = (base: CatalogBase): Readonly<Record<string, CatalogView>> => ({
  ...storage(base),
  ...definitions(base),
  ...rights(base),
  ...SESSIONS,
});
