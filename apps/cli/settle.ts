import { Position } from '#events';
import { SluiceError } from '#errors';
import { sleep } from '#telemetry';
import type { CommandContext } from './context.ts';
import { hasPassed, readEnds } from './lag.ts';

/**
 * Waits until the target shows everything that the source had committed when this was called: a marker is committed in the source, the poller passes it, and every
 * sink passes the ends that the topics have then (rules 9 and 14). Returns the marker's position.
 */
export async function settle(context: CommandContext, signal: AbortSignal, text = 'settle'): Promise<Position> {
  const { control, source } = context;
  const marker = await source.quiesce.writeMarker(`${text} ${Date.now()}`);
  for (;;) {
    signal.throwIfAborted();
    const poller = (await control.readProgress()).get('poller');
    const position = poller?.facts['position'];
    if (typeof position === 'string' && !marker.isAfter(Position.parse(position))) break;
    if (poller && poller.ageMs > 120_000)
      throw new SluiceError(
        'LeaseLost',
        'No poller has reported for two minutes: is `sluice run` or the poller running?',
      );
    await sleep(50, signal);
  }
  const ends = await readEnds(context);
  while (!(await hasPassed(context, ends))) {
    signal.throwIfAborted();
    await sleep(50, signal);
  }
  return marker;
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
