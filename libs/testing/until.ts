import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** Default 20 s. */
  readonly timeoutMs?: number;
  /** Default 20 ms between two questions. */
  readonly everyMs?: number;
  /** What was waited for; as a function it may say what was seen last. */
  readonly message?: string | (() => string);
}

/**
 * Waits until `condition` gives something other than false, null or undefined, and returns that. A throw counts as "not yet";
 * the last one is the cause of the error at the time-out.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeoutMs = 20_000, everyMs = 20, message = 'the condition did not hold' } = options;
  const deadline = Date.now() + timeoutMs;
  let lastFault: unknown;
  do {
    try {
      const seen = await condition();
      if (seen !== false && seen !== null && seen !== undefined) return seen as Exclude<T, false | null | undefined>;
      lastFault = undefined;
    } catch (error) {
      lastFault = error;
    }
    await pause(everyMs);
  } while (Date.now() < deadline);
  const what = typeof message === 'function' ? message() : message;
  throw new Error(`${what} (waited ${timeoutMs} ms)`, { cause: lastFault });
}
