import type { DataType, Identifier, ObjectName, Option, PartitionRange } from '../ast/index.ts';
import { quoteName, quoteString } from '../names.ts';
import { printExpression } from './expressions.ts';

/** Joins what there is with spaces. */
export function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== '').join(' ');
}

/** Prints things between commas. */
export function commas<T>(list: readonly T[], print: (item: T) => string): string {
  return list.map(print).join(', ');
}

/** Prints `(a, b)`, or nothing for an empty list. */
export function parens<T>(list: readonly T[], print: (item: T) => string): string {
  return list.length === 0 ? '' : `(${commas(list, print)})`;
}

/** Prints a name with the quotes that it had. */
export function printName(name: Identifier): string {
  switch (name.quote) {
    case 'bracket':
      return quoteName(name.name);
    case 'double':
      return `"${name.name.replaceAll('"', '""')}"`;
    case 'single':
      return quoteString(name.name, false);
    case 'none':
      return name.name;
  }
}

/** Prints dotted parts; a part that was left out leaves its dot. */
export function printParts(parts: readonly (Identifier | null)[]): string {
  return parts.map((part) => (part === null ? '' : printName(part))).join('.');
}

/** Prints an object's name. */
export function printObjectName(name: ObjectName): string {
  const parts = [name.server, name.database, name.schema];
  const from = parts.findIndex((part) => part !== undefined);
  const before = from < 0 ? [] : parts.slice(from);
  return [...before.map((part) => (part === undefined ? '' : printName(part))), printName(name.name)].join('.');
}

/** What follows the first word of a spelling of several words. */
const MORE_WORDS: Readonly<Record<string, (base: string) => string>> = {
  national: (base) => (base === 'ntext' ? ' text' : base === 'nvarchar' ? ' char varying' : ' char'),
  double: (base) => (base === 'float' ? ' precision' : ''),
};

/** Prints a type. */
export function printType(type: DataType): string {
  const plain = type.name.quote === 'none' && type.schema === undefined;
  const written = type.name.name.toLowerCase();
  let name = printName(type.name);
  if (plain && MORE_WORDS[written] !== undefined) name += MORE_WORDS[written](type.base);
  else if (/^(char|character|nchar|binary)$/.test(written) && type.base.startsWith('var')) name = `${name} varying`;
  const full = type.schema === undefined ? name : `${printName(type.schema)}.${name}`;
  if (type.xmlSchema !== undefined)
    return `${full}(${words(type.xmlContent?.toUpperCase(), printObjectName(type.xmlSchema))})`;
  return full + parens(type.args, String);
}

/** Prints one option. */
export function printOption(option: Option): string {
  const { name, value, unit, options, partitions } = option;
  const shown = /^[A-Z0-9_$# ]*$/.test(name) ? name : quoteName(name);
  const text = value === undefined ? '' : printExpression(value);
  const nested = options === undefined ? '' : `(${commas(options, printOption)})`;
  const isOrder = value?.kind === 'keyword' && (value.name === 'ASC' || value.name === 'DESC');
  const equals =
    shown !== '' &&
    !isOrder &&
    option.bare !== true &&
    (value !== undefined || (nested !== '' && !FUNCTION_LIKE.has(name)))
      ? '='
      : '';
  const on = partitions === undefined ? '' : `ON PARTITIONS (${printPartitions(partitions)})`;
  return words(shown, equals, text, unit, nested, on);
}

/** Options whose list follows at once. */
const FUNCTION_LIKE = new Set(['WAIT_AT_LOW_PRIORITY', 'ORDER', 'CLUSTERED INDEX', 'PRIVATE KEY', 'ENCRYPTION']);

/** Prints options between commas. */
export function printOptions(options: readonly Option[]): string {
  return commas(options, printOption);
}

/** Prints `WITH (options)`, or nothing. */
export function withOptions(options: readonly Option[]): string {
  return options.length === 0 ? '' : `WITH (${printOptions(options)})`;
}

/** Prints partition numbers and ranges. */
export function printPartitions(ranges: readonly PartitionRange[]): string {
  return commas(ranges, ({ from, to }) => words(printExpression(from), to && 'TO', to && printExpression(to)));
}

/** Guards a switch over all kinds: a kind that was forgotten does not compile. */
export function impossible(value: never): never {
  throw new RangeError(`unexpected node ${JSON.stringify(value)}`);
}
