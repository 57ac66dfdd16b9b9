import type { Login, Option, Permission, Role, SecurityStatement, User } from '../ast/index.ts';
import { printExpression } from './expressions.ts';
import { commas, impossible, parens, printName, printObjectName, printOption, printOptions, words } from './text.ts';

/** Prints a statement on principals and rights. */
export function printSecurityStatement(s: SecurityStatement): string {
  switch (s.kind) {
    case 'user':
      return printUser(s);
    case 'login':
      return printLogin(s);
    case 'role':
      return printRole(s);
    case 'permission':
      return printPermission(s);
    case 'alterAuthorization': {
      const object = (s.class === undefined ? '' : `${s.class}::`) + printObjectName(s.object);
      return `ALTER AUTHORIZATION ON ${object} TO ${s.principal === undefined ? 'SCHEMA OWNER' : printName(s.principal)}`;
    }
    case 'executeAs':
      return words(
        `EXECUTE AS ${s.type.toUpperCase()}`,
        s.name && `= ${printExpression(s.name)}`,
        s.noRevert && 'WITH NO REVERT',
        s.cookie !== undefined && `WITH COOKIE INTO ${s.cookie}`,
      );
    case 'revert':
      return words('REVERT', s.cookie !== undefined && `WITH COOKIE = ${s.cookie}`);
    default:
      return impossible(s);
  }
}

function withList(options: readonly Option[]): string {
  return options.length === 0 ? '' : `WITH ${printOptions(options)}`;
}

function printUser(s: User): string {
  const from =
    s.from === undefined
      ? ''
      : s.from === 'without login'
        ? 'WITHOUT LOGIN'
        : words('FROM', s.from.toUpperCase(), s.source && printName(s.source));
  return words(
    s.mode.toUpperCase(),
    'USER',
    printName(s.name),
    from,
    s.options.length > 0 && `WITH ${commas(s.options, printLoginOption)}`,
  );
}

/** The words behind a password are nested options without parentheses. */
function printLoginOption(o: Option): string {
  const { options, ...plain } = o;
  return words(printOption(plain), ...(options ?? []).map(printOption));
}

function printLogin(s: Login): string {
  const from = s.from && words('FROM', s.from.toUpperCase(), s.source && printName(s.source));
  const isCredential = (o: Option): boolean => o.name === 'ADD CREDENTIAL' || o.name === 'DROP CREDENTIAL';
  const credentials = s.options.filter(isCredential).map((o) => words(o.name, o.value && printExpression(o.value)));
  const rest = s.options.filter((o) => !isCredential(o));
  const enable = s.enable === undefined ? '' : s.enable ? 'ENABLE' : 'DISABLE';
  return words(
    s.mode.toUpperCase(),
    'LOGIN',
    printName(s.name),
    from,
    enable,
    rest.length > 0 && `WITH ${commas(rest, printLoginOption)}`,
    ...credentials,
  );
}

function printRole(s: Role): string {
  return words(
    s.mode.toUpperCase(),
    s.type.toUpperCase(),
    printName(s.name),
    s.authorization && `AUTHORIZATION ${printName(s.authorization)}`,
    s.addMember && `ADD MEMBER ${printName(s.addMember)}`,
    s.dropMember && `DROP MEMBER ${printName(s.dropMember)}`,
    s.newName && `WITH NAME = ${printName(s.newName)}`,
    withList(s.options),
  );
}

function printPermission(s: Permission): string {
  const permissions = commas(s.permissions, (p) => words(p.name, parens(p.columns, printName)));
  const object = s.object && `ON ${s.class === undefined ? '' : `${s.class}::`}${printObjectName(s.object)}`;
  return words(
    s.verb.toUpperCase(),
    s.grantOptionFor && 'GRANT OPTION FOR',
    permissions,
    object,
    parens(s.columns, printName),
    s.verb === 'revoke' ? 'FROM' : 'TO',
    commas(s.principals, printName),
    s.withGrantOption && 'WITH GRANT OPTION',
    s.cascade && 'CASCADE',
    s.as && `AS ${printName(s.as)}`,
  );
}
