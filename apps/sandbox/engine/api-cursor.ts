import type { CursorDefinition } from '#tsql';
import { FETCH, invalid, SCROLL, type Asked } from '../api-cursors/options.ts';
import { targetOf, type FetchRequest } from '../api-cursors/fetch-target.ts';
import { SqlError, type ResultSink, type TdsColumn, type TdsValue } from '../session.ts';
import { blank, columnsOfCursor } from './api-cursor-columns.ts';
import type { CursorRows, Direction, Fetched } from './cursor-rows.ts';
import type { Cursor, OpenedRows } from './cursors.ts';
import type { Frame } from './frame.ts';
import { imagesOf, lockFetched, type RowImages } from './positioned-change.ts';
import { rowDecoder } from './query.ts';
import type { Run } from './run.ts';

const STATUS = { there: 1, missing: 2 } as const;

/** A row of the fetch buffer. */
export interface Buffered {
  fetched: Exclude<Fetched, 'none'>;
  /** The values of its keys. */
  readonly place: readonly (string | null)[] | undefined;
  /** Its number, where rows have numbers; else 0. */
  readonly number: number;
  images: RowImages | undefined;
  /** When it was read. */
  stamp: number;
}

/** What a fetch found, and whether it began with the first row instead of before it. */
interface Found {
  readonly rows: Buffered[];
  readonly adjusted: boolean;
}

/** How a cursor was made. */
export interface Making {
  readonly asked: Asked;
  readonly opened: OpenedRows;
  readonly definition: CursorDefinition;
  readonly frame: Frame;
  /** The database in which its query runs. */
  readonly databaseId: number;
}

/**
 * An API server cursor: the rows of a cursor of T-SQL, fetched a buffer at a time. For a change WHERE CURRENT OF it stands on one row of the buffer: the first,
 * or that of SETPOSITION.
 */
export class ApiCursor implements Cursor {
  name = '';
  /** The kind and the way of concurrency that it got. */
  readonly granted: { readonly scroll: number; readonly concurrency: number };
  readonly columns: readonly TdsColumn[];
  readonly databaseId: number;
  readonly asked: Asked;
  readonly definition: CursorDefinition;
  readonly frame: Frame;
  buffer: Buffered[] = [];
  /** Place in the buffer of the row that a positioned change means. */
  private current = 0;
  /** First row of the buffer: 0 before the rows, behind the last one after them. Of rows without numbers 0, 1 or 2. */
  private start = 0;
  /** The rows stand on the last one of the buffer. */
  private standsAtEnd = false;
  private closed = false;
  private readonly source: CursorRows;
  private readonly decode: (row: readonly (string | null)[]) => TdsValue[];

  constructor({ asked, opened, definition, frame, databaseId }: Making) {
    this.asked = asked;
    this.definition = definition;
    this.frame = frame;
    this.databaseId = databaseId;
    this.source = opened.rows;
    this.granted = asked.granted(kindOf(asked, opened));
    this.columns = columnsOfCursor(opened.rows);
    const decode = rowDecoder(opened.rows.columns);
    this.decode = (row) => decode([...row]);
  }

  /** As a cursor of T-SQL sees it; undefined once it was closed by its name. */
  get rows(): CursorRows | undefined {
    if (this.closed) return undefined;
    const { source } = this;
    return {
      kind: source.kind,
      columns: source.columns,
      size: source.size,
      ...(source.keys && { keys: source.keys }),
      position: this.at?.place,
      fetch: (run, direction, offset) => this.single(run, direction, offset),
      ...(source.rekey && { rekey: (keys) => source.rekey?.(keys, this.at?.number) }),
    };
  }

  set rows(rows: CursorRows | undefined) {
    this.closed = rows === undefined;
  }

  get fetched(): Fetched | undefined {
    return this.at?.fetched;
  }

  set fetched(_: Fetched | undefined) {
    // The buffer has it.
  }

