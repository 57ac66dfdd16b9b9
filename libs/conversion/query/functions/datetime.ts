import type { SqlType, TypedSql } from '../api.ts';
import { isTextual } from '../operand-types.ts';
import { fromTicks, ticksOf, timestampOf } from '../convert-datetime.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { call, quoted, value } from '../sql-text.ts';
import { BIGINT, DATE, DATETIME, DATETIME2, INT, isDatetime, isString, timeScale } from '../sql-type.ts';
import { checkPart, datetimeMilliseconds, PART_FUNCTIONS, partName, PARTS_RULES } from './datetime-parts.ts';

/** `statement_timestamp()` is the same throughout a statement, as GETDATE() is. */
const NOW_UTC = `(statement_timestamp() AT TIME ZONE 'UTC')`;
/** The sandbox's server clock: the time zone of the PostgreSQL database, UTC unless it was set. */
const NOW_LOCAL = `(statement_timestamp()::timestamp)`;

function plainNow(type: SqlType, utc: boolean): string {
  if (type.name === 'datetimeoffset') return 'current_timestamp';
  if (type.name === 'date') return 'current_date';
  const cut = type.name === 'datetime';
  if (utc) return `(now() AT TIME ZONE 'UTC')${cut ? '::timestamp(3)' : ''}`;
  return cut ? 'localtimestamp(3)' : 'localtimestamp';
}

const now =
  (type: SqlType, utc: boolean) =>
  (use: FunctionUse): TypedSql => {
    if (!use.runtime) return value(plainNow(type, utc), type, false);
    const ticks = call('sys.ticks_of_timestamp', utc || type.name === 'datetimeoffset' ? NOW_UTC : NOW_LOCAL);
    return value(fromTicks(use.t, ticks, type), type, false);
  };

/** A date/time argument; strings are read as datetime2(7), numbers as datetime. */
export function moment(use: FunctionUse, index: number, textType: SqlType = DATETIME2): TypedSql {
  const from = use.arg(index);
  if (isDatetime(from.type) && !from.untyped) return from;
  use.require(index, from, isTextual(from.type));
  return use.to(from, isString(from.type) || from.untyped ? textType : DATETIME);
}

const MONTHS: Record<string, number> = { year: 12, quarter: 3, month: 1 };
const UNIT_TICKS: Record<string, string> = {
  week: '6048000000000',
  day: '864000000000',
  dayofyear: '864000000000',
  weekday: '864000000000',
  hour: '36000000000',
  minute: '600000000',
  second: '10000000',
  millisecond: '10000',
  microsecond: '10',
};

const INTERVAL: Record<string, string> = {
  year: '1 year',
  quarter: '3 months',
  month: '1 month',
  week: '7 days',
  day: '1 day',
  dayofyear: '1 day',
  weekday: '1 day',
  hour: '1 hour',
  minute: '1 minute',
  second: '1 second',
  millisecond: '1 millisecond',
  microsecond: '1 microsecond',
};

function badPart(use: FunctionUse): TypedSql {
  return use.fail(155, `'${use.word(0)}' is not a recognized ${use.name} option.`);
}

function dateadd(use: FunctionUse): TypedSql {
  const part = partName(use.word(0));
  const from = moment(use, 2, DATETIME);
  const count = use.arg(1);
  const n = count.type.name === 'bigint' ? count.sql : use.int(1);
  const nullable = from.nullable || count.nullable;
  if (part === 'nanosecond') return use.runtime ? nanoseconds(use, from, n) : use.needsRuntime();
  const interval = part === undefined ? undefined : INTERVAL[part];
  if (part === undefined || interval === undefined) return badPart(use);
  if (!checkPart(use, part, from.type)) return from;
  const { name } = from.type;
  if (use.runtime && (use.t.profile.ticks(from.type) || name === 'datetimeoffset')) {
    const unit = UNIT_TICKS[part];
    const sql = unit
      ? addTicks(use, from, `(${n})::bigint * ${unit}`)
      : call(
          name === 'datetimeoffset' ? 'sys.offset_add_months' : 'sys.ticks_add_months',
          from.sql,
          `(${n}) * ${MONTHS[part] ?? 1}`,
        );
    return value(sql, from.type, nullable);
  }
  if (!use.runtime) tellSum(use, name, part, n);
  const steps = !use.runtime && name === 'datetime' && part === 'millisecond' ? threeHundredths(n) : n;
  const sum = `(${from.sql} + ${steps} * interval '${interval}')`;
  return value(sameTyped(use, sum, from.type, part), from.type, nullable);
}

