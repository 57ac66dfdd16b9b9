import { createHash } from 'node:crypto';
import { SluiceError } from '#errors';
import { CDC_FUNCTIONS } from '../cdc/functions.sql.ts';
import { pgCollation } from '../engine/storage-type.ts';
import { foldOf } from './fold.ts';
import type { PgQuerier } from './model.ts';
import { insertRows } from './rows.ts';
import { METADATA_FUNCTIONS } from './schema/functions.sql.ts';
import { helperFunctions } from './schema/helpers.sql.ts';
import { META_TABLES, META_VERSION } from './schema/tables.sql.ts';
import { systemViews } from './schema/views.sql.ts';
import { BUILT_IN_TYPES } from '#schema';
import { facetsOf } from './types.ts';
import { CATALOG_VIEWS } from './views/index.ts';

/** What is known of a database before it has a catalog. */
export interface NewDatabase {
  readonly databaseId: number;
  readonly name: string;
  /** SQL Server name, e.g. SQL_Latin1_General_CP1_CI_AS. */
  readonly collation: string;
}

const SCHEMAS: readonly (readonly [number, string])[] = [
  [1, 'dbo'],
  [2, 'guest'],
  [3, 'INFORMATION_SCHEMA'],
  [4, 'sys'],
  [16384, 'db_owner'],
  [16385, 'db_accessadmin'],
  [16386, 'db_securityadmin'],
  [16387, 'db_ddladmin'],
  [16389, 'db_backupoperator'],
  [16390, 'db_datareader'],
  [16391, 'db_datawriter'],
  [16392, 'db_denydatareader'],
  [16393, 'db_denydatawriter'],
];

/** The server's local time is UTC, whatever PostgreSQL's is, unless the database is told otherwise (sys.sp_sandbox_cdc N'timezone'). */
const SERVER_CLOCK = `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET timezone = ''UTC''', current_database()); END $$`;

/**
 * Makes the catalog of a new database. The translator's runtime (types and collations of schema `sys`) must be there already.
 * Not to be run inside a transaction that has done other work.
 */
export async function installCatalog(pg: PgQuerier, database: NewDatabase): Promise<void> {
  await pg.query(META_TABLES);
  await pg.query(SERVER_CLOCK);
  await pg.query('INSERT INTO meta.version VALUES ($1)', [META_VERSION]);
  await pg.query('INSERT INTO meta.self (database_id) VALUES ($1)', [database.databaseId]);
  const fold = foldOf(database.collation);
  await insertRows(pg, 'databases', [
    {
      database_id: database.databaseId,
      name: database.name,
      name_key: fold(database.name),
      collation_name: database.collation,
    },
  ]);
  await seedPrincipals(pg, fold);
  await seedTypes(pg, database.collation, fold);
  await refreshCode(pg, database.collation);
}

/**
 * Looks at a catalog that an earlier run left: refuses another version, and makes the views and functions anew where this
 * build has others. Answers which database it is.
 */
export async function openCatalog(pg: PgQuerier): Promise<NewDatabase> {
  const { rows } = await pg.query<{ version: number }>('SELECT version FROM meta.version');
  const version = rows[0]?.version;
  if (version !== META_VERSION) {
    throw new SluiceError(
      'StackFailed',
      `the sandbox's data was written by another version (catalog ${version ?? 'unknown'}, this one is ${META_VERSION}): delete its data folder`,
      { version: version ?? null, expected: META_VERSION },
    );
  }
  const self = await pg.query<{ database_id: number; name: string; collation_name: string }>(
    'SELECT d.database_id, d.name, d.collation_name FROM meta.self JOIN meta.databases d USING (database_id)',
  );
  const row = self.rows[0];
  if (!row) throw new SluiceError('StackFailed', 'the sandbox database has lost its own name: delete its data folder');
  const state = await pg.query<{ value: string }>("SELECT value FROM meta.server_state WHERE name = 'code'");
  if (state.rows[0]?.value !== codeVersion(row.collation_name)) await refreshCode(pg, row.collation_name);
  return { databaseId: row.database_id, name: row.name, collation: row.collation_name };
}

function catalogCode(collation: string): string {
  return helperFunctions(collation) + METADATA_FUNCTIONS + CDC_FUNCTIONS + systemViews(pgCollation(collation));
}

function codeVersion(collation: string): string {
  return createHash('sha256').update(catalogCode(collation)).digest('hex');
}

async function refreshCode(pg: PgQuerier, collation: string): Promise<void> {
  await pg.query(catalogCode(collation));
  await pg.query('TRUNCATE meta.system_objects, meta.system_columns');
  await seedSystemObjects(pg, collation);
  await pg.query(
    "INSERT INTO meta.server_state VALUES ('code', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    [codeVersion(collation)],
  );
}

async function seedPrincipals(pg: PgQuerier, fold: (name: string) => string): Promise<void> {
  const user = (principal_id: number, name: string, type: string, extra: object = {}): Record<string, unknown> => ({
    principal_id,
    name,
    name_key: fold(name),
    type,
    default_schema_name: type === 'S' ? name : null,
    owning_principal_id: type === 'R' ? 1 : null,
    login: null,
    is_fixed_role: false,
    ...extra,
  });
  const roles = SCHEMAS.filter(([id]) => id >= 16384);
  await insertRows(pg, 'principals', [
    user(0, 'public', 'R'),
    user(1, 'dbo', 'S', { login: 'sa' }),
    user(2, 'guest', 'S'),
    user(3, 'INFORMATION_SCHEMA', 'S', { default_schema_name: null }),
    user(4, 'sys', 'S', { default_schema_name: null }),
    ...roles.map(([id, name]) => user(id, name, 'R', { is_fixed_role: true })),
  ]);
  await insertRows(
    pg,
    'schemas',
    SCHEMAS.map(([schema_id, name]) => ({ schema_id, name, name_key: fold(name), principal_id: schema_id })),
  );
}

async function seedTypes(pg: PgQuerier, collation: string, fold: (name: string) => string): Promise<void> {
  await insertRows(
    pg,
    'types',
    BUILT_IN_TYPES.map((type) => ({
      user_type_id: type.userTypeId,
      name: type.name,
      name_key: fold(type.name),
      schema_id: 4,
      system_type_id: type.systemTypeId,
      max_length: type.maxLength,
      precision: type.precision,
      scale: type.scale,
      collation_name: type.character ? collation : null,
      is_nullable: type.nullable,
      is_user_defined: false,
      is_assembly_type: type.systemTypeId === 240,
    })),
  );
}

async function seedSystemObjects(pg: PgQuerier, collation: string): Promise<void> {
  const listed = CATALOG_VIEWS.filter((view) => view.schema !== 'dbo');
  await insertRows(
    pg,
    'system_objects',
    listed.map((view) => ({
      object_id: view.objectId,
      schema_id: view.schema === 'sys' ? 4 : 3,
      name: view.name,
      type: 'V',
    })),
  );
  const columns = listed.flatMap((view) =>
    view.columns.map((column, index) => {
      const facets = facetsOf(column.type);
      return {
        object_id: view.objectId,
        column_id: index + 1,
        name: column.name,
        system_type_id: facets.systemTypeId,
        user_type_id: facets.userTypeId,
        max_length: facets.maxLength,
        precision: facets.precision,
        scale: facets.scale,
        collation_name: facets.character ? collation : null,
        is_nullable: column.nullable,
      };
    }),
  );
  await insertRows(pg, 'system_columns', columns);
}