  get images(): RowImages | undefined {
    return this.at?.images;
  }

  set images(images: RowImages | undefined) {
    if (this.at !== undefined) this.at.images = images;
  }

  get stamp(): number {
    return this.at?.stamp ?? -1;
  }

  set stamp(stamp: number) {
    if (this.at !== undefined) this.at.stamp = stamp;
  }

  private get at(): Buffered | undefined {
    return this.buffer[this.current];
  }

  /** SETPOSITION: a number that is none of the buffer's means the first row. */
  stand(row: number): void {
    this.current = row >= 1 && row <= this.buffer.length ? row - 1 : 0;
  }

  /** Does something with a row of the keyset that need not be in the buffer. */
  async standingOn<T>(run: Run, number: number, work: () => Promise<T>): Promise<T> {
    const { buffer, current } = this;
    const row = await this.take(run, 'absolute', number, number);
    this.buffer = row === undefined ? [] : [row];
    this.current = 0;
    try {
      return await work();
    } finally {
      this.buffer = buffer;
      this.current = current;
      this.standsAtEnd = false;
    }
  }

  /** A row with these keys was inserted through it. */
  adopt(keys: readonly (string | null)[]): void {
    this.source.adopt?.(keys);
  }

  get keys(): CursorRows['keys'] {
    return this.source.keys;
  }

  get origins(): NonNullable<CursorRows['origins']> {
    return this.source.origins ?? [];
  }

  /** Whether rows inserted through it become part of it. */
  get adopts(): boolean {
    return this.source.adopt !== undefined;
  }

  /** Rows that FETCH INFO and the opening tell of: -1 where there is no telling. */
  get rowCount(): number {
    return this.asked.forward ? -1 : (this.source.size ?? -1);
  }

  /** What FETCH INFO says of the place: 0 before the rows, -1 behind them. */
  get position(): number {
    const { size } = this.source;
    if (size === undefined) return this.start === 2 ? -1 : this.start;
    return this.start > size ? -1 : this.start;
  }

  /**
   * Moves and sends the buffer; answers with the return status: 2 for one that would have begun before the first row, 16 where the cursor closes itself behind the last.
   * Throws 16902, 16911 and 16925 for what the cursor cannot do.
   */
  async fetch(run: Run, request: FetchRequest, out: ResultSink): Promise<number> {
    const asked = { ...request, type: request.type & ~FETCH.skipConcurrency };
    this.checkFetch(asked);
    const found = this.source.size === undefined ? await this.moved(run, asked) : await this.numbered(run, asked);
    this.buffer = found.rows;
    this.current = 0;
    out.columns(this.columns);
    for (const row of found.rows) {
      if (!out.row(this.valuesOf(row))) await out.drained();
    }
    out.done(BigInt(found.rows.length), 0xc1);
    if (this.asked.has(SCROLL.autoClose) && this.isExhausted(asked)) return 16;
    return found.adjusted ? 2 : 0;
  }

  private isExhausted({ count, type }: FetchRequest): boolean {
    if (type !== FETCH.next && type !== FETCH.first) return false;
    const { size } = this.source;
    return size === undefined ? this.buffer.length < count : this.start + this.buffer.length > size;
  }

  private checkFetch({ type, count }: FetchRequest): void {
    const name = Object.entries(FETCH).find(([, one]) => one === type)?.[0];
    if (name === undefined) throw invalid('sp_cursorfetch', 'fetchtype');
    const isMoving = !/^(?:first|last|refresh)$/.test(name);
    if (count < 0 || (count === 0 && isMoving)) throw invalid('sp_cursorfetch', 'nrows');
    if (this.asked.forward && /^(?:prev|prevNoAdjust|last|absolute|relative)$/.test(name))
      throw new SqlError(16_911, `sp_cursorfetch: The fetch type ${name} cannot be used with forward only cursors.`);
    if (name === 'absolute' && this.source.size === undefined)
      throw new SqlError(16_925, `The fetch type ${name} cannot be used with dynamic cursors.`);
  }

