import { setTimeout as timeout } from 'node:timers/promises';

/** Resolves after `ms`, or at once when the signal is aborted (never rejects). */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await timeout(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
