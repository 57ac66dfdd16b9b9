import type {
  CursorDefinition,
  DeclareTable,
  DeclareVariable,
  Expression,
  Identifier,
  PropertyAccess,
  Statement,
} from '../ast/index.ts';
import { tableElements } from './columns.ts';
import { expression, scalar } from './expressions.ts';
import { commaList, dataType, nameList, objectName } from './names.ts';
import { acceptAssign } from './operators.ts';
import { startsNumber } from './options.ts';
import { argumentList, literal } from './primary.ts';
import { query } from './query.ts';
import type { Reader } from './reader.ts';

/** DECLARE of variables, table variables or a cursor. */
export function declareStatement(r: Reader): Statement {
  const start = r.expect('DECLARE');
  if (!r.isVariable()) return declareCursor(r, start);
  const items = commaList(r, () => declared(r));
  return { kind: 'declare', items, span: r.span(start) };
}

function declared(r: Reader): DeclareVariable | DeclareTable {
  const start = r.token;
  if (!r.isVariable(start)) r.fail();
  r.next();
  r.accept('AS');
  if (r.accept('TABLE')) {
    const elements = tableElements(r);
    return { kind: 'declareTable', name: start.text, elements, span: r.span(start) };
  }
  const type = dataType(r);
  const nullable = r.acceptSequence('NOT', 'NULL') ? false : r.accept('NULL') ? true : undefined;
  const value = r.accept('=') ? expression(r) : undefined;
  return {
    kind: 'declareVariable',
    name: start.text,
    type,
    ...(value && { value }),
    ...(nullable !== undefined && { nullable }),
    span: r.span(start),
  };
}

function declareCursor(r: Reader, start: Reader['token']): Statement {
  const name = r.name();
  const at = r.token;
  const options = cursorWords(r);
  const definition = cursorDefinition(r, options, at);
  return { kind: 'declareCursor', name, definition, span: r.span(start) };
}

const CURSOR_WORDS = new Set(
  'INSENSITIVE SCROLL LOCAL GLOBAL FORWARD_ONLY STATIC KEYSET DYNAMIC FAST_FORWARD READ_ONLY SCROLL_LOCKS OPTIMISTIC TYPE_WARNING'.split(
    ' ',
  ),
);

function cursorWords(r: Reader): string[] {
  const words: string[] = [];
  while (CURSOR_WORDS.has(r.token.upper)) words.push(r.next().upper);
  return words;
}

/** Reads from the word CURSOR on; `before` are the words of the old form, which stand before it. */
function cursorDefinition(r: Reader, before: readonly string[], start: Reader['token']): CursorDefinition {
  r.expect('CURSOR');
  const options = [...before, ...cursorWords(r)];
  r.expect('FOR');
  const inner = query(r);
  let readOnly = false;
  let forUpdate: Identifier[] | undefined;
  if (r.acceptSequence('FOR', 'READ', 'ONLY')) readOnly = true;
  else if (r.acceptSequence('FOR', 'UPDATE')) forUpdate = r.accept('OF') ? nameList(r) : [];
  return {
    kind: 'cursorDefinition',
    options,
    query: inner,
    readOnly,
    ...(forUpdate && { forUpdate }),
    span: r.span(start),
  };
}

/** SET of a variable or of a session option. */
export function setStatement(r: Reader): Statement {
  const start = r.expect('SET');
  return r.isVariable() ? setVariable(r, start) : setOption(r, start);
}

function setVariable(r: Reader, start: Reader['token']): Statement {
  const token = r.next();
  const variable = { kind: 'variable', name: token.text, span: r.span(token) } as const;
  if (r.accept('.')) {
    const method = r.anyName();
    if (r.is('='))
      return setProperty(r, start, { kind: 'property', target: variable, name: method, span: r.span(token) });
    const args = argumentList(r);
    return {
      kind: 'setVariableMethod',
      call: { kind: 'methodCall', target: variable, method, args, span: r.span(token) },
      span: r.span(start),
    };
  }
  const op = acceptAssign(r) ?? r.fail();
  const value = r.is('CURSOR') ? cursorDefinition(r, [], r.token) : expression(r);
  return { kind: 'setVariable', variable, op, value, span: r.span(start) };
}

