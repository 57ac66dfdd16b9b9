import type { Expression, If, Span } from '#tsql';
import { parsed, type Types, Unreadable, type Way } from './dynamic-holes.ts';
import type { Text, TextPart } from './text-parts.ts';

/** Conditions that a text has or has not: they are asked in the statement itself, so that there is one statement. */

/** What is known of the texts of a body. */
export interface ConditionFacts {
  /** IFs whose condition an EXEC asks for, and the variable that keeps it. */
  readonly flags: ReadonlyMap<If, string>;
  readonly types: Types;
}

/** Whether the condition of an IF was true. */
export const isSet = ({ flags }: ConditionFacts, by: If, span: Span): Expression => ({
  kind: 'binary',
  op: '=',
  left: { kind: 'variable', name: flags.get(by) ?? '', span },
  right: { kind: 'literal', type: 'int', text: '1', value: '1', span },
  span,
});

type Choice = Extract<TextPart, { kind: 'choice' | 'case' }>;

interface Condition {
  readonly word: 'AND' | 'OR';
  /** A predicate that is never NULL. */
  readonly isAdded: Expression;
  readonly parts: Exclude<Way, null>;
}

const not = (operand: Expression): Expression => ({ kind: 'unary', op: 'not', operand, span: operand.span });

const isNothing = (text: Text): boolean => text.every((one) => one.kind === 'text' && one.text.trim() === '');

/** What an IF, or a CASE, adds, and when it adds it; undefined where that is not known. */
function addedBy(
  facts: ConditionFacts,
  part: Choice,
): readonly { readonly text: Text; readonly isAdded: Expression }[] | undefined {
  if (part.kind === 'choice') {
    if (!facts.flags.has(part.by)) return undefined;
    const isTaken = isSet(facts, part.by, part.by.span);
    return [
      { text: part.then, isAdded: isTaken },
      { text: part.otherwise, isAdded: not(isTaken) },
    ];
  }
  const { operand, whens, span } = part.by;
  const before: Expression[] = [];
  const arms = part.arms.map((text, index) => {
    const when = whens[index]?.when;
    const test: Expression | undefined =
      operand && when ? { kind: 'binary', op: '=', left: operand, right: when, span } : when;
    const isAdded = test && [...before, certainly(test, span)].reduce((left, right) => both(left, right, span));
    if (test) before.push(not(certainly(test, span)));
    return isAdded && { text, isAdded };
  });
  const isLast = before.reduce<Expression | undefined>(
    (left, right) => (left ? both(left, right, span) : right),
    undefined,
  );
  const all = [...arms, isLast && { text: part.otherwise, isAdded: isLast }];
  return all.flatMap((one) => one ?? []);
}

const both = (left: Expression, right: Expression, span: Span): Expression => ({
  kind: 'binary',
  op: 'and',
  left,
  right,
  span,
});

/** A condition as one that is false where it is NULL. */
function certainly(node: Expression, span: Span): Expression {
  const isNever = (one: Expression): boolean =>
    one.kind === 'isNull' ||
    one.kind === 'exists' ||
    (one.kind === 'unary' && isNever(one.operand)) ||
    (one.kind === 'binary' && (one.op === 'and' || one.op === 'or') && isNever(one.left) && isNever(one.right));
  if (isNever(node)) return node;
  const number = (value: string): Expression => ({ kind: 'literal', type: 'int', text: value, value, span });
  const left: Expression = { kind: 'case', whens: [{ when: node, then: number('1') }], otherwise: number('0'), span };
  return { kind: 'binary', op: '=', left, right: number('1'), span };
}

/** Pieces that are added or not, each `AND condition` or `OR condition`; undefined where a part is more. */
export function conditions(facts: ConditionFacts, part: TextPart): readonly Condition[] | undefined {
  if (part.kind !== 'choice' && part.kind !== 'case') return undefined;
  const added = addedBy(facts, part)?.filter((one) => !isNothing(one.text));
  const found = added?.map((one) => condition(facts, one));
  return found?.every((one) => one !== undefined) ? found : undefined;
}

function condition(
  { types }: ConditionFacts,
  added: { readonly text: Text; readonly isAdded: Expression },
): Condition | undefined {
  const parts = added.text.filter((one) => one.kind === 'text' || one.kind === 'hole');
  const [first] = parts;
  if (parts.length !== added.text.length || first?.kind !== 'text') return undefined;
  const match = /^\s*(AND|OR)\b/i.exec(first.text);
  if (!match) return undefined;
  const word = match[1]?.toUpperCase() === 'AND' ? 'AND' : 'OR';
  const inner = [{ kind: 'text' as const, text: first.text.slice(match[0].length) }, ...parts.slice(1)];
  try {
    const [statement, other] = parsed(
      [{ kind: 'text', text: `SELECT 1 WHERE 1 = 1 ${word} ` }, ...inner, { kind: 'text', text: ' ' }],
      [],
      types,
    );
    const body = statement?.kind === 'select' ? statement.query.body : undefined;
    const where =
      body?.kind === 'selectSpec' &&
      statement?.kind === 'select' &&
      statement.query.orderBy.length === 0 &&
      !body.groupBy
        ? body.where
        : undefined;
    if (other || where?.kind !== 'binary' || where.op !== word.toLowerCase()) return undefined;
    return { word, parts: inner, isAdded: added.isAdded };
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

/** A text whose choices are all added conditions: each asks whether it was added. */
export function guarded(facts: ConditionFacts, text: Text): Way {
  const out: Exclude<Way, null>[number][] = [];
  for (const part of text) {
    if (part.kind === 'null') return null;
    if (part.kind === 'text' || part.kind === 'hole') {
      out.push(part);
      continue;
    }
    const made = conditions(facts, part);
    if (!made) throw new Unreadable('a choice');
    for (const one of made) out.push(...asked(one));
  }
  return out;
}

/** `AND (it is not added OR condition)`. */
function asked({ word, isAdded, parts }: Condition): Exclude<Way, null> {
  const isLeftOut = isAdded.kind === 'unary' && isAdded.op === 'not' ? isAdded.operand : not(isAdded);
  const [open, close, node] = word === 'AND' ? ['AND (', ' OR (', isLeftOut] : ['OR (', ' AND (', isAdded];
  return [
    { kind: 'text', text: ` ${open}` },
    { kind: 'hole', node, isPredicate: true },
    { kind: 'text', text: close },
    ...parts,
    { kind: 'text', text: ')) ' },
  ];
}
