import { FETCH, invalid } from './options.ts';

/** A request for a buffer of rows. */
export interface FetchRequest {
  /** One of {@link FETCH}, but `info`. */
  readonly type: number;
  readonly row: number;
  readonly count: number;
}

/** Where a buffer begins: 0 before the rows, behind the last one after them. */
export interface Target {
  readonly start: number;
  /** The fetch would have begun before the first row, and begins with it instead. */
  readonly adjusted: boolean;
}

const at = (start: number): Target => ({ start, adjusted: false });
const BEFORE = at(0);
const FIRST: Target = { start: 1, adjusted: true };

/** Where a buffer of numbered rows begins; `start` and `held`: of the buffer before. The rules are those of ODBC's SQLFetchScroll, which the fetch types serve. */
export function targetOf({ type, row, count }: FetchRequest, size: number, start: number, held: number): Target {
  switch (type) {
    case FETCH.first:
      return at(count === 0 ? 0 : 1);
    case FETCH.next:
      return at(start + (start === 0 ? 1 : held));
    case FETCH.prev:
    case FETCH.prevNoAdjust:
      return start <= 1 ? BEFORE : start > count ? at(start - count) : FIRST;
    case FETCH.last:
      return at(count === 0 ? size + 1 : Math.max(1, size - count + 1));
    case FETCH.absolute:
      return row >= 0 ? at(row) : fromEnd(row, count, size);
    case FETCH.relative:
      return relative(row, count, size, start);
    case FETCH.refresh:
      return at(start);
    default:
      throw invalid('sp_cursorfetch', 'fetchtype');
  }
}

function fromEnd(row: number, count: number, size: number): Target {
  if (-row <= size) return at(size + 1 + row);
  return -row > count ? BEFORE : FIRST;
}

function relative(row: number, count: number, size: number, start: number): Target {
  if (start === 0) return at(Math.max(row, 0));
  if (start > size) return row < 0 ? fromEnd(row, count, size) : at(size + 1);
  if (start + row >= 1) return at(start + row);
  return start === 1 || -row > count ? BEFORE : FIRST;
}
