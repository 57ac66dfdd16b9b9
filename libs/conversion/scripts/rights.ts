import type { PermissionModel } from '#schema';
import type { Permission, Role, SecurityPolicy, User } from '#tsql';
import { dotted, qualified } from './names.ts';
import type { Site } from './session.ts';

/** CREATE and ALTER of users and roles. */
export function principal(site: Site, statement: User | Role): void {
  const { database } = site;
  if (statement.kind === 'role' && statement.type === 'server role') return;
  const kind = statement.kind === 'user' ? 'user' : statement.type === 'role' ? 'role' : 'application-role';
  const { name } = statement.name;
  const key = database.fold(name);
  if (statement.mode === 'create' && !database.principals.has(key) && key !== 'dbo')
    database.principals.set(key, { name, kind, memberOf: new Set() });
  if (statement.kind !== 'role') return;
  if (statement.addMember) addMember(site, name, statement.addMember.name);
  if (statement.dropMember) database.principals.get(database.fold(statement.dropMember.name))?.memberOf.delete(name);
  const known = database.principals.get(key);
  if (statement.newName && known) {
    database.principals.delete(key);
    database.principals.set(database.fold(statement.newName.name), { ...known, name: statement.newName.name });
  }
}

/** Makes somebody a member of a role. A user that the scripts do not make is made: they leave it to the server's own. */
export function addMember(site: Site, role: string, member: string): void {
  const { database } = site;
  const key = database.fold(member);
  if (key === 'dbo') return;
  const known = database.principals.get(key) ?? { name: member, kind: 'user' as const, memberOf: new Set<string>() };
  database.principals.set(key, known);
  known.memberOf.add(role);
}

/** GRANT, DENY and REVOKE, one row for each right, who has it, and column. */
export function permission(site: Site, statement: Permission): void {
  const { database } = site;
  for (const { name: grantee } of statement.principals) {
    for (const item of statement.permissions) {
      for (const on of placesOf(statement, item.columns)) {
        for (const right of rightsOf(item.name, on)) {
          const key = JSON.stringify([database.fold(grantee), right, on]);
          // The last word counts.
          database.permissions.delete(key);
          if (statement.verb === 'revoke') continue;
          const state =
            statement.verb === 'deny' ? 'DENY' : statement.withGrantOption ? 'GRANT_WITH_GRANT_OPTION' : 'GRANT';
          database.permissions.set(key, { grantee, state, permission: right, on });
        }
      }
    }
  }
}

/** ALL stands for the rights that an object of its kind has. */
function rightsOf(name: string, on: PermissionModel['on']): readonly string[] {
  if (name === 'EXEC') return ['EXECUTE'];
  if (name !== 'ALL' && name !== 'ALL PRIVILEGES') return [name];
  return on.class === 'object' ? ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'] : ['CONTROL'];
}

function placesOf(statement: Permission, columns: Permission['columns']): PermissionModel['on'][] {
  const { object } = statement;
  if (!object) return [{ class: 'database' }];
  const name = qualified(object);
  switch (statement.class) {
    case undefined:
    case 'OBJECT': {
      const named = [...columns, ...statement.columns];
      if (named.length === 0) return [{ class: 'object', ...name }];
      return named.map((column) => ({ class: 'object', ...name, column: column.name }));
    }
    case 'SCHEMA':
      return [{ class: 'schema', schema: name.name }];
    case 'TYPE':
      return [{ class: 'type', ...name }];
    case 'DATABASE':
      return [{ class: 'database' }];
    default:
      return [{ class: 'other', name: `${statement.class}::${object.schema ? dotted(name) : name.name}` }];
  }
}

/** CREATE and ALTER SECURITY POLICY. */
export function securityPolicy(site: Site, statement: SecurityPolicy): void {
  const { database, source } = site;
  const name = qualified(statement.name);
  const key = database.fold(dotted(name));
  const known = database.policies.get(key) ?? { ...name, enabled: true, predicates: [] };
  database.policies.set(key, known);
  const state = statement.options.find((option) => option.name === 'STATE')?.value;
  if (state?.kind === 'keyword') known.enabled = state.name === 'ON';
  for (const one of statement.predicates) {
    const table = qualified(one.table);
    if (one.change !== 'add')
      known.predicates = known.predicates.filter(
        (other) =>
          other.type !== one.type || dotted(other.table) !== dotted(table) || other.operation !== one.operation,
      );
    if (one.change === 'drop' || !one.call) continue;
    known.predicates.push({
      type: one.type,
      table,
      ...(one.operation === undefined ? {} : { operation: one.operation }),
      definition: `(${source.cut(one.call.span)})`,
    });
  }
}
