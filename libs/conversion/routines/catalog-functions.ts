import { quoteIdent, quoteLiteral } from '#pgsql';
import { builtInType, typeLimits } from '#schema';
import type { FunctionHandler, FunctionInvocation, SqlType, TypedSql } from '../query/index.ts';
import type { Emitter } from './emitter.ts';
import { temporaryName } from './temporary.ts';

/** Functions of the catalog, the server and the session, as a routine asks them. */

const INT: SqlType = { name: 'int' };
const NAME: SqlType = { name: 'nvarchar', length: 128 };
const TEXT: SqlType = { name: 'nvarchar', length: 4000 };

const give = (sql: string, type: SqlType): TypedSql => ({ sql, type, nullable: true });

/** Declares them. */
export function bindCatalogFunctions(e: Emitter): void {
  const { functions } = e.scope;
  const set = (name: string, make: FunctionHandler): void =>
    void functions.set(name, DIFFERENT.has(name) ? told(e, make) : make);
  set('object_id', (call) => objectId(e, call));
  set('object_name', (call) => objectName(e, call));
  set('object_schema_name', (call) =>
    give(
      `(SELECT the_space.nspname::text FROM pg_class AS the_class JOIN pg_namespace AS the_space ON the_space.oid = the_class.relnamespace WHERE the_class.oid::bigint = ${number(call, 0)})`,
      NAME,
    ),
  );
  set('schema_name', (call) =>
    call.args.length === 0
      ? give('current_schema()::text', NAME)
      : give(
          `(SELECT the_space.nspname::text FROM pg_namespace AS the_space WHERE the_space.oid::bigint = ${number(call, 0)})`,
          NAME,
        ),
  );
  set('schema_id', (call) => {
    const { constant, sql } = call.args[0] ?? {};
    const name =
      typeof constant === 'string' ? quoteLiteral(e.options.schemaOf(constant)) : `lower(${sql ?? `'public'`})`;
    return give(`to_regnamespace(${name})::oid::bigint::integer`, INT);
  });
  set('type_name', (call) =>
    give(
      `(SELECT the_type.typname::text FROM pg_type AS the_type WHERE the_type.oid::bigint = ${number(call, 0)})`,
      NAME,
    ),
  );
  set('col_name', (call) =>
    give(
      `(SELECT the_column.attname::text FROM pg_attribute AS the_column WHERE the_column.attrelid::bigint = ${number(call, 0)} AND the_column.attnum = ${number(call, 1)})`,
      NAME,
    ),
  );
  set('col_length', (call) => columnLength(e, call));
  set('objectproperty', (call) => objectProperty(call));
  set('columnproperty', (call) => columnProperty(call));
  set('db_id', () =>
    give(
      '(SELECT the_database.oid::bigint::integer FROM pg_database AS the_database WHERE the_database.datname = current_database())',
      INT,
    ),
  );
  set('serverproperty', (call) => serverProperty(call));
  set('databasepropertyex', (call) => databaseProperty(call));
  set('databaseproperty', (call) => databaseProperty(call));
  set('fulltextserviceproperty', () => give('1', INT));
  set('object_definition', (call) =>
    give(
      `coalesce((SELECT pg_get_functiondef(the_routine.oid) FROM pg_proc AS the_routine WHERE the_routine.oid::bigint = ${number(call, 0)}), (SELECT pg_get_viewdef(the_class.oid) FROM pg_class AS the_class WHERE the_class.oid::bigint = ${number(call, 0)} AND the_class.relkind IN ('v', 'm')))`,
      { name: 'nvarchar', length: -1 },
    ),
  );
  set('stats_date', (call) =>
    give(
      `(SELECT greatest(the_table.last_analyze, the_table.last_autoanalyze)::timestamp(3) FROM pg_stat_all_tables AS the_table WHERE the_table.relid::bigint = ${number(call, 0)})`,
      { name: 'datetime' },
    ),
  );
  set('index_col', (call) =>
    give(
      `(SELECT pg_get_indexdef(the_index.indexrelid, ${number(call, 2)}, true) FROM (SELECT of_table.indexrelid, row_number() OVER (ORDER BY NOT of_table.indisprimary, of_table.indexrelid) AS number FROM pg_index AS of_table WHERE of_table.indrelid = to_regclass(${runtimeName(e, text(call, 0))})) AS the_index WHERE the_index.number = ${number(call, 1)})`,
      NAME,
    ),
  );
  set('database_principal_id', (call) =>
    give(
      `(SELECT the_role.oid::bigint::integer FROM pg_roles AS the_role WHERE the_role.rolname = ${call.args[0] ? `lower(${text(call, 0)})` : 'current_user'})`,
      INT,
    ),
  );
  set('ident_seed', (call) => identity(e, call, 'start_value'));
  set('ident_incr', (call) => identity(e, call, 'increment_by'));
  set('trigger_nestlevel', () => give('pg_trigger_depth()', INT));
  set('is_member', (call) => membership(call));
  set('is_rolemember', (call) => membership(call));
  set('is_srvrolemember', (call) => serverRole(call));
  set('session_context', (call) => {
    const key = call.args[0]?.constant;
    if (typeof key !== 'string')
      return call.fail(40515, 'SESSION_CONTEXT of a key that is not a constant is not translated.');
    return give(`nullif(current_setting(${quoteLiteral(sessionKey(key))}, true), '')`, TEXT);
  });
  set('cursor_status', (call) => {
    const name = call.args[1]?.constant;
    if (typeof name !== 'string')
      return call.fail(40515, 'CURSOR_STATUS of a name that is not a constant is not translated.');
    const cursor = e.variables.find(name.startsWith('@') ? name : `cursor ${name.toLowerCase()}`);
    if (!cursor) return give('-3', INT);
    return give(
      `(CASE WHEN EXISTS (SELECT 1 FROM pg_cursors AS the_cursor WHERE the_cursor.name = ${cursor.name}::text) THEN 1 ELSE -1 END)`,
      INT,
    );
  });
  set('context_info', () =>
    give(`decode(nullif(current_setting('context.info', true), ''), 'hex')`, { name: 'varbinary', length: 128 }),
  );
  set('connectionproperty', (call) => connectionProperty(call));
  // Of master, and of no documentation: scripts from before CONVERT had a style for it call it.
  for (const schema of ['sys', 'dbo'])
    if (!e.scope.routines.find(schema, 'fn_varbintohexstr'))
      set(`${schema}.fn_varbintohexstr`, (call) => {
        const bytes = call.args[0] && call.convert(call.args[0], { name: 'varbinary', length: -1 });
        return give(`('0x' || encode(${bytes?.sql ?? 'NULL'}, 'hex'))`, TEXT);
      });
  set('host_name', () => give('host(inet_client_addr())', NAME));
  set('host_id', () => give('pg_backend_pid()::text', NAME));
}

