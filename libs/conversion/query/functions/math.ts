import type { SqlType, TypedSql } from '../api.ts';
import { arithmetic } from '../arithmetic.ts';
import { collateClause } from '../collate.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { isNumberLike } from '../operand-types.ts';
import { call, quoted, value } from '../sql-text.ts';
import { BIGINT, BIT, decimal, familyOf, FLOAT, INT, MONEY, precisionOf, unify, isString } from '../sql-type.ts';

/** A numeric argument; strings become float, bit int. */
function number(use: FunctionUse, index: number): TypedSql {
  const from = use.arg(index);
  const family = familyOf(from.type);
  if (from.untyped) return use.to(from, INT);
  use.require(index, from, isNumberLike(from.type));
  if (family === 'bit') return use.to(from, INT);
  return ['integer', 'decimal', 'money', 'float'].includes(family) ? from : use.to(from, FLOAT);
}

/** The type that ROUND, CEILING, POWER … give for an argument. */
function widened(type: SqlType): SqlType {
  if (type.name === 'tinyint' || type.name === 'smallint') return INT;
  if (type.name === 'real') return FLOAT;
  return type.name === 'smallmoney' ? MONEY : type;
}

const cast = (use: FunctionUse, sql: string, type: SqlType): string => `(${sql})::${use.t.profile.typeSql(type)}`;

function rounded(use: FunctionUse): TypedSql {
  const from = number(use, 0);
  const type = widened(from.type);
  const truncates = use.count > 2 && use.arg(2).constant !== '0';
  if (use.count > 2 && use.arg(2).constant === undefined)
    return use.unsupported('ROUND with a function that is not a constant');
  const places = use.int(1);
  const name = truncates ? 'trunc' : 'round';
  const nullable = from.nullable || use.arg(1).nullable;
  if (familyOf(type) === 'float') {
    const sql = use.runtime
      ? call('sys.round_float', from.sql, places, String(truncates))
      : `${name}((${from.sql})::numeric, ${places})::float8`;
    return value(sql, type, nullable);
  }
  if (familyOf(type) === 'integer')
    return value(cast(use, `${name}((${from.sql})::numeric, ${places})`, type), type, nullable);
  const [precision, scale] = precisionOf(type);
  if (!use.runtime) return value(call(name, from.sql, places), type, nullable);
  // ROUND keeps the scale of its argument, PostgreSQL's cuts it.
  const result = familyOf(type) === 'decimal' ? decimal(Math.min(38, precision), scale) : type;
  return value(`round(${name}(${from.sql}, ${places}), ${scale})`, result, nullable);
}

const whole =
  (name: 'ceil' | 'floor') =>
  (use: FunctionUse): TypedSql => {
    const from = number(use, 0);
    const type = widened(from.type);
    switch (familyOf(type)) {
      case 'integer':
        return { ...from, type };
      case 'decimal':
        return value(call(name, from.sql), decimal(precisionOf(type)[0], 0), from.nullable);
      case 'money':
        return value(`round(${name}(${from.sql}), 4)`, type, from.nullable);
      default:
        return value(call(name, from.sql), type, from.nullable);
    }
  };

function power(use: FunctionUse): TypedSql {
  const [base, exponent] = [number(use, 0), number(use, 1)];
  const type = widened(base.type);
  const nullable = base.nullable || exponent.nullable;
  const raised = `power((${base.sql})::float8, (${exponent.sql})::float8)`;
  if (familyOf(type) === 'float') return value(raised, type, nullable);
  const exact = `power((${base.sql})::numeric, (${exponent.sql})::numeric)`;
  if (familyOf(type) === 'integer') {
    if (!use.runtime || type.name === 'bigint') return value(cast(use, `trunc(${exact})`, type), type, nullable);
    const checked = call('sys.float_int', `trunc(${exact})::float8`, quoted(type.name));
    return value(cast(use, checked, type), type, nullable);
  }
  const [, scale] = precisionOf(type);
  return value(`round(${exact}, ${scale})`, familyOf(type) === 'decimal' ? decimal(38, scale) : type, nullable);
}

const float =
  (sql: (x: string) => string) =>
  (use: FunctionUse): TypedSql => {
    const from = use.to(number(use, 0), FLOAT);
    return value(sql(from.sql), FLOAT, from.nullable);
  };

function log(use: FunctionUse): TypedSql {
  const from = use.to(number(use, 0), FLOAT);
  if (use.count === 1) return value(call('ln', from.sql), FLOAT, from.nullable);
  const base = use.to(number(use, 1), FLOAT);
  return value(`(ln(${from.sql}) / ln(${base.sql}))`, FLOAT, from.nullable || base.nullable);
}

function atn2(use: FunctionUse): TypedSql {
  const [y, x] = [use.to(number(use, 0), FLOAT), use.to(number(use, 1), FLOAT)];
  return value(call('atan2', y.sql, x.sql), FLOAT, y.nullable || x.nullable);
}

function sign(use: FunctionUse): TypedSql {
  const from = number(use, 0);
  const type = widened(from.type);
  const [, scale] = precisionOf(type);
  const sql = call('sign', from.sql);
  if (familyOf(type) === 'integer') return value(cast(use, sql, type), type, from.nullable);
  return value(familyOf(type) === 'float' ? sql : `round(${sql}, ${scale})`, type, from.nullable);
}

function abs(use: FunctionUse): TypedSql {
  const from = number(use, 0);
  const type = widened(from.type);
  return value(
    type === from.type ? call('abs', from.sql) : cast(use, call('abs', from.sql), type),
    type,
    from.nullable,
  );
}

