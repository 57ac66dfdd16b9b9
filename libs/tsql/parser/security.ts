import type {
  Expression,
  Identifier,
  Login,
  ObjectName,
  Option,
  PermissionItem,
  Role,
  Statement,
  User,
} from '../ast/index.ts';
import { expression } from './expressions.ts';
import { commaList, objectName, optionalNameList } from './names.ts';
import { option, optionList, optionValue } from './options.ts';
import type { Reader } from './reader.ts';

type Start = Reader['token'];

/** A principal may be PUBLIC, which is reserved. */
function principal(r: Reader): Identifier {
  return r.is('PUBLIC') || r.is('NULL') ? r.anyName() : r.name();
}

/** GRANT, DENY and REVOKE. */
export function permission(r: Reader): Statement {
  const start = r.next();
  const verb = start.upper.toLowerCase() as 'grant' | 'deny' | 'revoke';
  const grantOptionFor = verb === 'revoke' && r.acceptSequence('GRANT', 'OPTION', 'FOR');
  const permissions = commaList(r, () => permissionItem(r));
  let on: { class?: string; object?: ObjectName; columns: Identifier[] } = { columns: [] };
  if (r.accept('ON')) on = securable(r);
  if (verb === 'revoke') r.expectAny('FROM', 'TO');
  else r.expect('TO');
  const principals = commaList(r, () => principal(r));
  const withGrantOption = r.acceptSequence('WITH', 'GRANT', 'OPTION');
  const cascade = r.accept('CASCADE');
  const as = r.accept('AS') ? principal(r) : undefined;
  return {
    kind: 'permission',
    verb,
    permissions,
    ...on,
    principals,
    withGrantOption,
    grantOptionFor,
    cascade,
    ...(as && { as }),
    span: r.span(start),
  };
}

/** One or more words (`VIEW ANY DEFINITION`), then columns. */
function permissionItem(r: Reader): PermissionItem {
  const words: string[] = [];
  while (r.token.type === 'word' && !r.is('ON') && !r.is('TO') && !r.is('FROM')) words.push(r.next().upper);
  if (words.length === 0) r.fail();
  return { name: words.join(' '), columns: optionalNameList(r) };
}

function securable(r: Reader): { class?: string; object?: ObjectName; columns: Identifier[] } {
  const words = classWords(r);
  const object = objectName(r);
  const columns = optionalNameList(r);
  return words === undefined ? { object, columns } : { class: words, object, columns };
}

/** Reads the class before `::`, or nothing. Its words may be reserved. */
export function classWords(r: Reader): string | undefined {
  let ahead = 0;
  while (r.peek(ahead).type === 'word' && ahead < 4) ahead++;
  if (ahead === 0 || !r.peekIs('::', ahead)) return undefined;
  const words: string[] = [];
  for (let i = 0; i < ahead; i++) words.push(r.next().upper);
  r.expect('::');
  return words.join(' ');
}

/** EXECUTE AS. */
export function executeAs(r: Reader): Statement {
  const start = r.next();
  r.expect('AS');
  const type = r.expectAny('CALLER', 'USER', 'LOGIN', 'SELF', 'OWNER').toLowerCase() as
    'caller' | 'user' | 'login' | 'self' | 'owner';
  const name: Expression | undefined = r.accept('=') ? expression(r) : undefined;
  let noRevert = false;
  let cookie: string | undefined;
  if (r.accept('WITH')) {
    if (r.acceptSequence('NO', 'REVERT')) noRevert = true;
    else {
      r.expectSequence('COOKIE', 'INTO');
      cookie = variableName(r);
    }
  }
  return {
    kind: 'executeAs',
    type,
    ...(name && { name }),
    noRevert,
    ...(cookie !== undefined && { cookie }),
    span: r.span(start),
  };
}

function variableName(r: Reader): string {
  if (!r.isVariable()) r.fail();
  return r.next().text;
}

/** REVERT. */
export function revert(r: Reader): Statement {
  const start = r.expect('REVERT');
  if (!r.acceptSequence('WITH', 'COOKIE', '=')) return { kind: 'revert', span: r.span(start) };
  const cookie = variableName(r);
  return { kind: 'revert', cookie, span: r.span(start) };
}

/** Reads what follows `CREATE USER` or `ALTER USER`. */
export function user(r: Reader, start: Start, mode: User['mode']): User {
  const name = r.name();
  let from: User['from'];
  let source: Identifier | undefined;
  if (r.acceptSequence('WITHOUT', 'LOGIN')) from = 'without login';
  else if (r.acceptAny('FOR', 'FROM') !== undefined) {
    from = principalSource(r);
    if (from !== 'external provider') source = r.name();
  }
  const options = r.accept('WITH') ? commaList(r, () => passwordOption(r)) : [];
  return { kind: 'user', mode, name, ...(from && { from }), ...(source && { source }), options, span: r.span(start) };
}

