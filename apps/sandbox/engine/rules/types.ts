import type { Collate, DataType, Expression, Literal, Node, SelectExpression } from '#tsql';
import { broken, hasOwn } from './rule.ts';

/** The longest length of types that take one. */
const LONGEST: Readonly<Record<string, number>> = {
  char: 8000,
  varchar: 8000,
  binary: 8000,
  varbinary: 8000,
  nchar: 4000,
  nvarchar: 4000,
};

const SCALED = new Set(['time', 'datetime2', 'datetimeoffset']);

const NO_WIDTH = new Set(
  'int bigint smallint tinyint bit money smallmoney real date datetime smalldatetime text ntext image uniqueidentifier timestamp sql_variant hierarchyid geometry geography sysname'.split(
    ' ',
  ),
);

/** What a type is given to, as messages name it: a column or parameter by its name, a variable by its type, CAST as a specification. */
export interface TypePlace {
  readonly word: 'column' | 'parameter' | 'type' | 'convert specification';
  readonly name?: string;
  readonly node: Node;
}

/** Lengths, precisions and scales that no value of the type can have. */
export function checkType(type: DataType, place: TypePlace): void {
  if (type.schema !== undefined && type.schema.name.toLowerCase() !== 'sys') return;
  const [first, second] = type.args;
  if (first === undefined) return;
  const longest = LONGEST[type.base];
  if (longest !== undefined && typeof first === 'number') checkLength(type, place, first, longest);
  if (SCALED.has(type.base) && typeof first === 'number' && first > 7)
    throw broken(1002, `Line ${place.node.span.line}: Specified scale ${first} is invalid.`, place.node);
  if (type.base === 'decimal' || type.base === 'numeric') checkDecimal(type, place, first, second);
  if (type.base === 'float' && typeof first === 'number' && (first < 1 || first > 53))
    throw first < 1 ? invalidLength(place, first) : tooLong(type, place, first, 53);
  if (NO_WIDTH.has(type.base)) {
    const where = place.name === undefined ? '#1' : place.word === 'column' ? '#1' : place.name;
    throw broken(
      2716,
      `Column, parameter, or variable ${where}: Cannot specify a column width on data type ${type.base}.`,
      place.node,
      16,
    );
  }
}

const invalidLength = (place: TypePlace, length: number): Error =>
  broken(1001, `Line ${place.node.span.line}: Length or precision specification ${length} is invalid.`, place.node);

function tooLong(type: DataType, place: TypePlace, length: number, most: number): Error {
  const name = place.name ?? type.base;
  return broken(
    2717,
    `The size (${length}) given to the ${place.word} '${name}' exceeds the maximum allowed (${most}).`,
    place.node,
  );
}

function checkLength(type: DataType, place: TypePlace, length: number, longest: number): void {
  if (length < 1) throw invalidLength(place, length);
  if (length <= longest) return;
  if (length <= 8000) throw tooLong(type, place, length, longest);
  throw broken(
    131,
    `The size (${length}) given to the ${place.word} '${place.name ?? type.base}' exceeds the maximum allowed for any data type (8000).`,
    place.node,
  );
}

function checkDecimal(
  type: DataType,
  place: TypePlace,
  precision: number | 'max',
  scale: number | 'max' | undefined,
): void {
  if (typeof precision !== 'number') return;
  if (precision < 1) throw invalidLength(place, precision);
  if (precision > 38) throw tooLong(type, place, precision, 38);
  if (typeof scale === 'number' && scale > precision)
    throw broken(192, 'The scale must be less than or equal to the precision.', place.node);
}

/** A number that is written out has 38 digits at the most. */
export function checkLiteral(literal: Literal): void {
  if (literal.type !== 'decimal') return;
  const digits = literal.value.replace(/^-?0*|\./g, '');
  if (digits.length > 38)
    throw broken(
      1007,
      `The number '${literal.text}' is out of the range for numeric representation (maximum precision 38).`,
      literal,
    );
}

/** Where a value is wanted that no query gives. */
export function checkScalar(value: Expression): void {
  if (hasOwn(value, (node) => node.kind === 'subquery' || node.kind === 'exists'))
    throw broken(1046, 'Subqueries are not allowed in this context. Only scalar expressions are allowed.', value);
}

/** A name that is given is not empty. */
export function checkAlias(item: SelectExpression): void {
  if (item.alias?.name === '')
    throw broken(
      1038,
      'An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name. For other statements, look for empty alias names. Aliases defined as "" or [] are not allowed. Change the alias to a valid name.',
      item,
    );
}

/** One COLLATE for an expression. */
export function checkCollate(node: Collate): void {
  if (node.expression.kind === 'collate')
    throw broken(445, 'COLLATE clause cannot be used on expressions containing a COLLATE clause.', node, 16);
}
