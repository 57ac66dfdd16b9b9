import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { placePostgres, type PostgresPlace } from './postgres-place.ts';
import { endedEarly, startProcess, type RunningProcess } from './process.ts';
import { logFileOf, POSTGRES_VERSION, type PostgresVersion, type ServiceSettings } from './settings.ts';

/** Says that the cluster in this folder was made to its end. */
const MARKER = 'sluice-cluster';

/** The superuser of the stack's PostgreSQL. */
export const POSTGRES_USER = 'postgres';

/** The password of the stack's PostgreSQL, made at its first start and kept in a file that only its owner reads. */
export function postgresPassword(dir: string): string {
  return readFileSync(passwordFile(dir), 'utf8').trim();
}

function passwordFile(dir: string): string {
  return join(dir, 'postgres.password');
}

/** Starts PostgreSQL, 18 unless the settings say otherwise, on the data of `dir`; the cluster is made at the first start. */
export async function startPostgres(settings: ServiceSettings): Promise<RunningProcess> {
  const place = await placePostgres(settings.dir, settings.log, settings.postgresVersion);
  if (!existsSync(passwordFile(settings.dir))) {
    await writeFile(passwordFile(settings.dir), randomBytes(18).toString('base64url'), { mode: 0o600 });
  }
  const data = await realpath(place.data);
  if (!existsSync(join(data, MARKER))) await makeCluster(settings, { ...place, data });
  // After a SIGKILL the old server's sessions need a moment to notice; until then a new one refuses the folder.
  for (const deadline = Date.now() + 15_000; ; await pause(200)) {
    try {
      return await launch(settings, { ...place, data });
    } catch (error) {
      const isLate = Date.now() > deadline;
      if (isLate || !/shared memory block .* still in use/.test(error instanceof Error ? error.message : ''))
        throw error;
    }
  }
}

function launch(settings: ServiceSettings, place: PostgresPlace): Promise<RunningProcess> {
  const flags = Object.entries(serverSettings(settings, knowsLz4(place))).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  return startProcess({
    name: 'postgres',
    command: place.postgres,
    args: ['-D', place.data, ...flags],
    cwd: place.data,
    env: { LC_ALL: 'C', TZ: undefined, PGDATA: undefined, PGPORT: undefined },
    logFile: logFileOf(settings.dir, 'postgres'),
    detached: settings.detached ?? false,
    endSignal: 'QUIT',
    ready: () => postgresAnswers(settings.ports.postgres, postgresPassword(settings.dir)),
    ...(place.user && { user: place.user }),
  });
}

/** Some builds come without LZ4 and refuse to start with it; the server itself is asked. */
function knowsLz4(place: PostgresPlace): boolean {
  const setting = 'default_toast_compression';
  const args = ['-D', place.data, '-C', setting, '-c', `${setting}=lz4`];
  return spawnSync(place.postgres, args, { ...place.user, cwd: place.data, stdio: 'ignore' }).status === 0;
}

function serverSettings(settings: ServiceSettings, lz4: boolean): Record<string, string | number> {
  return {
    listen_addresses: '127.0.0.1',
    port: settings.ports.postgres,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '256MB',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    wal_level: 'logical',
    max_wal_senders: 20,
    max_replication_slots: 20,
    // The sandbox commits transactions over several databases in two phases.
    max_prepared_transactions: 64,
    maintenance_work_mem: '128MB',
    wal_compression: 'on',
    ...(lz4 && { wal_compression: 'lz4', default_toast_compression: 'lz4' }),
    max_locks_per_transaction: 256,
    jit: 'off',
    log_timezone: 'UTC',
    ...(settings.durable === false && NOT_DURABLE),
    ...settings.postgresSettings,
  };
}

/** Commits wait for nothing; the log still goes out every 10 ms, since logical decoding shows only what has been written (200 ms otherwise). */
const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', wal_writer_delay: '10ms' };

/**
 * Makes the cluster: deterministic sort order (C.UTF-8 by PostgreSQL itself), UTF-8, passwords by SCRAM. A marker file is
 * written last: what an interrupted one left is made again.
 */
async function makeCluster(settings: ServiceSettings, place: PostgresPlace): Promise<void> {
  for (const name of await readdir(place.data)) await rm(join(place.data, name), { recursive: true, force: true });
  const folder = await mkdtemp(join(tmpdir(), 'sluice-initdb-'));
  const secret = join(folder, 'password');
  try {
    await writeFile(secret, postgresPassword(settings.dir), { mode: 0o600 });
    for (const path of place.user ? [folder, secret] : []) await chown(path, place.user!.uid, place.user!.gid);
    await runInitdb(settings, place, secret);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await writeFile(join(place.data, MARKER), '');
}

/** From 17 on the server has C.UTF-8 itself; before, the system's is the same order with upper and lower case. */
function localeFlags(version: PostgresVersion): readonly string[] {
  if (version < 17) return ['--locale', 'C.UTF-8'];
  return ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'];
}

async function runInitdb(settings: ServiceSettings, place: PostgresPlace, passwordPath: string): Promise<void> {
  const initdb = await startProcess({
    name: 'initdb',
    command: place.initdb,
    args: [
      ...['--pgdata', place.data, '--username', POSTGRES_USER, '--pwfile', passwordPath, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', ...localeFlags(settings.postgresVersion ?? POSTGRES_VERSION)],
      ...['--no-instructions', '--no-sync'],
    ],
    cwd: place.data,
    env: { LC_ALL: 'C' },
    logFile: logFileOf(settings.dir, 'postgres'),
    ...(place.user && { user: place.user }),
  });
  if ((await initdb.exited) !== 0) throw endedEarly(initdb);
}

async function postgresAnswers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: POSTGRES_USER,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
  });
  // A connection that breaks while being closed is no fault here.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end();
  }
}
