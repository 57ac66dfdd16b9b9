import type { BinaryOperator, Span } from '#tsql';
import { ruledType } from './collate.ts';
import type { SqlType, TypedSql } from './api.ts';
import { convert } from './convert.ts';
import { daysOf } from './convert-datetime.ts';
import { holdsMoney, tenThousandths } from './convert-range.ts';
import { isOldLong } from './operand-types.ts';
import { textConstant, value } from './sql-text.ts';
import {
  decimal,
  familyOf,
  FLOAT,
  isBinary,
  isDatetime,
  isInteger,
  isNational,
  isNumeric,
  isString,
  lengthLimit,
  lengthOf,
  MONEY,
  outranks,
  precisionOf,
} from './sql-type.ts';
import type { Translation } from './translation.ts';

export type ArithmeticOperator = Extract<
  BinaryOperator,
  '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '<<' | '>>' | '||'
>;

/** `left op right` for every operator that gives a value. */
export function arithmetic(
  t: Translation,
  op: ArithmeticOperator,
  left: TypedSql,
  right: TypedSql,
  span: Span,
): TypedSql {
  const [a, b] = typedNulls(t, left, right);
  requireOperands(t, op, [a, b], span);
  if ((op === '+' || op === '||') && isString(a.type) && isString(b.type)) return concat(t, a, b, span);
  if (op === '||') return concat(t, asText(t, a, span), asText(t, b, span), span);
  if (op === '+' && isBinary(a.type) && isBinary(b.type)) return concatBytes(a, b);
  if (isDatetime(a.type) || isDatetime(b.type)) return datetimeArithmetic(t, op, [a, b], span);
  if (['&', '|', '^', '<<', '>>'].includes(op)) return bitwise(t, op, [a, b], span);
  return numberArithmetic(t, op, [a, b], span);
}

/** 402 for the old types of long values, 8117 for variants: nothing is done with them but by CAST. */
function requireOperands(
  t: Translation,
  op: ArithmeticOperator,
  [a, b]: readonly [TypedSql, TypedSql],
  span: Span,
): void {
  const name = operatorName(op);
  if (isOldLong(a.type) || isOldLong(b.type)) {
    const message = `The data types ${a.type.name} and ${b.type.name} are incompatible in the ${name} operator.`;
    t.misfit(402, message, span);
  }
  if (a.type.name === 'sql_variant' || b.type.name === 'sql_variant')
    t.misfit(8117, `Operand data type sql_variant is invalid for ${name} operator.`, span);
}

const asText = (t: Translation, from: TypedSql, span: Span): TypedSql =>
  isString(from.type) ? from : convert(t, from, { name: 'varchar', length: 8000 }, { mode: 'implicit', span });

function typedNulls(t: Translation, left: TypedSql, right: TypedSql): readonly [TypedSql, TypedSql] {
  const typed = (nullValue: TypedSql, other: TypedSql): TypedSql => {
    const type: SqlType = other.untyped ? { name: 'int' } : other.type;
    return { ...nullValue, type, sql: `NULL::${t.profile.typeSql(type)}`, untyped: false };
  };
  return [left.untyped ? typed(left, right) : left, right.untyped ? typed(right, left) : right];
}

/** The type of a concatenation: lengths add up to the limit of the type; max stays max. */
export function concatType(a: SqlType, b: SqlType): SqlType {
  const name = isNational(a) || isNational(b) ? 'nvarchar' : 'varchar';
  const [x, y] = [lengthOf(a) ?? 0, lengthOf(b) ?? 0];
  const collation = a.collation ?? b.collation;
  const length = x === -1 || y === -1 ? -1 : Math.min(x + y, lengthLimit({ name }));
  return { name, length, ...(collation === undefined ? {} : { collation }) };
}

function concat(t: Translation, left: TypedSql, right: TypedSql, span: Span): TypedSql {
  const [a, b] = t.context.concatNullAsEmpty === true ? [orEmpty(left), orEmpty(right)] : [left, right];
  const type = ruledType(t, concatType(a.type, b.type), [a, b], { span, operation: 'add' });
  const strong = a.collated === 'explicit' || (a.collated === 'implicit' && b.collated !== 'explicit') ? a : b;
  const rest = {
    collated: strong.collated ?? 'default',
    pgCollated: a.pgCollated === true || b.pgCollated === true,
  } as const;
  if (typeof a.constant === 'string' && typeof b.constant === 'string') {
    return { ...textConstant(a.constant + b.constant, type), collated: 'default' };
  }
  const text = (side: TypedSql): string =>
    t.profile.runtime || !side.type.name.endsWith('char') ? side.sql : padKept(side);
  const joined = `(${text(a)} || ${text(b)})`;
  // What is longer than the type's limit is cut, unless one side is max.
  const total = (lengthOf(a.type) ?? 0) + (lengthOf(b.type) ?? 0);
  const cut = t.profile.runtime && type.length !== -1 && total > lengthLimit(type);
  return { ...value(cut ? `left(${joined}, ${lengthLimit(type)})` : joined, type, a.nullable || b.nullable), ...rest };
}

