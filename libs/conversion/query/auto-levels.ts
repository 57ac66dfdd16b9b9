import type { Query, TableSource } from '#tsql';
import type { QueryColumn } from './query.ts';
import type { Translation } from './translation.ts';

/** One level of FOR XML AUTO and FOR JSON AUTO: a table of the query with its columns. */
export interface AutoLevel {
  /** As the query calls the table: by its alias, else as it is written. */
  readonly name: string;
  readonly columns: readonly QueryColumn[];
}

/** What is within an element: the text of the rows of the next level, and that level's name. */
interface Within {
  readonly name: string;
  readonly nested: string;
}

/** The rows of a query, by the name that columns are read from. */
interface Rows {
  readonly sql: string;
  readonly levels: readonly AutoLevel[];
}

/**
 * The tables of a query in the order in which its columns name them first, each with its columns. What is of no table belongs to the deepest level so far, before all of them to the first.
 */
export function autoLevels(query: Query, columns: readonly QueryColumn[]): readonly AutoLevel[] {
  const { body } = query;
  const written = new Map(body.kind === 'selectSpec' ? body.from.flatMap(namesOf) : []);
  const levels: { name: string; key: string; columns: QueryColumn[] }[] = [];
  const early: QueryColumn[] = [];
  for (const column of columns) {
    const key = column.source?.toLowerCase();
    const found = key === undefined ? levels.at(-1) : levels.find((one) => one.key === key);
    if (found) found.columns.push(column);
    else if (key === undefined) early.push(column);
    else levels.push({ name: written.get(key) ?? column.source ?? '', key, columns: [column] });
  }
  const [first] = levels;
  if (first) first.columns.unshift(...early);
  else levels.push({ name: [...written.values()][0] ?? '', key: '', columns: early });
  return levels;
}

/** The tables of a FROM by the names that columns have before them, and as they are written. */
function namesOf(source: TableSource): readonly (readonly [string, string])[] {
  switch (source.kind) {
    case 'join':
      return [...namesOf(source.left), ...namesOf(source.right)];
    case 'table': {
      const { database, schema, name } = source.name;
      const full = [database, schema, name].flatMap((part) => (part ? [part.name] : [])).join('.');
      return [[(source.alias?.name ?? name.name).toLowerCase(), source.alias?.name ?? full]];
    }
    case 'tableVariable': {
      const name = source.alias?.name ?? source.name;
      return [[name.toLowerCase(), name]];
    }
    default: {
      const alias = 'alias' in source ? source.alias?.name : undefined;
      return alias === undefined ? [] : [[alias.toLowerCase(), alias]];
    }
  }
}

/** Values that AUTO does not compare: a row with one begins a new element. */
const isCompared = ({ value }: QueryColumn): boolean =>
  !['xml', 'text', 'ntext', 'image'].includes(value.type.name) && value.json !== true;

/**
 * The rows one within the other: neighbours that are alike in a level, and in those above it, are one element with the rows below it. `element` writes one: the level, the name its
 * columns are read from, and the text of what is within it.
 */
export function nestedSql(
  t: Translation,
  { sql, levels }: Rows,
  separator: string,
  element: (level: AutoLevel, row: string, within: Within | undefined) => string,
): string {
  const outer = levels.slice(0, -1);
  const [rows, row] = [t.freshName('q'), t.freshName('q')];
  const differs = outer.map((_, index) => {
    const columns = levels.slice(0, index + 1).flatMap((one) => one.columns);
    const tests = columns.map((one) =>
      isCompared(one) ? `${rows}.${one.sqlName} IS DISTINCT FROM lag(${rows}.${one.sqlName}) OVER in_order` : 'true',
    );
    return `(${tests.join(' OR ')})::integer AS differs_${index + 1}`;
  });
  const groups = outer.map((_, index) => `sum(differs_${index + 1}) OVER (ORDER BY place) AS group_${index + 1}`);
  const numbered = `SELECT ${rows}.*, row_number() OVER () AS place FROM (${sql}) AS ${rows}`;
  const compared = `SELECT ${rows}.*, ${differs.join(', ')} FROM (${numbered}) AS ${rows} WINDOW in_order AS (ORDER BY place)`;
  let from = `SELECT ${rows}.*, ${groups.join(', ')} FROM (${compared}) AS ${rows}`;
  let within: Within | undefined;
  for (let depth = levels.length - 1; depth > 0; depth--) {
    const level = levels[depth];
    if (!level) break;
    const keys = outer.slice(0, depth).map((_, index) => `group_${index + 1}`);
    const kept = levels.slice(0, depth).flatMap((one) => one.columns);
    const columns = kept.map((one) => `(array_agg(${row}.${one.sqlName} ORDER BY place))[1] AS ${one.sqlName}`);
    const inner = `string_agg(${element(level, row, within)}, '${separator}' ORDER BY place) AS nested`;
    from = `SELECT min(place) AS place, ${[...keys, ...columns, inner].join(', ')} FROM (${from}) AS ${row} GROUP BY ${keys.join(', ')}`;
    within = { name: level.name, nested: `${row}.nested` };
  }
  const [top] = levels;
  return top
    ? `SELECT string_agg(${element(top, row, within)}, '${separator}' ORDER BY place) AS joined FROM (${from}) AS ${row}`
    : from;
}