  /** A row as it is sent: one that is no more has values of no meaning. */
  valuesOf({ fetched }: Buffered): TdsValue[] {
    if (fetched === 'missing')
      return [
        ...this.columns.slice(0, -1).map(({ nullable, type }) => (nullable ? null : blank(type))),
        STATUS.missing,
      ];
    return [...this.decode(fetched.row.slice(0, this.source.columns.length)), STATUS.there];
  }

  /** Reads a row of the buffer again. */
  async again(run: Run, row: number): Promise<void> {
    const known = this.buffer[row - 1];
    if (known === undefined) return;
    const { size } = this.source;
    if (size === undefined && known.place !== undefined) this.source.seek?.(known.place);
    const now =
      size === undefined
        ? await this.take(run, 'relative', 0, 0)
        : await this.take(run, 'absolute', known.number, known.number);
    this.standsAtEnd = false;
    this.buffer[row - 1] = now ?? { ...known, fetched: 'missing' };
  }

  private async numbered(run: Run, request: FetchRequest): Promise<Found> {
    const size = this.source.size ?? 0;
    const held = this.buffer.length;
    const { start, adjusted } = targetOf(request, size, this.start, held);
    const first = Math.min(start, size + 1);
    const wanted = request.type === FETCH.refresh ? held : request.count;
    // PREV_NOADJUST does not come back to where it was.
    const limit = request.type === FETCH.prevNoAdjust ? Math.min(wanted, Math.max(this.start - first, 0)) : wanted;
    const rows: Buffered[] = [];
    for (let number = first; first > 0 && number < first + limit && number <= size; number += 1) {
      const row = await this.take(run, 'absolute', number, number);
      if (row !== undefined) rows.push(row);
    }
    this.start = first;
    return { rows, adjusted: adjusted && request.type !== FETCH.prevNoAdjust };
  }

  /** One row with what a change of it needs to know; undefined where there is none. */
  private async take(run: Run, direction: Direction, offset: number, number: number): Promise<Buffered | undefined> {
    const { source, definition, frame } = this;
    const { writes } = run.session.server;
    const { stamp } = writes;
    const found = await source.fetch(run, direction, offset);
    if (found === 'none') return undefined;
    const row: Buffered = { fetched: found, place: source.position, number, images: undefined, stamp };
    if (found === 'missing' || definition.readOnly) return row;
    const here: Cursor = { name: '', definition, frame, rows: source };
    if (definition.options.includes('SCROLL_LOCKS')) await lockFetched(run, here);
    row.images = await imagesOf(run, here);
    if (writes.stamp === stamp) return row;
    // The image is older than the values: what changed between them is no change of what was fetched, but is taken for one.
    const again = number > 0 ? await source.fetch(run, 'absolute', number) : await source.fetch(run, 'relative', 0);
    return { ...row, fetched: again === 'none' ? 'missing' : again };
  }

  /** Rows without numbers: each is looked for from the one before. */
  private async moved(run: Run, { type, row, count }: FetchRequest): Promise<Found> {
    const [first] = this.buffer;
    switch (type) {
      case FETCH.first:
        return this.forward(run, 'before', count);
      case FETCH.last:
        return this.backward(run, 'after', count);
      case FETCH.next:
        return this.forward(run, this.standsAtEnd ? undefined : (this.buffer.at(-1)?.place ?? this.edge), count);
      case FETCH.prev:
      case FETCH.prevNoAdjust: {
        const found = await this.backward(run, first?.place ?? this.edge, count);
        if (type === FETCH.prevNoAdjust || found.rows.length === 0 || found.rows.length === count) return found;
        return { ...(await this.forward(run, 'before', count)), adjusted: true };
      }
      case FETCH.refresh:
        return this.from(run, first?.place, this.buffer.length);
      case FETCH.relative:
        return this.relative(run, row, count);
      default:
        throw invalid('sp_cursorfetch', 'fetchtype');
    }
  }

