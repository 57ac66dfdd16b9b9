import { quoteLiteral } from '#pgsql';
import type { PartitionFunctionModel, TableModel } from '#schema';
import { parseExpression } from '#tsql';
import { parseTimestampMicros, timestampText } from '#values';
import { foldOf } from './event-table.ts';
import { type SchemaContext, sourceName, tell } from './schema-context.ts';
import type { ConvertedTable, Partitioning } from './target-model.ts';
import { sqlTypeOf } from './target-scope.ts';

type Context = Pick<SchemaContext, 'database' | 'naming' | 'expressions' | 'issues'>;

/**
 * The partitions of a table, with exactly the bounds of its partition function: RANGE RIGHT are PostgreSQL's own, of RANGE LEFT the next value of the type is the bound. NULLs,
 * in the leftmost partition there, have a default partition. A table that PostgreSQL cannot spread so is a plain one, with an issue that says why.
 */
export function partitioningOf(context: Context, table: ConvertedTable): Partitioning | undefined {
  const { partitioned } = table.source;
  if (!partitioned) return undefined;
  const object = sourceName(table.source);
  const fn = context.database.partitionFunctions?.find((one) => one.name === partitioned.function);
  const refused =
    obstacle(context, table) ?? (fn ? unusableType(fn) : `its partition function ${partitioned.function} is not known`);
  const bounds = fn && refused === undefined ? boundsOf(context, fn, object) : null;
  if (!bounds) {
    tell(
      context,
      'SL1018',
      object,
      `The table is not partitioned: ${refused ?? 'a bound of its partition function is not converted'}.`,
    );
    return undefined;
  }
  const nullable = table.columns.find((one) => one.source.name === partitioned.column)?.nullable === true;
  return { column: partitioned.column, partitions: partitionsOf(context, table, bounds, nullable) };
}

function partitionsOf(
  context: Context,
  table: ConvertedTable,
  bounds: readonly string[],
  nullable: boolean,
): Partitioning['partitions'] {
  const name = (suffix: string): string =>
    context.naming.name(
      `relations ${table.schema}`,
      `${table.name}_${suffix}`,
      `partition ${sourceName(table.source)} ${suffix}`,
    );
  const edges = ['MINVALUE', ...bounds, 'MAXVALUE'];
  const ranges = edges.slice(1).map((to, index) => ({
    name: name(`p${index + 1}`),
    values: `FOR VALUES FROM (${edges[index] ?? ''}) TO (${to})`,
  }));
  return nullable ? [...ranges, { name: name('null'), values: 'DEFAULT' }] : ranges;
}

/** Why PostgreSQL takes no partitions here. */
function obstacle(context: Context, table: ConvertedTable): string | undefined {
  const { source } = table;
  const key = source.partitioned?.column ?? '';
  const column = table.columns.find((one) => one.source.name === key);
  if (!column) return `the target has no column ${key}`;
  if (column.source.computed) return `${key} is a computed column, which is no key of partitions`;
  const lacking = uniqueKeys(source).find((one) => !one.columns.some((part) => part.column === key));
  if (lacking) return `${lacking.name} is unique without ${key}, which PostgreSQL cannot hold over partitions`;
  const folded = table.key.find((name) => {
    const one = table.columns.find((part) => part.source.name === name);
    return one !== undefined && foldOf(one.source, context.database.collation) !== 'exact';
  });
  return folded === undefined
    ? undefined
    : `its key holds the text ${folded}, whose folded form has to be unique over all partitions`;
}

function uniqueKeys(table: TableModel): readonly { name: string; columns: readonly { column: string }[] }[] {
  return [
    ...(table.primaryKey ? [table.primaryKey] : []),
    ...table.uniques,
    ...table.indexes.filter((one) => one.unique && !one.disabled),
  ];
}

/** Types whose order, or whose next value, is another in PostgreSQL. */
function unusableType(fn: PartitionFunctionModel): string | undefined {
  const { name } = fn.type;
  if (name === 'uniqueidentifier') return 'uniqueidentifier is ordered otherwise by PostgreSQL';
  if (/char$|text$/.test(name)) return 'the order of texts is another in PostgreSQL';
  if (!fn.right && !(name in STEPS)) return `a bound on the left of ${name} has no next value`;
  return undefined;
}

/** What is added to the bound of RANGE LEFT: the least difference that the target's type can hold. */
const STEPS: Readonly<Record<string, (fn: PartitionFunctionModel) => string>> = {
  tinyint: () => '1',
  smallint: () => '1',
  int: () => '1',
  bigint: () => '1',
  decimal: (fn) => decimalStep(fn.type.scale ?? 0),
  numeric: (fn) => decimalStep(fn.type.scale ?? 0),
  money: () => decimalStep(4),
  smallmoney: () => decimalStep(4),
  date: () => `interval '1 day'`,
  smalldatetime: () => `interval '1 second'`,
  datetime: () => `interval '0.001 second'`,
  datetime2: (fn) => secondsStep(fn.type.scale ?? 7),
  datetimeoffset: (fn) => secondsStep(fn.type.scale ?? 7),
  time: (fn) => secondsStep(fn.type.scale ?? 7),
};

const decimalStep = (scale: number): string => (scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`);
const secondsStep = (digits: number): string => `interval '${decimalStep(Math.min(digits, 6))} second'`;

/** The bounds as expressions of PostgreSQL, each between two partitions; null where one is not converted. */
function boundsOf(context: Context, fn: PartitionFunctionModel, object: string): readonly string[] | null {
  const bounds: string[] = [];
  for (const bound of fn.bounds) {
    if (bound === null || parseExpression(bound).errors.length > 0) return null;
    const sql = context.expressions.convert(bound, { object, what: `bound of ${fn.name}`, type: sqlTypeOf(fn.type) });
    if (sql === null) return null;
    const step = fn.right ? undefined : STEPS[fn.type.name]?.(fn);
    bounds.push(readable(sql, fn.type.name, step));
  }
  return bounds;
}

const MOMENT = /^'(\d{4})-?(\d\d)-?(\d\d)(?:[T ]([\d:.]+))?'::(?:timestamp|date)/;

/** The bound as a literal: a number or a moment is counted on here; of other types that is left to PostgreSQL. */
function readable(sql: string, type: string, step: string | undefined): string {
  const moment = /^(date|datetime|datetime2|smalldatetime)$/.test(type) ? MOMENT.exec(sql) : null;
  if (moment) {
    const [, year = '', month = '', day = '', time = '00:00:00'] = moment;
    const micros = BigInt(
      parseTimestampMicros(`${year}-${month}-${day} ${/^\d+:\d+$/.test(time) ? `${time}:00` : time}`),
    );
    const text = timestampText(micros + microsOf(step));
    return quoteLiteral(
      text.endsWith(' 00:00:00.000000') || type === 'date' ? text.slice(0, 10) : text.replace(/\.?0+$/, ''),
    );
  }
  if (step === undefined) return sql;
  if (/^-?\d+$/.test(sql) && /^\d+$/.test(step)) return (BigInt(sql) + BigInt(step)).toString();
  return `(${sql}) + ${step.startsWith('interval') ? step : `${quoteLiteral(step)}::numeric`}`;
}

function microsOf(step: string | undefined): bigint {
  if (step === undefined) return 0n;
  const [, amount = '0', unit] = /^interval '([\d.]+) (\w+)'$/.exec(step) ?? [];
  return BigInt(Math.round(Number(amount) * (unit === 'day' ? 86_400_000_000 : 1_000_000)));
}
