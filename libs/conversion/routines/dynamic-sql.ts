import { findAll } from '#tsql';
import type { Execute, Expression, If, Parameter, Span, Statement } from '#tsql';
import { nodesOf } from './body-nodes.ts';
import { type Given, isNumber, parsed, type Types, typesOf, Unreadable } from './dynamic-holes.ts';
import { type ConditionFacts, conditions, guarded, isSet } from './dynamic-conditions.ts';
import { executeNamed } from './dynamic-names.ts';
import { declarePiece, refusePieces } from './built-statement.ts';
import { assignPiece, type TextPiece } from './dynamic-pieces.ts';
import { type FromOutside, type OutsideTexts, outsideTexts } from './outside-texts.ts';
import type { Emitter } from './emitter.ts';
import { writeComposed } from './composed-ways.ts';
import { droppable } from './dynamic-uses.ts';
import { choices, someWays, takenOf } from './dynamic-ways.ts';
import { executeWhole } from './whole-texts.ts';
import { dynamicTexts, type DynamicTexts, type Text } from './text-parts.ts';

/** A text that a routine executes, as the statements that it means: one of several where it is put together in several ways. */

/** As many ways as one EXEC may have; more are not readable any more. */
const MOST_WAYS = 16;

const TOO_MANY = 'too many ways';

interface Known extends DynamicTexts {
  /** IFs whose condition an EXEC asks for, and the variable that keeps it. */
  readonly flags: Map<If, string>;
  /** Types of variables as declared, by lower-case name. */
  readonly types: Types;
  /** What comes from outside, and may stay a text. */
  readonly outside: OutsideTexts;
  /** Variables that hold nothing but such texts. */
  readonly dropped: ReadonlySet<string>;
}

const known = new WeakMap<Emitter, Known>();

const NOTHING_KNOWN: ConditionFacts = { flags: new Map(), types: new Map() };

const outsides = new WeakMap<Emitter, () => OutsideTexts>();

/** What comes from outside in a routine that executes no texts itself. */
function outsideOf(e: Emitter): OutsideTexts | undefined {
  return outsides.get(e)?.();
}

/** Follows the texts of a body; before its first statement is written. */
export function beginDynamicSql(e: Emitter, body: readonly Statement[], parameters: readonly Parameter[]): void {
  outsides.set(e, () => outsideTexts(body, parameters, typesOf(body, parameters)));
  const executes = nodesOf(body, 'execute');
  const isDynamic = executes.some(
    (one) =>
      one.strings ||
      (one.procedure?.kind === 'objectName' && one.procedure.name.name.toLowerCase() === 'sp_executesql'),
  );
  if (!isDynamic) return;
  const types = typesOf(body, parameters);
  const found = dynamicTexts(body, new Set(parameters.map((one) => one.name.toLowerCase())), (node) =>
    isNumber(node, types),
  );
  const flags = new Map<If, string>();
  const outside = outsideTexts(body, parameters, types);
  const readable = new Set<Execute>();
  for (const [execute, { text }] of found.texts) {
    if (!isReadable(text, types, outside.isOutside)) continue;
    readable.add(execute);
    for (const one of choices(text)) if (!flags.has(one)) flags.set(one, `@\u0000with ${flags.size + 1}`);
  }
  known.set(e, { ...found, types, outside, flags, dropped: droppable(body, found, readable) });
}

