import { SqlError, type ResultSink, type TdsColumn } from '../session.ts';
import type { CapturedRows } from './cursor-capture.ts';

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
} as const;

/** Concurrency that cursors have here. */
export const READ_ONLY = 0x0001;

/** Fetch types of sp_cursorfetch, by its documentation and the drivers' headers. */
const FETCH = {
  first: 0x01,
  next: 0x02,
  prev: 0x04,
  last: 0x08,
  absolute: 0x10,
  relative: 0x20,
  refresh: 0x80,
  info: 0x100,
  prevNoAdjust: 0x200,
} as const;

const ROWSTAT: TdsColumn = { name: 'ROWSTAT', type: { name: 'int' }, nullable: false };
const FETCH_SUCCEEDED = 1;
/** Rows of a fetch buffer where none were asked for. */
const DEFAULT_BUFFER = 20;

/** A request for a buffer of rows. */
export interface FetchRequest {
  readonly type: number;
  readonly row: number;
  readonly count: number;
  /** The client knows the columns (fNoMetaData). */
  readonly bare: boolean;
}

/** An API server cursor: its rows were read when it was opened, as those of a STATIC one. */
class ServerCursor {
  /** First row of the current buffer: 0 before the rows, `size + 1` behind them. */
  private start = 0;
  private held = 0;

  constructor(
    private readonly result: CapturedRows,
    readonly forward: boolean,
  ) {}

  get size(): number {
    return this.result.rows.length;
  }

  /** Row number that FETCH INFO reports: -1 behind the rows. */
  get position(): number {
    return this.start > this.size ? -1 : this.start;
  }

  /** The buffer's columns with the row status behind them, which every fetch answers with. */
  get columns(): readonly TdsColumn[] {
    return [...this.result.columns, ROWSTAT];
  }

  /** Where a buffer of `count` rows begins; the rules are those of ODBC's SQLFetchScroll, which these fetch types serve. */
  private target({ type, row, count }: FetchRequest): number {
    const { size, start } = this;
    switch (type) {
      case FETCH.first:
        return count === 0 ? 0 : 1;
      case FETCH.next:
        return start + (start === 0 ? 1 : this.held);
      case FETCH.prev:
      case FETCH.prevNoAdjust:
        return start <= 1 ? 0 : Math.max(1, start - count);
      case FETCH.last:
        return count === 0 ? size + 1 : Math.max(1, size - count + 1);
      case FETCH.absolute:
        return row >= 0 ? row : this.fromEnd(row, count);
      case FETCH.relative:
        return this.relative(row, count);
      case FETCH.refresh:
        return start;
      default:
        throw new SqlError(16_902, `sp_cursorfetch: The value of the parameter 'fetchtype' is invalid.`, 16, 1);
    }
  }

  private fromEnd(row: number, count: number): number {
    if (-row <= this.size) return this.size + 1 + row;
    return -row > count ? 0 : 1;
  }

  private relative(row: number, count: number): number {
    const { start, size } = this;
    if (start === 0) return Math.max(row, 0);
    if (start > size) return row < 0 ? this.fromEnd(row, count) : size + 1;
    if (start + row >= 1) return start + row;
    return start === 1 || -row > count ? 0 : 1;
  }

  /** Moves and sends the buffer. */
  fetch(request: FetchRequest, out: CursorSink): void {
    const { rows } = this.result;
    const before = this.start;
    const at = Math.min(this.target(request), rows.length + 1);
    const wanted = request.type === FETCH.refresh ? this.held : request.count;
    const limit = request.type === FETCH.prevNoAdjust ? Math.min(wanted, Math.max(before - at, 0)) : wanted;
    const found = at === 0 ? [] : rows.slice(at - 1, at - 1 + limit);
    this.start = at;
    this.held = found.length;
    if (request.bare) out.knownColumns(this.columns);
    else out.columns(this.columns);
    for (const row of found) out.row([...row, FETCH_SUCCEEDED]);
    out.done(BigInt(found.length), 0xc1);
  }

  /** Whether the current buffer ends with the last row. */
  get exhausted(): boolean {
    return this.start + this.held > this.size;
  }
}

/** Where cursors send their rows. */
export interface CursorSink extends ResultSink {
  /** Begins a result set whose columns the client knows: no metadata are sent. */
  knownColumns(columns: readonly TdsColumn[]): void;
}

