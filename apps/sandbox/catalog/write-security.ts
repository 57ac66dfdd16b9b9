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
  principal: {
    name: string;
    type: 'S' | 'R' | 'A';
    defaultSchema?: string;
    login?: string;
    owner?: string;
    allowEncrypted?: boolean;
  },
): Promise<number> {
  if ((await principalId(w, principal.name)) !== undefined) {
    throw new SqlError(15023, `User, group, or role '${principal.name}' already exists in the current database.`);
  }
  const owner = principal.type === 'R' ? await requirePrincipal(w, principal.owner ?? 'dbo', 'user') : null;
  const [row] = await w.rows<{ principal_id: number }>(
    `INSERT INTO meta.principals (principal_id, name, name_key, type, default_schema_name, owning_principal_id, login, allow_encrypted)
     VALUES (nextval('meta.principal_number'), $1, $2, $3, $4, $5, $6, $7) RETURNING principal_id`,
    [
      principal.name,
      w.fold(principal.name),
      principal.type,
      principal.type === 'S' ? (principal.defaultSchema ?? 'dbo') : null,
      owner,
      principal.login ?? null,
      principal.allowEncrypted ?? false,
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
  const gave = await w.rows('SELECT 1 FROM meta.permissions WHERE grantor_principal_id = $1 LIMIT 1', [id]);
  if (gave.length > 0) {
    throw new SqlError(
      15284,
      'The database principal has granted or denied permissions to objects in the database and cannot be dropped.',
    );
  }
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

const PLACE = 'class = $1 AND major_id = $2 AND minor_id = $3 AND permission_name = $4';

const GRANTABLE = 'GRANT_WITH_GRANT_OPTION';

/** GRANT, DENY and REVOKE of one permission. Throws 4611 where what may be granted on would be taken without CASCADE. */
export async function setPermission(w: Writing, change: PermissionChange): Promise<void> {
  const grantee = await requirePrincipal(w, change.grantee, 'user');
  const { grantor, state } = change;
  const place = [change.class, change.majorId, change.columnId ?? 0, change.permission.toUpperCase()];
  if (state === 'GRANT' || state === GRANTABLE) {
    await w.pg.query(`DELETE FROM meta.permissions WHERE ${PLACE} AND grantee_principal_id = $5 AND state = 'DENY'`, [
      ...place,
      grantee,
    ]);
    await w.pg.query(
      `INSERT INTO meta.permissions (class, major_id, minor_id, permission_name, grantee_principal_id, grantor_principal_id, state)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (class, major_id, minor_id, grantee_principal_id, grantor_principal_id, permission_name)
       DO UPDATE SET state = excluded.state WHERE meta.permissions.state <> '${GRANTABLE}'`,
      [...place, grantee, grantor, state],
    );
    return;
  }
  const held = await w.rows<{ state: string }>(
    `SELECT state FROM meta.permissions WHERE ${PLACE} AND grantee_principal_id = $5 AND ($6 OR grantor_principal_id = $7)`,
    [...place, grantee, state === 'DENY', grantor],
  );
  const grantable = held.some((row) => row.state === GRANTABLE);
  if (grantable && change.cascade !== true) {
    throw new SqlError(4611, 'To revoke or deny grantable privileges, specify the CASCADE option.');
  }
  const reached = change.cascade ? await givenOn(w, place, grantee) : [];
  if (state === 'DENY') await deny(w, place, [grantee, ...reached], grantor);
  else await revoke(w, place, { grantee, grantor, reached, keep: change.grantOptionFor === true && grantable });
}

/** Those who have a permission from a grantee, directly or through others who had it from him. */
async function givenOn(w: Writing, place: readonly unknown[], grantee: number): Promise<number[]> {
  const rows = await w.rows<{ id: number }>(
    `WITH RECURSIVE r(id) AS (SELECT grantee_principal_id FROM meta.permissions WHERE ${PLACE} AND grantor_principal_id = $5
       UNION SELECT p.grantee_principal_id FROM meta.permissions p JOIN r ON r.id = p.grantor_principal_id
         WHERE p.class = $1 AND p.major_id = $2 AND p.minor_id = $3 AND p.permission_name = $4)
     SELECT id FROM r WHERE id <> $5`,
    [...place, grantee],
  );
  return rows.map((row) => row.id);
}

async function deny(w: Writing, place: readonly unknown[], principals: number[], grantor: number): Promise<void> {
  await w.pg.query(`DELETE FROM meta.permissions WHERE ${PLACE} AND grantee_principal_id = ANY ($5)`, [
    ...place,
    principals,
  ]);
  await w.pg.query(
    `INSERT INTO meta.permissions (class, major_id, minor_id, permission_name, grantee_principal_id, grantor_principal_id, state)
     SELECT $1, $2, $3, $4, id, $6, 'DENY' FROM unnest($5::int[]) AS id`,
    [...place, principals, grantor],
  );
}

async function revoke(
  w: Writing,
  place: readonly unknown[],
  from: {
    readonly grantee: number;
    readonly grantor: number;
    readonly reached: readonly number[];
    readonly keep: boolean;
  },
): Promise<void> {
  const { grantee, grantor, reached, keep } = from;
  await w.pg.query(
    keep
      ? `UPDATE meta.permissions SET state = 'GRANT' WHERE ${PLACE} AND grantee_principal_id = $5 AND grantor_principal_id = $6`
      : `DELETE FROM meta.permissions WHERE ${PLACE} AND grantee_principal_id = $5 AND grantor_principal_id = $6`,
    [...place, grantee, grantor],
  );
  await w.pg.query(`DELETE FROM meta.permissions WHERE ${PLACE} AND grantor_principal_id = ANY ($5)`, [
    ...place,
    reached.length === 0 ? [] : [grantee, ...reached],
  ]);
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
