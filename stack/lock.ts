import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './identity.ts';

/**
 * Runs `work` while holding the lock file at `path`; waits for another holder. A holder that died (also by SIGKILL)
 * is told by its pid and start time, and its lock is taken over.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const token = await acquire(path);
  try {
    return await work();
  } finally {
    if ((await readOrNull(path)) === token) await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const token = JSON.stringify({ ...identify(process.pid), nonce: randomUUID() });
  const own = `${path}.${randomUUID()}`;
  // Written aside and linked: whoever sees the lock sees its whole content.
  await writeFile(own, token);
  try {
    while (!(await tryLink(own, path))) {
      const seen = await readOrNull(path);
      if (seen !== null && !holderLives(seen)) await takeAway(path, seen);
      else await pause(100);
    }
  } finally {
    await rm(own, { force: true });
  }
  return token;
}

async function tryLink(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock aside; puts it back where another process has meanwhile made it its own. */
async function takeAway(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readOrNull(aside)) !== seen) await tryLink(aside, path);
  await rm(aside, { force: true });
}

function holderLives(token: string): boolean {
  const holder = JSON.parse(token) as ProcessIdentity;
  return isAlive(holder);
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
