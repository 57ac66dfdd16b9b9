import { quoteIdent } from '#pgsql';
import { findAll, walk } from '#tsql';
import type {
  BinaryOperator,
  ColumnRef,
  Declare,
  Expression,
  FunctionCall,
  Query,
  SelectAssign,
  SelectSpec,
  SetVariable,
  Span,
  Variable,
} from '#tsql';
import type { SqlType } from '../query/index.ts';
import { declareCursorVariable, setCursor } from './cursors.ts';
import { isDropped } from './dynamic-sql.ts';
import type { Emitter } from './emitter.ts';
import { countRow, readRowCount, setRowCount } from './row-count.ts';
import { NotConverted } from './not-converted.ts';
import { createTemporary, createTyped, temporaryName } from './temporary.ts';
import type { LocalVariable } from './variables.ts';

/** DECLARE: the variables are hoisted, what they are given first is assigned here, where the source has it (it may stand in a loop). */
export function declare(e: Emitter, node: Declare): void {
  declareScalars(e, node);
  for (const item of node.items) {
    if (item.kind === 'declareVariable' && isDropped(e, item.name)) continue;
    if (item.kind === 'declareTable') {
      createTemporary(e, {
        source: item.name,
        name: temporaryName(e, item.name),
        elements: item.elements,
        span: item.span,
      });
    } else if (item.type.base === 'cursor') {
      e.variables.declare(item.name, undefined, 'refcursor');
    } else if (item.value || e.variables.find(item.name) === undefined) {
      const { type, sql } = e.type(item.type);
      if (type.name === 'table') {
        const table = e.scope.tableType(item.type.schema?.name, item.type.name.name);
        createTyped(e, {
          source: item.name,
          name: temporaryName(e, item.name),
          columns: table?.columns ?? [],
          span: item.span,
        });
        continue;
      }
      const variable = e.variables.declare(item.name, type, sql);
      if (item.value) assignTo(e, variable, item.value);
    }
  }
}

/** The scalars of a DECLARE are known from there on, also where another's type or the value of one has no counterpart. */
function declareScalars(e: Emitter, node: Declare): void {
  for (const item of node.items) {
    if (item.kind !== 'declareVariable' || item.type.base === 'cursor' || isDropped(e, item.name)) continue;
    try {
      const { type, sql } = e.type(item.type);
      if (type.name !== 'table') e.variables.declare(item.name, type, sql);
    } catch (error) {
      if (!(error instanceof NotConverted)) throw error;
    }
  }
}

function assignTo(e: Emitter, variable: LocalVariable, value: Expression): void {
  e.laid(`${variable.name} := ${e.value(value, variable.type)};`);
}

/** The declared variable of a name. */
export function variableOf(e: Emitter, node: Variable): LocalVariable & { readonly type: SqlType } {
  const found = e.variables.find(node.name);
  if (!found?.type) e.fail(`Must declare the scalar variable "${node.name}".`, node.span);
  return { ...found, type: found.type };
}

/** `@v op= x` as the value that is assigned. */
export const compound = (op: string, left: Expression, right: Expression, span: Span): Expression =>
  op === '=' ? right : { kind: 'binary', op: op.slice(0, -1) as BinaryOperator, left, right, span };

/** SET @v = value. */
export function setVariable(e: Emitter, node: SetVariable): void {
  if (isDropped(e, node.variable.name)) return;
  if (node.value.kind === 'cursorDefinition') return declareCursorVariable(e, node.variable, node.value);
  const cursor = e.variables.find(node.variable.name);
  if (cursor && !cursor.type) return setCursor(e, node.variable, node.value);
  assignTo(e, variableOf(e, node.variable), compound(node.op, node.variable, node.value, node.span));
  setRowCount(e, '1');
}

const assignsOf = (e: Emitter, spec: SelectSpec): readonly SelectAssign[] =>
  spec.items.filter((one): one is SelectAssign => one.kind === 'selectAssign' && !isDropped(e, one.variable.name));

const AGGREGATES = new Set('count count_big sum avg min max string_agg stdev stdevp var varp checksum_agg'.split(' '));

