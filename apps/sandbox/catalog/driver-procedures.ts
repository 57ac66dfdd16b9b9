import { SqlError, type TdsValue } from '../session.ts';
import { answer, textArguments } from './driver-query.ts';
import {
  spColumns,
  spColumns100,
  spFkeys,
  spPkeys,
  spSpecialColumns,
  spStatistics,
  spStoredProcedures,
  spTables,
} from './driver-tables.ts';
import { spColumnPrivileges, spSprocColumns, spSprocColumns100, spTablePrivileges } from './driver-routines.ts';
import { spDatatypeInfo } from './driver-type-info.ts';
import { describeUndeclaredParameters } from './describe-parameters.ts';
import { describeFirstResultSet } from './describe-result-set.ts';
import type { ProcedureContext, ProcedureResult, SystemProcedure } from './procedure.ts';
import { ascii, DATETIME, INT, sendResult, SMALLINT, SYSNAME, text } from './result-set.ts';

const MISSING = (name: string, database: string): SqlError =>
  new SqlError(
    15009,
    `The object '${name}' does not exist in database '${database}' or is invalid for this operation.`,
  );

/** The object_id of a name as written, or 15009. */
async function objectId(context: ProcedureContext, name: string): Promise<number> {
  const { rows } = await context.pg.query<{ id: number | null }>('SELECT meta.f_object_id($1) AS id', [name]);
  const id = rows[0]?.id ?? undefined;
  if (id !== undefined) return id;
  throw MISSING(name, context.snapshot.database.name);
}

const spDatabases: SystemProcedure = (context) =>
  answer(
    context,
    [
      ['DATABASE_NAME', SYSNAME],
      ['DATABASE_SIZE', INT],
      ['REMARKS', ascii(254)],
    ],
    "SELECT d.name, (coalesce((SELECT pg_database_size(p.oid) FROM pg_database p WHERE p.datname = 'sbx_' || d.database_id), 0) / 1024)::int, NULL::text FROM meta.databases d ORDER BY d.name",
  );

const SERVER_INFO: readonly (readonly [number, string, string])[] = [
  [1, 'DBMS_NAME', 'Microsoft SQL Server'],
  [2, 'DBMS_VER', 'Microsoft SQL Server 2022 - 16.0.1000.6'],
  [10, 'OWNER_TERM', 'owner'],
  [11, 'TABLE_TERM', 'table'],
  [12, 'MAX_OWNER_NAME_LENGTH', '128'],
  [13, 'TABLE_LENGTH', '128'],
  [14, 'MAX_QUAL_LENGTH', '128'],
  [15, 'COLUMN_LENGTH', '128'],
  [16, 'IDENTIFIER_CASE', 'MIXED'],
  [17, 'TX_ISOLATION', '2'],
  [18, 'COLLATION_SEQ', 'charset=iso_1 sort_order=nocase_iso charset_num=1 sort_order_num=52'],
  [19, 'SAVEPOINT_SUPPORT', 'Y'],
  [20, 'MULTI_RESULT_SETS', 'Y'],
  [22, 'ACCESSIBLE_TABLES', 'Y'],
  [100, 'USERID_LENGTH', '128'],
  [101, 'QUALIFIER_TERM', 'database'],
  [102, 'NAMED_TRANSACTIONS', 'Y'],
  [103, 'SPROC_AS_LANGUAGE', 'Y'],
  [104, 'ACCESSIBLE_SPROC', 'Y'],
  [105, 'MAX_INDEX_COLS', '16'],
  [106, 'RENAME_TABLE', 'Y'],
  [107, 'RENAME_COLUMN', 'Y'],
  [108, 'DROP_COLUMN', 'Y'],
  [109, 'INCREASE_COLUMN_LENGTH', 'Y'],
  [110, 'DDL_IN_TRANSACTION', 'Y'],
  [111, 'DESCENDING_INDEXES', 'Y'],
  [112, 'SP_RENAME', 'Y'],
  [113, 'REMOTE_SPROC', 'Y'],
  [500, 'SYS_SPROC_VERSION', '16.00.1000'],
];

