import {
  parseBatch,
  parseExpression,
  type CreateView,
  type Expression,
  type ObjectName,
  type ParsedBatch,
} from '#tsql';
import { SqlError } from '../session.ts';

const MAX_BATCHES = 400;
const batches = new Map<string, ParsedBatch>();

/** The statements of a batch; the same text gives the same tree, so that what was made from it can be kept. */
export function parsedBatch(text: string, quotedIdentifier: boolean): ParsedBatch {
  const key = `${quotedIdentifier ? 1 : 0}${text}`;
  const known = batches.get(key);
  if (known !== undefined) {
    batches.delete(key);
    batches.set(key, known);
    return known;
  }
  const parsed = parseBatch(text, { quotedIdentifier });
  if (text.length < 100_000) batches.set(key, parsed);
  if (batches.size > MAX_BATCHES) batches.delete(batches.keys().next().value ?? '');
  return parsed;
}

/** Throws the first fault of syntax, as the batch's error. */
export function requireParsed(parsed: ParsedBatch, procedure = ''): void {
  const [first] = parsed.errors;
  if (first === undefined) return;
  const inside = procedure === '' ? moduleOf(parsed) : procedure;
  throw new SqlError(first.number, first.message, 15, 1, first.span.line, inside);
}

/** The module that a batch makes: faults in its text are told as its own. '' where it makes none. */
function moduleOf({ statements: [first] }: ParsedBatch): string {
  return first !== undefined && /^create(?:Procedure|Function|Trigger)$/.test(first.kind) && 'name' in first
    ? ((first.name as ObjectName).name.name ?? '')
    : '';
}

const expressions = new Map<string, Expression>();

/** A stored definition (default, check, computed column) as a tree. */
export function parsedExpression(text: string): Expression {
  const known = expressions.get(text);
  if (known !== undefined) return known;
  const { expression, errors } = parseExpression(text);
  if (expression === undefined) {
    throw new SqlError(errors[0]?.number ?? 102, errors[0]?.message ?? `Incorrect syntax near '${text}'.`, 15);
  }
  expressions.set(text, expression);
  return expression;
}

/** The view in its stored text. */
export function parsedView(definition: string, quotedIdentifier: boolean): CreateView {
  const view = parsedBatch(definition, quotedIdentifier).statements.find(
    (statement) => statement.kind === 'createView',
  );
  if (view === undefined) throw new SqlError(40515, 'The text of the view cannot be read.');
  return view;
}
