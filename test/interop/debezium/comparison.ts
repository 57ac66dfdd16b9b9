import type { RawEvent } from './streams.ts';
import { comparableRow, isNullWhenLeftOut, keyOf, UNAVAILABLE, type SourceColumn } from './type-mapping.ts';

type Texts = Readonly<Record<string, string | null>>;

interface Step {
  readonly op: string;
  /** The row after it, or for a delete the row before. */
  readonly row: Texts;
  readonly commitLsn: string;
  readonly changeLsn: string | null;
}

/** What happened to one key, in the order of the stream. */
interface KeyHistory {
  readonly table: string;
  /** Without a primary key, equal rows are one key and there may be several of them. */
  readonly isKeyless: boolean;
  /** Columns of which Debezium says NULL where it was sent nothing. */
  readonly ambiguous: readonly string[];
  readonly steps: Step[];
}

/** Captured tables of the sample, as `schema.table`. */
export type Columns = ReadonlyMap<string, readonly SourceColumn[]>;
export type Spans = ReadonlyMap<string, Span>;

/** Of a table: compared are the changes after `begin` up to `end`. Absent: to the last one. */
export interface Span {
  readonly begin: string;
  readonly end?: string;
}

/** Events of each key. A delete and a create of one key by one change are an update that changed no more than the key's letters. */
function historyOf(events: readonly RawEvent[], columns: Columns, spans: Spans): Map<string, KeyHistory> {
  const histories = new Map<string, KeyHistory>();
  for (const event of events) {
    const described = columns.get(event.table);
    if (described === undefined || event.op === 't') continue;
    if (event.commitLsn > (spans.get(event.table)?.end ?? '~')) continue;
    const name = `${event.table} ${keyOf(event, described)}`;
    const isKeyless = described.every((column) => column.keyOrdinal === 0);
    const ambiguous = described.filter(isNullWhenLeftOut).map((column) => column.name);
    const history = histories.get(name) ?? { table: event.table, isKeyless, ambiguous, steps: [] };
    histories.set(name, history);
    const { op, commitLsn, changeLsn } = event;
    const row = comparableRow(event.after ?? event.before ?? {}, described, event.unavailable);
    const last = history.steps.at(-1);
    const isSameChange = last?.commitLsn === commitLsn && last.changeLsn === changeLsn;
    if (!isKeyless && last?.op === 'd' && op === 'c' && isSameChange) history.steps.pop();
    history.steps.push({ op: isSameChange && last?.op === 'd' && !isKeyless ? 'u' : op, row, commitLsn, changeLsn });
  }
  return histories;
}

const LISTED = 8;

/**
 * What is not the same in two streams of the same source, and how many changes were compared, by `table operation`.
 *
 * The two began at different moments: each table's boundary is the later of the two beginnings. After it every key must have the same sequence of operations and
 * values. Before it only their sum can be compared: what each stream leaves behind as the last state of every key, from its own snapshot and all its changes.
 *
 * Not so without a key. Debezium reads the position at which its changes begin (`fn_cdc_get_max_lsn`: what capture has reached) before its snapshot, so what was
 * committed between the two is in both, and nothing tells an equal row from the same one. What we leave behind of such tables is compared with the source: {@link rowsLeft}.
 */
export function differences(
  theirs: readonly RawEvent[],
  ours: readonly RawEvent[],
  columns: Columns,
  spans: Spans,
): { faults: string[]; compared: Map<string, number> } {
  const [a, b] = [historyOf(theirs, columns, spans), historyOf(ours, columns, spans)];
  const faults: string[] = [];
  const compared = new Map<string, number>();
  const differ = (when: string, name: string, left: unknown, right: unknown): void => {
    if (JSON.stringify(left) === JSON.stringify(right)) return;
    faults.push(`${when}, ${name}:\n  Debezium ${shown(left)}\n  Sluice   ${shown(right)}`);
  };
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const [left, right] = [a.get(name), b.get(name)];
    const table = left?.table ?? right?.table ?? '';
    const begin = spans.get(table)?.begin ?? '';
    const [changes, own] = [changesAfter(left, begin), changesAfter(right, begin)];
    for (const { op } of changes) compared.set(`${table} ${op}`, (compared.get(`${table} ${op}`) ?? 0) + 1);
    const ambiguous = left?.ambiguous ?? [];
    const alike = own.map(({ op, row }, at) => ({ op, row: likeTheirs(row, changes[at]?.row, ambiguous, 'not sent') }));
    differ(`after ${begin}`, name, changes, alike);
    if (left?.isKeyless ?? right?.isKeyless) continue;
    const last = lastState(left);
    differ('at the end', name, last, likeTheirs(lastState(right), last, ambiguous, 'any'));
  }
  return { faults: faults.slice(0, LISTED), compared };
}

/** How many rows of each content a stream leaves behind in tables without a key: `schema.table {row}` → rows, none that are gone. */
export function rowsLeft(events: readonly RawEvent[], columns: Columns): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [name, { isKeyless, steps }] of historyOf(events, columns, new Map())) {
    const count = steps.reduce((sum, { op }) => sum + (op === 'd' ? -1 : 1), 0);
    if (isKeyless && count !== 0) counts.set(name, count);
  }
  return counts;
}

type State = Texts | null;

/** Our row with NULL where Debezium's NULL may stand for a value that was not sent: where ours says so (`not sent`), or in any such column. */
function likeTheirs(
  own: State,
  theirs: State | undefined,
  ambiguous: readonly string[],
  where: 'not sent' | 'any',
): State {
  if (own === null || typeof own !== 'object' || !theirs || typeof theirs !== 'object') return own;
  const entries = Object.entries(own).map(([name, value]) => {
    const isNull = theirs[name] === null && ambiguous.includes(name);
    return [name, isNull && (where === 'any' || value === UNAVAILABLE) ? null : value];
  });
  return Object.fromEntries(entries) as Texts;
}

const changesAfter = (history: KeyHistory | undefined, begin: string): { op: string; row: State }[] =>
  (history?.steps ?? [])
    .filter((step) => step.op !== 'r' && step.commitLsn > begin)
    .map(({ op, row }) => ({ op, row }));

/** The row that is left, null after a delete; columns that an update did not send stay as they were. */
function lastState(history: KeyHistory | undefined): State {
  const steps = history?.steps ?? [];
  let state: Texts | null = null;
  for (const { op, row } of steps) {
    const before: Texts = state ?? {};
    const sent = Object.entries(row).map(([name, value]) => [name, value === UNAVAILABLE ? before[name] : value]);
    state = op === 'd' ? null : (Object.fromEntries(sent) as Texts);
  }
  return state;
}

const shown = (value: unknown): string => JSON.stringify(value).slice(0, 1500);
