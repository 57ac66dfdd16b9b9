import { quoteIdent, quoteLiteral, quoteQualified } from '#pgsql';
import { qualifiedName, quoteName, quoteString } from '#tsql';
import type { ConvertedColumn, ConvertedTable } from '../schema/index.ts';
import type { Samples } from './arguments.ts';
import { classOf } from './type-class.ts';

/** One statement in both languages; `shown` is the source's. */
export interface StatementPair {
  readonly source: string;
  readonly target: string;
}

const COLUMNS_TRIED = 4;

/**
 * Statements that fire the triggers of a table: an update of every row that changes nothing, updates of one and of two rows to values of other rows, an insert of
 * a copy, deletes of one row and of two. Rows are named by their key, so a table without one has only the first. Deterministic.
 */
export function triggerStatements(table: ConvertedTable, samples: Samples): StatementPair[] {
  const { source } = table;
  const values = samples.get(`${source.schema}.${source.name}`.toLowerCase());
  const plain = table.columns.filter((column) => isPlain(column));
  const key = table.key.flatMap((name) => table.columns.find((column) => column.source.name === name) ?? []);
  const settable = plain.filter((column) => !key.includes(column));
  const [from, to] = [qualifiedName(source.schema, source.name), quoteQualified(table)];
  const pairs: StatementPair[] = [];
  const add = (make: (side: Side) => string): void => {
    pairs.push({ source: make({ ...SOURCE, table: from }), target: make({ ...TARGET, table: to }) });
  };
  const [first] = settable;
  if (first) add((side) => `UPDATE ${side.table} SET ${side.name(first)} = ${side.name(first)}`);
  const valueOf = (column: ConvertedColumn, row: number): string | null | undefined =>
    values?.get(column.source.name.toLowerCase())?.[row];
  const where = (row: number, side: Side): string | null => {
    const parts = key.map((column) => {
      const value = valueOf(column, row);
      return value === null || value === undefined ? null : `${side.name(column)} = ${side.value(column, value)}`;
    });
    return parts.length === 0 || parts.includes(null) ? null : `(${parts.join(' AND ')})`;
  };
  if (where(0, SOURCE) === null) return pairs;
  const both = (side: Side): string => [where(0, side), where(1, side)].filter((one) => one !== null).join(' OR ');
  for (const column of settable.slice(0, COLUMNS_TRIED)) {
    const other = valueOf(column, 1) ?? valueOf(column, 0) ?? null;
    const set = (side: Side): string => `${side.name(column)} = ${other === null ? 'NULL' : side.value(column, other)}`;
    add((side) => `UPDATE ${side.table} SET ${set(side)} WHERE ${where(0, side)}`);
    add((side) => `UPDATE ${side.table} SET ${set(side)} WHERE ${both(side)}`);
  }
  const copied = (side: Side): string => plain.map((column) => side.name(column)).join(', ');
  if (plain.length > 0)
    add(
      (side) =>
        `INSERT INTO ${side.table} (${copied(side)}) SELECT ${copied(side)} FROM ${side.table} WHERE ${where(0, side)}`,
    );
  add((side) => `DELETE FROM ${side.table} WHERE ${where(0, side)}`);
  add((side) => `DELETE FROM ${side.table} WHERE ${both(side)}`);
  return pairs;
}

const isPlain = ({ source, generated }: ConvertedColumn): boolean =>
  !generated && !source.identity && !source.computed && classOf(source.sourceType.name) !== undefined;

interface Side {
  readonly table: string;
  name(column: ConvertedColumn): string;
  value(column: ConvertedColumn, text: string): string;
}

const SOURCE: Side = {
  table: '',
  name: (column) => quoteName(column.source.name),
  value: (column, text) => (classOf(column.source.sourceType.name) === 'binary' ? text : quoteString(text)),
};

const TARGET: Side = {
  table: '',
  name: (column) => quoteIdent(column.name),
  value: (column, text) =>
    quoteLiteral(classOf(column.source.sourceType.name) === 'binary' ? text.replace(/^0x/, '\\x') : text),
};
