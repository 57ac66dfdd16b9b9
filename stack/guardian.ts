import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { productRoot } from './layout.ts';

/** How the guardian asks a process to end; PostgreSQL is asked by QUIT, so that it frees its shared memory. */
export type EndSignal = 'KILL' | 'QUIT' | 'TERM';

let guardian: ChildProcess | undefined;
/** What it was told and still holds, by subject: told again to its successor if it is ever killed. */
const charges = new Map<string, string>();

/** From now on the process ends with this one, first by `signal`, three seconds later by SIGKILL. */
export function guard(pid: number, signal: EndSignal = 'KILL'): void {
  charge(String(pid), `add ${pid} ${signal}`);
}

/** The process has ended, or shall outlive this one. */
export function unguard(pid: number): void {
  discharge(String(pid), `remove ${pid}`);
}

/** From now on the folder is removed when this process is gone. */
export function sweepAtExit(folder: string): void {
  if (folder.includes('\n')) throw new RangeError('a folder name with a line break cannot be swept');
  charge(folder, `sweep ${folder}`);
}

/** Takes back {@link sweepAtExit}. */
export function keepAtExit(folder: string): void {
  discharge(folder, `keep ${folder}`);
}

/** Hands all that this process guards now to another process: it ends with that one, and no more with this one. */
export function handOverTo(owner: number): void {
  if (charges.size === 0) return;
  const watcher = spawnWatcher([String(owner)]);
  watcher.stdin.end([...charges.values(), ''].join('\n'));
  for (const [subject, line] of [...charges]) {
    discharge(subject, line.startsWith('sweep') ? `keep ${subject}` : `remove ${subject}`);
  }
}

function charge(subject: string, line: string): void {
  if (!isWatching()) hire();
  charges.set(subject, line);
  guardian?.stdin?.write(`${line}\n`);
}

function discharge(subject: string, line: string): void {
  if (charges.delete(subject) && isWatching()) guardian?.stdin?.write(`${line}\n`);
}

function isWatching(): boolean {
  return guardian !== undefined && guardian.exitCode === null && guardian.signalCode === null;
}

/** Starts the watcher (guardian.sh): one for a process, with its first child. It does not keep this process alive. */
function hire(): void {
  const watcher = spawnWatcher([]);
  (watcher.stdin as unknown as { unref(): void }).unref();
  for (const line of charges.values()) watcher.stdin.write(`${line}\n`);
  guardian = watcher;
}

function spawnWatcher(args: readonly string[]): ChildProcess & { stdin: Writable } {
  const watcher = spawn('/bin/sh', [join(productRoot(), 'stack', 'guardian.sh'), ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  watcher.unref();
  // Its broken pipe is no fault of the caller: the next line finds it gone and starts another.
  watcher.stdin.on('error', () => undefined);
  return watcher;
}