/** Functions whose numbers, names or rights are those of PostgreSQL. */
const DIFFERENT: ReadonlySet<string> = new Set(
  'schema_name schema_id type_name col_name object_schema_name objectproperty columnproperty db_id serverproperty is_member is_rolemember is_srvrolemember host_name host_id connectionproperty databasepropertyex databaseproperty fulltextserviceproperty object_definition stats_date index_col database_principal_id'.split(
    ' ',
  ),
);

const told =
  (e: Emitter, make: FunctionHandler): FunctionHandler =>
  (call) => {
    e.differs('SL1112', `${call.name.toUpperCase()} answers for PostgreSQL’s catalog, server and roles.`, call.span);
    return make(call);
  };

/** The setting that carries a value of the session's context. */
export const sessionKey = (key: string): string => `context.${key.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_')}`;

const number = (call: FunctionInvocation, index: number): string => call.args[index]?.sql ?? 'NULL';

const text = (call: FunctionInvocation, index: number): string => {
  const arg = call.args[index];
  return arg ? call.convert(arg, NAME).sql : 'NULL';
};

function objectId(e: Emitter, call: FunctionInvocation): TypedSql {
  const [first, kind] = call.args;
  const name = first?.constant ?? undefined;
  if (name === undefined) return give(`to_regclass(${runtimeName(e, text(call, 0))})::oid::bigint::integer`, INT);
  tellUnknown(e, call, name ?? '');
  const routine = routineId(e, name, typeof kind?.constant === 'string' ? kind.constant.trim().toUpperCase() : '');
  return give(routine ?? `to_regclass(${quoteLiteral(regclassName(e, name))})::oid::bigint::integer`, INT);
}

