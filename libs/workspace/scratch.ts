import { createHash } from 'node:crypto';
import type pg from 'pg';
import { oneLine, SluiceError } from '#errors';
import { quoteIdent } from '#pgsql';
import { sqlState } from '#target-postgres';

/** What a verification needs of the target: connections to its database, and to another one of the same server. */
export interface ScratchServer {
  readonly job: string;
  readonly target: pg.Pool;
  open(database: string): pg.Pool;
}

/**
 * A place in which objects are made to be looked at, and that is gone afterwards. `database`: a database of the target's server. `schemas`: where the user may not make one, schemas of
 * the target's database in one transaction that is rolled back.
 */
export interface Scratch {
  readonly place: 'database' | 'schemas';
  readonly client: pg.PoolClient;
  /** A statement as it is to be run here. */
  text(sql: string): string;
  /** Does one piece of work whole or not at all; what it did stays (`keep`) or is undone. */
  unit<T>(work: () => Promise<T>, keep: boolean): Promise<T>;
}

/** Opens a scratch place for `schemas` of the target, and closes it behind the work. One at a time for each job. @throws SluiceError TargetRightMissing, LeaseLost */
export async function withScratch<T>(
  server: ScratchServer,
  schemas: readonly string[],
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const admin = await server.target.connect();
  try {
    const name = await nameOf(admin, server.job);
    const lock = await admin.query<{ free: boolean }>(
      `select pg_try_advisory_lock(hashtext('sluice.scratch'), hashtext($1)) as free`,
      [name],
    );
    if (lock.rows[0]?.free !== true)
      throw new SluiceError('LeaseLost', `The conversion of job ${server.job} is being verified by another process.`);
    try {
      if (await makeDatabase(admin, name)) return await inDatabase(server, admin, name, work);
      return await inSchemas(admin, schemas, work);
    } finally {
      await admin.query(`select pg_advisory_unlock(hashtext('sluice.scratch'), hashtext($1))`, [name]);
    }
  } finally {
    admin.release();
  }
}

/** The same for the same job and target: what a killed verification left is found and removed by the next. */
async function nameOf(admin: pg.PoolClient, job: string): Promise<string> {
  const found = await admin.query<{ name: string }>('select current_database() as name');
  const hash = createHash('sha256')
    .update(JSON.stringify([found.rows[0]?.name, job]))
    .digest('hex');
  return `sluice_scratch_${hash.slice(0, 16)}`;
}

/** false: the user may not. */
async function makeDatabase(admin: pg.PoolClient, name: string): Promise<boolean> {
  const right = await admin.query<{ may: boolean }>(
    `select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user`,
  );
  if (right.rows[0]?.may !== true) return false;
  await admin.query(`drop database if exists ${quoteIdent(name)} with (force)`);
  try {
    await admin.query(`create database ${quoteIdent(name)}`);
    return true;
  } catch (error) {
    if (sqlState(error) === '42501') return false;
    throw error;
  }
}

async function inDatabase<T>(
  server: ScratchServer,
  admin: pg.PoolClient,
  name: string,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const extensions = await admin.query<{ name: string }>(`select extname as name from pg_extension`);
  const pool = server.open(name);
  try {
    const client = await pool.connect();
    try {
      // What the target has is there; an extension that cannot be made shows in what needs it.
      for (const one of extensions.rows)
        await client.query(`create extension if not exists ${quoteIdent(one.name)}`).catch(() => undefined);
      await client.query(`set search_path to public`);
      return await work({ place: 'database', client, text: (sql) => sql, unit: unitsOf(client, 0) });
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
    await admin.query(`drop database if exists ${quoteIdent(name)} with (force)`);
  }
}

/** Units of work within each other; `depth` 0: the outermost is a transaction. */
function unitsOf(client: pg.PoolClient, depth: number): Scratch['unit'] {
  let level = depth;
  return async (task, keep) => {
    const savepoint = `unit_${level}`;
    const [begin, commit, undo] =
      level === 0
        ? ['begin', 'commit', 'rollback']
        : [`savepoint ${savepoint}`, `release savepoint ${savepoint}`, `rollback to savepoint ${savepoint}`];
    await client.query(begin);
    level++;
    try {
      const result = await task();
      await client.query(keep ? commit : undo);
      return result;
    } catch (error) {
      await client.query(undo);
      throw error;
    } finally {
      level--;
    }
  };
}

/** out_of_memory: what PostgreSQL says where its table of locks is full. */
const OUT_OF_LOCKS = '53200';

async function inSchemas<T>(
  client: pg.PoolClient,
  schemas: readonly string[],
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const mark = `sluice_scratch_${process.pid}`;
  const names = new Map(schemas.map((schema, index) => [schema, `${mark}_${index}`]));
  await client.query('begin');
  try {
    for (const name of names.values()) await client.query(`create schema ${quoteIdent(name)}`);
    // Extensions are in public as a rule.
    await client.query(`set local search_path to ${quoteIdent(names.get('public') ?? mark)}, public`);
    return await work({ place: 'schemas', client, text: renamed(names), unit: unitsOf(client, 1) });
  } catch (error) {
    if (sqlState(error) === OUT_OF_LOCKS)
      throw new SluiceError(
        'TargetRightMissing',
        `The conversion is too large to be verified in one transaction, which locks all that it makes (${oneLine(error)}), and the user may not make a database: grant it CREATEDB for a scratch database, or raise max_locks_per_transaction of the target`,
        {},
        { cause: error },
      );
    if (sqlState(error) !== '42501') throw error;
    throw new SluiceError(
      'TargetRightMissing',
      `The conversion cannot be verified: the user may make neither a database nor schemas: ${oneLine(error)}`,
      {},
      { cause: error },
    );
  } finally {
    await client.query('rollback');
  }
}

/** Texts with the names of schemas, before a dot and after the words that name one, as they are in a scratch place. */
function renamed(names: ReadonlyMap<string, string>): (sql: string) => string {
  const forms = new Map<string, string>();
  for (const [schema, scratch] of names) {
    forms.set(quoteIdent(schema), quoteIdent(scratch));
    if (/^[a-z_][a-z0-9_$]*$/.test(schema)) forms.set(schema, scratch);
  }
  const any = [...forms.keys()].map((form) => form.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  const pattern = new RegExp(
    `(?<![\\w$".])(${any})(?=\\s*\\.)|(?<=\\bschema\\s+(?:if\\s+not\\s+exists\\s+)?|\\bsearch_path\\s*(?:=|to)\\s*)(${any})(?![\\w$"])`,
    'gi',
  );
  return (sql) => sql.replaceAll(pattern, (form: string) => forms.get(form) ?? forms.get(form.toLowerCase()) ?? form);
}
