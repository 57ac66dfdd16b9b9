import { SqlError } from '../session.ts';
import { foldOf } from './fold.ts';
import type { PgQuerier } from './model.ts';
import { insertRows, type MetaRow } from './rows.ts';

/** A table or view as the writer's parts need it. */
export interface TableRef {
  readonly objectId: number;
  readonly name: string;
  readonly schemaId: number;
  readonly schema: string;
}

export interface ColumnRef {
  readonly column_id: number;
  readonly name: string;
  readonly name_key: string;
}

/** What all parts of the catalog writer share: the connection, the rule for names, and small look-ups. */
export class Writing {
  private settings: { fold: (name: string) => string; collation: string } | undefined;

  constructor(readonly pg: PgQuerier) {}

  /** Must be awaited once before {@link fold} and {@link collation} are used. */
  async ready(): Promise<void> {
    if (this.settings) return;
    const { rows } = await this.pg.query<{ collation_name: string }>(
      'SELECT d.collation_name FROM meta.self JOIN meta.databases d USING (database_id)',
    );
    const collation = rows[0]?.collation_name ?? 'SQL_Latin1_General_CP1_CI_AS';
    this.settings = { fold: foldOf(collation), collation };
  }

  get collation(): string {
    return this.known.collation;
  }

  fold(name: string): string {
    return this.known.fold(name);
  }

  async insert(table: string, rows: readonly MetaRow[]): Promise<void> {
    await insertRows(this.pg, table, rows);
  }

  async rows<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.pg.query<R>(text, values)).rows;
  }

  /** `count` new object ids. */
  async objectIds(count: number): Promise<number[]> {
    if (count === 0) return [];
    const rows = await this.rows<{ id: number }>('SELECT meta.next_object_id() AS id FROM generate_series(1, $1)', [
      count,
    ]);
    return rows.map((row) => row.id);
  }

  async schemaId(name: string): Promise<number> {
    const [row] = await this.rows<{ schema_id: number }>('SELECT schema_id FROM meta.schemas WHERE name_key = $1', [
      this.fold(name),
    ]);
    if (row) return row.schema_id;
    throw new SqlError(
      2760,
      `The specified schema name "${name}" either does not exist or you do not have permission to use it.`,
    );
  }

  /** 2714 where the name is taken. */
  async requireFree(schemaId: number, name: string, severity = 16, state = 6): Promise<void> {
    const taken = await this.rows('SELECT 1 FROM meta.objects WHERE schema_id = $1 AND name_key = $2', [
      schemaId,
      this.fold(name),
    ]);
    if (taken.length > 0)
      throw new SqlError(2714, `There is already an object named '${name}' in the database.`, severity, state);
  }

  async table(objectId: number): Promise<TableRef> {
    const [row] = await this.rows<{ name: string; schema_id: number; schema: string }>(
      'SELECT o.name, o.schema_id, s.name AS schema FROM meta.objects o JOIN meta.schemas s USING (schema_id) WHERE o.object_id = $1',
      [objectId],
    );
    if (row) return { objectId, name: row.name, schemaId: row.schema_id, schema: row.schema };
    throw new SqlError(
      4902,
      `Cannot find the object with id ${objectId} because it does not exist or you do not have permissions.`,
    );
  }

  async columns(objectId: number): Promise<ColumnRef[]> {
    return this.rows<ColumnRef>(
      'SELECT column_id, name, name_key FROM meta.columns WHERE object_id = $1 ORDER BY column_id',
      [objectId],
    );
  }

  /** The column of that name, or 1911. */
  find(columns: readonly ColumnRef[], name: string): ColumnRef {
    const key = this.fold(name);
    const column = columns.find((candidate) => candidate.name_key === key);
    if (column) return column;
    throw new SqlError(1911, `Column name '${name}' does not exist in the target table or view.`);
  }

  async touch(objectId: number): Promise<void> {
    await this.pg.query('UPDATE meta.objects SET modify_date = localtimestamp WHERE object_id = $1', [objectId]);
  }

  private get known(): { fold: (name: string) => string; collation: string } {
    if (!this.settings) throw new RangeError('the catalog writer was used before it was ready');
    return this.settings;
  }
}

/** `((0))`: definitions are kept in parentheses, as SQL Server shows them. */
export function parenthesized(definition: string): string {
  const text = definition.trim();
  return isWrapped(text) ? text : `(${text})`;
}

/** True where the first parenthesis closes at the very end. Strings and quoted names are skipped. */
function isWrapped(text: string): boolean {
  if (!text.startsWith('(')) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const ch = text.charAt(i);
    if (ch === "'" || ch === '"' || ch === '[') {
      const end = text.indexOf(ch === '[' ? ']' : ch, i + 1);
      if (end < 0) return false;
      i = end;
    } else if (ch === '(') {
      depth += 1;
    } else if (ch === ')') {
      depth -= 1;
      if (depth === 0) return i === text.length - 1;
    }
  }
  return false;
}