const isAggregate = (call: FunctionCall): boolean =>
  !call.over && call.name.schema === undefined && AGGREGATES.has(call.name.name.name.toLowerCase());

/** Whether there is an aggregate in an expression, not counting its subqueries. */
function aggregates(node: Expression): boolean {
  let found = false;
  walk(node, (one) => {
    if (one.kind === 'query') return 'skip';
    if (one.kind === 'call' && isAggregate(one)) found = true;
    return undefined;
  });
  return found;
}

/** SELECT @v = …: without FROM one assignment after the other; of one row INTO; else row by row, so that no row changes nothing and the last row counts. */
export function selectAssign(e: Emitter, query: Query, spec: SelectSpec): void {
  const items = assignsOf(e, spec);
  if (spec.from.length === 0 && !query.with) return assignInTurn(e, spec, items);
  const names = new Set(items.map((one) => one.variable.name.toLowerCase()));
  const reads = items.some(
    (one) => one.op !== '=' || findAll(one.expression, 'variable').some((used) => names.has(used.name.toLowerCase())),
  );
  const oneRow =
    !spec.groupBy && !spec.having && !spec.top && !query.offset && items.some((one) => aggregates(one.expression));
  if (reads && !oneRow) assignByRows(e, query, spec, items);
  else assignFromQuery(e, query, spec, { items, oneRow });
}

function assignInTurn(e: Emitter, spec: SelectSpec, items: readonly SelectAssign[]): void {
  const write = (): void => {
    for (const one of items)
      assignTo(e, variableOf(e, one.variable), compound(one.op, one.variable, one.expression, one.span));
    setRowCount(e, '1');
  };
  if (!spec.where) return write();
  e.line(`IF ${e.condition(spec.where)} THEN`);
  e.indented(write);
  if (readRowCount(e)) {
    e.line('ELSE');
    e.indented(() => setRowCount(e, '0'));
  }
  e.line('END IF;');
}

/** The field of a row under a name that reads well. */
const fieldName = (variable: LocalVariable): string => variable.name.replace(/^"?[vp]_/, '').replace(/"$/, '');

function assignFromQuery(
  e: Emitter,
  query: Query,
  spec: SelectSpec,
  { items, oneRow }: { readonly items: readonly SelectAssign[]; readonly oneRow: boolean },
): void {
  const targets = items.map((one) => variableOf(e, one.variable));
  const fields = targets.map((one, index) =>
    new Set(targets.slice(0, index).map(fieldName)).has(fieldName(one)) ? `${fieldName(one)}_${index}` : fieldName(one),
  );
  const plain: Query = {
    ...query,
    body: {
      ...spec,
      items: items.map((one, index) => ({
        kind: 'selectItem',
        expression: compound(one.op, one.variable, one.expression, one.span),
        ...(oneRow ? {} : { alias: { kind: 'identifier', name: fields[index] ?? '', quote: 'none', span: one.span } }),
        span: one.span,
      })),
    },
  };
  if (oneRow) {
    const made = e.query(castItems(e, plain, targets));
    const names = targets.map((one) => one.name).join(', ');
    e.into(made.sql, intoClause(made.sql, names), names, query.span);
    return setRowCount(e, '1');
  }
  const made = e.query(plain);
  const row = e.variables.declare('@\u0000row', undefined, 'record').name;
  setRowCount(e, '0');
  e.forRows(row, made.sql, query.span, () => {
    for (const [index, target] of targets.entries()) {
      const name = e.options.naming.name('aliases', fields[index] ?? '', (fields[index] ?? '').toLowerCase());
      const field = `${row}.${quoteIdent(name)}`;
      e.line(
        `${target.name} := ${convertedField(e, field, made.columns[index]?.type ?? target.type, target, items[index]?.span ?? query.span)};`,
      );
    }
    countRow(e);
  });
}

/** A field of a row, converted as an assignment does. */
export function convertedField(
  e: Emitter,
  field: string,
  from: SqlType,
  target: LocalVariable & { readonly type: SqlType },
  span: Span,
): string {
  const name = '@\u0000field';
  const before = e.scope.globals.get(`@${name}`);
  e.scope.globals.set(`@${name}`, { type: from, sql: field });
  const pieces = e.pieces.length;
  try {
    return e.value({ kind: 'globalVariable', name: `@${name}`, span }, target.type);
  } finally {
    e.pieces.length = pieces;
    if (before) e.scope.globals.set(`@${name}`, before);
    else e.scope.globals.delete(`@${name}`);
  }
}

