import { SqlError } from '../session.ts';

/** Scroll options of sp_cursoropen, by its documentation; the kinds are the low five bits. */
export const SCROLL = {
  keyset: 0x01,
  dynamic: 0x02,
  forwardOnly: 0x04,
  static: 0x08,
  fastForward: 0x10,
  parameterized: 0x1000,
  autoFetch: 0x2000,
  autoClose: 0x4000,
  check: 0x8000,
} as const;

/** Concurrency options of sp_cursoropen, by its documentation; the four ways are the low bits. */
export const CONCURRENCY = {
  readOnly: 0x1,
  scrollLocks: 0x2,
  optimistic: 0x4,
  optimisticValues: 0x8,
  allowDirect: 0x2000,
  check: 0x8000,
} as const;

/** Fetch types of sp_cursorfetch, by its documentation. */
export const FETCH = {
  first: 0x01,
  next: 0x02,
  prev: 0x04,
  last: 0x08,
  absolute: 0x10,
  relative: 0x20,
  refresh: 0x80,
  info: 0x100,
  prevNoAdjust: 0x200,
  skipConcurrency: 0x400,
} as const;

/** What sp_cursor does, by its documentation. */
export const CHANGE = {
  update: 0x01,
  delete: 0x02,
  insert: 0x04,
  refresh: 0x08,
  lock: 0x10,
  setPosition: 0x20,
  absolute: 0x40,
} as const;

const KINDS = 0x1f;
const WAYS = 0x0f;
/** From a kind, or a way of concurrency, to the flag that says that it is acceptable too. */
const ACCEPTABLE = 0x10000;

const KIND_WORDS: Readonly<Record<number, string>> = {
  [SCROLL.keyset]: 'KEYSET',
  [SCROLL.dynamic]: 'DYNAMIC',
  [SCROLL.forwardOnly]: 'FORWARD_ONLY',
  [SCROLL.static]: 'STATIC',
  [SCROLL.fastForward]: 'FAST_FORWARD',
};

const WAY_WORDS: Readonly<Record<number, string>> = {
  [CONCURRENCY.readOnly]: 'READ_ONLY',
  [CONCURRENCY.scrollLocks]: 'SCROLL_LOCKS',
  [CONCURRENCY.optimistic]: 'OPTIMISTIC',
  [CONCURRENCY.optimisticValues]: 'OPTIMISTIC',
};

/** 16902: a value that a parameter does not take. */
export const invalid = (procedure: string, parameter: string): SqlError =>
  new SqlError(16_902, `${procedure}: The value of the parameter '${parameter}' is invalid.`);

/** What a client asks of a cursor. */
export class Asked {
  /** One of the five kinds. */
  readonly kind: number;
  /** One of the four ways. */
  readonly way: number;

  /** Throws 16902 for options that exclude each other, 16966 for a kind that cannot be changed through. */
  constructor(
    readonly procedure: string,
    readonly scroll: number,
    readonly concurrency: number,
  ) {
    this.kind = scroll & KINDS || SCROLL.forwardOnly;
    this.way = concurrency & WAYS || CONCURRENCY.optimistic;
    if (KIND_WORDS[this.kind] === undefined || (this.has(SCROLL.check) && !this.acceptsAny(scroll, KINDS)))
      throw invalid(procedure, 'scrollopt');
    const checks = (concurrency & CONCURRENCY.check) !== 0;
    if (WAY_WORDS[this.way] === undefined || (checks && !this.acceptsAny(concurrency, WAYS)))
      throw invalid(procedure, 'ccopt');
    const isChanging = (concurrency & WAYS & ~CONCURRENCY.readOnly) !== 0;
    if (!isChanging || checks || (this.kind !== SCROLL.static && this.kind !== SCROLL.fastForward)) return;
    throw new SqlError(
      16_966,
      `${procedure}: Specified concurrency control option ${this.way} (${WAY_WORDS[this.way]}) is incompatible with static or fast forward only cursors. Only read-only is compatible with static or fast forward only cursors.`,
    );
  }

  has(flag: number): boolean {
    return (this.scroll & flag) !== 0;
  }

  get allowsDirect(): boolean {
    return (this.concurrency & CONCURRENCY.allowDirect) !== 0;
  }

  /** Only goes forward, whatever it becomes. */
  get forward(): boolean {
    return this.kind === SCROLL.forwardOnly || this.kind === SCROLL.fastForward;
  }

  /** The words of DECLARE CURSOR that mean the same. */
  get words(): string[] {
    const way = this.kind === SCROLL.static || this.kind === SCROLL.fastForward ? CONCURRENCY.readOnly : this.way;
    return [KIND_WORDS[this.kind] ?? '', WAY_WORDS[way] ?? ''];
  }

  /** What it gets of a cursor of some kind; 16955 where the client does not take that. */
  granted(kind: number): { readonly scroll: number; readonly concurrency: number } {
    const reads = kind === SCROLL.static || kind === SCROLL.fastForward;
    const way = reads ? CONCURRENCY.readOnly : this.way;
    const isTaken =
      (!this.has(SCROLL.check) || (this.scroll & (kind * ACCEPTABLE)) !== 0) &&
      ((this.concurrency & CONCURRENCY.check) === 0 || (this.concurrency & (way * ACCEPTABLE)) !== 0);
    if (!isTaken) throw new SqlError(16_955, 'Could not create an acceptable cursor.');
    return { scroll: kind, concurrency: way };
  }

  private acceptsAny(options: number, low: number): boolean {
    return (options & (low * ACCEPTABLE)) !== 0;
  }
}
