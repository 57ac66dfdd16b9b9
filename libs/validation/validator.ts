import type pg from 'pg';
import type { ChunkReader } from '#source';
import type { JobTable } from '#target-postgres';
import type { ValuePolicy } from '#values';
import { KeySet } from './key-set.ts';
import { type CanonicalRow, digest, RowForm } from './row-form.ts';
import { TargetRows } from './target-rows.ts';

export type DifferenceKind = 'missing' | 'extra' | 'differs';

/** A key at which source and target differ, after both were read again at a settled position. */
export interface Difference {
  readonly table: string;
  /** Canonical key, JSON array of texts; of a table without a key the row's digest. */
  readonly key: string;
  readonly kind: DifferenceKind;
  /** Columns that differ. Never their values. */
  readonly columns: readonly string[];
  /** The row changed in every try: nothing is known, which blocks cutover like a difference. */
  readonly unsettled: boolean;
}

export interface TableResult {
  readonly table: string;
  readonly rows: number;
  /** At most {@link ValidatorOptions.maxListed} of them. */
  readonly differences: readonly Difference[];
  readonly differing: number;
  readonly unsettled: number;
  readonly durationMs: number;
}

export interface ValidatorOptions {
  openReader(): Promise<ChunkReader>;
  readonly pool: pg.Pool;
  readonly policy: ValuePolicy;
  /** Resolves when the target shows everything that the source had committed when it was called. */
  settle(signal: AbortSignal): Promise<void>;
  readonly chunkRows: number;
  readonly maxListed: number;
  onProgress?(table: string, rows: number): void;
}

/** Tries after which a row that still changes is unsettled. */
const TRIES = 5;
/** Differences re-read at once; more are re-read in groups. */
const RECHECK = 200;

/**
 * Compares every row of a table, source against target, while changes flow (rule 13): rows of the source are looked up in the target by key, then rows that only the
 * target has are sought; whatever differs is read again on both sides after the sink has passed a fresh position.
 */
export class Validator {
  constructor(private readonly options: ValidatorOptions) {}

  async validate(table: JobTable, signal: AbortSignal): Promise<TableResult> {
    const startedMs = Date.now();
    const reader = await this.options.openReader();
    try {
      const run = new TableRun(this.options, table, reader, signal);
      const { rows, differences } = table.eventTable.key.length > 0 ? await run.byKey() : await run.byMultiplicity();
      return {
        table: table.tableName,
        rows,
        differences: differences.slice(0, this.options.maxListed),
        differing: differences.filter((difference) => !difference.unsettled).length,
        unsettled: differences.filter((difference) => difference.unsettled).length,
        durationMs: Date.now() - startedMs,
      };
    } finally {
      await reader.close();
    }
  }
}

class TableRun {
  private readonly form: RowForm;
  private readonly target: TargetRows;

  constructor(
    private readonly options: ValidatorOptions,
    private readonly table: JobTable,
    private readonly reader: ChunkReader,
    private readonly signal: AbortSignal,
  ) {
    this.form = new RowForm(table.eventTable, options.policy);
    this.target = new TargetRows(options.pool, table, this.form);
  }

  async byKey(): Promise<{ rows: number; differences: Difference[] }> {
    const suspects = new Map<string, CanonicalRow>();
    const seen = new KeySet();
    let rows = 0;
    for await (const bounds of this.reader.plan(this.table.eventTable, this.options.chunkRows)) {
      for await (const block of this.reader.read(this.table.eventTable, bounds, this.signal)) {
        const source = block.rows.map((row) => this.form.fromSource(row));
        const target = await this.target.lookup(source);
        for (const row of source) {
          seen.add(row.key);
          const other = target.get(row.key);
          if (!other || this.form.differing(row, other).length > 0) suspects.set(row.key, row);
        }
        rows += source.length;
        this.options.onProgress?.(this.table.tableName, rows);
      }
    }
    for await (const block of this.target.scan()) {
      this.signal.throwIfAborted();
      for (const row of block) if (!seen.has(row.key)) suspects.set(row.key, row);
    }
    const differences: Difference[] = [];
    const all = [...suspects.values()];
    for (let from = 0; from < all.length; from += RECHECK)
      differences.push(...(await this.recheck(all.slice(from, from + RECHECK))));
    return { rows, differences };
  }