/** Items of a SELECT in the types of the variables that take them, where those are others. */
function castItems(e: Emitter, query: Query, targets: readonly LocalVariable[]): Query {
  const { body } = query;
  if (body.kind !== 'selectSpec') return query;
  const types = e.query(query).columns.map((one) => one.type);
  return {
    ...query,
    body: {
      ...body,
      items: body.items.map((item, index) => {
        const type = targets[index]?.type;
        const from = types[index];
        if (item.kind !== 'selectItem' || !type || !from || sameFamily(from, type)) return item;
        return { ...item, expression: castNode(item.expression, type) };
      }),
    },
  };
}

const sameFamily = (a: SqlType, b: SqlType): boolean =>
  a.name === b.name && a.length === b.length && a.precision === b.precision && a.scale === b.scale;

/** `CAST(x AS type)`. */
export function castNode(expression: Expression, type: SqlType): Expression {
  const { span } = expression;
  const sizes = [type.length === -1 ? ('max' as const) : type.length, type.precision, type.scale];
  return {
    kind: 'cast',
    fn: 'cast',
    expression,
    type: {
      kind: 'dataType',
      name: { kind: 'identifier', name: type.name, quote: 'none', span },
      base: type.name,
      args: sizes.filter((one) => one !== undefined),
      span,
    },
    span,
  };
}

/** SELECT list INTO variables FROM …: the place is before the first clause behind the list. */
export function intoClause(sql: string, names: string): string {
  let depth = 0;
  let quote = '';
  const isWith = sql.startsWith('WITH ');
  let inList = !isWith;
  for (let index = 0; index < sql.length; index += 1) {
    const char = sql.charAt(index);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (depth === 0 && !inList && sql.startsWith('SELECT ', index)) inList = true;
    else if (depth === 0 && inList && /^ (FROM|WHERE|GROUP BY|ORDER BY|LIMIT) /.test(sql.slice(index, index + 11)))
      return `${sql.slice(0, index)} INTO ${names}${sql.slice(index)}`;
  }
  return `${sql} INTO ${names}`;
}

/** SELECT @s = @s + x FROM …: from row to row, each assignment sees those before it. */
function assignByRows(e: Emitter, query: Query, spec: SelectSpec, items: readonly SelectAssign[]): void {
  const isGrouped =
    spec.groupBy !== undefined ||
    spec.having !== undefined ||
    items.some((one) => aggregates(one.expression) || findAll(one.expression, 'query').length > 0);
  if (spec.distinct) e.fail('SELECT DISTINCT @v = @v + … is not converted.', spec.span);
  const read = isGrouped ? termsOf(e, spec, items) : columnsRead(items);
  const plain: Query = { ...query, body: { ...spec, items: selectedItems(read.selected, spec.span) } };
  const made = e.query(plain);
  const row = e.variables.declare('@\u0000row', undefined, 'record').name;
  for (const [index, one] of read.selected.entries()) {
    const sql = `${row}.${quoteIdent(e.options.naming.name('aliases', one.alias, one.alias.toLowerCase()))}`;
    e.scope.globals.set(`@@\u0000${one.alias.toLowerCase()}`, {
      type: made.columns[index]?.type ?? { name: 'int' },
      sql,
    });
  }
  setRowCount(e, '0');
  e.forRows(row, made.sql, query.span, () => {
    const pieces = e.pieces.length;
    for (const [index, one] of items.entries()) {
      const value = read.values[index] ?? one.expression;
      assignTo(e, variableOf(e, one.variable), compound(one.op, one.variable, value, one.span));
    }
    e.pieces.length = pieces;
    countRow(e);
  });
}

/** What a loop over rows selects, and the assignments over the fields of its row. */
interface RowReads {
  readonly selected: readonly { readonly node: Expression; readonly alias: string }[];
  readonly values: readonly Expression[];
}

