import { quoteIdent } from '#pgsql';
import { findAll } from '#tsql';
import { nodesOf } from './body-nodes.ts';
import type {
  CursorDefinition,
  CursorStatement,
  DeclareCursor,
  Expression,
  Fetch,
  Identifier,
  Query,
  Statement,
  Variable,
  While,
} from '#tsql';
import type { ResultColumn } from '../query/index.ts';
import { convertedField, variableOf } from './assign.ts';
import { usedDefinitions, type UsedDefinitions } from './cursor-definitions.ts';
import type { Emitter } from './emitter.ts';
import { setRowCount, takeRowCount } from './row-count.ts';

/** What is known of the cursors of one routine: their definitions, and the loops that become FOR loops. */
export class Cursors {
  readonly definitions = new Map<string, CursorDefinition>();
  /** What each OPEN may open, and each FETCH may read. */
  used: UsedDefinitions = new Map();
  /** Cursors of which some OPEN may open one of several: these, in the order of the text. A variable keeps the number of the one that it is. */
  readonly choices = new Map<string, readonly CursorDefinition[]>();
  /** WHILE loops over a cursor, with the FETCH that leads into them. */
  readonly loops = new Map<Statement, Fetch>();
  /** Cursors that are nothing but such a loop: OPEN, CLOSE and DEALLOCATE fall away. */
  readonly looped = new Set<string>();

  /** Of cursors that a called procedure, or a parameter, stands for: their columns. */
  readonly shapes = new Map<string, CursorShape>();
  readonly parameters = new Map<string, PassedCursor>();
  /** Cursor variables that are another name for one cursor: what they are set to, and nothing else. */
  readonly aliases = new Map<string, string>();
  /** Cursors that go out of the routine, or come from another. */
  readonly passed = new Set<string>();

  constructor(readonly body: readonly Statement[]) {}
}

/** The columns of a cursor's rows, and the names under which a record has them. */
export interface CursorShape {
  readonly names: readonly string[];
  readonly columns: readonly ResultColumn[];
}

/** A CURSOR VARYING OUTPUT parameter: its shape is known once the body that sets it is written. */
export interface PassedCursor {
  shape?: CursorShape;
}

const states = new WeakMap<Emitter, Cursors>();

/** Begins the work on the cursors of a body. */
export function beginCursors(e: Emitter, body: readonly Statement[]): void {
  const state = new Cursors(body);
  states.set(e, state);
  const variables = nodesOf(body, 'declareVariable').filter((one) => one.type.base === 'cursor');
  for (const { name } of variables) {
    const other = onlyCursor(body, name);
    if (other) state.aliases.set(name.toLowerCase(), plainKey(other));
  }
  for (const arg of nodesOf(body, 'executeArgument'))
    if (arg.output && arg.value.kind === 'variable') state.passed.add(arg.value.name.toLowerCase());
  state.used = usedDefinitions(body, (cursor) => keyIn(state, cursor));
  for (const [use, found] of state.used) {
    const key = keyIn(state, use.cursor);
    if (use.kind === 'cursorStatement' && use.verb === 'open' && found.size > 1)
      state.choices.set(key, [...new Set([...(state.choices.get(key) ?? []), ...found])]);
  }
}

/** The variable that tells which of its definitions a cursor is. */
const choiceOf = (e: Emitter, cursor: Identifier | Variable): string =>
  e.variables.declare(`@\u0000${cursor.name.replace(/^@/, '')} query`, { name: 'int' }, 'integer').name;

/** A parameter that hands out a cursor: what it is set to is another name for it. */
export function cursorParameter(e: Emitter, name: string): PassedCursor {
  const state = cursorsOf(e);
  const key = name.toLowerCase();
  const made: PassedCursor = {};
  state.parameters.set(key, made);
  state.passed.add(key);
  const other = onlyCursor(state.body, name);
  if (other) state.aliases.set(plainKey(other), key);
  return made;
}

