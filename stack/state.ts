import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive, type ProcessIdentity } from './identity.ts';

/** One running server, as the state file names it. */
export interface ServiceState extends ProcessIdentity {
  readonly logFile: string;
}

/** What `stack.json` holds: enough for another process to find, use and end the stack. It holds passwords: mode 0600. */
export interface StackState {
  readonly version: 1;
  readonly detached: boolean;
  readonly ephemeral: boolean;
  readonly durable: boolean;
  readonly ports: Readonly<Record<string, number>>;
  /** By the name of the service; also those started by `startProcess` and added by the caller, such as the sandbox. */
  readonly services: Readonly<Record<string, ServiceState>>;
  /** Connection facts of the services, as `sluice up --json` prints them. */
  readonly endpoints: Readonly<Record<string, unknown>>;
}

/** `<dir>/stack.json`. */
export function stateFile(dir: string): string {
  return join(dir, 'stack.json');
}

/** The state of the stack in `dir`, or null where none was started or the file is not ours. */
export async function readState(dir: string): Promise<StackState | null> {
  try {
    const state = JSON.parse(await readFile(stateFile(dir), 'utf8')) as StackState;
    return state.version === 1 ? state : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Written aside and renamed: a reader never sees half a file. */
export async function writeState(dir: string, state: StackState): Promise<void> {
  const file = stateFile(dir);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** After the last server has ended. */
export async function removeState(dir: string): Promise<void> {
  await rm(stateFile(dir), { force: true });
}

/** The servers of a state that live. */
export function livingServices(state: StackState): string[] {
  return Object.keys(state.services).filter((name) => isAlive(state.services[name]!));
}