function columnsRead(items: readonly SelectAssign[]): RowReads {
  const columns = columnsOf(items);
  return {
    selected: [...columns.values()],
    values: items.map((one) => substitute(one.expression, columns) as Expression),
  };
}

const selectedItems = (selected: RowReads['selected'], span: Span): SelectSpec['items'] =>
  selected.length === 0
    ? [{ kind: 'selectItem', expression: { kind: 'literal', type: 'int', text: '1', value: '1', span }, span }]
    : selected.map(({ node, alias }) => ({
        kind: 'selectItem',
        expression: node,
        alias: { kind: 'identifier', name: alias, quote: 'none', span: node.span },
        span: node.span,
      }));

/** Of groups and subqueries the terms of `@v + a + b`: those that read columns are selected, those that read the variables are computed in the loop. */
function termsOf(e: Emitter, spec: SelectSpec, items: readonly SelectAssign[]): RowReads {
  const names = new Set(items.map((one) => one.variable.name.toLowerCase()));
  const selected: { node: Expression; alias: string }[] = [];
  const term = (node: Expression): Expression => {
    if (node.kind === 'binary' && node.op === '+') return { ...node, left: term(node.left), right: term(node.right) };
    const reads = findAll(node, 'column').length > 0 || aggregates(node) || findAll(node, 'query').length > 0;
    if (!reads) return node;
    if (findAll(node, 'variable').some((one) => names.has(one.name.toLowerCase())))
      return e.fail('SELECT @v = @v + … over groups is not converted.', spec.span);
    const alias = `part_${selected.length + 1}`;
    selected.push({ node, alias });
    return { kind: 'globalVariable', name: `@@\u0000${alias}`, span: node.span };
  };
  return { values: items.map((one) => term(one.expression)), selected };
}

interface UsedColumn {
  readonly node: ColumnRef;
  readonly alias: string;
}

const keyOf = (node: ColumnRef): string => node.parts.map((part) => part?.name.toLowerCase() ?? '').join('.');

/** Words that read like columns: DATEADD(day, …), CONVERT styles and the like keep their own. */
const DATE_PARTS = new Set(
  'year yy yyyy quarter qq q month mm m dayofyear dy y day dd d week wk ww weekday dw w hour hh minute mi n second ss s millisecond ms microsecond mcs nanosecond ns iso_week isowk isoww tzoffset tz'.split(
    ' ',
  ),
);

/** The columns that expressions read, each under a name of its own. */
export function columnsOf(items: readonly SelectAssign[]): ReadonlyMap<string, UsedColumn> {
  const found = new Map<string, UsedColumn>();
  const names = new Set<string>();
  for (const one of items) {
    walk(one.expression, (node, parent) => {
      if (node.kind !== 'column' || found.has(keyOf(node))) return;
      if (isDatePart(node, parent)) return;
      const stem = node.parts.at(-1)?.name ?? 'c';
      let alias = stem;
      for (let n = 2; names.has(alias.toLowerCase()); n++) alias = `${stem}_${n}`;
      names.add(alias.toLowerCase());
      found.set(keyOf(node), { node, alias });
    });
  }
  return found;
}

function isDatePart(node: ColumnRef, parent: { kind: string } | undefined): boolean {
  if (parent?.kind !== 'call' || node.parts.length !== 1) return false;
  const name = (parent as FunctionCall).name.name.name.toLowerCase();
  return (
    /^date(add|diff|diff_big|part|name|trunc|_bucket)$/.test(name) &&
    (parent as FunctionCall).args[0] === node &&
    DATE_PARTS.has(keyOf(node))
  );
}

/** The expression with the row's fields in the place of its columns. */
export function substitute(node: unknown, columns: ReadonlyMap<string, UsedColumn>): unknown {
  if (Array.isArray(node)) return node.map((one) => substitute(one, columns));
  if (typeof node !== 'object' || node === null) return node;
  const one = node as { kind?: string };
  if (one.kind === 'column') {
    const used = columns.get(keyOf(node as ColumnRef));
    return used ? { kind: 'globalVariable', name: `@@\u0000${used.alias}`, span: (node as ColumnRef).span } : node;
  }
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'span' ? value : substitute(value, columns)]),
  );
}
