import { join, resolve } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { SluiceError } from '#errors';
import { ContainerStack } from './container-stack.ts';
import { EmbeddedStack } from './embedded-stack.ts';
import { isAlive } from './identity.ts';
import { defaultStackDir } from './layout.ts';
import { withLock } from './lock.ts';
import type { Log, RunningProcess } from './process.ts';
import { SERVICE_NAMES, type ServiceName, type Stack, type StackOptions } from './settings.ts';
import { livingServices, readState, removeState } from './state.ts';

/** A further process of the stack, such as the sandbox, started after the servers. */
export interface AddedService {
  readonly name: string;
  /** Starts it with `startProcess`, `detached` as given; `endpoint` goes to the state file and to `sluice up --json`. */
  start(
    stack: Stack,
    options: { detached: boolean; logFile: string },
  ): Promise<{ process: RunningProcess; endpoint: unknown }>;
}

export interface UpOptions extends Omit<StackOptions, 'dir'> {
  /** Default `.sluice/stack` of the product's folder. */
  readonly dir?: string;
  readonly added?: readonly AddedService[];
  /** Not detached, but ending with this process (its id) instead of the one that calls. For a stack that several processes share. */
  readonly owner?: number;
}

/** What runs in a stack's folder. */
export interface StackStatus {
  readonly dir: string;
  /** All that were started live. */
  readonly running: boolean;
  readonly services: Readonly<Record<string, { pid: number; alive: boolean; logFile: string }>>;
  readonly endpoints: Readonly<Record<string, unknown>>;
}

/** Starts servers in a folder where none run; with `SLUICE_STACK=docker` in containers. For tests and for one command's own use. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = resolve(options.dir);
  if (inContainers()) return ContainerStack.start({ ...options, dir });
  await mkdir(dir, { recursive: true });
  const state = await readState(dir);
  const living = state === null ? [] : livingServices(state);
  if (living.length > 0) {
    throw new SluiceError('StackFailed', `a stack already runs in ${dir} (${living.join(', ')})`, { dir });
  }
  return EmbeddedStack.start({ ...options, dir });
}

/**
 * What `sluice up` does: finds the stack of the folder where it runs, starts what of it is missing, else starts it. Detached
 * unless told otherwise. Two at once wait for each other, and the second finds what the first started.
 */
export async function up(options: UpOptions): Promise<{ stack: Stack; found: boolean }> {
  const detached = options.detached ?? options.owner === undefined;
  const dir = resolve(options.dir ?? defaultStackDir());
  const wanted = { ...options, dir, detached };
  if (inContainers()) return { stack: await ContainerStack.start(wanted), found: false };
  return withLock(join(dir, 'up.lock'), async () => {
    const state = await readState(dir);
    const found = state !== null && livingServices(state).length > 0;
    const stack = found ? EmbeddedStack.attach(wanted, state) : await EmbeddedStack.start(wanted);
    if (found) await stack.startMissing(options.services ?? servicesOf(Object.keys(state.services)));
    for (const service of options.added ?? []) {
      if (stack.isAlive(service.name)) continue;
      const { process, endpoint } = await service.start(stack, {
        detached,
        logFile: join(dir, 'logs', `${service.name}.log`),
      });
      await stack.adopt(service.name, process, endpoint);
    }
    if (options.owner !== undefined) stack.handOver(options.owner);
    return { stack, found };
  });
}

/** What `sluice down` does: ends every process of the folder's stack. Returns their names; none where nothing ran. */
export async function down(options: { dir?: string; log: Log }): Promise<string[]> {
  const dir = resolve(options.dir ?? defaultStackDir());
  if (inContainers()) {
    await (await ContainerStack.of({ dir, log: options.log })).stop();
    return [...SERVICE_NAMES];
  }
  return withLock(join(dir, 'up.lock'), async () => {
    const state = await readState(dir);
    const living = state === null ? [] : livingServices(state);
    if (state !== null && living.length > 0) await EmbeddedStack.attach({ dir, log: options.log }, state).stop();
    else await removeState(dir);
    return living;
  });
}

/** What runs in the folder, without touching it. */
export async function status(options: { dir?: string } = {}): Promise<StackStatus> {
  const dir = resolve(options.dir ?? defaultStackDir());
  const state = await readState(dir);
  const services = Object.entries(state?.services ?? {}).map(
    ([name, service]) => [name, { pid: service.pid, alive: isAlive(service), logFile: service.logFile }] as const,
  );
  const running = services.length > 0 && services.every(([, service]) => service.alive);
  return { dir, running, services: Object.fromEntries(services), endpoints: state?.endpoints ?? {} };
}

function inContainers(): boolean {
  const kind = process.env['SLUICE_STACK'] ?? 'embedded';
  if (kind === 'docker' || kind === 'embedded') return kind === 'docker';
  throw new SluiceError('UsageInvalid', `SLUICE_STACK is ${kind}; it may be embedded (the default) or docker`);
}

function servicesOf(names: readonly string[]): ServiceName[] {
  return SERVICE_NAMES.filter((name) => names.includes(name));
}
