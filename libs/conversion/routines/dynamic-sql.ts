import { findAll } from '#tsql';
import type { CursorDefinition, Execute, Expression, If, Parameter, Span, Statement, Variable } from '#tsql';
import { nodesOf } from './body-nodes.ts';
import { type Given, parsed, type Types, typesOf, Unreadable, type Way } from './dynamic-holes.ts';
import { executeNamed } from './dynamic-names.ts';
import { declarePiece, refusePieces } from './built-statement.ts';
import { assignPiece, type TextPiece } from './dynamic-pieces.ts';
import { type FromOutside, type OutsideTexts, outsideTexts } from './outside-texts.ts';
import type { Emitter } from './emitter.ts';
import { executeWhole } from './whole-texts.ts';
import { dynamicTexts, type DynamicTexts, type Text, type TextPart } from './text-parts.ts';

/** A text that a routine executes, as the statements that it means: one of several where it is put together in several ways. */

/** As many ways as one EXEC may have; more are not readable any more. */
const MOST_WAYS = 16;

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

const typesIn = (e: Emitter): Types => known.get(e)?.types ?? new Map();

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
  const found = dynamicTexts(body, new Set(parameters.map((one) => one.name.toLowerCase())));
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
    const ways = waysOf(text, (one) => one.kind === 'choice' || one.kind === 'case');
    return ways.every((way) => way === null || parsed(way, [], types, { mayStay }).length >= 0);
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

function choices(text: Text): readonly If[] {
  return text.flatMap((part) => {
    if (part.kind === 'choice') return [part.by, ...choices(part.then), ...choices(part.otherwise)];
    if (part.kind === 'case') return [...part.arms.flatMap(choices), ...choices(part.otherwise)];
    return [];
  });
}

/** Variables of the texts of readable EXECs that are used for nothing else. */
function droppable(
  body: readonly Statement[],
  found: DynamicTexts,
  readable: ReadonlySet<Execute>,
): ReadonlySet<string> {
  const uses = new Map<string, number>();
  const count = (nodes: readonly Variable[], by: number): void => {
    for (const one of nodes) uses.set(one.name.toLowerCase(), (uses.get(one.name.toLowerCase()) ?? 0) + by);
  };
  count(nodesOf(body, 'variable'), 1);
  const texts = new Set<string>();
  for (const execute of found.texts.keys()) {
    const parts = execute.strings ?? execute.args.slice(0, 2).map((one) => one.value);
    const named = parts.flatMap((one) => findAll(one, 'variable'));
    if (!readable.has(execute)) continue;
    for (const one of named) texts.add(one.name.toLowerCase());
    count(named, -1);
  }
  // What is given to such a variable is no use of it, nor of another one of them.
  const assigns = [
    ...nodesOf(body, 'setVariable').map((one) => ({ name: one.variable, value: one.value })),
    ...nodesOf(body, 'selectAssign').map((one) => ({ name: one.variable, value: one.expression })),
  ];
  const values = [
    ...assigns.map((one) => ({ name: one.name.name, value: one.value })),
    ...findAll(body, 'declareVariable').flatMap((one) => (one.value ? [{ name: one.name, value: one.value }] : [])),
  ];
  for (let grown = true; grown;) {
    grown = false;
    for (const one of values) {
      if (!texts.has(one.name.toLowerCase()) || one.value.kind === 'cursorDefinition') continue;
      for (const used of findAll(one.value, 'variable'))
        if (!texts.has(used.name.toLowerCase()) && isTextOf(body, used.name)) {
          texts.add(used.name.toLowerCase());
          grown = true;
        }
    }
  }
  const declared = new Map(nodesOf(body, 'declareVariable').map((one) => [one.name.toLowerCase(), one.value]));
  const plain = new Set(plainAssigns(body));
  for (const one of assigns) {
    if (!texts.has(one.name.name.toLowerCase())) continue;
    if (!plain.has(one.name)) texts.delete(one.name.name.toLowerCase());
    count([one.name], -1);
    if (one.value.kind !== 'cursorDefinition')
      count(
        textUses(one.value).filter((used) => texts.has(used.name.toLowerCase())),
        -1,
      );
  }
  for (const [name, value] of declared)
    if (value && texts.has(name))
      count(
        textUses(value).filter((used) => texts.has(used.name.toLowerCase())),
        -1,
      );
  const dropped = new Set([...texts].filter((name) => declared.has(name) && (uses.get(name) ?? 0) === 0));
  return withoutNeeded(dropped, values);
}

