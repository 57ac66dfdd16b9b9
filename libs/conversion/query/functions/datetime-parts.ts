import type { SqlType, TypedSql } from '../api.ts';
import { fromTicks, ticksOf, timestampOf } from '../convert-datetime.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { isTextual } from '../operand-types.ts';
import { call, value } from '../sql-text.ts';
import { DATE, DATETIME, DATETIME2, INT, isDatetime, isString, nvarchar } from '../sql-type.ts';

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  yy: 'year',
  yyyy: 'year',
  qq: 'quarter',
  q: 'quarter',
  mm: 'month',
  m: 'month',
  dy: 'dayofyear',
  y: 'dayofyear',
  dd: 'day',
  d: 'day',
  wk: 'week',
  ww: 'week',
  dw: 'weekday',
  w: 'weekday',
  hh: 'hour',
  mi: 'minute',
  n: 'minute',
  ss: 'second',
  s: 'second',
  ms: 'millisecond',
  mcs: 'microsecond',
  ns: 'nanosecond',
  tz: 'tzoffset',
  tzoffset: 'tzoffset',
  isowk: 'iso_week',
  isoww: 'iso_week',
  iso_week: 'iso_week',
};

const FULL = new Set(Object.values(ABBREVIATIONS));

/** The full name of a date part; undefined if there is no such part. */
export function partName(word: string): string | undefined {
  return ABBREVIATIONS[word] ?? (FULL.has(word) ? word : undefined);
}

function argument(use: FunctionUse, index: number): TypedSql {
  const from = use.arg(index);
  if (isDatetime(from.type) && !from.untyped) return from;
  use.require(index, from, isTextual(from.type));
  return use.to(from, isString(from.type) || from.untyped ? DATETIME2 : DATETIME);
}

const OF_TIME = new Set(['hour', 'minute', 'second', 'millisecond', 'microsecond', 'nanosecond']);

/** Reports 9810 where values of a type have no such part. */
export function checkPart(use: FunctionUse, part: string | undefined, type: SqlType): boolean {
  if (part === undefined) return true;
  const clock = OF_TIME.has(part);
  const fits =
    part === 'tzoffset'
      ? type.name === 'datetimeoffset' || type.name === 'datetime2'
      : type.name === 'date'
        ? !clock
        : type.name !== 'time' || clock;
  if (fits) return true;
  const message = `The datepart ${use.word(0)} is not supported by date function ${use.name} for data type ${type.name}.`;
  use.fail(9810, message);
  return false;
}

/** `extract(…)` of a part as int; what PostgreSQL counts otherwise is put right. */
function partSql(use: FunctionUse, part: string, from: TypedSql): string | undefined {
  const stamp = timestampOf(use.t, from);
  const extract = (field: string): string => `extract(${field} from ${stamp})::int`;
  const first = (use.t.context.dateFirst ?? 7) % 7;
  switch (part) {
    case 'year':
    case 'quarter':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
      return extract(part);
    case 'dayofyear':
      return extract('doy');
    case 'second':
      return `floor(extract(second from ${stamp}))::int`;
    case 'weekday':
      return first === 0 ? `(${extract('dow')} + 1)` : `(mod(${extract('dow')} - ${first} + 7, 7) + 1)`;
    case 'week': {
      const january = `extract(dow from date_trunc('year', ${stamp}))::int`;
      return `((${extract('doy')} + mod(${january} - ${first} + 7, 7) - 1) / 7 + 1)`;
    }
    case 'iso_week':
      return extract('week');
    case 'millisecond':
      return `mod(floor(extract(milliseconds from ${stamp}))::int, 1000)`;
    case 'microsecond':
      return `mod(${extract('microseconds')}, 1000000)`;
    case 'nanosecond':
      use.t.differs('SL1101', 'Nanoseconds end in 000: PostgreSQL has microseconds.', use.span);
      return use.runtime
        ? `(mod(${ticksOf(use.t, from)}, 10000000) * 100)::int`
        : `(mod(${extract('microseconds')}, 1000000) * 1000)`;
    case 'tzoffset':
      return use.runtime && from.type.name === 'datetimeoffset' ? `(${from.sql}).off::int` : '0';
    default:
      return undefined;
  }
}

function badPart(use: FunctionUse): TypedSql {
  return use.fail(155, `'${use.word(0)}' is not a recognized ${use.name} option.`);
}

