import { SqlError } from '../session.ts';
import { StaticRows, type CursorRows, type Direction, type Fetched } from './cursor-rows.ts';
import type { PgRow } from './pg-link.ts';
import type { Run } from './run.ts';

const textOf = (row: PgRow): string => JSON.stringify(row);

/** How many of each row there are. */
function counted(rows: readonly PgRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(textOf(row), (counts.get(textOf(row)) ?? 0) + 1);
  return counts;
}

/**
 * The rows of a cursor whose kind shows changes, over what has no keys here: a view, a subquery, an outer join, a table of another database; of the API also a table without a unique index. They are read when it is opened. Where
 * anything was written since, they are read again at a FETCH, which fails (40515) unless all rows to come are still as they were: what it gives is what a server gives.
 */
export class WatchedRows extends StaticRows {
  /** `stamp`: of the server's writes, from before the rows were read. */
  constructor(
    { columns, copies = [] }: CursorRows,
    private readonly reread: () => Promise<readonly PgRow[]>,
    private stamp: number,
  ) {
    super(columns, copies);
  }

  override async fetch(run: Run, direction: Direction, offset: number): Promise<Fetched> {
    const fetched = await super.fetch(run, direction, offset);
    const from = direction === 'prior' ? 0 : this.at - 1;
    await this.check(run, typeof fetched === 'string' ? [] : this.copies.slice(from));
    return fetched;
  }

  /** `toCome`: the row that was fetched, and those behind it. */
  private async check(run: Run, toCome: readonly PgRow[]): Promise<void> {
    const { stamp } = run.session.server.writes;
    if (stamp === this.stamp) return;
    const now = await this.reread();
    const counts = counted(now);
    const isThere = [...counted(toCome)].every(([row, count]) => (counts.get(row) ?? 0) >= count);
    if (!isThere || now.length > this.size) {
      throw new SqlError(
        40_515,
        'FETCH from a cursor over a view, a subquery, an outer join, a table without a unique index or another database whose rows have changed since it was opened is not supported in this version of SQL Server.',
      );
    }
    this.stamp = stamp;
  }
}
