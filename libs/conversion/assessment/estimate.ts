import type { SourceSurvey, TableFigures } from '#source';

/** What a machine moves; a load takes as long as the slower of the two says. */
export interface Rates {
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Where the figures come from, in words for the report. */
  readonly from: string;
}

/**
 * The load of docs/performance.md: 4,220,000 rows, 1.35 GB, in 50 s on two virtual CPUs. A spec holds both to that page.
 */
export const MEASURED_RATES: Rates = {
  rowsPerSecond: 84_300,
  bytesPerSecond: 27_000_000,
  from: 'measured with source, Kafka and target on one quiet machine of two virtual CPUs (docs/performance.md)',
};

/** Changes a second that the pipeline kept up with, from the same page. */
export const MEASURED_CHANGES_PER_SECOND = 44_900;

/** A start takes so long at least: processes, topics, the first hold. */
const START_SECONDS = 30;

export interface LoadEstimate {
  readonly seconds: number;
  readonly rows: number;
  readonly bytes: number;
  readonly rates: Rates;
}

/** How long a table's rows take, at these rates. */
export function secondsOf(table: Pick<TableFigures, 'rows' | 'dataBytes'>, rates: Rates): number {
  return Math.max(table.rows / rates.rowsPerSecond, table.dataBytes / rates.bytesPerSecond);
}

/** How long the load takes. The slower of rows and bytes of all tables together, and the start. */
export function estimateLoad(tables: readonly TableFigures[], rates: Rates): LoadEstimate {
  const rows = sum(tables, (table) => table.rows);
  const bytes = sum(tables, (table) => table.dataBytes);
  return { seconds: START_SECONDS + secondsOf({ rows, dataBytes: bytes }, rates), rows, bytes, rates };
}

/** What capturing changes costs the source. Null figures: the source does not say how much changes. */
export interface CaptureEstimate {
  readonly changesPerSecond: number | null;
  readonly overSeconds: number | null;
  /** What the change tables hold at the default retention. */
  readonly changeTableBytes: number | null;
  /** Share of what the pipeline kept up with when it was measured. */
  readonly shareOfMeasured: number | null;
  readonly busiest: readonly { readonly name: string; readonly changesPerSecond: number }[];
}

/** Columns that a change table adds to each row: three LSNs of ten bytes, an operation, a mask, a command id. */
const CHANGE_OVERHEAD_BYTES = 45;
/** An update is two rows there; half of all changes are taken for updates. */
const ROWS_PER_CHANGE = 1.5;
/** Default retention of the clean-up job: 4,320 minutes. */
const RETENTION_SECONDS = 4320 * 60;

/** The cost of capture by the source's own counters; unknown where it has none or they have just begun. */
export function estimateCapture(survey: SourceSurvey, tables: readonly TableFigures[]): CaptureEstimate {
  const unknown: CaptureEstimate = {
    changesPerSecond: null,
    overSeconds: null,
    changeTableBytes: null,
    shareOfMeasured: null,
    busiest: [],
  };
  const { countingSinceMs } = survey;
  const counted = tables.filter((table) => table.changedRows !== null);
  if (countingSinceMs === null || counted.length === 0) return unknown;
  const seconds = (survey.nowMs - countingSinceMs) / 1000;
  if (seconds < 60) return unknown;
  const rateOf = (table: TableFigures): number => (table.changedRows ?? 0) / seconds;
  const rowBytes = (table: TableFigures): number =>
    (table.rows > 0 ? table.dataBytes / table.rows : 100) + CHANGE_OVERHEAD_BYTES;
  const changesPerSecond = sum(counted, rateOf);
  return {
    changesPerSecond,
    overSeconds: seconds,
    changeTableBytes: sum(counted, (table) => rateOf(table) * rowBytes(table)) * ROWS_PER_CHANGE * RETENTION_SECONDS,
    shareOfMeasured: changesPerSecond / MEASURED_CHANGES_PER_SECOND,
    busiest: counted
      .filter((table) => rateOf(table) > 0)
      .toSorted((a, b) => rateOf(b) - rateOf(a))
      .slice(0, 10)
      .map((table) => ({ name: `${table.schema}.${table.name}`, changesPerSecond: rateOf(table) })),
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