function datepart(use: FunctionUse): TypedSql {
  const from = argument(use, 1);
  const known = isString(use.arg(1).type) || checkPart(use, partName(use.word(0)), from.type);
  const sql = known ? partSql(use, partName(use.word(0)) ?? '', from) : 'NULL::int';
  return sql === undefined ? badPart(use) : value(sql, INT, from.nullable);
}

function datename(use: FunctionUse): TypedSql {
  const part = partName(use.word(0));
  const from = argument(use, 1);
  const type = nvarchar(30);
  // A text has every part; a type has its own.
  if (use.runtime && !isString(use.arg(1).type) && !checkPart(use, part, from.type)) return from;
  const stamp = timestampOf(use.t, from);
  if (part === 'month') return value(`to_char(${stamp}, 'FMMonth')`, type, from.nullable);
  if (part === 'weekday') return value(`to_char(${stamp}, 'FMDay')`, type, from.nullable);
  if (part === 'tzoffset' && use.runtime) {
    const sql = from.type.name === 'datetimeoffset' ? `sys.offset_text((${from.sql}).off)` : `'+00:00'`;
    return value(sql, type, from.nullable);
  }
  const sql = partSql(use, part ?? '', from);
  return sql === undefined ? badPart(use) : value(`(${sql})::text`, type, from.nullable);
}

const single =
  (part: string) =>
  (use: FunctionUse): TypedSql => {
    const from = argument(use, 0);
    return value(partSql(use, part, from) ?? 'NULL', INT, from.nullable);
  };

/** Functions that take a date apart. */
export const PART_FUNCTIONS: RuleTable = {
  datepart: { rule: datepart, least: 2, most: 2 },
  datename: { rule: datename, least: 2, most: 2 },
  day: { rule: single('day'), least: 1, most: 1 },
  month: { rule: single('month'), least: 1, most: 1 },
  year: { rule: single('year'), least: 1, most: 1 },
};

const constant = (one: TypedSql, otherwise: number): number =>
  typeof one.constant === 'string' ? Number(one.constant) : otherwise;

/** Milliseconds as a datetime shows them, which counts 1/300 s: 998 is 997, 999 the next second. */
export const datetimeMilliseconds = (count: number): number => Math.round((Math.round(count * 0.3) * 10) / 3);

/** The years of the types that do not have 1 to 9999. */
const YEARS: Readonly<Record<string, readonly [number, number]>> = {
  datetime: [1753, 9999],
  smalldatetime: [1900, 2079],
};

/** Parts that SQL Server refuses and PostgreSQL may take: refused where they are constants, else told. */
function wrongParts(use: FunctionUse, kind: string): TypedSql | undefined {
  const given = use.args().map(({ constant: one }) => (typeof one === 'string' ? Number(one) : undefined));
  const first = kind === 'time' ? 0 : 3;
  const limits = new Map<number, readonly [number, number]>([
    [first, [0, 23]],
    [first + 1, [0, 59]],
    [first + 2, [0, 59]],
  ]);
  if (kind !== 'time')
    limits
      .set(0, YEARS[kind] ?? [1, 9999])
      .set(1, [1, 12])
      .set(2, [1, 31]);
  if (kind === 'datetime') limits.set(6, [0, 999]);
  if (kind === 'time' || kind === 'datetime2') limits.set(first + 3, [0, 10 ** (given.at(-1) ?? 7) - 1]);
  const isOutside = given.some((one, at) => {
    const [least, most] = limits.get(at) ?? [-Infinity, Infinity];
    return one !== undefined && (one < least || one > most);
  });
  const message = `Cannot construct data type ${kind}, some of the arguments have values which are not valid.`;
  if (isOutside) return use.t.refused(289, message, use.span);
  const fraction = given[first + 3];
  if ((kind === 'time' || kind === 'datetime2') && given.at(-1) === 7 && (fraction ?? 1) % 10 !== 0)
    use.t.differs('SL1101', 'The seventh digit of the second is cut off.', use.span);
  if (given.includes(undefined))
    use.t.differs(
      'SL1104',
      'Parts such as hour 24 or the year 10000 make a date here, and an error in SQL Server.',
      use.span,
    );
  return undefined;
}

/** DATEFROMPARTS and its fellows: a value from its parts, error 289 where they make none. */
const fromParts =
  (make: (use: FunctionUse, parts: readonly string[]) => TypedSql) =>
  (use: FunctionUse): TypedSql => {
    const parts = use.node.args.map((_, index) => use.int(index));
    const kind = use.name.replace(/fromparts$/, '');
    const fault = use.runtime ? undefined : wrongParts(use, kind);
    if (fault) return fault;
    const made = make(use, parts);
    if (!use.runtime) return made;
    const holds = call('sys.parts_hold', `'${kind}'`, ...parts);
    return value(`(CASE WHEN ${holds} THEN ${made.sql} END)`, made.type, true);
  };