const spServerInfo: SystemProcedure = async (context, args) => {
  const [wanted] = textArguments(['attribute_id'], args);
  await sendResult(
    context.out,
    [
      ['attribute_id', INT],
      ['attribute_name', ascii(60)],
      ['attribute_value', ascii(255)],
    ],
    SERVER_INFO.filter(([id]) => wanted === null || wanted === undefined || String(id) === wanted),
  );
  return { status: 0 };
};

const MSVER: readonly (readonly [number, string, number | null, string])[] = [
  [1, 'ProductName', null, 'Microsoft SQL Server'],
  [2, 'ProductVersion', 1_048_576, '16.0.1000.6'],
  [3, 'Language', 1033, 'English (United States)'],
  [4, 'Platform', null, 'NT x64'],
  [16, 'ProcessorCount', 2, '2'],
  [19, 'PhysicalMemory', 4096, '4096 (4294967296)'],
];

const xpMsver: SystemProcedure = async (context, args) => {
  const [wanted] = textArguments(['optname'], args);
  const rows = MSVER.filter(
    (row) => wanted === null || wanted === undefined || row[1].toLowerCase() === wanted.toLowerCase(),
  );
  await sendResult(
    context.out,
    [
      ['Index', SMALLINT],
      ['Name', SYSNAME],
      ['Internal_Value', INT],
      ['Character_Value', text(240)],
    ],
    rows,
  );
  return { status: 0 };
};

/** One row for each line, line ends included. 15197 where there is no text. */
const spHelptext: SystemProcedure = async (context, args) => {
  const [name] = textArguments(['objname', 'columnname'], args);
  const id = await objectId(context, name ?? '');
  const { rows } = await context.pg.query<{ definition: string | null }>(
    'SELECT meta.f_object_definition($1) AS definition',
    [id],
  );
  const definition = rows[0]?.definition ?? null;
  const hidden = await context.pg.query('SELECT 1 FROM meta.modules WHERE object_id = $1 AND is_encrypted', [id]);
  if (hidden.rows.length > 0) {
    context.out.info(new SqlError(15_471, `The text for object '${name}' is encrypted.`, 10));
    return { status: 0 };
  }
  if (definition === null) throw new SqlError(15197, `There is no text for object '${name}'.`);
  const lines = definition.match(/[^\n]*\n|[^\n]+$/g) ?? [''];
  await sendResult(
    context.out,
    [['Text', text(255)]],
    lines.map((line) => [line]),
  );
  return { status: 0 };
};

const HELP_OBJECTS = `SELECT o.name, p.name, lower(replace(meta.type_desc(o.type), '_', ' ')) FROM meta.objects o JOIN meta.schemas s USING (schema_id) JOIN meta.principals p USING (principal_id)
  WHERE o.parent_object_id = 0 AND o.type <> 'TT' ORDER BY o.type DESC, o.name`;

const HELP_COLUMNS = `SELECT c.name, t.name, CASE WHEN c.is_computed THEN 'yes' ELSE 'no' END, c.max_length::int, CASE WHEN c.precision > 0 THEN c.precision::text ELSE '' END, CASE WHEN c.precision > 0 THEN c.scale::text ELSE '' END,
  CASE WHEN c.is_nullable THEN 'yes' ELSE 'no' END, '(n/a)', '(n/a)', c.collation_name FROM meta.columns c JOIN meta.types t USING (user_type_id) WHERE c.object_id = $1 ORDER BY c.column_id`;

/** sp_help: all objects, or what one is and its columns. */
const spHelp: SystemProcedure = async (context, args) => {
  const [name] = textArguments(['objname'], args);
  if (name === null || name === undefined) {
    return answer(
      context,
      [
        ['Name', SYSNAME],
        ['Owner', SYSNAME],
        ['Object_type', text(31)],
      ],
      HELP_OBJECTS,
    );
  }
  const id = await objectId(context, name);
  await answer(
    context,
    [
      ['Name', SYSNAME],
      ['Owner', SYSNAME],
      ['Type', text(31)],
      ['Created_datetime', DATETIME],
    ],
    "SELECT o.name, 'dbo', lower(replace(meta.type_desc(o.type), '_', ' ')), to_char(o.create_date, 'YYYY-MM-DD HH24:MI:SS.MS') FROM meta.objects o WHERE o.object_id = $1",
    [id],
  );
  return answer(
    context,
    [
      ['Column_name', SYSNAME],
      ['Type', SYSNAME],
      ['Computed', ascii(35)],
      ['Length', INT],
      ['Prec', ascii(5)],
      ['Scale', ascii(5)],
      ['Nullable', ascii(35)],
      ['TrimTrailingBlanks', ascii(35)],
      ['FixedLenNullInSource', ascii(35)],
      ['Collation', SYSNAME],
    ],
    HELP_COLUMNS,
    [id],
  );
};