function principalSource(r: Reader): NonNullable<User['from']> {
  if (r.acceptSequence('EXTERNAL', 'PROVIDER')) return 'external provider';
  if (r.acceptSequence('ASYMMETRIC', 'KEY')) return 'asymmetric key';
  return r.expectAny('LOGIN', 'CERTIFICATE') === 'LOGIN' ? 'login' : 'certificate';
}

/** Reads what follows `CREATE LOGIN` or `ALTER LOGIN`. */
export function login(r: Reader, start: Start, mode: Login['mode']): Login {
  const name = r.name();
  let from: Login['from'];
  let source: Identifier | undefined;
  let enable: boolean | undefined;
  if (r.accept('FROM')) {
    if (r.accept('WINDOWS')) from = 'windows';
    else {
      const other = principalSource(r);
      from = other === 'login' || other === 'without login' ? r.fail() : other;
      if (from !== 'external provider') source = r.name();
    }
  } else if (r.is('ENABLE') || r.is('DISABLE')) enable = r.next().upper === 'ENABLE';
  const options: Option[] = r.accept('WITH') ? commaList(r, () => passwordOption(r)) : [];
  if (mode === 'alter' && (r.is('ADD') || r.is('DROP')) && r.peekIs('CREDENTIAL')) {
    const at = r.next();
    r.expect('CREDENTIAL');
    options.push({ kind: 'option', name: `${at.upper} CREDENTIAL`, value: optionValue(r), span: r.span(at) });
  }
  return {
    kind: 'login',
    mode,
    name,
    ...(from && { from }),
    ...(source && { source }),
    ...(enable !== undefined && { enable }),
    options,
    span: r.span(start),
  };
}

/** `PASSWORD = 'x' HASHED MUST_CHANGE`: the words behind the value are nested options. */
function passwordOption(r: Reader): Option {
  const start = r.token;
  if (r.acceptSequence('NO', 'CREDENTIAL')) return { kind: 'option', name: 'NO CREDENTIAL', span: r.span(start) };
  const read = option(r, false);
  // Options of a login are `NAME = value`; none has a list.
  if (read.options !== undefined || read.name === '' || read.value === undefined) r.fail();
  const nested: Option[] = [];
  while (r.is('HASHED') || r.is('MUST_CHANGE') || r.is('UNLOCK') || (r.is('OLD_PASSWORD') && r.peekIs('=')))
    nested.push(option(r, false));
  return nested.length === 0 ? read : { ...read, options: nested, span: r.span(start) };
}

/** Reads what follows CREATE or ALTER in the statements on roles. */
export function role(r: Reader, start: Start, mode: Role['mode']): Role {
  const type = r.acceptSequence('SERVER', 'ROLE')
    ? 'server role'
    : r.acceptSequence('APPLICATION', 'ROLE')
      ? 'application role'
      : 'role';
  if (type === 'role') r.expect('ROLE');
  const name = r.name();
  const authorization = r.accept('AUTHORIZATION') ? principal(r) : undefined;
  const changes: { addMember?: Identifier; dropMember?: Identifier; newName?: Identifier } = {};
  let options: Option[] = [];
  if (r.acceptSequence('ADD', 'MEMBER')) changes.addMember = principal(r);
  else if (r.acceptSequence('DROP', 'MEMBER')) changes.dropMember = principal(r);
  else if (r.accept('WITH')) {
    if (type !== 'application role' && r.acceptSequence('NAME', '=')) changes.newName = r.name();
    else options = optionList(r, false);
  }
  return {
    kind: 'role',
    mode,
    type,
    name,
    ...(authorization && { authorization }),
    ...changes,
    options,
    span: r.span(start),
  };
}

/** Reads what follows `ALTER AUTHORIZATION`. */
export function alterAuthorization(r: Reader, start: Start): Statement {
  r.expect('ON');
  const words = classWords(r);
  const object = objectName(r);
  r.expect('TO');
  if (r.acceptSequence('SCHEMA', 'OWNER'))
    return { kind: 'alterAuthorization', ...(words && { class: words }), object, span: r.span(start) };
  const owner = principal(r);
  return { kind: 'alterAuthorization', ...(words && { class: words }), object, principal: owner, span: r.span(start) };
}
