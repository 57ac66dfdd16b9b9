import { plainName, type TrialParameter } from './parameter.ts';
import type { Subject } from './subject.ts';
import { tableArguments } from './table-arguments.ts';
import { classOf, EDGES, fitted, type TypeClass } from './type-class.ts';

/** Rows of a table-valued parameter; cells in the order of its type's columns. */
export interface TableArgument {
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A value as text that both sides read, null for NULL, rows of a table type, or `undefined` where the parameter's default is taken. */
export type Argument = string | null | undefined | TableArgument;

/** Some rows of each table, `schema.name` in lower case → column in lower case → values by row, as text. */
export type Samples = ReadonlyMap<string, ReadonlyMap<string, readonly (string | null)[]>>;

export const isTableArgument = (value: Argument): value is TableArgument => typeof value === 'object' && value !== null;

const ROWS_TRIED = 5;
const TEXTS_TRIED = 6;

/**
 * Lists of arguments to call a routine with, the likeliest first: values of rows, matched to parameters by what the routine compares them with and by name, and taken from one
 * row where they are of one table; then defaults, NULLs, and for each parameter what CHECKs list, the constants of the routine's own text and the edges of its type.
 * At most `most`, none twice. Deterministic.
 */
export function argumentLists(subject: Subject, samples: Samples, most: number): Argument[][] {
  const { parameters } = subject;
  if (parameters.length === 0) return [[]];
  const pools = poolsOf(subject, samples);
  const fromRow = (row: number): Argument[] =>
    pools.map((pool) => pool.rows[row % Math.max(1, pool.rows.length)] ?? null);
  // Rows that do not belong together: a pair of keys that is not there yet.
  const crossed = pools.map((pool, index) => pool.rows[index % Math.max(1, pool.rows.length)] ?? null);
  const lists: Argument[][] = [fromRow(0), fromRow(1)];
  if (parameters.some((one) => one.hasDefault && !one.output))
    lists.push(
      parameters.map((one, index) => (one.hasDefault && !one.output ? undefined : (pools[index]?.rows[0] ?? null))),
    );
  lists.push(parameters.map((one) => (one.table ? { rows: [] } : null)));
  lists.push(crossed);
  const widest = Math.max(...pools.map((pool) => pool.edges.length));
  for (let turn = 0; turn < Math.max(widest, ROWS_TRIED); turn += 1) {
    for (const [index, pool] of pools.entries()) {
      const edge = pool.edges[turn];
      if (edge !== undefined) lists.push(fromRow(turn).with(index, edge));
    }
    lists.push(fromRow(turn + 2));
  }
  const known = new Set<string>();
  return lists.filter((list) => {
    const key = JSON.stringify(list.map((one) => (one === undefined ? { default: true } : one)));
    return known.size < most && !known.has(key) && known.add(key);
  });
}

interface Pool {
  readonly rows: readonly Argument[];
  readonly edges: readonly Argument[];
}

function poolsOf(subject: Subject, samples: Samples): Pool[] {
  const columns = matchedColumns(subject, samples);
  return subject.parameters.map((one, index) => {
    if (one.table) return tableArguments(one.table, subject, samples);
    return poolOf(one, columns[index] ?? [], subject, samples);
  });
}

function poolOf(parameter: TrialParameter, own: readonly (string | null)[], subject: Subject, samples: Samples): Pool {
  const wanted = classOf(parameter.base);
  if (!wanted) return { rows: [null], edges: [] };
  const listed = parameter.columns.flatMap((column) => subject.listed.get(column) ?? []);
  const texts = wanted === 'text' ? subject.texts : wanted === 'integer' ? subject.numbers : [];
  const all = [...listed, ...texts.slice(0, TEXTS_TRIED), ...EDGES[wanted]];
  const edges = [...new Set(all.flatMap((one) => fitted(one, parameter) ?? []))];
  const dates = wanted === 'date' || wanted === 'datetime';
  const values = own.length > 0 || !dates ? own : datesOf(subject, samples);
  const rows = values.flatMap((one) => (one === null ? [one] : (fitted(one, parameter) ?? [])));
  const sorted = dates ? inRange(parameter.name, rows) : rows;
  if (sorted.length === 0) return { rows: edges, edges };
  const unused = parameter.fresh ? FRESH[wanted]?.flatMap((one) => fitted(one, parameter) ?? []) : undefined;
  return unused
    ? { rows: unused, edges: [...sorted.filter((one) => one !== null), ...edges] }
    : { rows: sorted, edges };
}

/** Values that are in no table, as likely as not. */
const FRESH: Partial<Record<TypeClass, readonly string[]>> = {
  integer: ['7654321', '30123', '251'],
  guid: ['7E57AB1E-0000-4000-8000-00000000F5E5', '7E57AB1E-0000-4000-8000-00000000F5E6'],
  text: ['Zq 7', 'Zq', 'Z'],
  decimal: ['7654.5'],
};

const FIRST = /(start|from|begin|since|min|after|low|earliest)/i;
const LAST =
  /(end|to|until|till|thru|through|max|before|high|latest)$|^@(end|to|until|till|thru|through|max|before|high|latest)/i;

/** The ends of a range: `@StartDate` begins with the earliest value, `@EndDate` with the latest. */
function inRange(name: string, values: readonly (string | null)[]): readonly (string | null)[] {
  const order = LAST.test(name.replace(/_?(date|time|dt|d)$/i, '')) ? -1 : FIRST.test(name) ? 1 : 0;
  return order === 0 ? values : values.toSorted((a, b) => order * (a ?? '').localeCompare(b ?? ''));
}

/** Dates of the tables that a routine reaches. */
function datesOf(subject: Subject, samples: Samples): (string | null)[] {
  const columns = subject.tables.flatMap((table) => [...(samples.get(table.toLowerCase())?.values() ?? [])]);
  return columns.find((values) => values.some((one) => one !== null && /^\d{4}-\d\d-\d\d/.test(one)))?.slice() ?? [];
}

/** For each parameter the values of its column: of the reached table that most parameters have a column in. */
function matchedColumns(subject: Subject, samples: Samples): readonly (readonly (string | null)[])[] {
  const tables = subject.tables.flatMap((name) => {
    const columns = samples.get(name.toLowerCase());
    if (!columns || ![...columns.values()].some((values) => values.length > 0)) return [];
    return [new Map([...columns].map(([column, values]) => [plainName(column), values]))];
  });
  const found = subject.parameters.map((one) =>
    tables.map((columns) => one.columns.map((name) => columns.get(name)).find((values) => values !== undefined)),
  );
  const weight = tables.map((_, at) => found.filter((each) => each[at] !== undefined).length);
  const order = tables.map((_, at) => at).toSorted((a, b) => (weight[b] ?? 0) - (weight[a] ?? 0));
  return found.map((each, index) => {
    const wanted = classOf(subject.parameters[index]?.base ?? '');
    const fits = (values: readonly (string | null)[]): boolean => {
      const parameter = subject.parameters[index];
      return parameter !== undefined && values.some((one) => one !== null && fitted(one, parameter) !== undefined);
    };
    const at = order.find((one) => wanted !== undefined && fits(each[one] ?? []));
    return at === undefined ? [] : (each[at] ?? []);
  });
}

/** A list of arguments as a person reads it: `@a = 1, @b = NULL, @c = DEFAULT, @t = (1, 'x'), (2, NULL)`. */
export function shownArguments(parameters: readonly TrialParameter[], values: readonly Argument[]): string {
  const shown = (value: string | null, base: string): string =>
    value === null
      ? 'NULL'
      : (['integer', 'decimal', 'bit'] as (TypeClass | undefined)[]).includes(classOf(base))
        ? value
        : `'${value}'`;
  return parameters
    .map((one, index) => {
      const value = values[index];
      if (value === undefined) return `${one.name} = DEFAULT`;
      if (!isTableArgument(value)) return `${one.name} = ${shown(value, one.base)}`;
      const bases = one.table?.columns.map((column) => column.base) ?? [];
      const rows = value.rows.map((row) => `(${row.map((cell, at) => shown(cell, bases[at] ?? '')).join(', ')})`);
      return `${one.name} = ${rows.length === 0 ? 'no rows' : rows.join(', ')}`;
    })
    .join(', ');
}
