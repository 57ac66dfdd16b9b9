import type {
  FunctionHandler,
  FunctionInvocation,
  NameParts,
  Relation,
  RelationColumn,
  SqlType,
  TypedSql,
} from '#conversion';
import { quoteIdent } from '#pgsql';
import { cdcScalar, cdcTableFunction } from '../cdc/functions.ts';
import type { CatalogSnapshot } from './snapshot.ts';

const INT: SqlType = { name: 'int' };
const SMALLINT: SqlType = { name: 'smallint' };
const NAME: SqlType = { name: 'nvarchar', length: 128 };
const TEXT: SqlType = { name: 'nvarchar', length: -1 };
const VARIANT: SqlType = { name: 'sql_variant' };
const IDENTITY: SqlType = { name: 'numeric', precision: 38, scale: 0 };
const SID: SqlType = { name: 'varbinary', length: 85 };
const NCHAR_TYPE: SqlType = { name: 'nvarchar', length: 60 };

/** A T-SQL function that is a PostgreSQL function of schema meta with the same arguments. */
interface Signature {
  readonly pg: string;
  readonly result: SqlType;
  readonly args: readonly SqlType[];
  /** How many must be given; all unless said. */
  readonly least?: number;
}

const f = (pg: string, result: SqlType, args: readonly SqlType[] = [], least: number = args.length): Signature => ({
  pg: `meta.f_${pg}`,
  result,
  args,
  least,
});

const SIGNATURES: Readonly<Record<string, Signature>> = {
  object_id: f('object_id', INT, [TEXT, NAME], 1),
  object_name: f('object_name', NAME, [INT, INT], 1),
  object_schema_name: f('object_schema_name', NAME, [INT, INT], 1),
  object_definition: f('object_definition', TEXT, [INT]),
  objectproperty: f('objectproperty', INT, [INT, NAME]),
  objectpropertyex: f('objectpropertyex', VARIANT, [INT, NAME]),
  schema_id: f('schema_id', INT, [NAME], 0),
  schema_name: f('schema_name', NAME, [INT], 0),
  db_id: f('db_id', SMALLINT, [NAME], 0),
  db_name: f('db_name', NAME, [INT], 0),
  type_id: f('type_id', INT, [TEXT]),
  type_name: f('type_name', NAME, [INT]),
  typeproperty: f('typeproperty', INT, [TEXT, NAME]),
  col_name: f('col_name', NAME, [INT, INT]),
  col_length: f('col_length', SMALLINT, [TEXT, NAME]),
  columnproperty: f('columnproperty', INT, [INT, NAME, NAME]),
  indexproperty: f('indexproperty', INT, [INT, NAME, NAME]),
  indexkey_property: f('indexkey_property', INT, [INT, INT, INT, NAME]),
  index_col: f('index_col', NAME, [TEXT, INT, INT]),
  serverproperty: f('serverproperty', VARIANT, [NAME]),
  databasepropertyex: f('databasepropertyex', VARIANT, [NAME, NAME]),
  connectionproperty: f('connectionproperty', VARIANT, [NAME]),
  has_perms_by_name: f('has_perms_by_name', INT, [TEXT, NAME, NAME]),
  is_member: f('is_rolemember', INT, [NAME]),
  is_rolemember: f('is_rolemember', INT, [NAME, NAME], 1),
  is_srvrolemember: f('is_srvrolemember', INT, [NAME, NAME], 1),
  user_name: f('user_name', NAME, [INT], 0),
  user_id: f('user_id', INT, [NAME], 0),
  database_principal_id: f('user_id', INT, [NAME], 0),
  user: f('user_name', NAME),
  current_user: f('user_name', NAME),
  session_user: f('user_name', NAME),
  system_user: f('suser_sname', NAME),
  original_login: f('original_login', NAME),
  suser_sname: f('suser_sname', NAME, [SID], 0),
  suser_name: f('suser_name', NAME, [INT], 0),
  suser_id: f('suser_id', INT, [NAME], 0),
  suser_sid: f('suser_sid', SID, [NAME], 0),
  ident_current: f('ident_current', IDENTITY, [TEXT]),
  ident_seed: f('ident_seed', IDENTITY, [TEXT]),
  ident_incr: f('ident_incr', IDENTITY, [TEXT]),
  app_name: f('app_name', NAME),
  host_name: f('host_name', NAME),
};