/** What a sum of a date may do otherwise: leave the years of its type, and be no multiple of 1/300 s. */
function tellSum(use: FunctionUse, type: SqlType['name'], part: string, n: string): void {
  if (type !== 'time')
    use.t.differs(
      'SL1104',
      'DATEADD goes beyond the first and the last year of a type, which is an error in SQL Server.',
      use.span,
    );
  const isWhole = part === 'millisecond' && /^\(?-?\d*0\)?$/.test(n);
  if (type === 'datetime' && ['millisecond', 'microsecond'].includes(part) && !isWhole)
    use.t.differs('SL1102', 'Milliseconds are added to a datetime that counts 1/300 s in SQL Server.', use.span);
}

/** A constant number of milliseconds as a datetime without a fraction shows it: it counts three-hundredths of a second, so that -2 is .997 and -1 nothing. */
function threeHundredths(count: string): string {
  const [, whole] = /^\(?(-?\d{1,9})\)?$/.exec(count) ?? [];
  if (whole === undefined) return count;
  const shown = datetimeMilliseconds(Number(whole));
  return shown < 0 ? `(${shown})` : String(shown);
}

function sameTyped(use: FunctionUse, sum: string, type: SqlType, part: string): string {
  if (!use.runtime) {
    if (type.name === 'smalldatetime') return roundedStamp(sum, type, part);
    return type.name === 'date' ? `${sum}::date` : sum;
  }
  if (type.name === 'date') return call('sys.checked_stamp', sum, quoted('date')) + '::date';
  if (type.name === 'datetime' || type.name === 'smalldatetime')
    return roundedStamp(call('sys.checked_stamp', sum, quoted(type.name)), type, part);
  return sum;
}

function roundedStamp(sum: string, type: SqlType, part: string): string {
  if (type.name === 'datetime' && part === 'millisecond') return call('sys.datetime_round', sum);
  if (type.name === 'smalldatetime' && ['second', 'millisecond', 'microsecond'].includes(part)) {
    return `date_trunc('minute', ${sum} + interval '30 seconds')`;
  }
  return sum;
}

function addTicks(use: FunctionUse, from: TypedSql, ticks: string): string {
  if (from.type.name === 'datetimeoffset') return call('sys.offset_add', from.sql, ticks);
  if (from.type.name === 'time') return `mod(mod(${from.sql} + ${ticks}, 864000000000) + 864000000000, 864000000000)`;
  void use;
  return call('sys.checked_ticks', `${from.sql} + ${ticks}`);
}

function nanoseconds(use: FunctionUse, from: TypedSql, n: string): TypedSql {
  const ticks = `round((${n})::numeric / 100)::bigint`;
  const sum =
    from.type.name === 'datetimeoffset'
      ? addTicks(use, from, ticks)
      : fromTicks(use.t, `(${ticksOf(use.t, from)} + ${ticks})`, from.type);
  return value(sum, from.type, from.nullable);
}

/** The instant that DATEDIFF counts from: UTC for datetimeoffset. */
function instant(
  use: FunctionUse,
  index: number,
): {
  readonly stamp: string;
  readonly ticks: string;
  readonly nullable: boolean;
  readonly isDate: boolean;
  readonly sql: string;
} {
  // The clock of a zone does not count here.
  const { clock: _, ...from } = moment(use, index);
  const offset = from.type.name === 'datetimeoffset' && use.runtime;
  return {
    sql: from.sql,
    isDate: from.type.name === 'date',
    nullable: from.nullable,
    stamp: offset ? `sys.timestamp_of_ticks((${from.sql}).utc)` : timestampOf(use.t, from),
    ticks: use.runtime ? (offset ? `(${from.sql}).utc` : ticksOf(use.t, from)) : '',
  };
}

const monthsOf = (stamp: string): string => `(extract(year from ${stamp}) * 12 + extract(month from ${stamp}))`;

/** Seconds per unit of the parts that are counted on the clock. */
const CLOCK: Record<string, string> = {
  hour: '/ 3600',
  minute: '/ 60',
  second: '',
  millisecond: '* 1000',
  microsecond: '* 1000000',
};

