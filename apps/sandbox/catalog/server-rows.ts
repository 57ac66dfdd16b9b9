import { foldOf } from './fold.ts';
import type { PgQuerier } from './model.ts';
import { insertRows } from './rows.ts';

/** One database of the server; kept in master and copied into every database, since each answers sys.databases by itself. */
export interface DatabaseRow {
  readonly databaseId: number;
  readonly name: string;
  readonly collation: string;
  readonly compatibilityLevel: number;
  readonly snapshotIsolation: boolean;
  readonly readCommittedSnapshot: boolean;
  /** 1 FULL, 2 BULK_LOGGED, 3 SIMPLE. */
  readonly recoveryModel: number;
  readonly readOnly: boolean;
  /** Columns of sys.databases that ALTER DATABASE … SET gave another value, by name. */
  readonly options?: Readonly<Record<string, string>>;
}

/** One login; passwords are the engine's. */
export interface LoginRow {
  readonly principalId: number;
  readonly name: string;
  readonly serverRoles: readonly string[];
  readonly disabled: boolean;
  readonly defaultDatabase: string;
  /** CHECK_POLICY, of which there is none here to be checked. */
  readonly policyChecked: boolean;
}

/** The databases that this database's catalog knows. */
export async function readDatabases(pg: PgQuerier): Promise<DatabaseRow[]> {
  const { rows } = await pg.query<DatabaseRow>(
    `SELECT database_id AS "databaseId", name, collation_name AS collation, compatibility_level AS "compatibilityLevel", snapshot_isolation AS "snapshotIsolation",
     read_committed_snapshot AS "readCommittedSnapshot", recovery_model AS "recoveryModel", is_read_only AS "readOnly", options FROM meta.databases ORDER BY database_id`,
  );
  return rows;
}

/** Makes sys.databases of the database behind `pg` show exactly these. Rows that stay keep their create_date. */
export async function writeDatabases(pg: PgQuerier, databases: readonly DatabaseRow[]): Promise<void> {
  const values = databases.map((row) => ({
    database_id: row.databaseId,
    name: row.name,
    name_key: foldOf(row.collation)(row.name),
    collation_name: row.collation,
    compatibility_level: row.compatibilityLevel,
    snapshot_isolation: row.snapshotIsolation,
    read_committed_snapshot: row.readCommittedSnapshot,
    recovery_model: row.recoveryModel,
    is_read_only: row.readOnly,
    options: row.options ?? {},
  }));
  await pg.query(
    `WITH wanted AS (SELECT * FROM jsonb_populate_recordset(NULL::meta.databases, $1::jsonb)),
     gone AS (DELETE FROM meta.databases d WHERE NOT EXISTS (SELECT FROM wanted w WHERE w.database_id = d.database_id))
     INSERT INTO meta.databases (database_id, name, name_key, collation_name, compatibility_level, snapshot_isolation, read_committed_snapshot, recovery_model, is_read_only, options)
     SELECT database_id, name, name_key, collation_name, compatibility_level, snapshot_isolation, read_committed_snapshot, recovery_model, is_read_only, options FROM wanted
     ON CONFLICT (database_id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, collation_name = excluded.collation_name,
       compatibility_level = excluded.compatibility_level, snapshot_isolation = excluded.snapshot_isolation, read_committed_snapshot = excluded.read_committed_snapshot,
       recovery_model = excluded.recovery_model, is_read_only = excluded.is_read_only, options = excluded.options`,
    [JSON.stringify(values)],
  );
}

const FIXED_ROLES = [
  'public',
  'sysadmin',
  'securityadmin',
  'serveradmin',
  'setupadmin',
  'processadmin',
  'diskadmin',
  'dbcreator',
  'bulkadmin',
];

/** Makes sys.server_principals show exactly these logins, and the fixed roles. `sa` has principal_id 1. */
export async function writeLogins(pg: PgQuerier, logins: readonly LoginRow[]): Promise<void> {
  const fold = foldOf('SQL_Latin1_General_CP1_CI_AS');
  const roles = FIXED_ROLES.map((name, at) => ({
    principal_id: 2 + at,
    name,
    name_key: fold(name),
    type: 'R',
    sid: sidOf(2 + at),
    is_disabled: false,
    policy_checked: false,
    default_database: 'master',
    server_roles: [],
  }));
  const rows = logins.map((login) => ({
    principal_id: login.principalId,
    name: login.name,
    name_key: fold(login.name),
    type: 'S',
    sid: sidOf(login.principalId),
    is_disabled: login.disabled,
    policy_checked: login.policyChecked,
    default_database: login.defaultDatabase,
    server_roles: login.serverRoles,
  }));
  await pg.query('DELETE FROM meta.logins');
  await insertRows(pg, 'logins', [...roles, ...rows]);
}

/** `sa` is 0x01; others have sixteen bytes made from their id. JSON form of a bytea. */
function sidOf(principalId: number): string {
  return principalId === 1 ? '\\x01' : `\\x${principalId.toString(16).padStart(32, '0')}`;
}

/** A server-wide setting, e.g. `agent` = `running` or `stopped`, `configuration:max text repl size (B)`. */
export async function writeServerState(pg: PgQuerier, name: string, value: string): Promise<void> {
  await pg.query(
    'INSERT INTO meta.server_state VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    [name, value],
  );
}
