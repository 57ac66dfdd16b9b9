interface Entry<V> {
  readonly result: Promise<V>;
  readonly stop: AbortController;
  waiting: number;
}

/** Answers by key that several wait for: asked for once, kept for good, given up when nobody waits any more. One who leaves takes nothing from the others. */
export class SharedWork<K, V> {
  readonly #entries = new Map<K, Entry<V>>();

  /** The answer for a key; asks where it is not known. Rejects with the signal's reason where that is aborted first. An answer that failed is asked for again by the next. */
  get(key: K, ask: (signal: AbortSignal) => Promise<V>, signal?: AbortSignal): Promise<V> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const entry = this.#entries.get(key) ?? this.#begin(key, ask);
    entry.waiting++;
    if (!signal) return entry.result;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(signal.reason as Error);
        if (--entry.waiting > 0) return;
        this.#forget(key, entry);
        entry.stop.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      entry.result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  /** Answers that hold no longer. */
  forget(isStale: (key: K) => boolean): void {
    for (const key of [...this.#entries.keys()]) if (isStale(key)) this.#entries.delete(key);
  }

  #begin(key: K, ask: (signal: AbortSignal) => Promise<V>): Entry<V> {
    const stop = new AbortController();
    const entry = { result: ask(stop.signal), stop, waiting: 0 };
    this.#entries.set(key, entry);
    entry.result.catch(() => this.#forget(key, entry));
    return entry;
  }

  #forget(key: K, entry: Entry<V>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
