import type { TdsValue } from '../session.ts';
import type { PgQuerier } from './model.ts';
import type { ProcedureContext, ProcedureResult } from './procedure.ts';
import { sendResult, type ResultShape } from './result-set.ts';

/** The arguments of a driver's procedure: by name, else by position; NULL and missing are the same. */
export function textArguments(
  names: readonly string[],
  args: readonly { readonly name: string; readonly value: TdsValue }[],
): (string | null)[] {
  const values = new Array<string | null>(names.length).fill(null);
  for (const [at, argument] of args.entries()) {
    const name = argument.name.replace(/^@/, '').toLowerCase();
    const place = name === '' ? at : names.indexOf(name);
    if (place >= 0 && place < values.length) values[place] = argument.value === null ? null : String(argument.value);
  }
  return values;
}

/** A T-SQL LIKE pattern (`[_]` is an underscore) as PostgreSQL's, with backslash as its escape. Without wildcards it still matches whole names. */
export function likePattern(pattern: string | null): string | null {
  if (pattern === null) return null;
  return pattern.replaceAll(/\[([_%[])\]|\\/g, (_all, one: string | undefined) =>
    one === undefined ? '\\\\' : one === '[' ? '[' : `\\${one}`,
  );
}

/** Sends what a query gives, its columns in the order of the shape. */
export async function answer(
  context: Pick<ProcedureContext, 'pg' | 'out'>,
  shape: ResultShape,
  sql: string,
  values: readonly unknown[] = [],
): Promise<ProcedureResult> {
  await sendResult(context.out, shape, await arrays(context.pg, sql, shape.length, values));
  return { status: 0 };
}

/** Rows as arrays: the query must name its columns v1 … vn. */
async function arrays(pg: PgQuerier, sql: string, width: number, values: readonly unknown[]): Promise<TdsValue[][]> {
  const names = Array.from({ length: width }, (_, at) => `v${at + 1}`);
  const { rows } = await pg.query<Record<string, TdsValue>>(
    `SELECT * FROM (${sql}) AS q (${names.join(', ')})`,
    values,
  );
  return rows.map((row) => names.map((name) => row[name] ?? null));
}