const orEmpty = (side: TypedSql): TypedSql => {
  if (!side.nullable && side.constant !== null) return side;
  const { constant: _, untyped: __, ...rest } = side;
  return { ...rest, sql: `coalesce(${side.sql}, '')`, nullable: false };
};

/** PostgreSQL's char(n) loses its blanks in a concatenation; SQL Server's keeps them. */
const padKept = (side: TypedSql): string =>
  (side.type.name === 'char' || side.type.name === 'nchar') && side.constant === undefined
    ? `rpad(${side.sql}, ${side.type.length ?? 1})`
    : side.sql;

function concatBytes(a: TypedSql, b: TypedSql): TypedSql {
  const [x, y] = [lengthOf(a.type) ?? 0, lengthOf(b.type) ?? 0];
  const length = x === -1 || y === -1 ? -1 : Math.min(x + y, 8000);
  return value(`(${a.sql} || ${b.sql})`, { name: 'varbinary', length }, a.nullable || b.nullable);
}

function datetimeArithmetic(
  t: Translation,
  op: ArithmeticOperator,
  [a, b]: readonly [TypedSql, TypedSql],
  span: Span,
): TypedSql {
  const type = outranks(a.type, b.type) ? a.type : b.type;
  const older = (one: TypedSql): boolean => one.type.name === 'datetime' || one.type.name === 'smalldatetime';
  if ((op !== '+' && op !== '-') || (type.name !== 'datetime' && type.name !== 'smalldatetime')) {
    const clash = isDatetime(a.type) && isDatetime(b.type);
    return clash
      ? t.fail(
          'operand-types',
          8117,
          `Operand data type ${type.name} is invalid for ${operatorName(op)} operator.`,
          span,
        )
      : t.fail('type-clash', 206, `Operand type clash: ${a.type.name} is incompatible with ${b.type.name}`, span);
  }
  const days = (one: TypedSql): string => {
    if (older(one)) return daysOf(t, one);
    const from = isString(one.type) ? convert(t, one, type, { mode: 'implicit', span }) : one;
    return older(from)
      ? daysOf(t, from)
      : `(${familyOf(from.type) === 'bit' ? `${from.sql}::int` : from.sql})::numeric`;
  };
  const nullable = a.nullable || b.nullable;
  if (!t.profile.runtime) {
    t.differs('SL1104', 'Days are added without a look at the first and the last year of the type.', span);
    const [x, y] = [a, b].map((one) => (isString(one.type) ? convert(t, one, type, { mode: 'implicit', span }) : one));
    return plainDatetimeArithmetic(op, [x ?? a, y ?? b], older, { type, nullable });
  }
  return value(`sys.datetime_of_days(${days(a)} ${op} ${days(b)}, '${type.name}')`, type, nullable);
}

function plainDatetimeArithmetic(
  op: '+' | '-',
  [a, b]: readonly [TypedSql, TypedSql],
  older: (one: TypedSql) => boolean,
  result: { readonly type: SqlType; readonly nullable: boolean },
): TypedSql {
  if (older(a) && older(b)) {
    const other = op === '-' ? `(${a.sql} - ${b.sql})` : `(${a.sql} - timestamp '1900-01-01')`;
    const base = op === '-' ? `timestamp '1900-01-01'` : b.sql;
    return value(`(${base} + ${other})`, result.type, result.nullable);
  }
  const [date, number] = older(a) ? [a, b] : [b, a];
  return value(`(${date.sql} ${op} ${number.sql} * interval '1 day')`, result.type, result.nullable);
}

