import { isSortedBy, type RowOrder } from './row-order.ts';

/** A value in the form in which both sides are compared: text, null for NULL. */
export type Cell = string | null;

/** What one call did on one side. */
export interface TrialOutcome {
  /** `sort` is the class under which both sides' errors are compared. */
  readonly error: { readonly sort: ErrorSort; readonly message: string } | null;
  readonly sets: readonly (readonly (readonly Cell[])[])[];
  /** Of each result set the names of its columns, where they are known. */
  readonly names?: readonly (readonly string[])[];
  readonly returnCode: Cell | undefined;
  /** By parameter's index; only those that the target has. */
  readonly outputs: ReadonlyMap<number, Cell>;
  /** Rows of the tables afterwards, by the source's `schema.name`. */
  readonly rows: ReadonlyMap<string, readonly (readonly Cell[])[]>;
}

export type ErrorSort =
  | 'raised'
  | 'duplicate'
  | 'reference'
  | 'null'
  | 'zero'
  | 'value'
  | 'other'
  | 'not-converted'
  | 'transaction'
  | 'captured'
  | 'not-run';

const SOURCE_SORTS: Readonly<Record<number, ErrorSort>> = {
  2627: 'duplicate',
  2601: 'duplicate',
  547: 'reference',
  515: 'null',
  8134: 'zero',
  ...Object.fromEntries(
    [
      220, 232, 241, 242, 245, 295, 517, 535, 1060, 1224, 1225, 1226, 1227, 1230, 8114, 8115, 8152, 2628, 8169, 10_742,
      10_744, 13_609,
    ].map((one) => [one, 'value']),
  ),
};

/** A routine has ended the transaction in which it was tried, or one that is not there. */
const ENDS_TRANSACTION = new Set([266, 3902, 3903, 6401]);

/** A server says that it does not run a statement at all. */
const NOT_RUN = new Set([40_510, 40_512, 40_514, 40_515, 40_517]);

/** Sort of an error by SQL Server's number. */
export function sourceSort(number: number): ErrorSort {
  if (ENDS_TRANSACTION.has(number)) return 'transaction';
  // TRUNCATE of a table that change data capture reads.
  if (number === 4711) return 'captured';
  // “… is not supported in this version of SQL Server”: of a managed server, or of one that stands in for it.
  if (NOT_RUN.has(number)) return 'not-run';
  return number >= 50_000 ? 'raised' : (SOURCE_SORTS[number] ?? 'other');
}

/** Sort of an error by SQLSTATE; of ours, the message begins with the code. */
export function targetSort(state: string, message: string): ErrorSort {
  if (/^SL1\d{3}\b/.test(message)) return 'not-converted';
  if (state === 'P0001' || /^[5-9]\d{4}$/.test(state)) return 'raised';
  if (state === '2D000' || state === '0A000') return 'transaction';
  if (state === '23505') return 'duplicate';
  if (state === '23503' || state === '23514') return 'reference';
  if (state === '23502') return 'null';
  if (state === '22012') return 'zero';
  return state.startsWith('22') ? 'value' : 'other';
}

export interface Leniency {
  /** Rows of a result may come in any order. */
  readonly anyOrder: boolean;
  /** What result sets are ordered by: rows that are equal in these may stand in any order. None: every row has its place. */
  readonly orders?: readonly RowOrder[];
  /** Any two GUIDs are equal. */
  readonly anyId: boolean;
  /** By table, the places of the columns that number rows as they are inserted: in which order is nobody's promise. */
  readonly numbering: ReadonlyMap<string, readonly number[]>;
  /** What the sessions of the two sides are called, by the same name for the same thing: login, database, host … Such values count as equal. */
  readonly session: { readonly source: ReadonlyMap<string, string>; readonly target: ReadonlyMap<string, string> };
}