/** `SET @v = c`, where that is all that @v is ever set to. */
function onlyCursor(body: readonly Statement[], name: string): Identifier | Variable | undefined {
  const key = name.toLowerCase();
  const given = nodesOf(body, 'setVariable').filter((one) => one.variable.name.toLowerCase() === key);
  const isPassed = nodesOf(body, 'executeArgument').some(
    (one) => one.output && one.value.kind === 'variable' && one.value.name.toLowerCase() === key,
  );
  const [only] = given;
  if (given.length !== 1 || isPassed || !only) return undefined;
  if (only.value.kind === 'variable') return only.value;
  return only.value.kind === 'column' && only.value.parts.length === 1 ? (only.value.parts[0] ?? undefined) : undefined;
}

/** The variable that a called procedure gives a cursor, whose columns are known from then on. */
export function takeCursor(e: Emitter, variable: Variable, from: PassedCursor): string {
  const state = cursorsOf(e);
  const key = keyIn(state, variable);
  const own = state.parameters.get(key);
  if (from.shape) {
    state.shapes.set(key, from.shape);
    if (own) own.shape ??= from.shape;
  }
  const name = variableOfCursor(e, variable);
  // A cursor that has a value goes to PostgreSQL as the name to be opened.
  e.line(`${name} := NULL;`);
  return name;
}

/** SET @v = c, and SET @v = NULL. */
export function setCursor(e: Emitter, variable: Variable, value: Expression): void {
  const state = cursorsOf(e);
  const own = keyIn(state, variable);
  const from =
    value.kind === 'variable'
      ? value
      : value.kind === 'column' && value.parts.length === 1
        ? value.parts[0]
        : undefined;
  if (from && keyIn(state, from) === own) {
    variableOfCursor(e, variable);
    return;
  }
  e.fail('A cursor variable that is set from one cursor and from another is not converted.', value.span);
}

function cursorsOf(e: Emitter): Cursors {
  const found = states.get(e);
  if (!found) throw new Error('BUG: the cursors of this body were not begun');
  return found;
}

const plainKey = (cursor: Identifier | Variable): string =>
  cursor.kind === 'variable' ? cursor.name.toLowerCase() : `cursor ${cursor.name.toLowerCase()}`;

/** What a cursor is known by, whichever of its names is used. */
function keyIn(state: Cursors, cursor: Identifier | Variable): string {
  let key = plainKey(cursor);
  for (let n = 0; n <= state.aliases.size; n++) {
    const next = state.aliases.get(key);
    if (next === undefined) return key;
    key = next;
  }
  return key;
}

const variableOfCursor = (e: Emitter, cursor: Identifier | Variable): string =>
  e.variables.declare(keyIn(cursorsOf(e), cursor), undefined, 'refcursor').name;

/** DECLARE c CURSOR: the variable; the query is written where the cursor is opened. */
export function declareCursor(e: Emitter, node: DeclareCursor): void {
  define(e, node.name, node.definition);
}

/** SET @c = CURSOR FOR …. */
export function declareCursorVariable(e: Emitter, variable: Variable, definition: CursorDefinition): void {
  define(e, variable, definition);
}

function define(e: Emitter, cursor: Identifier | Variable, definition: CursorDefinition): void {
  const state = cursorsOf(e);
  const key = keyIn(state, cursor);
  state.definitions.set(key, definition);
  if (!state.looped.has(key)) variableOfCursor(e, cursor);
  const choices = state.choices.get(key);
  if (choices?.includes(definition)) e.line(`${choiceOf(e, cursor)} := ${choices.indexOf(definition) + 1};`);
  const parameter = state.parameters.get(key);
  if (!parameter) return;
  const { names, columns } = fields(e, definition.query);
  if (parameter.shape && parameter.shape.names.join() !== names.join())
    e.fail('A cursor parameter that is set to queries with other columns.', definition.span);
  parameter.shape = { names, columns };
}

