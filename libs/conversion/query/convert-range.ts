import type { Conversion } from './convert.ts';
import { familyOf, precisionOf } from './sql-type.ts';

/**
 * Ranges of SQL Server's types that those of the target do not have: tinyint is smallint there, money numeric(19,4). A constant is judged here, where a cast names
 * the type; of other values the difference is told, unless they fit by their type. What is stored is for the column's check (convert.typeChecks).
 */

/** Names in messages: `a smallint`, `an int`. */
const a = (name: string): string => `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;

/** Ten-thousandths of a number in digits, which is what money counts; undefined: not a plain number. */
export function tenThousandths(text: string | null | undefined): bigint | undefined {
  const [, sign = '', whole = '', fraction = ''] = /^ *([-+]?)(\d*)(?:\.(\d*))? *$/.exec(text ?? '') ?? [];
  if (whole === '' && fraction === '') return undefined;
  const number = BigInt(`${whole}${fraction.padEnd(4, '0').slice(0, 4)}`);
  return sign === '-' ? -number : number;
}

const MONEY_LIMIT: Readonly<Record<string, bigint>> = {
  money: 9_223_372_036_854_775_807n,
  smallmoney: 2_147_483_647n,
};

/** Whether a constant lies within a type of money. */
export function holdsMoney(type: 'money' | 'smallmoney', number: bigint): boolean {
  const limit = MONEY_LIMIT[type] ?? 0n;
  return number <= limit && number >= -limit - 1n;
}

/** NULL in the place of a cast that SQL Server refuses, its problem kept; undefined: the value is to be cast. */
export function outOfRange(c: Conversion): string | undefined {
  if (c.t.profile.runtime || c.try) return undefined;
  if (c.to.name === 'tinyint') return tinyint(c);
  return c.to.name === 'money' || c.to.name === 'smallmoney' ? money(c, c.to.name) : undefined;
}

function tinyint(c: Conversion): string | undefined {
  const { t, from, span } = c;
  if (['tinyint', 'bit'].includes(from.type.name)) return undefined;
  const number = tenThousandths(from.constant);
  if (number !== undefined) {
    if (number > -10_000n && number < 2_560_000n) return undefined;
    if (c.mode === 'explicit')
      return t.refused(220, `Arithmetic overflow error for data type tinyint, value = ${from.constant ?? ''}.`, span)
        .sql;
  }
  if (c.mode !== 'store')
    t.differs(
      'SL1103',
      `${a(from.type.name)} becomes a tinyint, which is smallint here and holds more than 0 to 255.`,
      span,
    );
  return undefined;
}

function money(c: Conversion, name: 'money' | 'smallmoney'): string | undefined {
  const { t, from, span } = c;
  const number = tenThousandths(from.constant);
  if (number !== undefined) {
    if (holdsMoney(name, number)) return undefined;
    if (c.mode === 'explicit')
      return t.refused(8115, `Arithmetic overflow error converting expression to data type ${name}.`, span).sql;
  }
  if (c.mode !== 'store' && mayLeaveMoney(c))
    t.differs('SL1103', `${a(from.type.name)} becomes ${name}, which holds a little more digits here.`, span);
  return undefined;
}

/** Whether a number may be one that the type of money does not hold. */
export function mayLeaveMoney({ from, to }: Pick<Conversion, 'from' | 'to'>): boolean {
  const { name } = from.type;
  if (to.name === 'smallmoney')
    return !['bit', 'tinyint', 'smallint', 'smallmoney'].includes(name) && !isShort(from.type, 6);
  return (
    familyOf(from.type) === 'float' || (name !== 'money' && familyOf(from.type) !== 'string' && !isShort(from.type, 15))
  );
}

/** Whether a number has fewer digits than so many before its point. */
function isShort(type: Conversion['to'], digits: number): boolean {
  if (familyOf(type) === 'string' || familyOf(type) === 'float') return false;
  const [precision, scale] = precisionOf(type);
  return precision - scale < digits;
}