function datediff(use: FunctionUse): TypedSql {
  const part = partName(use.word(0));
  const [a, b] = [instant(use, 1), instant(use, 2)];
  const type = use.name === 'datediff_big' ? BIGINT : INT;
  const cast = type === BIGINT ? '::bigint' : '::int';
  const day = (one: typeof a): string => (one.isDate ? one.sql : `${one.stamp}::date`);
  const made = (sql: string): TypedSql =>
    value(
      type === INT && use.runtime ? call('sys.difference_int', `(${sql})::numeric`) : `(${sql})${cast}`,
      type,
      a.nullable || b.nullable,
    );
  switch (part) {
    case 'year':
      return made(`extract(year from ${b.stamp}) - extract(year from ${a.stamp})`);
    case 'quarter': {
      const quarter = (one: typeof a): string =>
        `(extract(year from ${one.stamp}) * 4 + extract(quarter from ${one.stamp}))`;
      return made(`${quarter(b)} - ${quarter(a)}`);
    }
    case 'month':
      return made(`${monthsOf(b.stamp)} - ${monthsOf(a.stamp)}`);
    case 'week': {
      // Weeks begin on Sunday whatever DATEFIRST says; 0001-01-01 was a Monday.
      const week = (one: typeof a): string => `((${day(one)} - date '0001-01-01' + 1) / 7)`;
      return made(`${week(b)} - ${week(a)}`);
    }
    case 'day':
    case 'dayofyear':
    case 'weekday':
      return made(`${day(b)} - ${day(a)}`);
    case 'nanosecond':
      return use.runtime ? made(`(${b.ticks} - ${a.ticks}) * 100`) : use.needsRuntime();
    default: {
      if (part === 'iso_week' || part === 'tzoffset')
        return use.fail(9806, `The datepart ${use.word(0)} is not supported by date function ${use.name}.`);
      const clock = part === undefined ? undefined : CLOCK[part];
      if (clock === undefined) return badPart(use);
      const units = (one: typeof a): string => `floor(extract(epoch from ${one.stamp}) ${clock})`;
      return made(`${units(b)} - ${units(a)}`);
    }
  }
}

function eomonth(use: FunctionUse): TypedSql {
  const given = use.arg(0);
  use.require(0, given, isString(given.type) || (isDatetime(given.type) && given.type.name !== 'time'));
  const from = moment(use, 0);
  const months = use.count > 1 ? `(${use.int(1)} + 1)` : '1';
  const sql = `(date_trunc('month', ${timestampOf(use.t, from)}) + ${months} * interval '1 month' - interval '1 day')::date`;
  return value(sql, DATE, from.nullable || use.count > 1);
}

function switchOffset(use: FunctionUse): TypedSql {
  const from = use.to(use.arg(0), { name: 'datetimeoffset', scale: 7 });
  if (!use.runtime) {
    use.t.note('warning', 'offset', 'SWITCHOFFSET leaves the instant as it is: the target keeps no offset.', use.span);
    const there = plainOffset(use);
    const clock = `((${from.sql} AT TIME ZONE 'UTC') + ${there.sql})`;
    return { ...from, nullable: from.nullable || there.nullable, clock };
  }
  const type: SqlType = { name: 'datetimeoffset', scale: use.arg(0).type.scale ?? 7 };
  return value(call('sys.switch_offset', from.sql, minutes(use)), type, true);
}

function minutes(use: FunctionUse): string {
  const zone = use.arg(1);
  return isString(zone.type) ? call('sys.offset_minutes', zone.sql) : use.int(1);
}

/** How far a zone is ahead of UTC, as an interval. */
function plainOffset(use: FunctionUse): { readonly sql: string; readonly nullable: boolean } {
  const zone = use.arg(1);
  if (!isString(zone.type)) return { sql: `${use.int(1)} * interval '1 minute'`, nullable: zone.nullable };
  const sql = typeof zone.constant === 'string' ? `interval ${quoted(zone.constant)}` : `(${zone.sql})::interval`;
  return { sql, nullable: zone.nullable };
}

function toOffset(use: FunctionUse): TypedSql {
  const from = moment(use, 0);
  if (!use.runtime) {
    use.t.note('warning', 'offset', 'TODATETIMEOFFSET gives the instant: the target keeps no offset.', use.span);
    const [clock, there] = [timestampOf(use.t, from), plainOffset(use)];
    const type: SqlType = { name: 'datetimeoffset', scale: timeScale(from.type) };
    return { ...value(`((${clock} - ${there.sql}) AT TIME ZONE 'UTC')`, type, from.nullable || there.nullable), clock };
  }
  const type: SqlType = { name: 'datetimeoffset', scale: timeScale(from.type) };
  return value(call('sys.offset_of_local', ticksOf(use.t, from), minutes(use)), type, true);
}

function plainIsDate(use: FunctionUse): TypedSql {
  if (!use.t.since(16)) return use.t.needsServer(16, 'ISDATE', use.span);
  const message = 'ISDATE asks PostgreSQL, which reads other forms of dates than SQL Server.';
  use.t.note('warning', 'date-from-text', message, use.span);
  return value(`(CASE WHEN pg_input_is_valid(${use.text(0).sql}, 'timestamp') THEN 1 ELSE 0 END)`, INT, false);
}