/** An object that the conversion does not know: no table of its own, no routine, no temporary table. */
function tellUnknown(e: Emitter, call: FunctionInvocation, name: string): void {
  const parts = namesOf(name);
  const [last = '', schema = 'dbo'] = parts.toReversed();
  if (last.startsWith('#') || e.scope.relation(parts.slice(-2)) || e.scope.routines.find(schema || 'dbo', last)) return;
  e.differs('SL1112', `OBJECT_ID looks for ${name}, which the conversion does not know.`, call.span);
}

/** A name that is only known when it runs: without brackets, its schema that of the target. */
function runtimeName(e: Emitter, sql: string): string {
  const dbo = e.options.schemaOf('dbo');
  const plain = `lower(regexp_replace(${sql}, '[][]', '', 'g'))`;
  return dbo === 'dbo' ? plain : `regexp_replace(${plain}, '^dbo\\.', ${quoteLiteral(`${quoteIdent(dbo)}.`)})`;
}

/** A procedure or function; undefined where the name is that of none. */
function routineId(e: Emitter, name: string, kind: string): string | undefined {
  const [last = '', schema = 'dbo'] = namesOf(name).toReversed();
  const found = e.scope.routines.find(schema, last);
  if (!found && !/^(P|FN|IF|TF|FS|PC)$/.test(kind)) return undefined;
  const sql = found?.sql ?? `${quoteIdent(e.options.schemaOf(schema))}.${quoteIdent(last.toLowerCase())}`;
  return `to_regproc(${quoteLiteral(sql)})::oid::bigint::integer`;
}

