import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, startProcess } from '#stack';

/** Debian's PostgreSQL, for which plpgsql_check is packaged; the stack's own servers come without it. */
const VERSION = 15;
const PROGRAMS = `/usr/lib/postgresql/${VERSION}/bin`;
const EXTENSION = `/usr/share/postgresql/${VERSION}/extension/plpgsql_check.control`;

/** A PostgreSQL server that has plpgsql_check. */
export interface CheckedPostgres {
  readonly version: 15;
  /** Its database `postgres`, as a superuser without a password. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether {@link startCheckedPostgres} can be had here: apt-get install postgresql-15 postgresql-15-plpgsql-check. */
export function hasCheckedPostgres(): boolean {
  return existsSync(join(PROGRAMS, 'postgres')) && existsSync(EXTENSION);
}

/** Starts Debian's PostgreSQL on a cluster of its own, which is gone when it stops. */
export async function startCheckedPostgres(): Promise<CheckedPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-checked-'));
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  const user = serverUser();
  for (const path of user ? [dir, data] : []) chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
  const as = { cwd: dir, env: { LC_ALL: 'C' }, ...(user && { user }) };
  const initdb = await startProcess({
    ...as,
    name: 'initdb',
    command: join(PROGRAMS, 'initdb'),
    args: ['-D', data, '-U', 'postgres', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C.UTF-8', '--no-sync'],
    logFile: join(dir, 'initdb.log'),
  });
  if ((await initdb.exited) !== 0) throw new Error(`initdb failed: ${initdb.output()}`);
  const port = await freePort();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const server = await startProcess({
    ...as,
    name: 'postgres',
    command: join(PROGRAMS, 'postgres'),
    args: [
      ...['-D', data, '-p', String(port), '-k', '', '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'],
      ...['-c', 'shared_buffers=64MB', '-c', 'max_locks_per_transaction=256', '-c', 'jit=off'],
    ],
    logFile: join(dir, 'postgres.log'),
    endSignal: 'QUIT',
    ready: () => answers(url),
  });
  const stop = async (): Promise<void> => {
    await server.stop({ graceMs: 3000 });
    await rm(dir, { recursive: true, force: true });
  };
  return { version: VERSION, url, stop };
}

/** PostgreSQL does not run as root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}
