import type pg from 'pg';
import { quoteIdent, quoteQualified } from '#pgsql';
import type { JobTable } from '#target-postgres';
import { foldExpression } from '#values';
import type { CanonicalRow, RowForm } from './row-form.ts';

/** Rows fetched at once while a target table is scanned. */
const SCAN_ROWS = 2000;

/** Reads rows of one target table as PostgreSQL prints them. */
export class TargetRows {
  private readonly columns: readonly string[];

  constructor(
    private readonly pool: pg.Pool,
    private readonly table: JobTable,
    private readonly form: RowForm,
  ) {
    this.columns = table.eventTable.columns.map((column) => {
      const target = table.targetColumns.find((one) => one.source === column.name);
      if (!target) throw new Error(`BUG: ${table.tableName}.${column.name} has no target column`);
      return quoteIdent(target.name);
    });
  }

  /** The rows of the given keys, by canonical key. One round trip. */
  async lookup(rows: readonly CanonicalRow[]): Promise<Map<string, CanonicalRow>> {
    const { key, columns } = this.table.eventTable;
    const types = key.map(
      ({ index }) => this.table.targetColumns.find((one) => one.source === columns[index]?.name)?.type ?? 'text',
    );
    const names = key.map((_, position) => `k${position}`);
    const joins = key.map(
      ({ index, fold }, position) =>
        `${foldExpression(fold, `t.${this.columns[index] ?? ''}`)} = ${foldExpression(fold, `x.k${position}`)}`,
    );
    const arrays = types.map((type, position) => `$${position + 1}::${baseType(type)}[]`);
    const text = `select ${this.selectList()} from ${quoteQualified({ schema: this.table.targetSchema, name: this.table.targetName })} t
      join unnest(${arrays.join(', ')}) as x(${names.join(', ')}) on ${joins.join(' and ')}`;
    const values = key.map((_, position) => rows.map((row) => targetText(row.keyTexts[position] ?? '')));
    const result = await this.pool.query<(string | null)[]>({ text, values, rowMode: 'array', types: AS_TEXT });
    return new Map(result.rows.map((row) => this.form.fromTarget(row)).map((row) => [row.key, row]));
  }

  /** Every row, in blocks, from one snapshot. */
  async *scan(): AsyncIterable<readonly CanonicalRow[]> {
    const client = await this.pool.connect();
    try {
      await client.query('begin transaction isolation level repeatable read read only');
      const table = quoteQualified({ schema: this.table.targetSchema, name: this.table.targetName });
      await client.query(`declare sluice_scan no scroll cursor for select ${this.selectList()} from ${table} t`);
      for (;;) {
        const result = await client.query<(string | null)[]>({
          text: `fetch ${SCAN_ROWS} from sluice_scan`,
          rowMode: 'array',
          types: AS_TEXT,
        });
        if (result.rows.length === 0) break;
        yield result.rows.map((row) => this.form.fromTarget(row));
      }
      await client.query('commit');
    } finally {
      // A scan that was left early leaves its transaction open: the connection is not used again.
      client.release(true);
    }
  }

  private selectList(): string {
    return this.columns.map((column) => `t.${column}`).join(', ');
  }
}

/** All values as the server's text. */
const AS_TEXT = { getTypeParser: () => (text: string | Buffer) => String(text) } as unknown as pg.CustomTypesConfig;

/** The type without its modifier, so that a key is not cut or rounded by the cast. */
function baseType(type: string): string {
  const base = type.replace(/\(.*\)/, '');
  return base === 'char' || base === 'varchar' ? 'text' : base;
}

/** Boundary text of the source as PostgreSQL reads it. */
function targetText(text: string): string {
  return /^0x[0-9a-f]*$/i.test(text) ? `\\x${text.slice(2)}` : text;
}