/** sp_helpindex. */
const spHelpindex: SystemProcedure = async (context, args) => {
  const [name] = textArguments(['objname'], args);
  const id = await objectId(context, name ?? '');
  return answer(
    context,
    [
      ['index_name', SYSNAME],
      ['index_description', ascii(210)],
      ['index_keys', text(2078)],
    ],
    `SELECT i.name, CASE WHEN i.index_id = 1 THEN 'clustered' ELSE 'nonclustered' END || CASE WHEN i.is_unique THEN ', unique' ELSE '' END || CASE WHEN i.is_primary_key THEN ', primary key' ELSE '' END
     || CASE WHEN i.is_unique_constraint THEN ', unique key' ELSE '' END || ' located on PRIMARY',
     (SELECT string_agg(c.name || CASE WHEN x.is_descending_key THEN '(-)' ELSE '' END, ', ' ORDER BY x.key_ordinal) FROM meta.index_columns x JOIN meta.columns c USING (object_id, column_id)
      WHERE x.object_id = i.object_id AND x.index_id = i.index_id AND x.key_ordinal > 0) FROM meta.indexes i WHERE i.object_id = $1 ORDER BY i.name`,
    [id],
  );
};

const kilobytes = (bytes: string): string => `${Math.round(Number(bytes) / 1024)} KB`;

/** sp_spaceused for a table, or the database. */
const spSpaceused: SystemProcedure = async (context, args) => {
  const [name] = textArguments(['objname', 'updateusage'], args);
  if (name === null || name === undefined) {
    const { rows } = await context.pg.query<{ bytes: string }>(
      'SELECT pg_database_size(current_database())::text AS bytes',
    );
    const size = `${(Number(rows[0]?.bytes ?? 0) / 1_048_576).toFixed(2)} MB`;
    const shape = [
      ['database_name', SYSNAME],
      ['database_size', ascii(18)],
      ['unallocated space', ascii(18)],
    ] as const;
    await sendResult(context.out, shape, [[context.snapshot.database.name, size, '0.00 MB']]);
    return { status: 0 };
  }
  const id = await objectId(context, name);
  const { rows } = await context.pg.query<{ name: string; rows: string; total: string; data: string }>(
    `SELECT o.name, meta.row_count(o.object_id)::text AS rows, pg_total_relation_size(to_regclass('u.t' || o.object_id))::text AS total, pg_table_size(to_regclass('u.t' || o.object_id))::text AS data
     FROM meta.objects o WHERE o.object_id = $1`,
    [id],
  );
  const row = rows[0];
  const line: TdsValue[] = row
    ? [
        row.name,
        row.rows.padEnd(20),
        kilobytes(row.total),
        kilobytes(row.data),
        kilobytes(String(Number(row.total) - Number(row.data))),
        '0 KB',
      ]
    : [];
  const shape = [
    ['name', SYSNAME],
    ['rows', { name: 'char', length: 20 }],
    ['reserved', ascii(18)],
    ['data', ascii(18)],
    ['index_size', ascii(18)],
    ['unused', ascii(18)],
  ] as const;
  await sendResult(context.out, shape, row ? [line] : []);
  return { status: 0 };
};

/** sp_who, sp_who2: the sessions. */
const spWho: SystemProcedure = (context) =>
  answer(
    context,
    [
      ['spid', SMALLINT],
      ['ecid', SMALLINT],
      ['status', text(30)],
      ['loginame', SYSNAME],
      ['hostname', SYSNAME],
      ['blk', { name: 'char', length: 5 }],
      ['dbname', SYSNAME],
      ['cmd', text(26)],
      ['request_id', INT],
    ],
    `SELECT session_id, 0::smallint, status, login_name, ''::text, '0    ', meta.f_db_name(database_id), 'AWAITING COMMAND', 0 FROM sys.dm_exec_sessions ORDER BY session_id`,
  );

