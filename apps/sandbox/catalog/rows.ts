import { quoteIdent } from '#pgsql';
import type { PgQuerier } from './model.ts';

/** Values of one metadata row by column name. Columns that no row names take their default. */
export type MetaRow = Readonly<Record<string, unknown>>;

/** Inserts rows of one shape into `meta.<table>`. */
export async function insertRows(pg: PgQuerier, table: string, rows: readonly MetaRow[]): Promise<void> {
  const first = rows[0];
  if (!first) return;
  const columns = Object.keys(first).map(quoteIdent).join(', ');
  const name = `meta.${quoteIdent(table)}`;
  await pg.query(
    `INSERT INTO ${name} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${name}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
