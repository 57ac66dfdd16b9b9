import type { Samples, TableArgument } from './arguments.ts';
import { plainName, type TrialTableType, type TrialTypeColumn } from './parameter.ts';
import type { Subject } from './subject.ts';
import { classOf, EDGES, fitted } from './type-class.ts';

type Row = readonly (string | null)[];

const ROWS_MADE = 6;
const NUMBERS_TRIED = 3;

/**
 * What a table-valued parameter is tried with. `rows`: two rows, one, many; their cells come from the rows of the reached table that has most of the type's columns by name, and
 * else from any. `edges`: no row at all, rows of edges, and one with NULL wherever it may be.
 */
export function tableArguments(
  type: TrialTableType,
  subject: Subject,
  samples: Samples,
): { readonly rows: readonly TableArgument[]; readonly edges: readonly TableArgument[] } {
  const columns = type.columns.map((column) => valuesOf(column, subject, samples));
  const best = bestTable(type, subject, samples);
  const made = Array.from({ length: ROWS_MADE }, (_, row): Row =>
    type.columns.map((column, at) => {
      const values = best?.get(plainName(column.name)) ?? columns[at]?.values ?? [];
      const cell = values[row % Math.max(1, values.length)] ?? null;
      const own = cell === null ? null : (fitted(cell, column) ?? null);
      return own ?? (column.nullable ? null : (columns[at]?.edges[0] ?? null));
    }),
  );
  const edged = Array.from({ length: 3 }, (_, row): Row =>
    columns.map(({ edges }) => edges[row % Math.max(1, edges.length)] ?? null),
  );
  const [first] = made;
  const bare = first && type.columns.map((column, at) => (column.nullable ? null : (first[at] ?? null)));
  const keep = (rows: readonly Row[]): TableArgument => ({ rows: keptRows(type, rows) });
  return {
    rows: [keep(made.slice(0, 2)), keep(made.slice(2, 3)), keep(made), keep(made.slice(0, 1))],
    edges: [{ rows: [] }, keep(edged), ...(bare ? [keep([bare])] : [])],
  };
}

function valuesOf(
  column: TrialTypeColumn,
  subject: Subject,
  samples: Samples,
): { readonly values: Row; readonly edges: readonly string[] } {
  const name = plainName(column.name);
  const wanted = classOf(column.base);
  const texts = wanted === 'text' ? subject.texts : wanted === 'integer' ? subject.numbers.slice(0, NUMBERS_TRIED) : [];
  const all = [...(subject.listed.get(name) ?? []), ...texts, ...(wanted ? EDGES[wanted] : [])];
  const edges = [...new Set(all.flatMap((one) => fitted(one, column) ?? []))];
  for (const table of tablesFor(subject, samples))
    for (const [other, values] of samples.get(table) ?? [])
      if (isLike(plainName(other), name) && values.some((one) => one !== null && fitted(one, column) !== undefined))
        return { values, edges };
  return { values: edges, edges };
}

/** The tables that the routine reaches, then all others, in lower case. */
const tablesFor = (subject: Subject, samples: Samples): Set<string> =>
  new Set([...subject.tables.map((name) => name.toLowerCase()), ...samples.keys()]);

/** `id` of a list stands for any key: `CustomerId`. */
const isLike = (column: string, name: string): boolean => column === name || (name === 'id' && column.endsWith('id'));

/** The columns, by plain name, of the reached table that has most of the type's. */
function bestTable(type: TrialTableType, subject: Subject, samples: Samples): ReadonlyMap<string, Row> | undefined {
  const names = type.columns.map((column) => plainName(column.name));
  let best: { readonly columns: ReadonlyMap<string, Row>; readonly weight: number } | undefined;
  for (const table of tablesFor(subject, samples)) {
    const entries = [...(samples.get(table) ?? [])].filter(([, values]) => values.length > 0);
    const columns = new Map(entries.map(([column, values]) => [plainName(column), values]));
    const weight = names.filter((name) => columns.has(name)).length;
    if (weight > (best?.weight ?? 0)) best = { columns, weight };
  }
  return best?.columns;
}

/** Rows that the type takes: numbered where the server numbers them, no NULL where there must be none, no key twice. */
function keptRows(type: TrialTableType, rows: readonly Row[]): Row[] {
  const at = (name: string): number => type.columns.findIndex((one) => one.name.toLowerCase() === name.toLowerCase());
  const known = new Set<string>();
  const kept: Row[] = [];
  for (const row of rows) {
    if (type.columns.some((column, index) => !column.nullable && !column.filled && row[index] === null)) continue;
    const keys = type.uniques.map((unique) =>
      JSON.stringify(unique.map((name) => [name, row[at(name)]?.toLowerCase().trimEnd() ?? null])),
    );
    if (keys.some((key) => known.has(key))) continue;
    for (const key of keys) known.add(key);
    kept.push(row.map((cell, index) => (type.columns[index]?.filled === 'identity' ? String(kept.length + 1) : cell)));
  }
  return kept;
}
