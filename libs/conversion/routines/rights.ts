import type { ObjectName, Permission, Role, Span, User } from '#tsql';
import { quoteIdent } from '#pgsql';
import { nameParts, ownName, roleName } from './definition-names.ts';
import type { Emitter } from './emitter.ts';

/** Rights on tables that PostgreSQL has under the same name. */
const TABLE_RIGHTS: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES']);

/** GRANT, REVOKE and DENY within a routine; the roles must be there when it runs. */
export function permission(e: Emitter, node: Permission): void {
  if (isItself(e, node)) {
    e.issue(
      'SL1035',
      'The routine grants rights to itself (a GO is missing before GRANT): they are left out.',
      node.span,
    );
    return e.line(`-- GRANT … TO ${node.principals.map((one) => one.name).join(', ')}`);
  }
  const { object } = node;
  if (!object) return e.fail(`${node.verb.toUpperCase()} of rights on the database has no counterpart.`, node.span);
  const roles = node.principals.map((one) => roleName(e, one.name)).join(', ');
  if (node.verb === 'deny')
    e.once(
      'SL1036',
      'DENY takes the right from the role itself; what its members have by other roles stays.',
      node.span,
    );
  const words = node.verb === 'grant' ? 'GRANT' : node.grantOptionFor ? 'REVOKE GRANT OPTION FOR' : 'REVOKE';
  const ending =
    node.verb === 'grant' ? (node.withGrantOption ? ' WITH GRANT OPTION' : '') : node.cascade ? ' CASCADE' : '';
  for (const item of node.permissions) {
    // A right to look at a definition is everybody's in PostgreSQL.
    if (/^(VIEW DEFINITION|VIEW CHANGE TRACKING)$/.test(item.name)) {
      e.line(`-- ${words} ${item.name}: everybody may in PostgreSQL`);
      continue;
    }
    const columns = [...item.columns, ...node.columns];
    const target = targetOf(e, node, { right: item.name, object });
    const list = columns.length > 0 ? ` (${columns.map((one) => columnSql(e, object, one)).join(', ')})` : '';
    e.line(
      `${words} ${target.right}${list} ON ${target.on} ${node.verb === 'grant' ? 'TO' : 'FROM'} ${roles}${ending};`,
    );
  }
}

/** A routine that gives rights to itself is one whose script lacks a GO before its GRANT: rights are no part of what it does. */
function isItself(e: Emitter, { verb, object }: Permission): boolean {
  const [schema = '', name = ''] = e.options.object.toLowerCase().split('.');
  return (
    verb === 'grant' &&
    object?.name.name.toLowerCase() === name &&
    (object.schema?.name.toLowerCase() ?? schema) === schema
  );
}

function targetOf(
  e: Emitter,
  node: Permission,
  { right, object }: { readonly right: string; readonly object: ObjectName },
): { readonly right: string; readonly on: string } {
  const own = right === 'ALL' || right === 'CONTROL' ? 'ALL' : right;
  if (node.class === 'SCHEMA') {
    const schema = quoteIdent(e.options.schemaOf(object.name.name));
    if (TABLE_RIGHTS.has(own) || own === 'ALL') return { right: own, on: `ALL TABLES IN SCHEMA ${schema}` };
    if (own === 'EXECUTE') return { right: own, on: `ALL ROUTINES IN SCHEMA ${schema}` };
  } else if (node.class === undefined || node.class === 'OBJECT') {
    const relation = e.scope.relation(nameParts(object));
    if (relation?.sql && (TABLE_RIGHTS.has(own) || own === 'ALL')) return { right: own, on: `TABLE ${relation.sql}` };
    const { schema, name } = ownName(object);
    const routine = e.scope.routines.find(schema, name);
    if (routine && (own === 'EXECUTE' || own === 'SELECT' || own === 'ALL'))
      return { right: own === 'ALL' ? own : 'EXECUTE', on: `ROUTINE ${routine.sql}` };
  }
  return e.fail(`The right ${right} on ${object.name.name} has no counterpart, or that is not known.`, node.span);
}

function columnSql(
  e: Emitter,
  object: ObjectName,
  { name, span }: { readonly name: string; readonly span: Span },
): string {
  const columns = e.scope.relation(nameParts(object))?.columns ?? [];
  const found = columns.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return found?.sql ?? e.fail(`Invalid column name '${name}'.`, span);
}

/** CREATE ROLE, ALTER ROLE. */
export function role(e: Emitter, node: Role): void {
  if (node.type === 'server role') return e.fail('Roles of the server are not converted.', node.span);
  const own = roleName(e, node.name.name);
  if (node.mode === 'create') return e.line(`CREATE ROLE ${own};`);
  if (node.newName) return e.line(`ALTER ROLE ${own} RENAME TO ${roleName(e, node.newName.name)};`);
  const member = node.addMember ?? node.dropMember;
  if (!member) return e.fail('This ALTER ROLE is not converted within a routine.', node.span);
  membership(e, { role: node.name.name, member: member.name, adds: node.addMember !== undefined, span: node.span });
}

/** A role gets or loses a member, both by their source names. */
export function membership(
  e: Emitter,
  one: { readonly role: string; readonly member: string; readonly adds: boolean; readonly span: Span },
): void {
  if (/^db_/i.test(one.role)) return e.fail(`The fixed role ${one.role} has no counterpart.`, one.span, 'SL1036');
  const [own, member] = [roleName(e, one.role), roleName(e, one.member)];
  e.line(one.adds ? `GRANT ${own} TO ${member};` : `REVOKE ${own} FROM ${member};`);
}

/** CREATE USER: a role that may not log in by itself. */
export function user(e: Emitter, node: User): void {
  if (node.mode === 'create') return e.line(`CREATE ROLE ${roleName(e, node.name.name)};`);
  e.fail('ALTER USER is not converted within a routine.', node.span);
}
