import type { Expression, Option, PartitionRange } from '../ast/index.ts';
import { scalar } from './expressions.ts';
import { commaList, nameParts } from './names.ts';
import { RESERVED, STATEMENT_STARTS } from './keywords.ts';
import { literal } from './primary.ts';
import { identifierOf, type Reader } from './reader.ts';

const UNITS = new Set(
  'KB MB GB TB PB SECONDS SECOND MINUTES MINUTE HOURS HOUR DAYS DAY WEEKS WEEK MONTHS MONTH YEARS YEAR PERCENT ROWS %'.split(
    ' ',
  ),
);

/** Reads `(options)`. */
export function parenOptions(r: Reader): Option[] {
  r.expect('(');
  const options = optionList(r, false);
  r.expect(')');
  return options;
}

/** Reads `WITH (options)`, or nothing. */
export function withOptions(r: Reader): Option[] {
  if (!r.isSequence('WITH', '(')) return [];
  r.next();
  return parenOptions(r);
}

/** Reads options between commas. `bare` allows a value without an equals sign (`RECOVERY SIMPLE`). */
export function optionList(r: Reader, bare: boolean): Option[] {
  return commaList(r, () => option(r, bare));
}

/** Reads one option; a value without a name (`BOUNDING_BOX = (0, 0, 1, 1)`) is an option with an empty one. */
export function option(r: Reader, bare: boolean): Option {
  r.enter();
  const start = r.token;
  if (r.isSequence('MOVE', 'TO') || (r.is('FILESTREAM_ON') && !r.peekIs('='))) return placed(r);
  let name = '';
  if (start.type === 'word' || start.type === 'bracket' || start.type === 'dquote') {
    name = identifierOf(r.next()).name;
    if (start.type === 'word') name = name.toUpperCase();
    else if (name !== name.trim()) r.fail(start);
    if (!bare) name += furtherWords(r);
    if (name === 'CLUSTERED' && r.acceptSequence('COLUMNSTORE', 'INDEX')) name = 'CLUSTERED COLUMNSTORE INDEX';
    if (name === 'CLUSTERED' && r.accept('INDEX')) name = 'CLUSTERED INDEX';
  }
  const isOrdered = r.is('ASC') || r.is('DESC');
  const hasValue = (name !== '' && r.accept('=')) || isOrdered || name === '' || (bare && startsOptionValue(r));
  const value = hasValue && !r.is('(') ? optionValue(r) : undefined;
  const unit = hasValue && UNITS.has(r.token.upper) ? r.next().upper : undefined;
  const options = r.is('(') ? parenOptions(r) : undefined;
  const partitions = r.isSequence('ON', 'PARTITIONS') ? onPartitions(r) : undefined;
  r.leave();
  return {
    kind: 'option',
    name,
    ...(value && { value }),
    ...(unit && { unit }),
    ...(options && { options }),
    ...(partitions && { partitions }),
    span: r.span(start),
  };
}

/** The rest of a name of several words, such as `SERVER CERTIFICATE = c` and `PRIVATE KEY (…)`: known by what follows it. */
function furtherWords(r: Reader): string {
  let words = '';
  let count = 0;
  for (; count < 4; count++) {
    const { type, upper } = r.peek(count);
    if (type !== 'word' || (RESERVED.has(upper) && upper !== 'KEY' && upper !== 'INDEX' && upper !== 'BY')) break;
    words += ` ${upper}`;
  }
  const isName = r.peekIs('=', count) || (r.peekIs('(', count) && (words === ' KEY' || words === ' INDEX'));
  if (count === 0 || !isName) return '';
  for (; count > 0; count--) r.next();
  return words;
}

/** `MOVE TO scheme(column)` and `FILESTREAM_ON group` of a clustered index that is dropped. */
function placed(r: Reader): Option {
  const start = r.token;
  const name = r.acceptSequence('MOVE', 'TO') ? 'MOVE TO' : r.expect('FILESTREAM_ON').upper;
  const value = optionValue(r);
  const options = r.is('(') ? parenOptions(r) : undefined;
  r.leave();
  return { kind: 'option', name, bare: true, value, ...(options && { options }), span: r.span(start) };
}

function startsOptionValue(r: Reader): boolean {
  const { type, upper, lineStart } = r.token;
  if (type === 'symbol') return upper === '-';
  if (r.isSequence('ON', 'PARTITIONS')) return false;
  if (STATEMENT_STARTS.has(upper) || (lineStart && type === 'word')) return false;
  return (
    type !== 'end' && type !== 'go' && type !== 'unclosed' && type !== 'bad' && upper !== 'WITH' && upper !== 'FOR'
  );
}

/** A constant, a variable, a word as `keyword`, or a name as `column`. */
export function optionValue(r: Reader): Expression {
  const start = r.token;
  switch (start.type) {
    case 'word': {
      if (r.peekIs('.')) return dottedName(r);
      r.next();
      if (start.upper === 'CLEAR' && r.accept('ALL'))
        return { kind: 'keyword', name: 'CLEAR ALL', span: r.span(start) };
      if (start.upper === 'READ' && (r.is('COMMITTED') || r.is('UNCOMMITTED')))
        return { kind: 'keyword', name: `READ ${r.next().upper}`, span: r.span(start) };
      if (start.upper === 'REPEATABLE' && r.accept('READ'))
        return { kind: 'keyword', name: 'REPEATABLE READ', span: r.span(start) };
      if (start.upper === 'NULL')
        return { kind: 'literal', type: 'null', text: start.text, value: '', span: r.span(start) };
      return { kind: 'keyword', name: start.upper, span: r.span(start) };
    }
    case 'bracket':
    case 'dquote':
      return dottedName(r);
    case 'int':
    case 'decimal':
    case 'float':
    case 'money':
    case 'binary':
    case 'string':
    case 'nstring':
      return literal(r, start.type);
    default:
      return startsNumber(r) ? scalar(r) : r.fail();
  }
}

/** Whether a number with its sign, or a variable, follows: no other value of an option begins with a symbol. */
export function startsNumber(r: Reader): boolean {
  const { type, upper } = r.token;
  return r.isVariable() || upper === '-' || upper === '+' || type === 'int' || type === 'decimal' || type === 'float';
}

function dottedName(r: Reader): Expression {
  const start = r.token;
  const parts = nameParts(r);
  return { kind: 'column', parts, span: r.span(start) };
}

function onPartitions(r: Reader): PartitionRange[] {
  r.expectSequence('ON', 'PARTITIONS', '(');
  const ranges = partitionRanges(r);
  r.expect(')');
  return ranges;
}

/** Reads `1, 3 TO 5`. */
export function partitionRanges(r: Reader): PartitionRange[] {
  return commaList(r, () => {
    const from = scalar(r);
    return r.accept('TO') ? { from, to: scalar(r) } : { from };
  });
}