  /** The end at which it stands where the buffer is empty. */
  private get edge(): 'before' | 'after' {
    return this.start === 2 ? 'after' : 'before';
  }

  private async forward(
    run: Run,
    from: readonly (string | null)[] | 'before' | 'after' | undefined,
    count: number,
  ): Promise<Found> {
    if (from !== undefined) this.source.seek?.(from);
    const rows: Buffered[] = [];
    let row: Buffered | undefined;
    while (rows.length < count && (row = await this.take(run, 'next', 0, 0)) !== undefined) rows.push(row);
    this.standsAtEnd = rows.length > 0 && rows.length === count;
    this.start = rows.length > 0 ? 1 : count === 0 ? (from === 'after' ? 2 : 0) : 2;
    return { rows, adjusted: false };
  }

  private async backward(
    run: Run,
    from: readonly (string | null)[] | 'before' | 'after',
    count: number,
  ): Promise<Found> {
    this.source.seek?.(from);
    const rows: Buffered[] = [];
    let row: Buffered | undefined;
    while (rows.length < count && (row = await this.take(run, 'prior', 0, 0)) !== undefined) rows.unshift(row);
    this.standsAtEnd = rows.length === 1 && count === 1;
    this.start = rows.length > 0 ? 1 : count === 0 && from === 'after' ? 2 : 0;
    return { rows, adjusted: false };
  }

  /** Rows from one on, itself among them where it is still there. */
  private async from(run: Run, place: readonly (string | null)[] | undefined, count: number): Promise<Found> {
    if (place === undefined || count === 0) return { rows: [], adjusted: false };
    this.source.seek?.(place);
    const row = await this.take(run, 'relative', 0, 0);
    const own = row === undefined || row.fetched === 'missing' ? [] : [row];
    const rest = await this.forward(run, undefined, count - own.length);
    this.start = 1;
    this.standsAtEnd = own.length + rest.rows.length === count;
    return { rows: [...own, ...rest.rows], adjusted: false };
  }

  private async relative(run: Run, offset: number, count: number): Promise<Found> {
    const from = this.buffer[0]?.place;
    if (offset === 0) return this.from(run, from, count);
    if (offset > 0) {
      const skipped = offset - 1;
      const passed = await this.forward(run, from ?? this.edge, skipped);
      if (passed.rows.length < skipped) return { rows: [], adjusted: false };
      return this.forward(run, undefined, count);
    }
    const passed = await this.backward(run, from ?? this.edge, -offset);
    if (passed.rows.length === -offset) return this.from(run, passed.rows[0]?.place, count);
    if (passed.rows.length === 0 || -offset > count) {
      this.start = 0;
      this.source.seek?.('before');
      return { rows: [], adjusted: false };
    }
    return { ...(await this.forward(run, 'before', count)), adjusted: true };
  }

  /** A FETCH of T-SQL by the cursor's name: a buffer of one row. */
  private async single(run: Run, direction: Direction, offset: number): Promise<Fetched> {
    const type = direction === 'prior' ? FETCH.prevNoAdjust : FETCH[direction];
    const request = { type, row: offset, count: 1 };
    const found = this.source.size === undefined ? await this.moved(run, request) : await this.numbered(run, request);
    this.buffer = found.rows;
    this.current = 0;
    return found.rows[0]?.fetched ?? 'none';
  }
}

/** The kind that a cursor got. What is watched here has the kind that a server gives a query which needs a work table. */
function kindOf(asked: Asked, { kind, watched }: OpenedRows): number {
  if (asked.kind === SCROLL.fastForward || asked.kind === SCROLL.static) return asked.kind;
  if (kind === 'static') return watched ? SCROLL.keyset : SCROLL.static;
  return kind === 'keyset' ? SCROLL.keyset : asked.kind;
}
