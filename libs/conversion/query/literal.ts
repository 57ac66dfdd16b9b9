import type { Literal, OdbcLiteral } from '#tsql';
import type { TypedSql } from './api.ts';
import { convert } from './convert.ts';
import { quoted, textConstant } from './sql-text.ts';
import { DATETIME, decimal, GUID, nvarchar, varbinary, varchar } from './sql-type.ts';
import type { Translation } from './translation.ts';

const LITERAL_LIMIT = { string: 8000, nstring: 4000 } as const;

/** A constant in PostgreSQL text, with the type SQL Server gives it. */
export function translateLiteral(t: Translation, node: Literal): TypedSql {
  switch (node.type) {
    case 'null':
      return { sql: 'NULL', type: { name: 'int' }, nullable: true, constant: null, untyped: true };
    case 'int':
      return integerLiteral(node.value);
    case 'decimal':
      return decimalLiteral(node.value);
    case 'float':
      return {
        sql: `${quoted(floatText(node.value))}::float8`,
        type: { name: 'float' },
        nullable: false,
        constant: node.value,
      };
    case 'money':
      return moneyLiteral(node.value);
    case 'binary':
      return binaryLiteral(node.value);
    case 'string':
    case 'nstring':
      return stringLiteral(t, node);
  }
}

function integerLiteral(value: string): TypedSql {
  const digits = value.replace(/^0+(?=\d)/, '');
  if (BigInt(digits) <= 2_147_483_647n)
    return { sql: digits, type: { name: 'int' }, nullable: false, constant: digits };
  return decimalLiteral(digits);
}

/** `.5` and `5.` are numerics too; precision and scale are those written, without leading zeros. */
function decimalLiteral(value: string): TypedSql {
  const [whole = '', fraction = ''] = value.split('.');
  const integral = whole.replace(/^0+/, '');
  const text = `${integral === '' ? '0' : integral}${fraction === '' ? '' : `.${fraction}`}`;
  const precision = Math.max(1, integral.length + fraction.length);
  return {
    sql: fraction === '' ? `${text}::numeric` : text,
    type: decimal(Math.min(precision, 38), fraction.length),
    nullable: false,
    constant: text,
  };
}

/** `1e`, `.5e3`: forms that PostgreSQL does not read. */
function floatText(value: string): string {
  const [mantissa = '0', exponent = '0'] = value.toLowerCase().split('e');
  const whole = mantissa.startsWith('.') ? `0${mantissa}` : mantissa;
  return `${whole.endsWith('.') ? `${whole}0` : whole}e${/\d/.test(exponent) ? exponent : '0'}`;
}

function moneyLiteral(value: string): TypedSql {
  const [whole = '0', fraction = ''] = value.replaceAll(',', '').split('.');
  const text = `${whole === '' ? '0' : whole}.${fraction.padEnd(4, '0').slice(0, 4)}`;
  return { sql: text, type: { name: 'money' }, nullable: false, constant: text };
}

function binaryLiteral(value: string): TypedSql {
  const hex = value.length % 2 === 0 ? value : `0${value}`;
  return { sql: `'\\x${hex}'::bytea`, type: varbinary(Math.max(1, hex.length / 2)), nullable: false, constant: hex };
}

function stringLiteral(t: Translation, node: Literal): TypedSql {
  const national = node.type === 'nstring';
  const length = Math.max(1, node.value.length);
  const size = length > LITERAL_LIMIT[national ? 'nstring' : 'string'] ? -1 : length;
  const constant = textConstant(node.value, national ? nvarchar(size) : varchar(size));
  return t.profile.runtime ? constant : { ...constant, sql: quoted(node.value) };
}

/** `{d '2020-01-02'}` and its fellows. */
export function translateOdbcLiteral(t: Translation, node: OdbcLiteral): TypedSql {
  const text = textConstant(node.value, varchar(Math.max(1, node.value.length)));
  return convert(t, text, node.type === 'guid' ? GUID : DATETIME, { mode: 'explicit', span: node.span });
}