/** Options on which answers hang, with the only value that they have here. */
const FIXED: Readonly<Record<string, string>> = {
  'nested triggers': '1',
  'server trigger recursion': '1',
  'disallow results from triggers': '0',
  'two digit year cutoff': '2049',
  'user options': '0',
  'default language': '0',
  'contained database authentication': '0',
  'cross db ownership chaining': '0',
  'clr enabled': '0',
  xp_cmdshell: '0',
  'Ole Automation Procedures': '0',
  'external scripts enabled': '0',
  'filestream access level': '0',
};

async function setConfiguration(context: ProcedureContext, full: string, value: string): Promise<ProcedureResult> {
  const fixed = FIXED[full];
  if (fixed !== undefined && Number(value) !== Number(fixed))
    throw new SqlError(40_515, `sp_configure '${full}', ${value} is not supported in this version of SQL Server.`);
  await context.pg.query(
    'INSERT INTO meta.server_state VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [`configuration:${full}`, value],
  );
  const text15457 = `Configuration option '${full}' changed. Run the RECONFIGURE statement to install.`;
  context.out.info(new SqlError(15457, text15457, 0));
  return { status: 0 };
}

/** sp_configure: reads, and sets `max text repl size (B)` and its like. */
const spConfigure: SystemProcedure = async (context, args) => {
  const [name, value] = textArguments(['configname', 'configvalue'], args);
  if (name !== null && name !== undefined) {
    const known = await context.pg.query<{ name: string }>(
      "SELECT name::text FROM sys.configurations WHERE lower(name) LIKE lower($1) || '%' ORDER BY name LIMIT 1",
      [name],
    );
    const full = known.rows[0]?.name;
    if (full === undefined)
      throw new SqlError(15123, `The configuration option '${name}' does not exist, or it may be an advanced option.`);
    if (value !== null && value !== undefined) return setConfiguration(context, full, value);
  }
  return answer(
    context,
    [
      ['name', text(35)],
      ['minimum', INT],
      ['maximum', INT],
      ['config_value', INT],
      ['run_value', INT],
    ],
    `SELECT name::text, (minimum).value::int, (maximum).value::int, (value).value::int, (value_in_use).value::int FROM sys.configurations
     WHERE $1::text IS NULL OR lower(name) LIKE lower($1) || '%' ORDER BY name`,
    [name ?? null],
  );
};

/** The catalog procedures that drivers call, by their lower-case names. */
export const DRIVER_PROCEDURES: Readonly<Record<string, SystemProcedure>> = {
  sp_tables: spTables,
  sp_columns: spColumns,
  sp_columns_90: spColumns100,
  sp_columns_100: spColumns100,
  sp_pkeys: spPkeys,
  sp_fkeys: spFkeys,
  sp_statistics: spStatistics,
  sp_statistics_100: spStatistics,
  sp_special_columns: spSpecialColumns,
  sp_special_columns_90: spSpecialColumns,
  sp_special_columns_100: spSpecialColumns,
  sp_stored_procedures: spStoredProcedures,
  sp_sproc_columns: spSprocColumns,
  sp_sproc_columns_90: spSprocColumns100,
  sp_sproc_columns_100: spSprocColumns100,
  sp_table_privileges: spTablePrivileges,
  sp_column_privileges: spColumnPrivileges,
  sp_databases: spDatabases,
  sp_server_info: spServerInfo,
  sp_help: spHelp,
  sp_helptext: spHelptext,
  sp_helpindex: spHelpindex,
  sp_spaceused: spSpaceused,
  sp_datatype_info: spDatatypeInfo,
  sp_datatype_info_90: spDatatypeInfo,
  sp_datatype_info_100: spDatatypeInfo,
  sp_who: spWho,
  sp_who2: spWho,
  sp_configure: spConfigure,
  sp_describe_first_result_set: describeFirstResultSet,
  sp_describe_undeclared_parameters: describeUndeclaredParameters,
  xp_msver: xpMsver,
};