/** The columns of a cursor that is read. */
function shapeOf(e: Emitter, node: Fetch): CursorShape {
  const state = cursorsOf(e);
  const { cursor } = node;
  const known = state.shapes.get(keyIn(state, cursor));
  if (known) return known;
  const reaching = [...(state.used.get(node) ?? [])];
  if (reaching.length < 2) return fields(e, (reaching[0] ?? definitionOf(e, cursor)).query);
  const [first, ...others] = reaching.map((one) => fields(e, one.query));
  const shape = ({ names, columns }: CursorShape): string =>
    names.map((name, at) => `${name} ${columns[at]?.type.name}`).join();
  if (!first || others.some((one) => shape(one) !== shape(first)))
    return e.fail('A cursor that is opened for one of several queries with other columns.', cursor.span);
  return first;
}

function definitionOf(e: Emitter, cursor: Identifier | Variable): CursorDefinition {
  const state = cursorsOf(e);
  const found = state.definitions.get(keyIn(state, cursor));
  if (!found) e.fail(`A cursor with the name '${cursor.name}' is not declared in this routine.`, cursor.span);
  return found;
}

/** OPEN, CLOSE, DEALLOCATE. */
export function cursorStatement(e: Emitter, node: CursorStatement): void {
  const state = cursorsOf(e);
  const key = keyIn(state, node.cursor);
  if (state.looped.has(key)) return;
  const name = variableOfCursor(e, node.cursor);
  if (node.verb === 'open') {
    const reaching = state.used.get(node);
    const [definition = definitionOf(e, node.cursor)] = reaching ?? [];
    const choices = state.choices.get(key);
    if (!reaching || !choices || reaching.size < 2) openFor(e, node, definition);
    else {
      for (const [index, one] of choices.entries()) {
        if (!reaching.has(one)) continue;
        const word = one === definition ? 'IF' : 'ELSIF';
        e.line(`${word} ${choiceOf(e, node.cursor)} = ${index + 1} THEN`);
        e.indented(() => openFor(e, node, one));
      }
      e.line('END IF;');
    }
  } else if (node.verb === 'close') e.line(`CLOSE ${name};`);
  else {
    const closes = nodesOf(state.body, 'cursorStatement').some(
      (one) => one.verb === 'close' && keyIn(state, one.cursor) === key,
    );
    if (!closes) e.line(`CLOSE ${name};`);
  }
}

/** OPEN of one definition. */
function openFor(e: Emitter, { cursor, span }: CursorStatement, definition: CursorDefinition): void {
  const state = cursorsOf(e);
  const key = keyIn(state, cursor);
  const made = fields(e, definition.query);
  const scrolls =
    nodesOf(state.body, 'fetch').some((one) => one.direction !== 'next' && keyIn(state, one.cursor) === key) ||
    (state.passed.has(key) && definition.options.some((one) => /^(SCROLL|STATIC|KEYSET|DYNAMIC)$/.test(one)));
  const lock = definition.forUpdate || nodesOf(state.body, 'currentOf').some((one) => keyIn(state, one.cursor) === key);
  e.line(`OPEN ${variableOfCursor(e, cursor)}${scrolls ? ' SCROLL' : ''} FOR`);
  e.indented(() => e.sql(`${made.sql}${lock ? ' FOR UPDATE' : ''}`, span));
}

interface Fields extends CursorShape {
  readonly sql: string;
}

/** A cursor's query, each of its columns under a name of its own. */
function fields(e: Emitter, query: Query): Fields {
  const first = e.query(query);
  const names = first.columns.map((one) => one.name.toLowerCase());
  const isClear = names.every((name, index) => name !== '' && names.indexOf(name) === index);
  const { body } = query;
  if (isClear) return named(e, first.sql, first.columns);
  if (body.kind !== 'selectSpec' || body.items.some((one) => one.kind !== 'selectItem'))
    return e.fail('Columns of a cursor without names of their own.', query.span);
  const items = body.items.map((item, index) =>
    item.kind === 'selectItem'
      ? {
          ...item,
          alias: { kind: 'identifier' as const, name: `c${index + 1}`, quote: 'none' as const, span: item.span },
        }
      : item,
  );
  const made = e.query({ ...query, body: { ...body, items } });
  return named(e, made.sql, made.columns);
}