/** Whether every way to put a text together can be read. */
function isReadable(text: Text, types: Types, mayStay: FromOutside): boolean {
  try {
    return someWays(text).every((way) => way === null || parsed(way, [], types, { mayStay }).length >= 0);
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

/** Whether a variable only holds texts that are converted where they are executed. */
export const isDropped = (e: Emitter, name: string): boolean => known.get(e)?.dropped.has(name.toLowerCase()) ?? false;

/** Whether a statement does nothing but put such texts together. */
export function buildsText(e: Emitter, node: Statement): boolean {
  const found = known.get(e);
  if (!found || found.dropped.size === 0) return false;
  switch (node.kind) {
    case 'setVariable':
      return isDropped(e, node.variable.name);
    case 'select':
      return (
        node.query.body.kind === 'selectSpec' &&
        node.query.body.items.every((one) => one.kind === 'selectAssign' && isDropped(e, one.variable.name))
      );
    case 'block':
      return node.statements.every((one) => buildsText(e, one));
    case 'if':
      return !found.flags.has(node) && buildsText(e, node.then) && (!node.otherwise || buildsText(e, node.otherwise));
    default:
      return false;
  }
}

/** The variable that keeps whether an IF's condition was true, for an EXEC behind it; undefined where none asks. */
export function flagOf(e: Emitter, node: If): string | undefined {
  const name = known.get(e)?.flags.get(node);
  return name === undefined ? undefined : e.variables.declare(name, { name: 'bit' }, 'boolean').name;
}

/** What is done with a text's statements. */
export interface TextUse {
  /** What each becomes. */
  readonly change: (statement: Statement) => Statement;
  /** Of INSERT … EXEC: the head of the INSERT in the target. */
  readonly into?: string;
}

/** Whether a text that is given to a procedure comes from outside, and goes on. */
export function handsOnText(e: Emitter, value: Expression): boolean {
  const outside = known.get(e)?.outside ?? outsideOf(e);
  for (const one of outside?.parametersIn(value) ?? []) takesText(e, one);
  return outside !== undefined && outside.isOutside(value) && !outside.hasStrings(value);
}

const takesText = (e: Emitter, parameter: string): void => {
  e.facts.texts = new Set([...(e.facts.texts ?? []), parameter]);
};

/** EXEC of a text that is put together here. Undefined where it is converted, else why it is only known when it runs. */
export function executeParts(
  e: Emitter,
  node: Execute,
  given: readonly Given[],
  { change, into }: TextUse,
): string | undefined {
  const found = known.get(e)?.texts.get(node);
  if (!found) return 'it is not followed';
  const write = (mayStay: FromOutside): void => {
    const ways: Count = { count: 0, told: new Set(), mayStay };
    const from = e.lines.length;
    const told = e.issues.length;
    try {
      const statement = statementOf(e, found.text, given, ways, node.span);
      if (!statement) return e.line('-- EXEC of NULL does nothing');
      e.within(node.span, () => e.statements(statement.map(change)));
    } catch (error) {
      if (!(error instanceof Unreadable) || error.message !== TOO_MANY) throw error;
      e.issues.length = told;
      const facts = known.get(e) ?? NOTHING_KNOWN;
      const read = (text: Text): readonly Statement[] | undefined =>
        wayOf(e, text, given, ways, node.span)?.map(change);
      e.within(node.span, () => writeComposed(e, { text: found.text, facts, span: node.span, read }));
    }
    refusePieces(e, e.lines.slice(from), node.span);
  };
  try {
    try {
      write(() => false);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      if (executeNamed(e, found.text, given, node.span)) return undefined;
      const { outside } = known.get(e) ?? {};
      const whole = wholeOf(found.text);
      if (
        whole &&
        outside?.isOutside(whole) &&
        executeWhole(e, node, { text: whole, given, ...(into === undefined ? {} : { into }) })
      ) {
        for (const one of outside.parametersIn(whole)) takesText(e, one);
        const name = findAll([whole], 'variable')[0]?.name ?? '';
        e.issue('SL1077', `The text ${name} is executed as PostgreSQL's.`, node.span);
        return undefined;
      }
      write((piece) => outside?.isOutside(piece) ?? false);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { piece, message } = error;
    if (!piece) return message;
    const text = e.options.text.slice(piece.span.start, piece.span.end).replaceAll(/\s+/g, ' ');
    return `${text.length > 60 ? `${text.slice(0, 60)} …` : text} is no value there`;
  }
}

/** The one piece that a text is. */
function wholeOf(text: Text): Expression | undefined {
  const [only, ...more] = text.filter((one) => one.kind !== 'text' || one.text.trim() !== '');
  return only?.kind === 'hole' && more.length === 0 ? only.node : undefined;
}

/** Values of pieces that are written before their statements. */
const pendingPieces = new WeakMap<
  Statement,
  { readonly pieces: readonly TextPiece[]; readonly statements: readonly Statement[] }
>();

/** An empty statement that stands for such values. */
export function writePieces(e: Emitter, node: Statement): void {
  const found = pendingPieces.get(node);
  for (const one of found?.pieces ?? []) assignPiece(e, one, found?.statements ?? []);
}

/** The declaration of parameters of sp_executesql, where it is one constant. */
export function declaredText(e: Emitter, node: Execute): string | undefined {
  const declared = known.get(e)?.texts.get(node)?.declared;
  if (!declared) return undefined;
  return declared.every((one) => one.kind === 'text')
    ? declared.map((one) => (one.kind === 'text' ? one.text : '')).join('')
    : undefined;
}

const stays = (text: Expression): string => {
  const [name] = findAll([text], 'variable').map((one) => one.name);
  return `The text ${name ?? 'of the piece'} goes into the statement as PostgreSQL's: names of its columns are looked up, all else stays.`;
};

interface Count {
  count: number;
  /** Issues that the text has already. */
  readonly told: Set<string>;
  /** Whether a piece that is no value may stay a text. */
  readonly mayStay: FromOutside;
}

/** The statements of a text; IFs choose between the ways to put it together. Conditions that are only added are asked in the statement itself. */
function statementOf(
  e: Emitter,
  text: Text,
  given: readonly Given[],
  ways: Count,
  span: Span,
): readonly Statement[] | undefined {
  const facts = known.get(e) ?? NOTHING_KNOWN;
  const index = text.findIndex((part) => (part.kind === 'case' || part.kind === 'choice') && !conditions(facts, part));
  const part = text[index];
  if (!part) {
    ways.count += 1;
    if (ways.count > MOST_WAYS) throw new Unreadable(TOO_MANY);
    return wayOf(e, text, given, ways, span);
  }
  const block = (arm: Text, taken: number): Statement => {
    // What the same condition chose elsewhere in the text, it chose there too.
    const rest = [...text.slice(0, index), ...arm, ...text.slice(index + 1)].flatMap((one) =>
      takenOf(one, part, taken),
    );
    const statements = statementOf(e, rest, given, ways, span) ?? [];
    const [only] = statements;
    return only?.kind === 'if' && statements.length === 1 ? only : { kind: 'block', statements, span };
  };
  if (part.kind === 'choice')
    return [
      {
        kind: 'if',
        condition: isSet(facts, part.by, span),
        then: block(part.then, 0),
        otherwise: block(part.otherwise, 1),
        span,
      },
    ];
  if (part.kind !== 'case') return undefined;
  const { operand } = part.by;
  const last = block(part.otherwise, part.arms.length);
  return [
    part.by.whens.reduceRight<Statement>(
      (otherwise, one, at) => ({
        kind: 'if',
        condition: operand ? { kind: 'binary', op: '=', left: operand, right: one.when, span } : one.when,
        then: block(part.arms[at] ?? [], at),
        otherwise,
        span,
      }),
      last,
    ),
  ];
}

/** The statements of a text whose choices are all added conditions. */
function wayOf(
  e: Emitter,
  text: Text,
  given: readonly Given[],
  ways: Count,
  span: Span,
): readonly Statement[] | undefined {
  const facts = known.get(e) ?? NOTHING_KNOWN;
  const way = guarded(facts, text);
  if (way === null) return undefined;
  const found: { pieces: readonly TextPiece[]; statements: readonly Statement[] }[] = [];
  const tell = (message: string, code: 'SL1073' | 'SL1077'): void => {
    if (!ways.told.has(message)) e.issue(code, message, span);
    ways.told.add(message);
  };
  const made = parsed(way, given, facts.types, {
    mayStay: ways.mayStay,
    onPieces: (pieces, statements) => {
      for (const { use, number, text } of pieces) {
        declarePiece(e, use, number);
        if (use === 'order' || use === 'pivot') continue;
        tell(stays(text), 'SL1077');
        for (const one of known.get(e)?.outside.parametersIn(text) ?? []) takesText(e, one);
      }
      found.push({ pieces, statements });
    },
    onValue: (_, isList) =>
      tell(
        isList
          ? 'The list behind IN is split at commas, and quotes around its values are left out.'
          : 'A piece of the text behind a comparison is taken as a value.',
        'SL1073',
      ),
  });
  const [piece] = found;
  if (!piece || piece.pieces.length === 0) return made;
  const before: Statement = { kind: 'empty', span };
  pendingPieces.set(before, piece);
  return [before, ...made];
}
