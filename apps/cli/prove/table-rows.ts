import type pg from 'pg';
import type { Cell, ConvertedTable } from '#conversion';
import { quoteIdent, quoteQualified } from '#pgsql';
import type { SourceTrial } from '#source';
import { qualifiedName, quoteName } from '#tsql';

/** Rows that are compared of a table at most, and rows that a call may have changed in a table of which there is a copy. */
export const ROWS_COMPARED = 2000;
/** From so many rows on a table is copied, and what a call changed is what differs from the copy. */
const COPIED_FROM = 1000;
/** A table of more rows is not copied: neither side's server is to be filled by a proof. */
export const ROWS_COPIED = 1_000_000;

const NOT_COMPARED = new Set(['timestamp', 'rowversion', 'sql_variant', 'hierarchyid', 'geography', 'geometry', 'xml']);

/** Whether values of a type of the source can be compared. */
export const isCompared = (type: string): boolean => !NOT_COMPARED.has(type);

/** The columns of a table that can be compared, in one order for both sides. */
export const comparedColumns = (table: ConvertedTable): ConvertedTable['columns'] =>
  table.columns.filter((column) => isCompared(column.source.sourceType.name));

/** A table's name at the source. */
export const nameOf = ({ source }: ConvertedTable): string => `${source.schema}.${source.name}`;

/**
 * How the rows of tables are read after a call. Of a table with few rows all of them. Of a longer one those that differ from a copy made before the first call, on each side by
 * its own server: a row that came has `+` before its cells, one that went has `-`, and the number of all rows stands at the end. Rows are told apart byte by byte.
 */
export class TableRows {
  private readonly copies = new Map<ConvertedTable, string>();
  private made = 0;

  private constructor(
    private readonly trial: SourceTrial,
    private readonly client: pg.PoolClient,
    private readonly counts: ReadonlyMap<ConvertedTable, number>,
    /** Tables that have not as many rows at the source, with what is said of them. */
    readonly unequal: ReadonlyMap<string, string>,
  ) {}

  static async open(trial: SourceTrial, client: pg.PoolClient, tables: readonly ConvertedTable[]): Promise<TableRows> {
    const counts = new Map<ConvertedTable, number>();
    const unequal = new Map<string, string>();
    for (const table of tables) {
      const limit = ROWS_COPIED + 1;
      const { rows } = await client.query<{ n: string }>(
        `SELECT count(*) AS n FROM (SELECT FROM ${quoteQualified(table)} LIMIT ${limit}) AS counted`,
      );
      const count = Number(rows[0]?.n);
      counts.set(table, count);
      const from = qualifiedName(table.source.schema, table.source.name);
      const [row] = await trial.query(
        `SELECT COUNT_BIG(*) FROM (SELECT TOP (${limit}) 1 AS one FROM ${from}) AS counted`,
      );
      if (Number(row?.[0]) !== count)
        unequal.set(
          nameOf(table),
          `${nameOf(table)} has ${String(row?.[0])} rows in the source, ${count} in the target`,
        );
    }
    return new TableRows(trial, client, counts, unequal);
  }

  /** Tables that are long and of which there is no copy yet. */
  uncopied(tables: Iterable<ConvertedTable>): ConvertedTable[] {
    return [...tables].filter((table) => (this.counts.get(table) ?? 0) >= COPIED_FROM && !this.copies.has(table));
  }

  /** Whether only what a call changes in a table is read. */
  isCopied(table: ConvertedTable): boolean {
    return this.copies.has(table);
  }