const named = (e: Emitter, sql: string, columns: readonly ResultColumn[]): Fields => ({
  sql,
  columns,
  names: columns.map((one) => quoteIdent(e.options.naming.name('aliases', one.name, one.name.toLowerCase()))),
});

const DIRECTIONS = {
  next: 'NEXT',
  prior: 'PRIOR',
  first: 'FIRST',
  last: 'LAST',
  absolute: 'ABSOLUTE',
  relative: 'RELATIVE',
};

/** FETCH … INTO: without a row the variables keep their values. */
export function fetch(e: Emitter, node: Fetch): void {
  if (node.into.length === 0) return e.fail('FETCH without INTO gives a result set.', node.span, 'SL1041');
  const made = shapeOf(e, node);
  const name = variableOfCursor(e, node.cursor);
  const fieldsOf = fetched(e, node, made);
  const offset = node.offset ? ` ${e.value(node.offset, { name: 'int' })}` : '';
  if (node.offset && !/^ \(?-?\d+\)?$/.test(offset)) e.fail('FETCH with an offset that is not a constant.', node.span);
  const status = e.facts.fetchStatus;
  e.line(`FETCH ${DIRECTIONS[node.direction]}${offset.replaceAll(/[()]/g, '')} FROM ${name} INTO ${fieldsOf.into};`);
  takeRowCount(e);
  e.line('IF FOUND THEN');
  e.indented(() => {
    assignFields(e, fieldsOf.fields, made, node);
    if (status) e.line(`${status} := 0;`);
  });
  if (status) {
    e.line('ELSE');
    e.line(`  ${status} := -1;`);
  }
  e.line('END IF;');
}

/** What a row is fetched into: a record, or, where the routine does not open the cursor itself, a variable for each field. */
function fetched(
  e: Emitter,
  node: Fetch,
  made: CursorShape,
): { readonly into: string; readonly fields: readonly string[] } {
  const state = cursorsOf(e);
  if (!state.shapes.has(keyIn(state, node.cursor))) {
    const row = e.variables.declare('@\u0000row', undefined, 'record').name;
    return { into: row, fields: made.names.map((one) => `${row}.${one}`) };
  }
  const fields = made.columns.map((one, index) => {
    const type = one.pgType ?? e.typeSql(one.type).sql;
    const stem = `${node.cursor.name.replace(/^@/, '')} field ${index + 1}`;
    const known = e.variables.find(`@\u0000${stem}`);
    // Another procedure may give the same variable other columns.
    const own = known && known.typeSql !== type ? `${stem} ${type.replaceAll(/\W+/g, ' ').trim()}` : stem;
    return e.variables.declare(`@\u0000${own}`, undefined, type).name;
  });
  return { into: fields.join(', '), fields };
}

function assignFields(e: Emitter, fields: readonly string[], made: CursorShape, node: Fetch): void {
  if (made.columns.length !== node.into.length)
    e.fail('The number of variables declared in the INTO list must match that of selected columns.', node.span);
  for (const [index, one] of node.into.entries()) {
    const target = variableOf(e, one);
    const from = made.columns[index]?.type ?? target.type;
    e.line(`${target.name} := ${convertedField(e, fields[index] ?? '', from, target, node.span)};`);
  }
}

