import type { DataType, Identifier, ObjectName } from '../ast/index.ts';
import { RESERVED } from './keywords.ts';
import { identifierOf, type Reader } from './reader.ts';

/** Reads the dotted parts of a name; a part that is left out (`db..t`) is null. The first part must be a name. */
export function nameParts(r: Reader): (Identifier | null)[] {
  const parts: (Identifier | null)[] = [];
  if (r.is('.')) parts.push(null);
  else parts.push(r.name());
  while (r.is('.')) {
    r.next();
    if (r.is('.')) parts.push(null);
    // Behind a name any word will do; behind dots alone it is the first.
    else parts.push(parts.every((part) => part === null) ? r.name() : r.anyName());
  }
  return parts;
}

/** Reads a dotted name of which only the last part counts: a reserved word cannot stand there alone. */
export function lastName(r: Reader): Identifier {
  const start = r.token;
  const name = nameParts(r).at(-1) ?? r.fail();
  return name.quote === 'none' && RESERVED.has(name.name.toUpperCase()) ? r.fail(start) : name;
}

/** Reads an object's name of one to four parts. */
export function objectName(r: Reader): ObjectName {
  const start = r.token;
  const parts = nameParts(r);
  return objectNameOf(r, parts, r.span(start));
}

/** Makes an object's name of parts that were read; more than four do not fit. */
export function objectNameOf(r: Reader, parts: readonly (Identifier | null)[], span: ObjectName['span']): ObjectName {
  const name = parts.at(-1);
  if (name === null || name === undefined || parts.length > 4) r.fail();
  const schema = parts.at(-2) ?? undefined;
  const database = parts.at(-3) ?? undefined;
  const server = parts.at(-4) ?? undefined;
  return {
    kind: 'objectName',
    ...(server && { server }),
    ...(database && { database }),
    ...(schema && { schema }),
    name,
    span,
  };
}

/** Reads names between commas. */
export function nameList(r: Reader): Identifier[] {
  return commaList(r, () => r.name());
}

/** Reads `(a, b)`; an empty list if there is no parenthesis. */
export function optionalNameList(r: Reader): Identifier[] {
  return r.is('(') ? parenNameList(r) : [];
}

/** Reads `(a, b)`. */
export function parenNameList(r: Reader): Identifier[] {
  r.expect('(');
  const names = nameList(r);
  r.expect(')');
  return names;
}

/** Reads one or more things between commas. */
export function commaList<T>(r: Reader, read: () => T): T[] {
  const items = [read()];
  while (r.accept(',')) items.push(read());
  return items;
}

/** ANSI and other spellings, by their canonical name. */
const SYNONYMS: Readonly<Record<string, string>> = {
  integer: 'int',
  dec: 'decimal',
  character: 'char',
  rowversion: 'timestamp',
  'char varying': 'varchar',
  'character varying': 'varchar',
  'nchar varying': 'nvarchar',
  'binary varying': 'varbinary',
  'national char': 'nchar',
  'national character': 'nchar',
  'national char varying': 'nvarchar',
  'national character varying': 'nvarchar',
  'national text': 'ntext',
  'double precision': 'float',
};

/** The canonical name of a type as it is written in lower case without quotes. */
export function canonicalType(name: string): string {
  return SYNONYMS[name] ?? name;
}

/** Reads a type: `int`, `[dbo].[Phone]`, `nvarchar(max)`, `double precision`, `xml(CONTENT dbo.c)`, `national char varying (10)`. */
export function dataType(r: Reader): DataType {
  const start = r.token;
  let schema: Identifier | undefined;
  let name = typeWord(r);
  if (r.is('.')) {
    r.next();
    schema = name;
    name = r.anyName();
    if (r.is('.')) {
      r.next();
      schema = name;
      name = r.anyName();
    }
  }
  let base = name.name.toLowerCase();
  if (base === 'national' && name.quote === 'none')
    base = `national ${r.expectAny('CHAR', 'CHARACTER', 'TEXT').toLowerCase()}`;
  if (base === 'double' && r.accept('PRECISION')) base = 'double precision';
  if (r.is('VARYING') && /^((national )?char(acter)?|nchar|binary)$/.test(base)) {
    r.next();
    base += ' varying';
  }
  const args: (number | 'max')[] = [];
  let xml: Partial<Pick<DataType, 'xmlSchema' | 'xmlContent'>> = {};
  if (r.is('(')) {
    if (base === 'xml') xml = xmlType(r);
    else typeArgs(r, args);
  }
  const canonical = schema === undefined || schema.name.toLowerCase() === 'sys' ? canonicalType(base) : base;
  return { kind: 'dataType', ...(schema && { schema }), name, base: canonical, args, ...xml, span: r.span(start) };
}

/** A type's first word may be reserved: NATIONAL, DOUBLE, CURSOR, TABLE. */
function typeWord(r: Reader): Identifier {
  const { upper } = r.token;
  if (upper === 'NATIONAL' || upper === 'DOUBLE' || upper === 'CURSOR') return identifierOf(r.next());
  return r.name();
}

function typeArgs(r: Reader, args: (number | 'max')[]): void {
  r.expect('(');
  do {
    if (r.accept('MAX')) args.push('max');
    else {
      const negative = r.accept('-');
      if (r.token.type !== 'int' || r.token.text.length > 10) r.fail();
      const size = Number(r.next().text);
      args.push(negative && size !== 0 ? -size : size);
    }
  } while (r.accept(','));
  r.expect(')');
}

function xmlType(r: Reader): Partial<Pick<DataType, 'xmlSchema' | 'xmlContent'>> {
  r.expect('(');
  const content = r.acceptAny('CONTENT', 'DOCUMENT');
  const xmlSchema = objectName(r);
  r.expect(')');
  return { xmlSchema, ...(content && { xmlContent: content === 'CONTENT' ? 'content' : 'document' }) };
}
