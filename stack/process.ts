import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError } from '#errors';
import { guard, unguard, type EndSignal } from './guardian.ts';
import { identify, isAlive, signalProcess, type ProcessIdentity } from './identity.ts';

/** A line for a person about what is being done. */
export type Log = (line: string) => void;

export interface ProcessOptions {
  /** For messages: `kafka`, `sandbox`, … */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** File that gets standard output and error, appended to. Its folder is made. */
  readonly logFile: string;
  /** Asked every 50 ms until it answers true; a throw counts as "not yet". Absent: ready at once. */
  readonly ready?: (started: RunningProcess) => Promise<boolean>;
  /** How long `ready` may take. Default 60 s. */
  readonly readyTimeoutMs?: number;
  /** Lives on when this process ends. Default false: it ends with this process, however that ends. */
  readonly detached?: boolean;
  /** How it is asked to end when this process is gone. Default KILL. */
  readonly endSignal?: EndSignal;
  /** System user to run as; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly log?: Log;
}

/** A process that was started here, or by an earlier `up` and found again. */
export class RunningProcess {
  readonly identity: ProcessIdentity;
  readonly #logStart: number;
  readonly #child: ChildProcess | undefined;
  #exited: Promise<number | null> | undefined;

  constructor(
    readonly name: string,
    readonly logFile: string,
    source: ChildProcess | ProcessIdentity,
    logStart = 0,
  ) {
    this.#logStart = logStart;
    this.identity = 'startedAt' in source ? source : identify(source.pid ?? 0);
    if ('startedAt' in source) return;
    this.#child = source;
    this.#exited = exitOf(source);
  }

  /** Fulfilled when it has ended: its exit code, null after a signal or where it was not started by this process. */
  get exited(): Promise<number | null> {
    // Looked at only once someone asks: the looking keeps this process alive.
    return (this.#exited ??= untilGone(this.identity));
  }

  get pid(): number {
    return this.identity.pid;
  }

  get alive(): boolean {
    return isAlive(this.identity);
  }

  /** What it has written since it was started, at most the last megabyte. */
  output(): string {
    return readFileSync(this.logFile).subarray(this.#logStart).subarray(-1_048_576).toString('utf8');
  }

  /** From now on this process may end while that one lives. */
  unref(): void {
    this.#child?.unref();
  }

  /** SIGTERM (or `signal`), after `graceMs` SIGKILL; fulfilled when it has ended. Ending a process that is gone is no fault. */
  async stop({
    signal = 'SIGTERM',
    graceMs = 10_000,
  }: { signal?: NodeJS.Signals; graceMs?: number } = {}): Promise<void> {
    signalProcess(this.identity, signal);
    const timer = setTimeout(() => signalProcess(this.identity, 'SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }

  /** SIGKILL; fulfilled when it has ended. */
  async kill(): Promise<void> {
    signalProcess(this.identity, 'SIGKILL');
    await this.exited;
  }

  /** SIGSTOP: alive, but doing nothing, as a process on a machine that hangs. */
  freeze(): void {
    signalProcess(this.identity, 'SIGSTOP');
  }

  /** SIGCONT after {@link freeze}. */
  thaw(): void {
    signalProcess(this.identity, 'SIGCONT');
  }
}

/**
 * Starts a program in a session of its own (Ctrl-C reaches only us, and we end it in order), its output going to a file.
 * It dies with this process unless `detached`. A program that ends or is not ready in time is a `StackFailed` that quotes the end of its log.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const logStart = sizeOf(options.logFile);
  const output = openSync(options.logFile, 'a');
  const child = spawn(options.command, [...options.args], {
    stdio: ['ignore', output, output],
    detached: true,
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
    ...options.user,
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) {
    const [cause] = (await once(child, 'error')) as [Error];
    throw new SluiceError('StackFailed', `${options.name} cannot be started: ${options.command}`, {}, { cause });
  }
  if (options.detached) child.unref();
  else {
    guard(pid, options.endSignal);
    child.once('exit', () => unguard(pid));
  }
  const started = new RunningProcess(options.name, options.logFile, child, logStart);
  await untilReady(started, options);
  return started;
}

async function untilReady(started: RunningProcess, options: ProcessOptions): Promise<void> {
  if (options.ready === undefined) return;
  const timeoutMs = options.readyTimeoutMs ?? 60_000;
  const deadline = Date.now() + timeoutMs;
  let lastFault: unknown;
  while (Date.now() < deadline) {
    if (!started.alive) throw endedEarly(started, lastFault);
    try {
      if (await options.ready(started)) return;
    } catch (error) {
      lastFault = error;
    }
    await pause(50);
  }
  await started.kill();
  throw failure(started, `was not ready within ${timeoutMs / 1000} s`, lastFault);
}

/** The fault of a program that ended when it should not have: a `StackFailed` that quotes the end of its log. */
export function endedEarly(started: RunningProcess, cause?: unknown): SluiceError {
  return failure(started, 'ended while starting', cause);
}

function failure(started: RunningProcess, what: string, cause: unknown): SluiceError {
  const lines = started.output().trimEnd().split('\n').slice(-12).join('\n');
  const message = `${started.name} ${what}; the end of ${started.logFile}:\n${lines}`;
  return new SluiceError('StackFailed', message, { log: started.logFile }, cause === undefined ? undefined : { cause });
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** Another process's child cannot be waited for, only looked at. */
async function untilGone(identity: ProcessIdentity): Promise<null> {
  while (isAlive(identity)) await pause(50);
  return null;
}