  /** Copies tables on both sides, outside any transaction. The first that is too long to be copied, where there is one. */
  async copy(tables: readonly ConvertedTable[]): Promise<ConvertedTable | undefined> {
    const tooLong = tables.find((table) => (this.counts.get(table) ?? 0) > ROWS_COPIED);
    if (tooLong) return tooLong;
    for (const table of tables) {
      const copy = `sluice_before_${++this.made}`;
      const from = qualifiedName(table.source.schema, table.source.name);
      await this.trial.prepare(`SELECT ${sourceColumns(table).join(', ')} INTO ${quoteName(`#${copy}`)} FROM ${from}`);
      await this.client.query(
        `CREATE TEMPORARY TABLE ${quoteIdent(copy)} AS SELECT ${targetColumns(table).join(', ')} FROM ${quoteQualified(table)}`,
      );
      this.copies.set(table, copy);
    }
    return undefined;
  }

  /** The source's session is another one: its copies are gone. */
  forget(): void {
    this.copies.clear();
  }

  /** Queries at the source whose results together are {@link rowsOf}. */
  sourceReads(table: ConvertedTable): string[] {
    const [from, copy] = [qualifiedName(table.source.schema, table.source.name), this.copies.get(table)];
    const list = sourceColumns(table).join(', ');
    if (copy === undefined) return [`SELECT TOP (${ROWS_COMPARED + 1}) ${list} FROM ${from};`];
    const [now, before] = [from, quoteName(`#${copy}`)].map(
      (one) => `SELECT ${sourceExact(table).join(', ')} FROM ${one}`,
    );
    const only = (mine: string, theirs: string): string =>
      `SELECT TOP (${ROWS_COMPARED + 1}) ${list} FROM (${mine} EXCEPT ${theirs}) AS differing;`;
    return [only(now ?? '', before ?? ''), only(before ?? '', now ?? ''), `SELECT COUNT_BIG(*) FROM ${from};`];
  }

  /** The same in the target. */
  targetReads(table: ConvertedTable): string[] {
    const [from, copy] = [quoteQualified(table), this.copies.get(table)];
    const list = targetColumns(table).join(', ');
    if (copy === undefined) return [`SELECT ${list} FROM ${from} LIMIT ${ROWS_COMPARED + 1}`];
    // The text of a row is exact where a column's own collation is not.
    const [now, before] = [from, quoteIdent(copy)].map(
      (one) => `SELECT ${list}, ROW(${list})::text AS exact FROM ${one}`,
    );
    const only = (mine: string, theirs: string): string =>
      `SELECT ${list} FROM (${mine} EXCEPT ALL ${theirs}) AS differing LIMIT ${ROWS_COMPARED + 1}`;
    return [only(now ?? '', before ?? ''), only(before ?? '', now ?? ''), `SELECT count(*) FROM ${from}`];
  }

  /** Rows of a table as they are compared, of what its reads gave; `tooMany`: they are not all. */
  rowsOf(table: ConvertedTable, sets: readonly Cell[][][]): { readonly rows: Cell[][]; readonly tooMany: boolean } {
    const tooMany = sets.some((rows) => rows.length > ROWS_COMPARED);
    const [came = [], went = [], count = []] = sets;
    if (!this.copies.has(table)) return { rows: came, tooMany };
    const rows = [
      ...came.map((row): Cell[] => ['+', ...row]),
      ...went.map((row): Cell[] => ['-', ...row]),
      ...count.map((row): Cell[] => ['rows', ...row]),
    ];
    return { rows, tooMany };
  }
}

const sourceColumns = (table: ConvertedTable): string[] =>
  comparedColumns(table).map((column) => quoteName(column.source.name));

const targetColumns = (table: ConvertedTable): string[] =>
  comparedColumns(table).map((column) => quoteIdent(column.name));

/** The columns for EXCEPT, which takes no large objects of the old kind and finds texts equal that differ in case or in blanks at their end: of texts their bytes too. */
function sourceExact(table: ConvertedTable): string[] {
  return comparedColumns(table).flatMap(({ source: { name, sourceType } }, index) => {
    const column = quoteName(name);
    const bytes = `AS sluice_bytes_${index}`;
    if (sourceType.name === 'image') return [`CAST(${column} AS varbinary(max)) AS ${column}`];
    if (sourceType.name === 'text' || sourceType.name === 'ntext') {
      const type = sourceType.name === 'text' ? 'varchar(max)' : 'nvarchar(max)';
      return [`CAST(${column} AS ${type}) AS ${column}`, `CAST(CAST(${column} AS ${type}) AS varbinary(max)) ${bytes}`];
    }
    return /char|sysname/.test(sourceType.name) ? [column, `CAST(${column} AS varbinary(max)) ${bytes}`] : [column];
  });
}