  /** Reads suspects again on both sides until each is equal, or differs in the same way twice at settled positions, or the tries are over. */
  private async recheck(suspects: readonly CanonicalRow[]): Promise<Difference[]> {
    const found: Difference[] = [];
    const states = new Map<string, string>();
    let open = suspects;
    for (let attempt = 1; open.length > 0 && attempt <= TRIES; attempt++) {
      await this.options.settle(this.signal);
      const source = new Map(
        (
          await this.reader.lookup(
            this.table.eventTable,
            open.map((row) => row.keyTexts),
            this.signal,
          )
        )
          .map((row) => this.form.fromSource(row))
          .map((row) => [row.key, row]),
      );
      const target = await this.target.lookup(open);
      const next: CanonicalRow[] = [];
      for (const suspect of open) {
        const [a, b] = [source.get(suspect.key), target.get(suspect.key)];
        const columns = a && b ? this.form.differing(a, b) : [];
        if ((!a && !b) || (a && b && columns.length === 0)) continue;
        const state = digest(JSON.stringify([a?.values ?? null, b?.values ?? null]));
        const kind: DifferenceKind = !b ? 'missing' : !a ? 'extra' : 'differs';
        const isSteady = states.get(suspect.key) === state;
        if (isSteady || attempt === TRIES)
          found.push({ table: this.table.tableName, key: suspect.key, kind, columns, unsettled: !isSteady });
        else next.push(suspect);
        states.set(suspect.key, state);
      }
      open = next;
    }
    return found;
  }

  /**
   * Tables without a key: how often each row stands on either side. A row that was equal in any try is proven; one that differs in every try by the same count is
   * a difference, by another count unsettled.
   */
  async byMultiplicity(): Promise<{ rows: number; differences: Difference[] }> {
    let open = null as Map<string, number> | null;
    const steady = new Set<string>();
    for (let attempt = 1; ; attempt++) {
      await this.options.settle(this.signal);
      const { rows, counts } = await this.countRows();
      const before: ReadonlyMap<string, number> | null = open;
      steady.clear();
      if (before) for (const [row, count] of counts) if (before.get(row) === count) steady.add(row);
      open = before ? common(counts, before) : counts;
      const isOver = open.size === 0 || [...open.keys()].every((row) => steady.has(row));
      if (!isOver && attempt < TRIES) continue;
      const differences = [...open].map(([row, count]): Difference => {
        const kind = count > 0 ? 'missing' : 'extra';
        return { table: this.table.tableName, key: row, kind, columns: [], unsettled: !steady.has(row) };
      });
      return { rows, differences };
    }
  }

  private async countRows(): Promise<{ rows: number; counts: Map<string, number> }> {
    const counts = new Map<string, number>();
    const add = (row: CanonicalRow, by: number): void => {
      const key = digest(JSON.stringify(row.values));
      const count = (counts.get(key) ?? 0) + by;
      if (count === 0) counts.delete(key);
      else counts.set(key, count);
    };
    let rows = 0;
    for await (const block of this.reader.read(this.table.eventTable, { lower: null, upper: null }, this.signal)) {
      for (const row of block.rows) add(this.form.fromSource(row), 1);
      rows += block.rows.length;
    }
    for await (const block of this.target.scan()) for (const row of block) add(row, -1);
    return { rows, counts };
  }
}

/** The entries of `counts` whose rows are in `before` too. */
function common(counts: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...counts].filter(([row]) => before.has(row)));
}