/** How a cursor was opened. */
export interface OpenedCursor {
  /** 0 where it closed itself. */
  readonly handle: number;
  readonly scroll: number;
  /** Number of rows; -1 where the kind does not know it before its end. */
  readonly rowCount: number;
  /** 16 where it closed itself. */
  readonly status: number;
}

/** Where the handles of cursors that are opened by RPC begin, and of those opened by a batch. */
export const FIRST_HANDLE = { rpc: 180_150_001, batch: 180_150_002 } as const;

/** The API server cursors of one connection (sp_cursoropen and its kin). */
export class ServerCursors {
  private readonly cursors = new Map<number, ServerCursor>();

  /** Handles are every other number from `next` on: two sets of one session, begun apart, share none. */
  constructor(private next: number) {}

  /**
   * Opens a cursor over rows and sends its columns; with AUTO_FETCH also the first rows. Its rows are those of the opening, so KEYSET and DYNAMIC become
   * STATIC, and FORWARD_ONLY, through which changes would show, FAST_FORWARD: the answer says so.
   */
  open(result: CapturedRows, asked: number, rowCount: number, out: CursorSink): OpenedCursor {
    const forward = (asked & (SCROLL.forwardOnly | SCROLL.fastForward)) !== 0;
    const scroll = forward ? SCROLL.fastForward : SCROLL.static;
    const cursor = new ServerCursor(result, forward);
    const handle = this.next;
    this.next += 2;
    this.cursors.set(handle, cursor);
    const size = forward ? -1 : cursor.size;
    if ((asked & SCROLL.autoFetch) === 0) {
      out.columns(cursor.columns);
      out.done(0n, 0xc1);
      return { handle, scroll, rowCount: size, status: 0 };
    }
    cursor.fetch({ type: FETCH.next, row: 0, count: rowCount > 0 ? rowCount : DEFAULT_BUFFER, bare: false }, out);
    const closes = (asked & SCROLL.autoClose) !== 0 && cursor.exhausted;
    if (closes) this.cursors.delete(handle);
    return { handle: closes ? 0 : handle, scroll, rowCount: size, status: closes ? 16 : 0 };
  }

  /** sp_cursorfetch; INFO answers with the position and the number of rows instead of rows. */
  fetch(
    handle: number,
    request: FetchRequest,
    out: CursorSink,
  ): { readonly row: number; readonly count: number } | undefined {
    const cursor = this.find(handle, 'sp_cursorfetch');
    if (request.type === FETCH.info) return { row: cursor.position, count: cursor.size };
    const name = Object.entries(FETCH).find(([, type]) => type === request.type)?.[0] ?? '';
    if (cursor.forward && /^(prev|prevNoAdjust|last|absolute|relative)$/.test(name)) {
      throw new SqlError(
        16_911,
        `sp_cursorfetch: The fetch type ${name} cannot be used with forward only cursors.`,
        16,
        1,
      );
    }
    cursor.fetch(request, out);
    return undefined;
  }

  /** sp_cursor, which changes rows through a cursor: these are read-only. */
  change(handle: number): never {
    this.find(handle, 'sp_cursor');
    throw new SqlError(16_929, 'The cursor is READ ONLY.', 16, 1);
  }

  /** sp_cursoroption: a name is taken; text pointers are not served. */
  option(handle: number, code: number): void {
    this.find(handle, 'sp_cursoroption');
    if (code === 2 || code === 3) return;
    throw new SqlError(
      40_510,
      `Option ${code} of sp_cursoroption is not supported in this version of SQL Server.`,
      16,
      1,
    );
  }

  /** sp_cursorclose; -1 closes all. */
  close(handle: number): void {
    if (handle === -1) return this.cursors.clear();
    this.find(handle, 'sp_cursorclose');
    this.cursors.delete(handle);
  }

  /** Forgets all (the connection was reset). */
  reset(): void {
    this.cursors.clear();
  }

  private find(handle: number, procedure: string): ServerCursor {
    const cursor = this.cursors.get(handle);
    if (cursor) return cursor;
    const text = `${procedure}: The cursor identifier value provided (${(handle >>> 0).toString(16)}) is not valid.`;
    throw new SqlError(16_909, text, 16, 1);
  }
}
