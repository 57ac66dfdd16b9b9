import { describe, expect, test } from '@jest/globals';
import { SharedWork } from './shared-work.ts';

describe('work that several wait for', () => {
  const asked: { signal: AbortSignal; answer(value: string): void; fail(error: Error): void }[] = [];
  const ask = (signal: AbortSignal): Promise<string> =>
    new Promise((answer, fail) => {
      asked.push({ signal, answer, fail });
      signal.addEventListener('abort', () => fail(signal.reason as Error));
    });

  test('one who leaves takes nothing from the others, also the one who asked first', async () => {
    const work = new SharedWork<number, string>();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = work.get(1, ask, first.signal);
    const two = work.get(1, ask, second.signal);
    first.abort();
    await expect(one).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked.at(-1)?.signal.aborted).toBe(false);
    asked.at(-1)?.answer('schema');
    expect(await two).toBe('schema');
    expect(await work.get(1, ask)).toBe('schema');
  });

  test('what nobody waits for any more is given up, and asked for anew by the next', async () => {
    const work = new SharedWork<number, string>();
    const stop = new AbortController();
    const one = work.get(1, ask, stop.signal);
    const given = asked.length;
    stop.abort();
    await expect(one).rejects.toMatchObject({ name: 'AbortError' });
    expect(asked.at(-1)?.signal.aborted).toBe(true);
    const again = work.get(1, ask);
    expect(asked).toHaveLength(given + 1);
    asked.at(-1)?.answer('schema');
    expect(await again).toBe('schema');
  });

  test('a failure is not kept', async () => {
    const work = new SharedWork<number, string>();
    const one = work.get(1, ask);
    asked.at(-1)?.fail(new Error('away'));
    await expect(one).rejects.toThrow('away');
    const again = work.get(1, ask);
    asked.at(-1)?.answer('schema');
    expect(await again).toBe('schema');
  });
});