/** Whether a condition is `@@FETCH_STATUS = 0`, however it is written. */
function asksForRow(node: Expression): boolean {
  if (node.kind !== 'binary') return false;
  const isStatus = (one: Expression): boolean =>
    one.kind === 'globalVariable' && one.name.toLowerCase() === '@@fetch_status';
  const number = (one: Expression): string =>
    one.kind === 'literal'
      ? one.value
      : one.kind === 'unary' && one.op === '-' && one.operand.kind === 'literal'
        ? `-${one.operand.value}`
        : '';
  const other = isStatus(node.left) ? number(node.right) : isStatus(node.right) ? number(node.left) : '';
  return (node.op === '=' && other === '0') || (node.op === '<>' && other === '-1');
}

const sameInto = (state: Cursors, a: Fetch, b: Fetch): boolean =>
  a.direction === 'next' &&
  b.direction === 'next' &&
  keyIn(state, a.cursor) === keyIn(state, b.cursor) &&
  a.into.map((one) => one.name.toLowerCase()).join() === b.into.map((one) => one.name.toLowerCase()).join();

/** Statements with OPEN and the first FETCH of cursor loops taken out; the loops are known from then on. */
export function findCursorLoops(e: Emitter, list: readonly Statement[]): readonly Statement[] {
  const state = cursorsOf(e);
  const out: Statement[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const [open, first, loop] = list.slice(index, index + 3);
    if (
      open?.kind === 'cursorStatement' &&
      open.verb === 'open' &&
      first?.kind === 'fetch' &&
      loop?.kind === 'while' &&
      isCursorLoop(state, open, first, loop)
    ) {
      state.loops.set(loop, first);
      state.looped.add(keyIn(state, open.cursor));
      out.push(loop);
      index += 2;
    } else if (open) out.push(open);
  }
  return out;
}

function isCursorLoop(state: Cursors, open: CursorStatement, first: Fetch, loop: While): boolean {
  const key = keyIn(state, open.cursor);
  if (state.passed.has(key) || state.choices.has(key)) return false;
  const last = loop.body.kind === 'block' ? loop.body.statements.at(-1) : undefined;
  if (
    !asksForRow(loop.condition) ||
    last?.kind !== 'fetch' ||
    !sameInto(state, first, last) ||
    keyIn(state, first.cursor) !== key
  )
    return false;
  if (findAll(loop.body, 'continue').length > 0 || nodesOf(state.body, 'currentOf').length > 0) return false;
  const fetches = nodesOf(state.body, 'fetch').filter((one) => keyIn(state, one.cursor) === key);
  const opens = nodesOf(state.body, 'cursorStatement').filter(
    (one) => one.verb === 'open' && keyIn(state, one.cursor) === key,
  );
  const asked = nodesOf(state.body, 'globalVariable').filter((one) => one.name.toLowerCase() === '@@fetch_status');
  const whiles = nodesOf(state.body, 'while').filter((one) => asksForRow(one.condition));
  return fetches.length === 2 && opens.length === 1 && asked.length === whiles.length && first.into.length > 0;
}

/** A WHILE over a cursor as a FOR loop; false if it is none. */
export function cursorLoop(e: Emitter, node: While): boolean {
  const first = cursorsOf(e).loops.get(node);
  if (!first || node.body.kind !== 'block') return false;
  const [definition = definitionOf(e, first.cursor)] = cursorsOf(e).used.get(first) ?? [];
  const made = fields(e, definition.query);
  const row = e.variables.declare(`@${first.cursor.name.replace(/^@/, '')} row`, undefined, 'record').name;
  const { body } = node;
  e.pieces.push({ kind: 'statement', sql: made.sql, line: node.span.line });
  e.laid(`FOR ${row} IN ${made.sql}`);
  e.line('LOOP');
  e.loops += 1;
  e.indented(() => {
    assignFields(
      e,
      made.names.map((one) => `${row}.${one}`),
      made,
      first,
    );
    setRowCount(e, '1');
    e.statements(body.statements.slice(0, -1));
    e.commentsBefore(body.span.end);
  });
  e.loops -= 1;
  e.line('END LOOP;');
  return true;
}