/** Without those that go into the text of a variable that stays. */
function withoutNeeded(
  dropped: ReadonlySet<string>,
  values: readonly { readonly name: string; readonly value: Expression | CursorDefinition }[],
): ReadonlySet<string> {
  const left = new Set(dropped);
  const staying = Map.groupBy(values, (one) => one.name.toLowerCase());
  const open = [...staying.keys()].filter((name) => !left.has(name));
  for (let name = open.pop(); name !== undefined; name = open.pop())
    for (const one of staying.get(name) ?? [])
      for (const used of findAll(one.value, 'variable').map((variable) => variable.name.toLowerCase()))
        if (left.delete(used)) open.push(used);
  return left;
}

/** The variables whose texts go into a text; not those that a condition, or a function, asks for their values. */
function textUses(node: Expression): readonly Variable[] {
  switch (node.kind) {
    case 'variable':
      return [node];
    case 'binary':
      return node.op === '+' ? [...textUses(node.left), ...textUses(node.right)] : [];
    case 'case':
      return [...node.whens.map((one) => one.then), ...(node.otherwise ? [node.otherwise] : [])].flatMap(textUses);
    case 'cast':
      return textUses(node.expression);
    case 'call':
      return node.name.name.name.toLowerCase() === 'concat' ? node.args.flatMap(textUses) : [];
    default:
      return [];
  }
}

/** Only strings that are declared here can be texts. */
const isTextOf = (body: readonly Statement[], name: string): boolean =>
  nodesOf(body, 'declareVariable').some(
    (one) => one.name.toLowerCase() === name.toLowerCase() && one.type.args.some((arg) => arg === 'max' || arg >= 200),
  );

