import { SqlError } from '../session.ts';
import type { Writing } from './writing.ts';
import type { PermissionChange, PropertyTarget } from './writer.ts';

async function principalId(w: Writing, name: string): Promise<number | undefined> {
  const [row] = await w.rows<{ principal_id: number }>('SELECT principal_id FROM meta.principals WHERE name_key = $1', [
    w.fold(name),
  ]);
  return row?.principal_id;
}

async function requirePrincipal(w: Writing, name: string, kind: string): Promise<number> {
  const id = await principalId(w, name);
  if (id !== undefined) return id;
  throw new SqlError(
    15151,
    `Cannot find the ${kind} '${name}', because it does not exist or you do not have permission.`,
  );
}

export async function createSchema(w: Writing, name: string, owner: string): Promise<number> {
  const taken = await w.rows('SELECT 1 FROM meta.schemas WHERE name_key = $1', [w.fold(name)]);
  if (taken.length > 0) throw new SqlError(2714, `There is already an object named '${name}' in the database.`, 16, 6);
  const ownerId = await requirePrincipal(w, owner, 'user');
  const [row] = await w.rows<{ schema_id: number }>(
    "INSERT INTO meta.schemas (schema_id, name, name_key, principal_id) VALUES (nextval('meta.schema_number'), $1, $2, $3) RETURNING schema_id",
    [name, w.fold(name), ownerId],
  );
  return row?.schema_id ?? 0;
}

export async function createPrincipal(
  w: Writing,
  principal: { name: string; type: 'S' | 'R' | 'A'; defaultSchema?: string; login?: string; owner?: string },
): Promise<number> {
  if ((await principalId(w, principal.name)) !== undefined) {
    throw new SqlError(15023, `User, group, or role '${principal.name}' already exists in the current database.`);
  }
  const owner = principal.type === 'R' ? ((await principalId(w, principal.owner ?? 'dbo')) ?? 1) : null;
  const [row] = await w.rows<{ principal_id: number }>(
    `INSERT INTO meta.principals (principal_id, name, name_key, type, default_schema_name, owning_principal_id, login)
     VALUES (nextval('meta.principal_number'), $1, $2, $3, $4, $5, $6) RETURNING principal_id`,
    [
      principal.name,
      w.fold(principal.name),
      principal.type,
      principal.type === 'S' ? (principal.defaultSchema ?? 'dbo') : null,
      owner,
      principal.login ?? null,
    ],
  );
  const id = row?.principal_id ?? 0;
  if (principal.type === 'S') {
    await w.pg.query(
      "INSERT INTO meta.permissions (class, major_id, minor_id, grantee_principal_id, permission_name, state) VALUES (0, 0, 0, $1, 'CONNECT', 'GRANT')",
      [id],
    );
  }
  return id;
}

export async function dropPrincipal(w: Writing, name: string): Promise<void> {
  const id = await requirePrincipal(w, name, 'user');
  const [schema] = await w.rows<{ name: string }>('SELECT name FROM meta.schemas WHERE principal_id = $1', [id]);
  if (schema) throw new SqlError(15138, 'The database principal owns a schema in the database, and cannot be dropped.');
  await w.pg.query('DELETE FROM meta.role_members WHERE role_principal_id = $1 OR member_principal_id = $1', [id]);
  await w.pg.query('DELETE FROM meta.permissions WHERE grantee_principal_id = $1', [id]);
  await w.pg.query('DELETE FROM meta.principals WHERE principal_id = $1', [id]);
}

export async function setRoleMember(w: Writing, role: string, member: string, present: boolean): Promise<void> {
  const ids = [await requirePrincipal(w, role, 'role'), await requirePrincipal(w, member, 'user')];
  await w.pg.query(
    present
      ? 'INSERT INTO meta.role_members VALUES ($1, $2) ON CONFLICT DO NOTHING'
      : 'DELETE FROM meta.role_members WHERE role_principal_id = $1 AND member_principal_id = $2',
    ids,
  );
}

export async function setPermission(w: Writing, change: PermissionChange): Promise<void> {
  const grantee = await requirePrincipal(w, change.grantee, 'user');
  const place = [change.class, change.majorId, change.columnId ?? 0, grantee, change.permission.toUpperCase()];
  await w.pg.query(
    'DELETE FROM meta.permissions WHERE class = $1 AND major_id = $2 AND minor_id = $3 AND grantee_principal_id = $4 AND permission_name = $5',
    place,
  );
  if (change.state === 'REVOKE') return;
  await w.pg.query(
    'INSERT INTO meta.permissions (class, major_id, minor_id, grantee_principal_id, permission_name, state) VALUES ($1, $2, $3, $4, $5, $6)',
    [...place, change.state],
  );
}

export async function setExtendedProperty(
  w: Writing,
  target: PropertyTarget,
  property: { name: string; value: string | null },
  mode: 'add' | 'update' | 'drop',
): Promise<void> {
  const place = [target.class, target.majorId, target.minorId, w.fold(property.name)];
  const where = 'class = $1 AND major_id = $2 AND minor_id = $3 AND name_key = $4';
  const existing = await w.rows(`SELECT 1 FROM meta.extended_properties WHERE ${where}`, place);
  if (mode === 'add') {
    if (existing.length > 0) {
      throw new SqlError(
        15233,
        `Property cannot be added. Property '${property.name}' already exists for 'object specified'.`,
      );
    }
    await w.pg.query(
      'INSERT INTO meta.extended_properties (class, major_id, minor_id, name_key, name, value) VALUES ($1, $2, $3, $4, $5, $6)',
      [...place, property.name, property.value],
    );
    return;
  }
  if (existing.length === 0) {
    const message = `Property cannot be updated or deleted. Property '${property.name}' does not exist for 'object specified'.`;
    throw new SqlError(15217, message);
  }
  if (mode === 'drop') await w.pg.query(`DELETE FROM meta.extended_properties WHERE ${where}`, place);
  else await w.pg.query(`UPDATE meta.extended_properties SET value = $5 WHERE ${where}`, [...place, property.value]);
}