function dateFromParts(_use: FunctionUse, [y = '', m = '', d = '']: readonly string[]): TypedSql {
  return value(call('make_date', y, m, d), DATE);
}

/** A constant in steps of 1/300 s; of others they are told. */
function shownMilliseconds(use: FunctionUse, ms: string): string {
  const given = use.arg(6).constant;
  if (typeof given === 'string') return String(datetimeMilliseconds(Number(given)));
  use.t.differs('SL1102', 'Milliseconds of a datetime are not rounded to 1/300 s.', use.span);
  return ms;
}

function datetimeFromParts(use: FunctionUse, parts: readonly string[]): TypedSql {
  const [y = '', m = '', d = '', h = '', min = '', s = '', ms = ''] = parts;
  const shown = use.runtime ? ms : shownMilliseconds(use, ms);
  const stamp = `make_timestamp(${y}, ${m}, ${d}, ${h}, ${min}, ${s} + ${shown} / 1000.0::float8)`;
  return value(use.runtime ? call('sys.datetime_round', stamp) : stamp, DATETIME);
}

function smalldatetimeFromParts(_use: FunctionUse, parts: readonly string[]): TypedSql {
  return value(call('make_timestamp', ...parts, '0'), { name: 'smalldatetime' });
}

/** Ticks of a fraction given in units of 10^-scale. */
const fractionTicks = (fraction: string, scale: number): string => `${fraction}::bigint * ${10 ** (7 - scale)}`;

function datetime2FromParts(use: FunctionUse, parts: readonly string[]): TypedSql {
  const [y = '', m = '', d = '', h = '', min = '', s = '', fraction = ''] = parts;
  const scale = constant(use.arg(7), 7);
  const type: SqlType = { name: 'datetime2', scale };
  const stamp = `make_timestamp(${y}, ${m}, ${d}, ${h}, ${min}, ${s})`;
  if (!use.runtime) return value(`(${stamp} + ${fraction} * interval '1 second' / 1${'0'.repeat(scale)})`, type);
  return value(fromTicks(use.t, `(sys.ticks_of_timestamp(${stamp}) + ${fractionTicks(fraction, scale)})`, type), type);
}

function timeFromParts(use: FunctionUse, parts: readonly string[]): TypedSql {
  const [h = '', m = '', s = '', fraction = ''] = parts;
  const scale = constant(use.arg(4), 7);
  const type: SqlType = { name: 'time', scale };
  if (!use.runtime)
    return value(`(make_time(${h}, ${m}, ${s}) + ${fraction} * interval '1 second' / 1${'0'.repeat(scale)})`, type);
  const stamp = `timestamp '1900-01-01' + make_time(${h}, ${m}, ${s})`;
  return value(fromTicks(use.t, `(sys.ticks_of_timestamp(${stamp}) + ${fractionTicks(fraction, scale)})`, type), type);
}

function offsetFromParts(use: FunctionUse, parts: readonly string[]): TypedSql {
  if (!use.runtime) return use.needsRuntime();
  const [y = '', m = '', d = '', h = '', min = '', s = '', fraction = '', zoneHours = '', zoneMinutes = ''] = parts;
  const scale = constant(use.arg(9), 7);
  const local = `sys.ticks_of_timestamp(make_timestamp(${y}, ${m}, ${d}, ${h}, ${min}, ${s})) + ${fractionTicks(fraction, scale)}`;
  return value(call('sys.offset_of_local', local, `${zoneHours} * 60 + ${zoneMinutes}`), {
    name: 'datetimeoffset',
    scale,
  });
}

/** Functions that put a date together. */
export const PARTS_RULES: RuleTable = {
  datefromparts: { rule: fromParts(dateFromParts), least: 3, most: 3 },
  datetimefromparts: { rule: fromParts(datetimeFromParts), least: 7, most: 7 },
  smalldatetimefromparts: { rule: fromParts(smalldatetimeFromParts), least: 5, most: 5 },
  datetime2fromparts: { rule: fromParts(datetime2FromParts), least: 8, most: 8 },
  timefromparts: { rule: fromParts(timeFromParts), least: 5, most: 5 },
  datetimeoffsetfromparts: { rule: fromParts(offsetFromParts), least: 10, most: 10 },
};