/** DEGREES and RADIANS keep the kind of their argument: integers stay integers. */
const angle =
  (name: 'degrees' | 'radians') =>
  (use: FunctionUse): TypedSql => {
    const from = number(use, 0);
    const type = widened(from.type);
    const sql = call(name, `(${from.sql})::float8`);
    if (familyOf(type) === 'float') return value(sql, type, from.nullable);
    if (familyOf(type) === 'integer') return value(cast(use, `trunc(${sql})`, type), type, from.nullable);
    return value(`${sql}::numeric(38,18)`, decimal(38, 18), from.nullable);
  };

function rand(use: FunctionUse): TypedSql {
  if (use.count > 0) return use.unsupported('RAND with a seed');
  return value('random()', FLOAT, false);
}

/** Which of the two types holds both, for GREATEST and LEAST. */
function extreme(use: FunctionUse): TypedSql {
  const all = use.args().filter((one) => !one.untyped);
  const first = all[0];
  if (!first) return use.arg(0);
  const type = all.map((one) => one.type).reduce(unify, first.type);
  const same = all.map((one) => use.to(one, type));
  const nullable = all.every((one) => one.nullable);
  if (type.name === 'uniqueidentifier' && use.t.profile.guidOrder) {
    const keys = same.map((one) => call('sys.guid_order', one.sql));
    return value(call('sys.guid_unorder', call(use.name, ...keys)), type, nullable);
  }
  // Constants have no collation of their own to be told apart by.
  const collate = isString(type) ? collateClause(use.t, same, use.span) : '';
  const parts = same.map((one, index) => (index === 0 && collate !== '' ? `(${one.sql}${collate})` : one.sql));
  const made = value(call(use.name, ...parts), type, nullable);
  return collate === '' ? made : { ...made, pgCollated: true };
}

/** An operand of the bit functions: an integer as its own width of bits, or a binary; undefined for other types. */
function bitsOf(
  use: FunctionUse,
): { readonly sql: string; readonly width: number; readonly type: SqlType } | undefined {
  const { sql, type } = use.arg(0);
  if (familyOf(type) === 'binary') return { sql, width: 0, type };
  const width = { tinyint: 1, smallint: 2, int: 4, bigint: 8 }[type.name as 'int'];
  return width === undefined
    ? undefined
    : { sql: call('sys.int_bytes', `(${sql})::bigint`, String(width)), width, type };
}

const badOperand = (use: FunctionUse): TypedSql =>
  use.fail(8116, `Argument data type ${use.arg(0).type.name} is invalid for argument 1 of ${use.name} function.`);

function bitCount(use: FunctionUse): TypedSql {
  const bits = bitsOf(use);
  if (!bits) return badOperand(use);
  if (!use.runtime && bits.width > 0)
    return value(`bit_count((${use.arg(0).sql})::bigint::bit(${bits.width * 8}))`, BIGINT);
  return value(call('bit_count', bits.sql), BIGINT);
}

/** Bits are counted from the right, the least one first. */
function getBit(use: FunctionUse): TypedSql {
  const bits = bitsOf(use);
  if (!use.runtime) return use.needsRuntime();
  return bits ? value(call('sys.get_bit', bits.sql, use.int(1)), BIT) : badOperand(use);
}

function setBit(use: FunctionUse): TypedSql {
  const bits = bitsOf(use);
  if (!use.runtime) return use.needsRuntime();
  if (!bits) return badOperand(use);
  const made = call('sys.set_bit', bits.sql, use.int(1), use.count > 2 ? use.to(use.arg(2), BIT).sql : 'true');
  if (bits.width === 0) return value(made, bits.type);
  return value(`${call('sys.bytes_int', made, String(bits.width))}::${use.t.profile.typeSql(bits.type)}`, bits.type);
}

const shift =
  (op: '<<' | '>>') =>
  (use: FunctionUse): TypedSql =>
    arithmetic(use.t, op, use.arg(0), use.arg(1), use.span);

const one = { least: 1, most: 1 } as const;

/** Mathematical functions. */
export const MATH_RULES: RuleTable = {
  round: { rule: rounded, least: 2, most: 3 },
  ceiling: { rule: whole('ceil'), ...one },
  floor: { rule: whole('floor'), ...one },
  power: { rule: power, least: 2, most: 2 },
  square: { rule: float((x) => `(${x} * ${x})`), ...one },
  sqrt: { rule: float((x) => call('sqrt', x)), ...one },
  exp: { rule: float((x) => call('exp', x)), ...one },
  log: { rule: log, least: 1, most: 2 },
  log10: { rule: float((x) => call('log', x)), ...one },
  sin: { rule: float((x) => call('sin', x)), ...one },
  cos: { rule: float((x) => call('cos', x)), ...one },
  tan: { rule: float((x) => call('tan', x)), ...one },
  cot: { rule: float((x) => call('cot', x)), ...one },
  asin: { rule: float((x) => call('asin', x)), ...one },
  acos: { rule: float((x) => call('acos', x)), ...one },
  atan: { rule: float((x) => call('atan', x)), ...one },
  atn2: { rule: atn2, least: 2, most: 2 },
  sign: { rule: sign, ...one },
  abs: { rule: abs, ...one },
  degrees: { rule: angle('degrees'), ...one },
  radians: { rule: angle('radians'), ...one },
  pi: { rule: () => value('pi()', FLOAT, false), least: 0, most: 0 },
  rand: { rule: rand, least: 0, most: 1 },
  greatest: { rule: extreme, least: 1, most: 254 },
  least: { rule: extreme, least: 1, most: 254 },
  bit_count: { rule: bitCount, ...one },
  get_bit: { rule: getBit, least: 2, most: 2 },
  set_bit: { rule: setBit, least: 2, most: 3 },
  left_shift: { rule: shift('<<'), least: 2, most: 2 },
  right_shift: { rule: shift('>>'), least: 2, most: 2 },
};
