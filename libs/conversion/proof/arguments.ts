import { printType, type Parameter } from '#tsql';
import type { Subject } from './subject.ts';

/** A value as text that both sides read, null for NULL, or `undefined` where the parameter's default is taken. */
export type Argument = string | null | undefined;

/** Some rows of each table, `schema.name` in lower case → column in lower case → values by row, as text. */
export type Samples = ReadonlyMap<string, ReadonlyMap<string, readonly (string | null)[]>>;

type TypeClass = 'integer' | 'decimal' | 'float' | 'bit' | 'text' | 'date' | 'datetime' | 'time' | 'guid' | 'binary';

const CLASSES: Readonly<Record<TypeClass, readonly string[]>> = {
  integer: ['int', 'bigint', 'smallint', 'tinyint'],
  decimal: ['decimal', 'numeric', 'money', 'smallmoney'],
  float: ['float', 'real'],
  bit: ['bit'],
  text: ['char', 'varchar', 'nchar', 'nvarchar', 'text', 'ntext', 'sysname'],
  date: ['date'],
  datetime: ['datetime', 'datetime2', 'smalldatetime', 'datetimeoffset'],
  time: ['time'],
  guid: ['uniqueidentifier'],
  binary: ['binary', 'varbinary', 'image'],
};

/** What is tried of every type besides the rows' own values. All of them fit the type. */
const EDGES: Readonly<Record<TypeClass, readonly string[]>> = {
  integer: ['0', '1', '7', '100'],
  decimal: ['0', '1.5', '-2.25'],
  float: ['0', '0.5', '-2.5'],
  bit: ['0', '1'],
  text: ['', 'a', "O'Brien"],
  date: ['2024-02-29', '1999-12-31'],
  datetime: ['2024-02-29T12:34:56', '1999-12-31T23:59:59'],
  time: ['12:34:56', '00:00:00'],
  guid: ['6F9619FF-8B86-D011-B42D-00C04FC964FF'],
  binary: ['0x0102'],
};

/** Class of a type by its base name; undefined: no values are made for it. */
export function classOf(base: string): TypeClass | undefined {
  return (Object.keys(CLASSES) as TypeClass[]).find((one) => CLASSES[one].includes(base));
}

const ROWS_TRIED = 5;
const TEXTS_TRIED = 6;

/**
 * Lists of arguments to call a routine with, the likeliest first: values of rows, matched to parameters by name and taken from one row where the names are of one
 * table, then defaults, NULLs, and for each parameter its edges and the constants of the routine's own text. At most `most`, none twice. Deterministic.
 */
export function argumentLists(subject: Subject, samples: Samples, most: number): Argument[][] {
  const { parameters } = subject;
  if (parameters.length === 0) return [[]];
  const pools = parameters.map((one) => poolOf(one, subject, samples));
  const fromRow = (row: number): Argument[] =>
    pools.map((pool) => pool.rows[row % Math.max(1, pool.rows.length)] ?? null);
  const lists: Argument[][] = [fromRow(0), fromRow(1)];
  if (parameters.some((one) => one.default && !one.output))
    lists.push(
      parameters.map((one, index) => (one.default && !one.output ? undefined : (pools[index]?.rows[0] ?? null))),
    );
  lists.push(parameters.map(() => null));
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
  readonly rows: readonly (string | null)[];
  readonly edges: readonly string[];
}

function poolOf(parameter: Parameter, subject: Subject, samples: Samples): Pool {
  const wanted = classOf(parameter.type.base);
  if (!wanted) return { rows: [null], edges: [] };
  const [room] = parameter.type.args;
  const fits = (text: string): boolean =>
    wanted !== 'text' || room === 'max' || text.length <= (typeof room === 'number' ? room : 1);
  const edges = [...EDGES[wanted]];
  if (wanted === 'text') edges.unshift(...subject.texts.slice(0, TEXTS_TRIED));
  if (wanted === 'integer') edges.unshift(...subject.numbers.slice(0, TEXTS_TRIED));
  if (parameter.type.base === 'tinyint') edges.splice(0, edges.length, ...edges.filter((one) => Number(one) < 256));
  const own = columnLike(parameter.name, subject, samples)?.filter((one) => one === null || isOf(one, wanted, fits));
  return { rows: own && own.length > 0 ? own : edges.filter(fits), edges: edges.filter(fits) };
}

/** The values of the column that a parameter is named after, of a table that the routine reaches: `@CustomerId`, `@p_customer_id`, `@inCustomerID`. */
function columnLike(name: string, subject: Subject, samples: Samples): readonly (string | null)[] | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  const bare = plain(name);
  for (const wanted of [bare, bare.replace(/^(p|in|par|param|i)/, '')]) {
    for (const table of subject.tables) {
      for (const [column, values] of samples.get(table.toLowerCase()) ?? [])
        if (plain(column) === wanted && values.length > 0) return values;
    }
  }
  return undefined;
}

const FORMS: Partial<Record<TypeClass, RegExp>> = {
  integer: /^-?\d{1,9}$/,
  decimal: /^-?\d{1,12}(\.\d+)?$/,
  float: /^-?\d/,
  bit: /^[01]$/,
  date: /^\d{4}-\d\d-\d\d$/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d/,
  time: /^\d\d:\d\d/,
  guid: /^[0-9A-Fa-f-]{36}$/,
  binary: /^0x/,
};

const isOf = (text: string, wanted: TypeClass, fits: (text: string) => boolean): boolean =>
  (FORMS[wanted]?.test(text) ?? true) && fits(text);

/** A list of arguments as a person reads it: `@a = 1, @b = NULL, @c = DEFAULT`. */
export function shownArguments(parameters: readonly Parameter[], values: readonly Argument[]): string {
  return parameters
    .map((one, index) => {
      const value = values[index];
      const text =
        value === undefined
          ? 'DEFAULT'
          : value === null
            ? 'NULL'
            : classOf(one.type.base) === 'integer'
              ? value
              : `'${value}'`;
      return `${one.name} = ${text}`;
    })
    .join(', ');
}

/** The declared type of a parameter, as T-SQL. */
export const typeText = (parameter: Parameter): string => printType(parameter.type);