/** What two outcomes differ in, in words; null where they are alike. */
export function difference(source: TrialOutcome, target: TrialOutcome, leniency: Leniency): string | null {
  if (source.error || target.error) return errorDifference(source, target);
  if (target.returnCode !== undefined && source.returnCode !== target.returnCode)
    return `return code ${shown(source.returnCode ?? null)} in the source, ${shown(target.returnCode)} in the target`;
  for (const [index, value] of target.outputs) {
    const mine = source.outputs.get(index) ?? null;
    if (!isSame(mine, value, leniency))
      return `output parameter ${index + 1}: ${shown(mine)} in the source, ${shown(value)} in the target`;
  }
  if (source.sets.length !== target.sets.length)
    return `${source.sets.length} result sets in the source, ${target.sets.length} in the target`;
  for (const [index, rows] of source.sets.entries()) {
    const theirs = target.sets[index] ?? [];
    const found = rowsDifference(rows, theirs, leniency, leniency.anyOrder);
    const isTie =
      found !== null && !leniency.anyOrder && isSameUpToTies(rows, theirs, source.names?.[index] ?? [], leniency);
    if (found !== null && !isTie) return `result set ${index + 1}: ${found}`;
  }
  for (const [table, rows] of source.rows) {
    const theirs = target.rows.get(table) ?? [];
    const found = rowsDifference(rows, theirs, leniency, true);
    const numbered = leniency.numbering.get(table) ?? [];
    const without = (all: typeof theirs): typeof theirs =>
      all.map((row) => row.filter((_, at) => !numbered.includes(at)));
    const isOnlyOrder =
      found !== null && numbered.length > 0 && rowsDifference(without(rows), without(theirs), leniency, true) === null;
    if (found !== null && !isOnlyOrder) return `rows of ${table} afterwards: ${found}`;
  }
  return null;
}

/** Whether two result sets have the same rows, and the target's stand in an order that the routine asks for. */
function isSameUpToTies(source: Rows, target: Rows, names: readonly string[], leniency: Leniency): boolean {
  const { orders } = leniency;
  if (orders === undefined || rowsDifference(source, target, leniency, true) !== null) return false;
  return orders.length === 0 || orders.some((order) => isSortedBy(target, names, order));
}

/** Texts of the engines' own errors, which routines catch and raise again as theirs. */
const OWN_TEXTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^Cannot insert the value NULL/, /^null value in column/],
  [/^(Violation of|Cannot insert duplicate key)/, /^duplicate key value/],
  [/statement conflicted with the/, /violates (foreign key|check) constraint/],
  [/^Divide by zero/, /^division by zero/],
  [/^(Conversion failed|Error converting)/, /^invalid input syntax/],
  [/^Arithmetic overflow/, /out of range|overflow/],
  [/would be truncated/, /^value too long/],
];

function saysTheSame(source: string, target: string): boolean {
  if (source.trim() === target.trim()) return true;
  return OWN_TEXTS.some(([mine, theirs]) => mine.test(source) && theirs.test(target));
}

function errorDifference(source: TrialOutcome, target: TrialOutcome): string | null {
  const told = (one: TrialOutcome): string => (one.error ? `error “${one.error.message}”` : 'no error');
  if (source.error && target.error) {
    const isAlike =
      source.error.sort === target.error.sort &&
      (source.error.sort !== 'raised' || saysTheSame(source.error.message, target.error.message));
    if (isAlike) return null;
  }
  return `${told(source)} in the source, ${told(target)} in the target`;
}

type Rows = readonly (readonly Cell[])[];

function rowsDifference(source: Rows, target: Rows, leniency: Leniency, anyOrder: boolean): string | null {
  if (!anyOrder && source.length === target.length) {
    const first = source.findIndex((row, index) => !isSameRow(row, target[index] ?? [], leniency));
    if (first < 0) return null;
    const [mine, theirs] = [source[first] ?? [], target[first] ?? []];
    return `row ${first + 1} is ${shownRow(mine)} in the source, ${shownRow(theirs)} in the target`;
  }
  const rest = unmatched(source, target, (row) => JSON.stringify(row.map(bare)));
  const [mine, theirs] = unmatched(rest[0], rest[1], (row) =>
    JSON.stringify(withoutError(row).map((cell) => bare(masked(cell, leniency)))),
  );
  const [only, more] = [mine[0], theirs[0]];
  if (!only && !more) return null;
  const parts = [
    only ? `only in the source: ${shownRow(only)}` : '',
    more ? `only in the target: ${shownRow(more)}` : '',
  ];
  return `${source.length} rows in the source, ${target.length} in the target; ${parts.filter((part) => part !== '').join('; ')}`;
}

