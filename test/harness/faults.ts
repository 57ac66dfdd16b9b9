import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '#samples';
import type { ServiceName } from '#stack';
import type { AppName } from './app-process.ts';
import type { TestJob } from './test-job.ts';

/** The apps that move rows: they are killed at fail points, and frozen while another one takes over. */
export const MOVERS = ['snapshot', 'poller', 'sink'] as const;
export type Mover = (typeof MOVERS)[number];

/** SIGKILL at a moment that the seed chooses, up to `withinMs` from now; the process is started again at once. */
export async function killAtRandom(job: TestJob, random: Random, name: string, withinMs = 800): Promise<void> {
  await pause(random.int(0, withinMs));
  await job.app(name).kill();
}

/** SIGKILL at a named point of the program; the process is started again without it. `count`: at the how-manieth passing. */
export async function killAtPoint(
  job: TestJob,
  name: string,
  point: string,
  count = 1,
  timeoutMs = 120_000,
): Promise<void> {
  const app = job.app(name);
  await app.kill(`${point}:${count}`);
  await app.reached(point, timeoutMs);
}

/** SIGKILL at one named point after the other (`name` or `name:passing`): each new process already waits for the next, so that none runs past it unarmed. */
export async function killAlong(job: TestJob, name: string, points: readonly string[]): Promise<void> {
  const app = job.app(name);
  await app.kill(...points);
  await app.reachedAll();
}

/**
 * SIGSTOP for longer than the lease while a second process of the app takes over, then SIGCONT: the first wakes up in the middle of what it was doing and must do
 * no harm. The second one is ended some time after. `point`: freezes itself there, else at a random moment.
 */
export async function freezePastLease(job: TestJob, random: Random, app: Mover, point?: string): Promise<void> {
  const first = job.app(app);
  if (point !== undefined) {
    await first.kill(`${point}=freeze`);
    await first.reached(point);
  } else {
    await pause(random.int(0, 800));
    first.freeze();
  }
  const second = await job.start(app, `${app}-2`);
  await pause(job.leaseMs * 2 + random.int(0, 500));
  first.thaw();
  await pause(random.int(500, 1500));
  await second.stop();
}

/** SIGKILL of a server and a new start on its data, after `downMs`. */
export async function killServer(job: TestJob, service: ServiceName, downMs = 0): Promise<void> {
  const { own } = job.servers;
  if (!own) throw new Error('BUG: shared servers must not be killed');
  await own.kill(service);
  await pause(downMs);
  // On a machine that is busy with much else a JVM server may miss its own time-outs while it starts.
  for (let attempt = 1; ; attempt++) {
    try {
      await own.restart(service);
      return;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** SIGKILL of the source's server with its capture jobs. */
export async function killSandbox(job: TestJob, downMs = 0): Promise<void> {
  await job.sandbox.killAndRestart(downMs);
}

/** Fail points by app, with how often they are passed in a small job at least: later passings are chosen at random. */
export const FAIL_POINTS: Readonly<Record<AppName, readonly string[]>> = {
  converter: ['converter.topics-made', 'converter.planned', 'converter.step-before', 'converter.applied'],
  snapshot: [
    'snapshot.proven',
    'snapshot.planned',
    'snapshot.chunk-leased',
    'snapshot.chunk-produced',
    'snapshot.chunk-committed',
    'snapshot.table-loaded',
  ],
  poller: [
    'poller.initialised',
    'poller.hold-recorded',
    'poller.window-produced',
    'poller.window-committed',
    'poller.journal-copied',
    'poller.hold-ended',
  ],
  sink: ['sink.after-statement', 'sink.after-copy', 'sink.before-commit', 'sink.after-commit'],
};