/** Functions whose answer is the same for every sandbox. */
const CONSTANTS: Readonly<Record<string, { readonly type: SqlType; readonly sql: string }>> = {
  fulltextserviceproperty: { type: INT, sql: '0' },
  filegroup_name: { type: NAME, sql: "'PRIMARY'::text" },
  filegroup_id: { type: INT, sql: '1' },
  stats_date: { type: { name: 'datetime' }, sql: 'NULL::timestamp(3)' },
  change_tracking_current_version: { type: { name: 'bigint' }, sql: 'NULL::bigint' },
  change_tracking_is_column_in_mask: { type: INT, sql: '0' },
  'sys.fn_hadr_is_primary_replica': { type: { name: 'bit' }, sql: 'NULL::boolean' },
  'sys.fn_hadr_backup_is_preferred_replica': { type: { name: 'bit' }, sql: 'true' },
};

/** The lower-case names of the metadata functions, those of CDC apart. */
export const CATALOG_FUNCTIONS: readonly string[] = [...Object.keys(SIGNATURES), ...Object.keys(CONSTANTS)];

function invoke(signature: Signature, call: FunctionInvocation): TypedSql {
  const { args } = call;
  if (args.length < (signature.least ?? 0) || args.length > signature.args.length) {
    const plural = signature.args.length === 1 ? '' : 's';
    return call.fail(174, `The ${call.name} function requires ${signature.args.length} argument${plural}.`);
  }
  const converted = args.map((value, at) => call.convert(value, signature.args[at] ?? INT).sql);
  return { sql: `${signature.pg}(${converted.join(', ')})`, type: signature.result, nullable: true };
}

/** A metadata function by its lower-case T-SQL name, or undefined where it is none. */
export function catalogFunction(snapshot: CatalogSnapshot, name: string): FunctionHandler | undefined {
  const bare = name.startsWith('sys.') && !name.startsWith('sys.fn_') ? name.slice(4) : name;
  const signature = SIGNATURES[bare];
  if (signature) return (call) => invoke(signature, call);
  const constant = CONSTANTS[bare];
  if (constant) return () => ({ ...constant, nullable: true });
  return cdcScalar(snapshot, name);
}

const PROPERTY_COLUMNS: readonly RelationColumn[] = [
  ['objtype', NCHAR_TYPE],
  ['objname', NAME],
  ['name', NAME],
  ['value', VARIANT],
].map(([name, type]) => ({
  name: name as string,
  sql: quoteIdent(name as string),
  type: type as SqlType,
  nullable: true,
}));

/** `default` and NULL arguments of fn_listextendedproperty mean the same here. */
function listExtendedProperty(call: FunctionInvocation): Relation {
  const given = call.args.map((value) => call.convert(value, NAME).sql);
  const args = Array.from({ length: 7 }, (_, at) => given[at] ?? 'NULL::text');
  return {
    kind: 'function',
    schema: 'sys',
    name: 'fn_listextendedproperty',
    sql: `meta.f_listextendedproperty(${args.join(', ')})`,
    columns: PROPERTY_COLUMNS,
  };
}

/** A system table function, or undefined where the name is none of them. */
export function catalogTableFunction(
  snapshot: CatalogSnapshot,
  name: NameParts,
  call: FunctionInvocation,
): Relation | undefined {
  const last = (name.at(-1) ?? '').toLowerCase();
  const schema = (name.at(-2) ?? 'sys').toLowerCase();
  if (last === 'fn_listextendedproperty' && schema === 'sys') return listExtendedProperty(call);
  return cdcTableFunction(snapshot, name, call);
}