/** `SET @p.X = 1`: a property of a variable of a CLR type. */
function setProperty(r: Reader, start: Reader['token'], property: PropertyAccess): Statement {
  const op = acceptAssign(r) ?? r.fail();
  return { kind: 'setProperty', property, op, value: expression(r), span: r.span(start) };
}

function setOption(r: Reader, start: Reader['token']): Statement {
  if (r.acceptSequence('TRANSACTION', 'ISOLATION', 'LEVEL') || r.acceptSequence('TRAN', 'ISOLATION', 'LEVEL')) {
    const at = r.token;
    const value: Expression = { kind: 'keyword', name: isolationLevel(r), span: r.span(at) };
    return { kind: 'setOption', names: ['TRANSACTION ISOLATION LEVEL'], value, span: r.span(start) };
  }
  if (r.accept('IDENTITY_INSERT')) {
    const table = objectName(r);
    const value = settingValue(r);
    return { kind: 'setOption', names: ['IDENTITY_INSERT'], table, value, span: r.span(start) };
  }
  const prefix = r.acceptAny('STATISTICS', 'OFFSETS');
  const names = commaList(r, () => {
    if (r.token.type !== 'word') r.fail();
    const word = r.anyName().name.toUpperCase();
    return prefix === undefined ? word : `${prefix} ${word}`;
  });
  if (ON_OFF.has(names[0] ?? '') && !r.is('ON') && !r.is('OFF')) r.fail();
  const value = settingValue(r);
  applySetting(r, names, value);
  return { kind: 'setOption', names, value, span: r.span(start) };
}

/** Settings that are on or off. */
const ON_OFF = new Set(
  `ANSI_DEFAULTS ANSI_NULL_DFLT_OFF ANSI_NULL_DFLT_ON ANSI_NULLS ANSI_PADDING ANSI_WARNINGS ARITHABORT ARITHIGNORE
CONCAT_NULL_YIELDS_NULL CURSOR_CLOSE_ON_COMMIT FMTONLY FORCEPLAN IMPLICIT_TRANSACTIONS NOCOUNT NOEXEC NUMERIC_ROUNDABORT
PARSEONLY QUOTED_IDENTIFIER REMOTE_PROC_TRANSACTIONS SHOWPLAN_ALL SHOWPLAN_TEXT SHOWPLAN_XML XACT_ABORT`.split(/\s+/),
);

function isolationLevel(r: Reader): string {
  if (r.accept('SERIALIZABLE')) return 'SERIALIZABLE';
  if (r.accept('SNAPSHOT')) return 'SNAPSHOT';
  if (r.acceptSequence('REPEATABLE', 'READ')) return 'REPEATABLE READ';
  r.expect('READ');
  return `READ ${r.expectAny('COMMITTED', 'UNCOMMITTED')}`;
}

/** ON, OFF or another word; a number, a string or a variable. */
function settingValue(r: Reader): Expression {
  const { token } = r;
  switch (token.type) {
    case 'word':
      r.next();
      return { kind: 'keyword', name: token.upper, span: r.span(token) };
    case 'bracket':
    case 'dquote': {
      const parts = [r.anyName()];
      return { kind: 'column', parts, span: r.span(token) };
    }
    case 'string':
    case 'nstring':
    case 'binary':
      return literal(r, token.type);
    default:
      return startsNumber(r) ? scalar(r) : r.fail();
  }
}

/** QUOTED_IDENTIFIER changes how the rest of the text is read, but not from within a module. */
function applySetting(r: Reader, names: readonly string[], value: Expression): void {
  if (r.inModule || value.kind !== 'keyword') return;
  if (names.includes('QUOTED_IDENTIFIER') || names.includes('ANSI_DEFAULTS')) r.quotedIdentifier = value.name === 'ON';
}
