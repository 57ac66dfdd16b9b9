import type { Log } from '#telemetry';
import { ValueCounters } from '#values';

/** Between two reports, in ms. */
const PAUSE_MS = 10_000;

interface Counted {
  readonly counters: ValueCounters;
  /** Both counts together when they were last told. */
  told: number;
}

/**
 * What the policies under `values:` altered in this process, by table: no value changes in silence (rows C4, C10, C11). Tells the log while the counts grow, and at the end. What is read again is counted again.
 */
export class AlteredValues {
  readonly #tables = new Map<string, Counted>();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly log: Log) {
    this.#timer = setInterval(() => this.report(), PAUSE_MS).unref();
  }

  /** The counters that the encoders of a table (`schema.table`) share in this process. */
  countersOf(table: string): ValueCounters {
    let counted = this.#tables.get(table);
    if (!counted) {
      counted = { counters: new ValueCounters(), told: 0 };
      this.#tables.set(table, counted);
    }
    return counted.counters;
  }

  /** Tells of each table whose counts have grown since the last report. */
  report(): void {
    for (const [table, counted] of this.#tables) {
      const { textAltered, digit7Reduced } = counted.counters;
      if (textAltered + digit7Reduced === counted.told) continue;
      counted.told = textAltered + digit7Reduced;
      this.log.info('values were altered by policy', { table, textAltered, digit7Reduced });
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.report();
  }
}
