import { Position } from '#events';
import { SluiceError } from '#errors';
import { sleep } from '#telemetry';
import type { CommandContext } from './context.ts';
import { hasPassed, readEnds } from './lag.ts';
import { isFollowed } from './run-lease.ts';

/** How long a job may be without a poller before that is a fault: longer than a lease takes to run out and to be taken again. */
const IDLE_MS = 15_000;

/**
 * Waits until the target shows everything that the source had committed when this was called: a marker is committed in the source, the poller passes it, and every
 * sink passes the ends that the topics have then (rules 9 and 14). Returns the marker's position.
 */
export async function settle(context: CommandContext, signal: AbortSignal, text = 'settle'): Promise<Position> {
  const { control, source } = context;
  await refuseIdle(context, signal);
  const marker = await source.quiesce.writeMarker(`${text} ${Date.now()}`);
  while (!(await pollerHasPassed(control, marker))) {
    signal.throwIfAborted();
    await refuseIdle(context, signal);
    await sleep(50, signal);
  }
  const ends = await readEnds(context);
  while (!(await hasPassed(context, ends))) {
    signal.throwIfAborted();
    await sleep(50, signal);
  }
  return marker;
}

async function pollerHasPassed(control: CommandContext['control'], marker: Position): Promise<boolean> {
  const position = (await control.readProgress()).get('poller')?.facts['position'];
  return typeof position === 'string' && !marker.isAfter(Position.parse(position));
}

/** Where no poller leads, nothing would ever arrive: said instead of waited for. One that is being started again has some seconds. @throws SluiceError JobMissing */
async function refuseIdle(context: CommandContext, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + IDLE_MS; !(await isFollowed(context)); await sleep(200, signal)) {
    signal.throwIfAborted();
    if (Date.now() > end)
      throw new SluiceError(
        'JobMissing',
        `Nobody follows the source of job ${context.control.job} now: no poller is at work`,
      );
  }
}

/** Lets callers that come together share one settling; one that comes while another is under way waits for the next. */
export function sharedSettle(context: CommandContext): (signal: AbortSignal) => Promise<void> {
  let running: Promise<unknown> | null = null;
  let next: Promise<unknown> | null = null;
  return async (signal) => {
    if (next) return void (await next);
    if (!running) {
      running = settle(context, signal).finally(() => (running = null));
      return void (await running);
    }
    const before = running;
    next = before.then(
      () => settle(context, signal),
      () => settle(context, signal),
    );
    running = next.finally(() => {
      running = null;
      next = null;
    });
    await running;
  };
}