function isdate(use: FunctionUse): TypedSql {
  const from = use.arg(0);
  use.require(0, from, !isDatetime(from.type) || from.type.name.endsWith('datetime'));
  if (isDatetime(from.type)) return value(from.type.name.endsWith('datetime') ? '1' : '0', INT, false);
  if (!use.runtime) return plainIsDate(use);
  return value(call('sys.isdate', use.text(0).sql, quoted(use.t.context.dateFormat ?? 'mdy')), INT, false);
}

/** DATETRUNC of SQL Server 2022. */
function datetrunc(use: FunctionUse): TypedSql {
  const part = partName(use.word(0));
  const from = moment(use, 1);
  if (part === undefined || part === 'weekday' || part === 'nanosecond') return badPart(use);
  if (from.type.name === 'datetimeoffset') return use.unsupported('DATETRUNC of datetimeoffset');
  if (!checkPart(use, part, from.type)) return from;
  const unit = part === 'dayofyear' ? 'day' : part;
  const stamp = timestampOf(use.t, from);
  const first = ((use.t.context.dateFirst ?? 7) % 7) as number;
  const sql =
    part === 'week'
      ? `(${stamp}::date - mod(extract(dow from ${stamp})::int - ${first} + 7, 7))::timestamp`
      : `date_trunc(${quoted(part === 'iso_week' ? 'week' : unit)}, ${stamp})`;
  if (!use.runtime) return value(from.type.name === 'date' ? `${sql}::date` : sql, from.type, from.nullable);
  const ticks = call('sys.ticks_of_timestamp', sql);
  return value(
    from.type.name === 'date' ? `${sql}::date` : fromTicks(use.t, ticks, from.type),
    from.type,
    from.nullable,
  );
}

/** DATE_BUCKET: the start of the bucket since 1900-01-01, or since the fourth argument. */
function dateBucket(use: FunctionUse): TypedSql {
  const part = partName(use.word(0));
  const from = moment(use, 2);
  if (!use.runtime) return use.needsRuntime();
  const ticks = part === undefined ? undefined : UNIT_TICKS[part];
  const months = part === undefined ? undefined : MONTHS[part];
  if ((ticks === undefined && months === undefined) || part === 'dayofyear' || part === 'weekday') return badPart(use);
  if (!['date', 'datetime', 'smalldatetime', 'datetime2'].includes(from.type.name))
    return use.unsupported(`DATE_BUCKET of ${from.type.name}`);
  if (!checkPart(use, part, from.type)) return from;
  const origin = use.count > 3 ? ticksOf(use.t, use.to(use.arg(3), from.type)) : '599266080000000000';
  const at = ticksOf(use.t, from);
  const sql = ticks
    ? `sys.bucket_ticks(${at}, ${use.int(1)}::bigint * ${ticks}, ${origin})`
    : `sys.bucket_months(${at}, ${use.int(1)} * ${months ?? 1}, ${origin})`;
  return value(fromTicks(use.t, sql, from.type), from.type, true);
}

const OFFSET7: SqlType = { name: 'datetimeoffset', scale: 7 };

/** Functions of dates and times. */
export const DATETIME_RULES: RuleTable = {
  getdate: { rule: now(DATETIME, false), least: 0, most: 0 },
  current_timestamp: { rule: now(DATETIME, false), least: 0, most: 0 },
  getutcdate: { rule: now(DATETIME, true), least: 0, most: 0 },
  sysdatetime: { rule: now(DATETIME2, false), least: 0, most: 0 },
  sysutcdatetime: { rule: now(DATETIME2, true), least: 0, most: 0 },
  sysdatetimeoffset: { rule: now(OFFSET7, false), least: 0, most: 0 },
  current_date: { rule: now(DATE, false), least: 0, most: 0 },
  dateadd: { rule: dateadd, least: 3, most: 3 },
  datediff: { rule: datediff, least: 3, most: 3 },
  datediff_big: { rule: datediff, least: 3, most: 3 },
  eomonth: { rule: eomonth, least: 1, most: 2 },
  switchoffset: { rule: switchOffset, least: 2, most: 2 },
  todatetimeoffset: { rule: toOffset, least: 2, most: 2 },
  isdate: { rule: isdate, least: 1, most: 1 },
  datetrunc: { rule: datetrunc, least: 2, most: 2 },
  date_bucket: { rule: dateBucket, least: 3, most: 4 },
  ...PART_FUNCTIONS,
  ...PARTS_RULES,
};