/** The targets of SET and of SELECT without FROM. */
function plainAssigns(body: readonly Statement[]): readonly Variable[] {
  const sets = nodesOf(body, 'setVariable').map((one) => one.variable);
  const selects = nodesOf(body, 'selectSpec').flatMap((spec) =>
    spec.from.length === 0 && !spec.where
      ? spec.items.flatMap((one) => (one.kind === 'selectAssign' ? [one.variable] : []))
      : [],
  );
  return [...sets, ...selects];
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

/** All ways of a text. */
function waysOf(text: Text, splits: (part: TextPart) => boolean): readonly Way[] {
  let ways: Way[] = [[]];
  for (const part of text) {
    const next: readonly Way[] =
      part.kind === 'text' || part.kind === 'hole'
        ? [[part]]
        : part.kind === 'null'
          ? [null]
          : splits(part)
            ? armsOf(part).flatMap((arm) => waysOf(arm, splits))
            : [[]];
    ways = ways.flatMap((way) => next.map((one) => (way && one ? [...way, ...one] : null)));
    if (ways.length > 4096) throw new Unreadable('too many ways');
  }
  return ways;
}

function armsOf(part: TextPart): readonly Text[] {
  if (part.kind === 'choice') return [part.then, part.otherwise];
  return part.kind === 'case' ? [...part.arms, part.otherwise] : [];
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
    const statement = statementOf(e, found.text, given, ways, node.span);
    if (!statement) return e.line('-- EXEC of NULL does nothing');
    const from = e.lines.length;
    e.within(node.span, () => e.statements(statement.map(change)));
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
  const index = text.findIndex((part) => (part.kind === 'case' || part.kind === 'choice') && !condition(e, part));
  const part = text[index];
  if (!part) {
    ways.count += 1;
    if (ways.count > MOST_WAYS) throw new Unreadable('too many ways');
    const way = guarded(e, text);
    if (way === null) return undefined;
    const found: { pieces: readonly TextPiece[]; statements: readonly Statement[] }[] = [];
    const tell = (message: string, code: 'SL1073' | 'SL1077'): void => {
      if (!ways.told.has(message)) e.issue(code, message, span);
      ways.told.add(message);
    };
    const made = parsed(way, given, typesIn(e), {
      mayStay: ways.mayStay,
      onPieces: (pieces, statements) => {
        for (const { use, number, text } of pieces) {
          declarePiece(e, use, number);
          if (use === 'order') continue;
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
        condition: isSet(e, part.by, span),
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

/** A piece of which the condition has chosen already. */
function takenOf(one: TextPart, by: TextPart, taken: number): Text {
  if (one.kind === 'choice') {
    const [then, otherwise] = [one.then, one.otherwise].map((arm) => arm.flatMap((inner) => takenOf(inner, by, taken)));
    if (by.kind === 'choice' && one.by === by.by) return (taken === 0 ? then : otherwise) ?? [];
    return [{ ...one, then: then ?? [], otherwise: otherwise ?? [] }];
  }
  if (one.kind !== 'case') return [one];
  const arms = armsOf(one).map((arm) => arm.flatMap((inner) => takenOf(inner, by, taken)));
  if (by.kind === 'case' && one.by === by.by) return arms[taken] ?? [];
  return [{ ...one, arms: arms.slice(0, -1), otherwise: arms.at(-1) ?? [] }];
}

const isSet = (e: Emitter, by: If, span: Span, value = '1'): Expression => ({
  kind: 'binary',
  op: '=',
  left: { kind: 'variable', name: known.get(e)?.flags.get(by) ?? '', span },
  right: { kind: 'literal', type: 'int', text: value, value, span },
  span,
});

interface Condition {
  readonly word: 'AND' | 'OR';
  /** A predicate that is never NULL. */
  readonly isAdded: Expression;
  readonly parts: Exclude<Way, null>;
}

/** What an IF, or a CASE, adds or leaves out, and when it adds it. */
function addedBy(
  e: Emitter,
  part: Extract<TextPart, { kind: 'choice' | 'case' }>,
): { readonly text: Text; readonly isAdded: Expression } | undefined {
  if (part.kind === 'choice') {
    if (part.otherwise.length > 0 || !known.get(e)?.flags.has(part.by)) return undefined;
    return { text: part.then, isAdded: isSet(e, part.by, part.by.span) };
  }
  const [arm, ...more] = part.arms;
  const [when] = part.by.whens;
  if (!arm || !when || more.length > 0 || part.by.operand) return undefined;
  const isNothing = (text: Text): boolean => text.every((one) => one.kind === 'text' && one.text.trim() === '');
  const { span } = part.by;
  if (isNothing(part.otherwise)) return { text: arm, isAdded: certainly(when.when, span) };
  const not: Expression = { kind: 'unary', op: 'not', operand: certainly(when.when, span), span };
  return isNothing(arm) ? { text: part.otherwise, isAdded: not } : undefined;
}

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

/** A piece that is added or not, and is `AND condition` or `OR condition`. */
function condition(e: Emitter, part: Extract<TextPart, { kind: 'choice' | 'case' }>): Condition | undefined {
  const added = addedBy(e, part);
  if (!added) return undefined;
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
      typesIn(e),
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
function guarded(e: Emitter, text: Text): Way {
  const out: Exclude<Way, null>[number][] = [];
  for (const part of text) {
    if (part.kind === 'null') return null;
    if (part.kind === 'text' || part.kind === 'hole') out.push(part);
    else {
      const made = condition(e, part);
      if (!made) throw new Unreadable('a choice');
      const { isAdded } = made;
      const not: Expression =
        isAdded.kind === 'unary' ? isAdded.operand : { kind: 'unary', op: 'not', operand: isAdded, span: isAdded.span };
      const [open, close, node] = made.word === 'AND' ? ['AND (', ' OR (', not] : ['OR (', ' AND (', isAdded];
      const asked: TextPart = { kind: 'hole', node, isPredicate: true };
      out.push({ kind: 'text', text: ` ${open}` }, asked, { kind: 'text', text: close }, ...made.parts, {
        kind: 'text',
        text: ')) ',
      });
    }
  }
  return out;
}