/**
 * A cell without what is no difference. SQL Server itself does not tell blanks at the end of a text when it compares, and where a char(n) becomes a varchar PostgreSQL leaves them
 * out. Documents that are written anew have their members in another order, and other blanks between them.
 */
function bare(cell: Cell): Cell {
  if (cell === null) return null;
  if (!/^\s*[[{]/.test(cell)) return cell.replace(/ +$/, '');
  try {
    return JSON.stringify(inOrder(JSON.parse(cell)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return cell.replace(/ +$/, '');
  }
}

/** A document with the members of its objects by name. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, one]) => [name, inOrder(one)]));
}

/** A row that a handler has written of an engine's own error: its text is the engine's, and so are the numbers of its line and state. */
function withoutError(row: readonly Cell[]): readonly Cell[] {
  const ownText = (cell: Cell): number =>
    cell === null ? -1 : OWN_TEXTS.findIndex(([mine, theirs]) => mine.test(cell) || theirs.test(cell));
  if (!row.some((cell) => ownText(cell) >= 0)) return row;
  return row.map((cell) =>
    ownText(cell) >= 0 ? `<error ${ownText(cell)}>` : /^\d{1,3}$/.test(cell ?? '') ? '<number>' : cell,
  );
}

function isSame(source: Cell, target: Cell, leniency: Leniency): boolean {
  if (bare(source) === bare(target)) return true;
  return bare(masked(source, leniency)) === bare(masked(target, leniency));
}

const isSameRow = (source: readonly Cell[], target: readonly Cell[], leniency: Leniency): boolean =>
  source.length === target.length && source.every((cell, at) => isSame(cell, target[at] ?? null, leniency));

/** The rows of both sides that have no counterpart of the same form on the other one. */
function unmatched(source: Rows, target: Rows, form: (row: readonly Cell[]) => string): [Rows, Rows] {
  const theirs = Map.groupBy(target, form);
  const mine = source.filter((row) => theirs.get(form(row))?.pop() === undefined);
  return [mine, [...theirs.values()].flat()];
}

const shownRow = (row: readonly Cell[]): string => shown(JSON.stringify(row));

const DATE_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const QUARTER_MS = 900_000;
const NOW_MS = 120_000;

/** A session's name of either side stands for both: where one copied it from a row it is the other side's. The time of the call is another one on each side, and perhaps in another time zone: these are whole quarters of an hour apart. */
function masked(cell: Cell, { anyId, session }: Leniency): Cell {
  if (cell === null) return null;
  const own = session.source.get(cell) ?? session.target.get(cell);
  if (own !== undefined) return `<${own}>`;
  if (anyId && GUID.test(cell)) return '<a GUID>';
  if (!DATE_TIME.test(cell)) return cell;
  const away = Math.abs(Date.parse(`${cell.replace(/Z$/, '').replace(' ', 'T')}Z`) - Date.now());
  const rest = away % QUARTER_MS;
  return away < 15 * 4 * QUARTER_MS && Math.min(rest, QUARTER_MS - rest) < NOW_MS ? '<now>' : cell;
}

const SHOWN = 300;
const shown = (cell: Cell): string =>
  cell === null ? 'NULL' : cell.length > SHOWN ? `${cell.slice(0, SHOWN)}…` : cell;

/** A number as both sides print it: 15 digits, which is what SQL Server's driver keeps of a decimal. */
export function numberCell(text: string): string {
  if (/^-?\d{1,15}$/.test(text)) return String(Number(text));
  const value = Number(text);
  return /^-?\d{16,}$/.test(text) || !Number.isFinite(value) ? text : String(Number(value.toPrecision(15)));
}

/** A fraction of a second in microseconds at most, zeros at its end left out. */
export function timeCell(text: string): string {
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.slice(0, 6).replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept}`;
}
