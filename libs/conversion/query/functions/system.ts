import type { SqlType, TypedSql } from '../api.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { bool, call, quoted, value } from '../sql-text.ts';
import { GUID, INT, isNational, isString, nvarchar, varbinary } from '../sql-type.ts';
import { utf16Bytes } from '../utf16.ts';

const newid = (): TypedSql => value('gen_random_uuid()', GUID, false);

const HASHES: Record<string, { readonly plain?: string; readonly length: number }> = {
  md5: { length: 16 },
  sha: { length: 20 },
  sha1: { length: 20 },
  sha2_256: { plain: 'sha256', length: 32 },
  sha2_512: { plain: 'sha512', length: 64 },
};

function hashbytes(use: FunctionUse): TypedSql {
  const name = use.arg(0).constant?.toLowerCase() ?? '';
  const hash = HASHES[name];
  if (!hash) return use.unsupported('HASHBYTES with this algorithm');
  const from = use.arg(1);
  const bytes = isString(from.type)
    ? use.runtime
      ? call('sys.text_bytes', from.sql, bool(isNational(from.type)), '0')
      : isNational(from.type)
        ? utf16Bytes(from.sql)
        : call('convert_to', from.sql, quoted('UTF8'))
    : use.to(from, varbinary(8000)).sql;
  if (name === 'md5') return value(`decode(md5(${bytes}), 'hex')`, varbinary(8000));
  if (hash.plain) return value(call(hash.plain, bytes), varbinary(8000));
  if (use.runtime) return value(call('sys.sha1', bytes), varbinary(8000));
  use.t.note('warning', 'extension', 'SHA1 is in the extension pgcrypto, which is made first.', use.span);
  use.t.scope.needs?.('pgcrypto');
  return value(`digest(${bytes}, 'sha1')`, varbinary(8000));
}

const session =
  (sql: string, type: SqlType) =>
  (use: FunctionUse): TypedSql =>
    use.runtime ? use.unsupported(`${use.name.toUpperCase()}`) : value(sql, type, true);

/** A name by which the server knows who asks. */
const named =
  (sql: string) =>
  (use: FunctionUse): TypedSql => {
    tellName(use);
    return session(sql, nvarchar(128))(use);
  };

const tellName = (use: FunctionUse): void =>
  use.t.differs('SL1112', `${use.name.toUpperCase()} is the name of a role of PostgreSQL.`, use.span);

const refused = (use: FunctionUse): TypedSql => use.unsupported(`The function ${use.name.toUpperCase()}`);

/** CHECKSUM(NEWID()) asks for a number at random, and has one; of other values PostgreSQL has no such sum. */
function checksum(use: FunctionUse): TypedSql {
  const [node] = use.node.args;
  const isRandom = node?.kind === 'call' && node.name.name.name.toLowerCase() === 'newid' && use.count === 1;
  if (!isRandom) return refused(use);
  return value('(floor(random() * 4294967296) - 2147483648)::integer', INT, false);
}

/** Properties that a variant's base tells: its type without and with what stands in parentheses behind it. */
function variantProperty(use: FunctionUse): TypedSql {
  if (!use.runtime) return use.needsRuntime();
  const property = use.arg(1).constant?.toLowerCase() ?? '';
  const variant = use.to(use.arg(0), { name: 'sql_variant' }).sql;
  const base = `(${variant}).base`;
  const wrapped = (type: string, sql: string): TypedSql =>
    value(`CASE WHEN ${base} IS NULL THEN NULL ELSE ROW(${quoted(type)}, ${sql})::sys.sql_variant END`, {
      name: 'sql_variant',
    });
  if (property === 'basetype') return wrapped('nvarchar(128)', `split_part(${base}, '(', 1)`);
  return use.unsupported(`SQL_VARIANT_PROPERTY with ${property === '' ? 'this property' : property}`);
}

/** The name of a login or user; of another than who runs it is by a number that the target does not know. */
const principal =
  (sql: string) =>
  (use: FunctionUse): TypedSql => {
    if (use.count > 0)
      use.t.note(
        'warning',
        'principal',
        `${use.name.toUpperCase()} names who runs it: the numbers of principals are not carried over.`,
        use.span,
      );
    tellName(use);
    return value(sql, nvarchar(128));
  };

/** Functions of the server and the session that have a counterpart; the sandbox's engine supplies its own. */
export const SYSTEM_RULES: RuleTable = {
  newid: { rule: newid, least: 0, most: 0 },
  newsequentialid: { rule: newid, least: 0, most: 0 },
  hashbytes: { rule: hashbytes, least: 2, most: 2 },
  sql_variant_property: { rule: variantProperty, least: 2, most: 2 },
  suser_sname: { rule: principal('session_user::text'), least: 0, most: 1 },
  suser_name: { rule: principal('session_user::text'), least: 0, most: 1 },
  system_user: { rule: named('session_user::text'), least: 0, most: 0 },
  session_user: { rule: named('session_user::text'), least: 0, most: 0 },
  current_user: { rule: named('current_user::text'), least: 0, most: 0 },
  user_name: { rule: principal('current_user::text'), least: 0, most: 1 },
  user: { rule: named('current_user::text'), least: 0, most: 0 },
  original_login: { rule: named('session_user::text'), least: 0, most: 0 },
  db_name: { rule: session('current_database()::text', nvarchar(128)), least: 0, most: 1 },
  // The client's name is not told to PostgreSQL; its address is.
  host_name: { rule: session('host(inet_client_addr())', nvarchar(128)), least: 0, most: 0 },
  app_name: { rule: session(`current_setting('application_name')`, nvarchar(128)), least: 0, most: 0 },
  checksum: { rule: checksum, least: 0, most: -1 },
  binary_checksum: { rule: refused, least: 0, most: -1 },
  checksum_agg: { rule: refused, least: 0, most: -1 },
  compress: { rule: refused, least: 0, most: -1 },
  decompress: { rule: refused, least: 0, most: -1 },
};