const namesOf = (name: string): readonly string[] => name.replaceAll(/[[\]"]/g, '').split('.');

/** A relation's name for to_regclass. */
function regclassName(e: Emitter, name: string): string {
  const parts = namesOf(name);
  const last = parts.at(-1) ?? '';
  if (last.startsWith('#')) return `pg_temp.${temporaryName(e, last)}`;
  const known = e.scope.relation(parts.slice(-2))?.sql;
  if (known) return known;
  const own = e.options.naming.name('relations made', last, last.toLowerCase());
  return `${quoteIdent(e.options.schemaOf(parts.at(-2) || 'dbo'))}.${quoteIdent(own)}`;
}

function objectName(e: Emitter, call: FunctionInvocation): TypedSql {
  if (call.args[0]?.sql === PROCEDURE_ID) return give(quoteLiteral(e.options.object.split('.').at(-1) ?? ''), NAME);
  const id = number(call, 0);
  return give(
    `coalesce((SELECT the_class.relname::text FROM pg_class AS the_class WHERE the_class.oid::bigint = ${id}), (SELECT the_routine.proname::text FROM pg_proc AS the_routine WHERE the_routine.oid::bigint = ${id}))`,
    NAME,
  );
}

/** What @@PROCID is: nothing but OBJECT_NAME has a use for it. */
export const PROCEDURE_ID = 'NULL::integer';

function columnLength(e: Emitter, call: FunctionInvocation): TypedSql {
  const [table, column] = call.args.map((one) => one.constant);
  const relation = typeof table === 'string' ? e.scope.relation(namesOf(table).slice(-2)) : undefined;
  const found = relation?.columns.find((one) => one.name.toLowerCase() === column?.toLowerCase());
  const base = found && builtInType(found.type.name);
  if (found && base) return give(String(typeLimits(found.type, base).maxLength), INT);
  e.differs('SL1112', 'COL_LENGTH looks in PostgreSQL’s catalog for what the conversion does not know.', call.span);
  const target =
    typeof column === 'string'
      ? quoteLiteral(e.options.naming.name('aliases', column, column.toLowerCase()))
      : `lower(${text(call, 1)})`;
  const id = relation?.sql
    ? `to_regclass(${quoteLiteral(relation.sql)})`
    : `to_regclass(${runtimeName(e, text(call, 0))})`;
  return give(
    `(SELECT CASE WHEN the_column.atttypmod > 4 THEN 2 * (the_column.atttypmod - 4) ELSE the_column.attlen END FROM pg_attribute AS the_column WHERE the_column.attrelid = ${id} AND the_column.attname = ${target} AND NOT the_column.attisdropped)`,
    INT,
  );
}

const KINDS: Readonly<Record<string, string>> = {
  isusertable: `the_class.relkind IN ('r', 'p')`,
  istable: `the_class.relkind IN ('r', 'p')`,
  isview: `the_class.relkind IN ('v', 'm')`,
  tablehasidentity: `EXISTS (SELECT 1 FROM pg_attribute AS the_column WHERE the_column.attrelid = the_class.oid AND the_column.attidentity <> '')`,
  tablehasprimarykey: `EXISTS (SELECT 1 FROM pg_index AS the_index WHERE the_index.indrelid = the_class.oid AND the_index.indisprimary)`,
  ismsshipped: 'false',
};

function objectProperty(call: FunctionInvocation): TypedSql {
  const name = (call.args[1]?.constant ?? '').toLowerCase();
  const id = number(call, 0);
  const test = KINDS[name];
  if (test)
    return give(`(SELECT (${test})::integer FROM pg_class AS the_class WHERE the_class.oid::bigint = ${id})`, INT);
  const routine = {
    isprocedure: `the_routine.prokind = 'p'`,
    isscalarfunction: 'NOT the_routine.proretset',
    istablefunction: 'the_routine.proretset',
  }[name];
  if (routine)
    return give(
      `(SELECT (${routine})::integer FROM pg_proc AS the_routine WHERE the_routine.oid::bigint = ${id})`,
      INT,
    );
  // OBJECT_ID knows a key by its index.
  const key = { isprimarykey: 'p', isuniquecnst: 'u' }[name];
  if (key)
    return give(
      `(SELECT (the_key.contype = '${key}')::integer FROM pg_constraint AS the_key WHERE the_key.contype IN ('p', 'u') AND ${id} IN (the_key.oid::bigint, the_key.conindid::bigint))`,
      INT,
    );
  return call.fail(40515, `OBJECTPROPERTY with ${name === '' ? 'this property' : `'${name}'`} is not translated.`);
}

function columnProperty(call: FunctionInvocation): TypedSql {
  const name = (call.args[2]?.constant ?? '').toLowerCase();
  const what = {
    isidentity: `the_column.attidentity <> ''`,
    iscomputed: `the_column.attgenerated <> ''`,
    allowsnull: 'NOT the_column.attnotnull',
    columnid: 'the_column.attnum',
    ordinal: 'the_column.attnum',
  }[name];
  if (!what) return call.fail(40515, 'COLUMNPROPERTY with this property is not translated.');
  return give(
    `(SELECT (${what})::integer FROM pg_attribute AS the_column WHERE the_column.attrelid::bigint = ${number(call, 0)} AND the_column.attname = lower(${text(call, 1)}))`,
    INT,
  );
}

/** What a database of PostgreSQL has of the properties of one; of another name than that of any NULL, as in SQL Server. */
const DATABASE_PROPERTIES: Readonly<Record<string, string>> = {
  status: `'ONLINE'`,
  updateability: `CASE WHEN pg_is_in_recovery() THEN 'READ_ONLY' ELSE 'READ_WRITE' END`,
  useraccess: `'MULTI_USER'`,
  recovery: `'FULL'`,
  collation: 'the_database.datcollate::text',
  isinstandby: 'pg_is_in_recovery()::integer',
  isfulltextenabled: '1',
  isautoclose: '0',
  isautoshrink: '0',
  issingleuser: '0',
  isdboonly: '0',
  isreadonly: 'pg_is_in_recovery()::integer',
  isoffline: '0',
  issuspect: '0',
  isemergencymode: '0',
};

function databaseProperty(call: FunctionInvocation): TypedSql {
  const found = DATABASE_PROPERTIES[(call.args[1]?.constant ?? '').toLowerCase()];
  if (!found) return call.fail(40515, `${call.name.toUpperCase()} with this property is not translated.`);
  return give(
    `(SELECT ${found} FROM pg_database AS the_database WHERE lower(the_database.datname) = lower(${text(call, 0)}))`,
    /integer$|^\d+$/.test(found) ? INT : TEXT,
  );
}

const PROPERTIES: Readonly<Record<string, string>> = {
  productversion: `current_setting('server_version')`,
  productmajorversion: `split_part(current_setting('server_version'), '.', 1)`,
  productlevel: `'RTM'`,
  edition: `'PostgreSQL'`,
  engineedition: '3',
  servername: `coalesce(host(inet_server_addr()), 'local')`,
  machinename: `coalesce(host(inet_server_addr()), 'local')`,
  instancename: 'NULL::text',
  collation: `(SELECT the_database.datcollate FROM pg_database AS the_database WHERE the_database.datname = current_database())`,
  isfulltextinstalled: '1',
  isxtpsupported: '0',
  productminorversion: `split_part(current_setting('server_version'), '.', 2)`,
  productbuild: `split_part(current_setting('server_version'), '.', 2)`,
  productupdatelevel: 'NULL::text',
  computernamephysicalnetbios: `coalesce(host(inet_server_addr()), 'local')`,
  instancedefaultdatapath: `current_setting('data_directory')`,
  instancedefaultlogpath: `current_setting('data_directory')`,
  errorlogfilename: `pg_current_logfile()`,
  processid: 'pg_backend_pid()',
  isintegratedsecurityonly: '0',
  issingleuser: '0',
  ispolybaseinstalled: '0',
  isadvancedanalyticsinstalled: '0',
  istempdbmetadatamemoryoptimized: '0',
  filestreamconfiguredlevel: '0',
  isclustered: '0',
  ishadrenabled: '0',
};

/** What a fixed server role of SQL Server may, by the attribute of a role that lets PostgreSQL's do the same. */
const SERVER_ROLES: Readonly<Record<string, string>> = {
  public: 'true',
  dbcreator: '(the_role.rolsuper OR the_role.rolcreatedb)',
  securityadmin: '(the_role.rolsuper OR the_role.rolcreaterole)',
  sysadmin: 'the_role.rolsuper',
  serveradmin: 'the_role.rolsuper',
  setupadmin: 'the_role.rolsuper',
  processadmin: 'the_role.rolsuper',
  diskadmin: 'the_role.rolsuper',
  bulkadmin: 'the_role.rolsuper',
};

/** NULL for a role that there is not, as SQL Server has it. */
function serverRole(call: FunctionInvocation): TypedSql {
  const role = call.args[0]?.constant;
  if (typeof role !== 'string')
    return call.fail(40515, 'IS_SRVROLEMEMBER of a role that is not a constant is not translated.');
  const may = SERVER_ROLES[role.toLowerCase()];
  if (may === undefined) return give('NULL::integer', INT);
  return give(
    `(SELECT ${may}::integer FROM pg_roles AS the_role WHERE the_role.rolname = ${call.args[1] ? text(call, 1) : 'current_user'})`,
    INT,
  );
}

const CONNECTION: Readonly<Record<string, string>> = {
  client_net_address: 'host(inet_client_addr())',
  local_net_address: 'host(inet_server_addr())',
  local_tcp_port: 'inet_server_port()::text',
  net_transport: `(CASE WHEN inet_client_addr() IS NULL THEN 'Shared memory' ELSE 'TCP' END)`,
};

function connectionProperty(call: FunctionInvocation): TypedSql {
  const found = CONNECTION[(call.args[0]?.constant ?? '').toLowerCase()];
  if (found === undefined) return call.fail(40515, 'CONNECTIONPROPERTY with this property is not translated.');
  return give(found, TEXT);
}

function serverProperty(call: FunctionInvocation): TypedSql {
  const name = (call.args[0]?.constant ?? '').toLowerCase();
  const found = PROPERTIES[name];
  if (!found) return call.fail(40515, 'SERVERPROPERTY with this property is not translated.');
  return give(found, /^\d+$|_pid\(\)$/.test(found) ? INT : TEXT);
}

function identity(e: Emitter, call: FunctionInvocation, column: string): TypedSql {
  const relation = e.scope.relation(namesOf(call.args[0]?.constant ?? '').slice(-2));
  const own = relation?.columns.find((one) => one.identity);
  if (!relation?.sql || !own) return call.fail(40515, `${call.name.toUpperCase()} of this table is not translated.`);
  const sequence = `pg_get_serial_sequence(${quoteLiteral(relation.sql)}, ${quoteLiteral(own.sql.replaceAll('"', ''))})`;
  return give(
    `(SELECT the_sequence.${column} FROM pg_sequences AS the_sequence WHERE format('%I.%I', the_sequence.schemaname, the_sequence.sequencename)::regclass = ${sequence}::regclass)`,
    { name: 'bigint' },
  );
}

/** A role of the same name, in the target's spelling. */
const membership = (call: FunctionInvocation): TypedSql =>
  give(
    `(SELECT pg_has_role(the_role.oid, 'MEMBER')::integer FROM pg_roles AS the_role WHERE the_role.rolname = lower(${text(call, 0)}))`,
    INT,
  );