const operatorName = (op: string): string =>
  ({ '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'modulo' })[op] ?? op;

const asNumber = (from: TypedSql): TypedSql =>
  from.type.name === 'bit' ? { ...from, sql: `${from.sql}::int`, type: { name: 'int' } } : from;

function bitwise(t: Translation, op: ArithmeticOperator, [a, b]: readonly [TypedSql, TypedSql], span: Span): TypedSql {
  const nullable = a.nullable || b.nullable;
  if (a.type.name === 'bit' && b.type.name === 'bit') {
    const sql = op === '^' ? `(${a.sql} <> ${b.sql})` : `(${a.sql} ${op === '&' ? 'AND' : 'OR'} ${b.sql})`;
    return value(sql, a.type, nullable);
  }
  const odd = [a, b].find((side) => ['decimal', 'money', 'float'].includes(familyOf(side.type)) && !side.untyped);
  if (odd) {
    const message = `The data types ${a.type.name} and ${b.type.name} are incompatible in the '${op}' operator.`;
    if (t.profile.runtime) return t.fail('operand-types', 402, message, span);
    if (a.constant !== undefined && b.constant !== undefined) return t.refused(402, message, span);
    t.differs('SL1106', `${message} Here it is cut to an integer.`, span);
  }
  const [x, y] = [a, b].map((side) =>
    asNumber(
      isInteger(side.type) || side.type.name === 'bit'
        ? side
        : convert(t, side, otherInteger(side, a, b), { mode: 'implicit', span }),
    ),
  ) as [TypedSql, TypedSql];
  const type = op === '<<' || op === '>>' ? x.type : outranks(x.type, y.type) ? x.type : y.type;
  // Shifts are those of the bits, whatever the sign; what leaves the type is lost.
  if (op === '<<' || op === '>>') {
    const bits = { tinyint: 8, smallint: 16, bigint: 64 }[type.name as 'tinyint'] ?? 32;
    const wide = bits < 32 ? `(${x.sql})::int::bit(32)::int::bit(${bits})` : `(${x.sql})::bit(${bits})`;
    const back =
      bits < 32
        ? `lpad((${wide} ${op} (${y.sql})::int)::text, 32, '0')::bit(32)::int`
        : `(${wide} ${op} (${y.sql})::int)::${t.profile.typeSql(type)}`;
    return value(`(${bits < 32 ? `${back}::${t.profile.typeSql(type)}` : back})`, type, nullable);
  }
  return value(`(${x.sql} ${op === '^' ? '#' : op} ${y.sql})`, type, nullable);
}

const otherInteger = (side: TypedSql, a: TypedSql, b: TypedSql): SqlType => {
  const other = side === a ? b : a;
  return isInteger(other.type) ? other.type : { name: 'int' };
};

/** Strings meet numbers as numbers; binaries as the other's type. */
function numeric(t: Translation, one: TypedSql, other: TypedSql, span: Span): TypedSql {
  if (isNumeric(one.type)) return asNumber(one);
  if (one.type.name === 'sql_variant') return one;
  const target = isNumeric(other.type) ? (other.type.name === 'bit' ? { name: 'int' as const } : other.type) : FLOAT;
  return convert(t, one, target, { mode: 'implicit', span });
}

/** Literals of type int count with the digits they have when they meet decimals. */
function decimalForm(one: TypedSql): readonly [number, number] {
  if (isInteger(one.type) && typeof one.constant === 'string' && /^\(?-?\d+\)?$/.test(one.sql))
    return [one.constant.replace('-', '').length, 0];
  return precisionOf(one.type);
}

function numberArithmetic(
  t: Translation,
  op: ArithmeticOperator,
  [left, right]: readonly [TypedSql, TypedSql],
  span: Span,
): TypedSql {
  if (!isNumeric(left.type) && !isNumeric(right.type)) {
    const name = left.type.name;
    return t.fail(
      'operand-types',
      8117,
      `Operand data type ${name} is invalid for ${operatorName(op)} operator.`,
      span,
    );
  }
  const a = numeric(t, left, right, span);
  const b = numeric(t, right, left, span);
  const top = outranks(a.type, b.type) ? a.type : b.type;
  const nullable = left.nullable || right.nullable;
  switch (familyOf(top)) {
    case 'float': {
      if (op === '%')
        return t.fail('operand-types', 402, 'The data types are incompatible in the modulo operator.', span);
      const cast = (one: TypedSql): string =>
        one.type.name === top.name ? one.sql : `(${one.sql})::${t.profile.typeSql(top)}`;
      return value(`(${cast(a)} ${op} ${cast(b)})`, top, nullable);
    }
    case 'decimal':
      return decimalArithmetic(t, op, [a, b], nullable);
    case 'money':
      return leavesMoney(t, op, a, b)
        ? t.refused(8115, 'Arithmetic overflow error converting expression to data type money.', span)
        : moneyArithmetic(op, a, b, nullable);
    default: {
      const plain = `(${a.sql} ${op} ${b.sql})`;
      // PostgreSQL has no tinyint: its smallint would hold what SQL Server refuses.
      if (top.name === 'tinyint' && op !== '/' && op !== '%')
        t.differs('SL1103', 'A number of two tinyint is smallint here, and may leave the range of 0 to 255.', span);
      const checked = top.name === 'tinyint' && t.profile.runtime ? `sys.tinyint_result(${plain}::int)` : plain;
      return value(checked, top, nullable);
    }
  }
}

/** Whether two constants give what money does not hold; the sandbox finds it when it runs. */
function leavesMoney(t: Translation, op: ArithmeticOperator, a: TypedSql, b: TypedSql): boolean {
  const [x, y] = [tenThousandths(a.constant), tenThousandths(b.constant)];
  if (t.profile.runtime || x === undefined || y === undefined || (op !== '+' && op !== '-')) return false;
  return !holdsMoney('money', op === '+' ? x + y : x - y);
}

function moneyArithmetic(op: ArithmeticOperator, a: TypedSql, b: TypedSql, nullable: boolean): TypedSql {
  if (op === '*') return value(`round(${a.sql} * ${b.sql}, 4)`, MONEY, nullable);
  if (op === '/') return value(`(div(${a.sql} * 10000, ${b.sql}) * 0.0001)`, MONEY, nullable);
  return value(`(${a.sql} ${op} ${b.sql})`, MONEY, nullable);
}

/** Precision and scale of a result before the cap of 38 digits, by operator. */
function rawDecimal(
  op: ArithmeticOperator,
  [p1, s1]: readonly [number, number],
  [p2, s2]: readonly [number, number],
): readonly [number, number] {
  switch (op) {
    case '*':
      return [p1 + p2 + 1, s1 + s2];
    case '/': {
      const scale = Math.max(6, s1 + p2 + 1);
      return [p1 - s1 + s2 + scale, scale];
    }
    case '%':
      return [Math.min(p1 - s1, p2 - s2) + Math.max(s1, s2), Math.max(s1, s2)];
    default: {
      const scale = Math.max(s1, s2);
      return [scale + Math.max(p1 - s1, p2 - s2) + 1, scale];
    }
  }
}

/** The cap of 38 digits: the scale gives way, for products and quotients not below 6. */
export function cappedDecimal(op: ArithmeticOperator, precision: number, scale: number): SqlType {
  if (precision <= 38) return decimal(precision, scale);
  const integral = precision - scale;
  if (op === '*' || op === '/') {
    const kept = integral < 32 ? Math.min(scale, 38 - integral) : Math.min(scale, 6);
    return decimal(38, kept);
  }
  return decimal(38, Math.max(0, Math.min(scale, 38 - (integral - 1))));
}

function decimalArithmetic(
  t: Translation,
  op: ArithmeticOperator,
  [a, b]: readonly [TypedSql, TypedSql],
  nullable: boolean,
): TypedSql {
  const [precision, scale] = rawDecimal(op, decimalForm(a), decimalForm(b));
  const type = cappedDecimal(op, precision, scale);
  const kept = type.scale ?? 0;
  if (op === '/') {
    const unit = kept === 0 ? '1' : `0.${'0'.repeat(kept - 1)}1`;
    if (!t.profile.runtime && kept <= 12) {
      return value(`trunc((${a.sql})::numeric / ${b.sql}, ${kept})`, type, nullable);
    }
    const scaled = `(${a.sql})::numeric * 1${'0'.repeat(kept)}`;
    return value(`(div(${scaled}, ${b.sql}) * ${unit})`, type, nullable);
  }
  const plain = `(${a.sql} ${op} ${b.sql})`;
  return value(kept < scale ? `round(${plain}, ${kept})` : plain, type, nullable);
}

/** `-x`, `+x`, `~x`. */
export function unary(t: Translation, op: '+' | '-' | '~', operand: TypedSql, span: Span): TypedSql {
  if (op === '+' || operand.constant === null) return operand;
  if (op === '~') {
    return operand.type.name === 'bit'
      ? value(`(NOT ${operand.sql})`, operand.type, operand.nullable)
      : value(
          operand.type.name === 'tinyint' ? `(255 - ${operand.sql})::smallint` : `(~${operand.sql})`,
          operand.type,
          operand.nullable,
        );
  }
  if (!isNumeric(operand.type)) {
    return t.fail('operand-types', 8117, `Operand data type ${operand.type.name} is invalid for minus operator.`, span);
  }
  const number = asNumber(operand);
  if (typeof number.constant === 'string') return negativeConstant(number);
  const type: SqlType = number.type.name === 'tinyint' ? { name: 'smallint' } : number.type;
  return value(`(- ${number.sql})`, type, number.nullable);
}

function negativeConstant(number: TypedSql): TypedSql {
  const digits = number.constant ?? '';
  const constant = digits.startsWith('-') ? digits.slice(1) : `-${digits}`;
  // -2147483648 is written as the negation of a decimal constant, and is one in SQL Server too.
  return { ...number, sql: `(-${number.sql})`, constant };
}
