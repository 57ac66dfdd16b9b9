import type sql from 'mssql';
import type pg from 'pg';

/** A table of the source and where its rows went. */
export interface MovedTable {
  readonly schema: string;
  readonly name: string;
  readonly targetSchema: string;
  readonly targetName: string;
  /** Source column and target column. */
  readonly columns: readonly { readonly source: string; readonly target: string }[];
}

const bracket = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Rows of both sides in a form that neither Sluice nor the other side's driver made: what the two drivers give for a plain SELECT, as text. Sorted, so that only the
 * multiset counts.
 */
export async function sourceRows(pool: sql.ConnectionPool, table: MovedTable): Promise<string[]> {
  const request = pool.request();
  request.arrayRowMode = true;
  const list = table.columns.map((column) => bracket(column.source)).join(', ');
  const result = await request.query(`SELECT ${list} FROM ${bracket(table.schema)}.${bracket(table.name)}`);
  return (result.recordset as unknown as unknown[][]).map(rowText).sort();
}

export async function targetRows(client: pg.ClientBase, table: MovedTable): Promise<string[]> {
  const list = table.columns.map((column) => quoted(column.target)).join(', ');
  const result = await client.query<unknown[]>({
    text: `select ${list} from ${quoted(table.targetSchema)}.${quoted(table.targetName)}`,
    rowMode: 'array',
  });
  return result.rows.map(rowText).sort();
}

/** Names of the tables of the source, counted by nobody but the source itself. */
export async function sourceTables(pool: sql.ConnectionPool): Promise<Map<string, number>> {
  const names = await pool
    .request()
    .query(
      `SELECT s.name AS [schema], t.name FROM sys.tables AS t JOIN sys.schemas AS s ON s.schema_id = t.schema_id WHERE s.name NOT IN ('cdc', 'sluice') AND t.is_ms_shipped = 0`,
    );
  const counts = new Map<string, number>();
  for (const { schema, name } of names.recordset as { schema: string; name: string }[]) {
    const result = await pool.request().query(`SELECT COUNT(*) AS n FROM ${bracket(schema)}.${bracket(name)}`);
    counts.set(`${schema}.${name}`, Number((result.recordset[0] as { n: number }).n));
  }
  return counts;
}

function rowText(row: readonly unknown[]): string {
  return JSON.stringify(row.map(valueText));
}

function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (value instanceof Date) return value.toISOString();
  // decimal, money and real are numbers of one driver and text of the other
  if (typeof value === 'string' && /^-?\d+\.\d+$/.test(value)) return String(Number(value));
  return String(value);
}
