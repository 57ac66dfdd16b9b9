import { findAll, parseBatch } from '#tsql';
import { appLock } from './app-locks.ts';
import { nodesOf } from './body-nodes.ts';
import type {
  Execute,
  ExecuteArgument,
  Expression,
  Insert,
  ObjectName,
  Parameter,
  Span,
  Statement,
  Variable,
} from '#tsql';
import { quoteLiteral } from '#pgsql';
import { type RelationColumn, resultCast, type ResultColumn } from '../query/index.ts';
import { convertedField, variableOf } from './assign.ts';
import { sessionKey } from './catalog-functions.ts';
import type { Given } from './dynamic-holes.ts';
import { takeCursor } from './cursors.ts';
import { declaredText, executeParts, handsOnText, type TextUse } from './dynamic-sql.ts';
import type { Emitter } from './emitter.ts';
import { prepareDocument } from './openxml.ts';
import { resultSet } from './result-sets.ts';
import type { RoutineParameter, RoutineSignature } from './routine-model.ts';
import { readRowCount, setRowCount, takeRowCount } from './row-count.ts';
import { withError } from './session-values.ts';
import { systemProcedure } from './system-procedures.ts';

/** EXEC of a procedure or a string. */
export function execute(e: Emitter, call: Execute): void {
  const node = byItsName(e, call);
  if (node.at) e.fail('EXEC … AT a linked server has no counterpart.', node.span, 'SL1044');
  if (node.strings) return dynamicText(e, node);
  const { procedure } = node;
  if (!procedure || procedure.kind === 'variable')
    return e.fail('The name of the procedure is only known when it runs.', node.span, 'SL1049');
  const name = procedure.name.name.toLowerCase();
  if (name === 'sp_executesql') return dynamicText(e, node);
  if (name === 'sp_getapplock' || name === 'sp_releaseapplock') return appLock(e, node, name);
  if (name === 'sp_xml_preparedocument') return prepareDocument(e, node);
  if (name === 'sp_xml_removedocument') return e.line('-- sp_xml_removedocument: the document ends with the routine');
  if (name === 'sp_set_session_context') return sessionContext(e, node);
  const server = systemProcedure(e, node);
  if (server) return server(e, node);
  const routine = routineOf(e, node);
  e.facts.writes = true;
  withError(e, routine.asksError === true, () => {
    if (routine.kind === 'procedure') callProcedure(e, node, routine);
    else if (routine.kind === 'scalar') callScalar(e, node, routine);
    else selectRows(e, node, routine);
  });
}

/** EXEC @p where @p is given one constant and nothing else: the call of what that names. */
function byItsName(e: Emitter, node: Execute): Execute {
  if (node.procedure?.kind !== 'variable') return node;
  const text = constantText(e, node.procedure);
  const [named] = text === undefined ? [] : parseBatch(`EXEC ${text}`).statements;
  return named?.kind === 'execute' && named.procedure && named.args.length === 0
    ? { ...node, procedure: named.procedure }
    : node;
}

function routineOf(e: Emitter, node: Execute): RoutineSignature {
  const { procedure } = node;
  if (procedure?.kind !== 'objectName') return e.fail('The procedure is not known.', node.span, 'SL1049');
  const other = procedure.server ?? procedure.database;
  if (other && other.name.toLowerCase() !== e.scope.database.toLowerCase())
    e.fail(`The procedure is in another database: ${other.name}.`, node.span, 'SL1049');
  const schema = procedure.schema?.name ?? 'dbo';
  const found = e.scope.routines.find(schema, procedure.name.name);
  if (!found && !/^(sp|xp)_/i.test(procedure.name.name) && e.scope.hasNoProcedure(procedure.name.name))
    e.failAsSource(`Could not find stored procedure '${written(procedure)}'.`, node.span, '42883');
  if (!found) e.fail(`The procedure '${procedure.name.name}' is not converted, or not known.`, node.span, 'SL1049');
  return found;
}

const calledName = (node: Execute): string =>
  node.procedure?.kind === 'objectName' ? node.procedure.name.name : 'of the call';

const written = (name: ObjectName): string =>
  [name.database, name.schema, name.name].flatMap((one) => (one ? [one.name] : [])).join('.');

interface Bound {
  readonly parameter: RoutineParameter;
  readonly arg?: ExecuteArgument;
}

/** The arguments of a call by parameter. */
function bind(e: Emitter, node: Execute, routine: RoutineSignature): readonly Bound[] {
  const given = new Map<RoutineParameter, ExecuteArgument>();
  for (const [index, arg] of node.args.entries()) {
    const parameter =
      arg.name === undefined
        ? routine.parameters[index]
        : routine.parameters.find((one) => one.source.toLowerCase() === arg.name?.toLowerCase());
    if (!parameter) {
      const message = arg.name
        ? `${arg.name} is not a parameter for procedure ${calledName(node)}.`
        : `Procedure or function ${calledName(node)} has too many arguments specified.`;
      return e.failAsSource(message, arg.span, '42883');
    }
    if (routine.texts?.has(parameter.source.toLowerCase()) && !handsOnText(e, arg.value))
      e.once('SL1077', `The text that ${parameter.source} is given goes into a statement as PostgreSQL's.`, arg.span);
    given.set(parameter, arg);
  }
  return routine.parameters.map((parameter) => {
    const arg = given.get(parameter);
    if (
      (!arg || arg.value.kind === 'default') &&
      parameter.default === undefined &&
      !parameter.output &&
      parameter.type.name !== 'table'
    )
      e.failAsSource(
        `Procedure or function '${calledName(node)}' expects parameter '${parameter.source}', which was not supplied.`,
        node.span,
        '42883',
      );
    return { parameter, ...(arg && arg.value.kind !== 'default' ? { arg } : {}) };
  });
}

/** An argument's value in the type of its parameter, so that PostgreSQL finds the routine. */
function argument(e: Emitter, parameter: RoutineParameter, node: Expression): string {
  if (parameter.type.name === 'table') return tableArgument(e, parameter, node);
  // A bare word is a string: EXEC p authors.
  const value: Expression =
    node.kind === 'column'
      ? { kind: 'literal', type: 'nstring', text: '', value: node.parts.at(-1)?.name ?? '', span: node.span }
      : node;
  const made = e.value(value, parameter.type);
  const { sql } = e.typeSql(parameter.type);
  const variable = value.kind === 'variable' ? e.variables.find(value.name) : undefined;
  if (variable?.typeSql === sql || made.endsWith(`::${sql}`) || sql === 'integer') return made;
  return `(${made})::${sql.replace(/\(.*\)/, '')}`;
}

/** A table variable as an array of its type; a parameter of the same type goes on as it is. */
function tableArgument(e: Emitter, parameter: RoutineParameter, node: Expression): string {
  const found = node.kind === 'variable' ? e.scope.tableVariable(node.name) : undefined;
  if (node.kind !== 'variable' || !found?.sql) return e.fail(`${parameter.source} wants a table variable.`, node.span);
  const own = e.variables.find(node.name);
  if (own?.isParameter) return own.name;
  const list = found.columns.map((one) => `t.${one.sql}`).join(', ');
  // CALL takes no subquery as an argument.
  const array = unused(e, parameter.source.slice(1), `${parameter.type.typeName ?? 'record'}[]`);
  e.laid(`${array} := ARRAY(SELECT ROW(${list})::${parameter.type.typeName ?? 'record'} FROM ${found.sql} AS t);`);
  return array;
}

function callProcedure(e: Emitter, node: Execute, routine: RoutineSignature, cursors?: readonly string[]): void {
  const texts = bind(e, node, routine).flatMap(({ parameter, arg }): string[] => {
    if (parameter.output) return [`${parameter.name} => ${outputVariable(e, parameter, arg)}`];
    if (!arg && parameter.type.name === 'table') return [`${parameter.name} => '{}'`];
    return arg ? [`${parameter.name} => ${argument(e, parameter, arg.value)}`] : [];
  });
  if (routine.returnCode) {
    const code = node.result ? variableOf(e, node.result).name : unused(e, 'return_code', 'integer');
    texts.push(`${routine.returnCode} => ${code}`);
  }
  const handsOn = cursors !== undefined || handsOnResults(e, node, routine.cursors.length);
  if (!handsOn && routine.cursors.length > 0) readyUnused(e);
  for (const [index, cursor] of routine.cursors.entries())
    texts.push(`${cursor} => ${cursors?.[index] ?? passedCursor(e, handsOn, node.span)}`);
  e.pieces.push({ kind: 'ddl', sql: `CALL ${routine.sql}(${texts.join(', ')})`, line: node.span.line });
  e.laid(`CALL ${routine.sql}(${texts.join(', ')});`);
  if (node.result && !routine.returnCode) e.line(`${variableOf(e, node.result).name} := 0;`);
  if (readRowCount(e))
    e.issue(
      'SL1002',
      '@@ROWCOUNT behind EXECUTE is 0 here; there it is that of the last statement of the procedure.',
      node.span,
    );
  setRowCount(e, '0');
}

const unused = (e: Emitter, stem: string, type: string): string =>
  e.variables.declare(`@\u0000unused ${stem}`, undefined, type).name;

const own = (e: Emitter, stem: string, type: string): string =>
  e.variables.declare(`@\u0000${stem}`, undefined, type).name;

/** The variable that an OUTPUT parameter is given; one of its own where the caller does not want the value. */
function outputVariable(e: Emitter, parameter: RoutineParameter, arg: ExecuteArgument | undefined): string {
  if (parameter.cursor)
    return arg?.value.kind === 'variable'
      ? takeCursor(e, arg.value, parameter.cursor)
      : unused(e, parameter.source.slice(1), 'refcursor');
  if (arg?.output && arg.value.kind === 'variable') return variableOf(e, arg.value).name;
  const { sql } = e.typeSql(parameter.type);
  const name = unused(e, parameter.source.slice(1), sql);
  e.line(`${name} := ${arg ? e.value(arg.value, parameter.type) : (parameter.default ?? 'NULL')};`);
  return name;
}

/** A refcursor of the called procedure: the caller's next one, or one that nobody reads. */
function passedCursor(e: Emitter, handsOn: boolean, span: Span): string {
  return handsOn ? e.nextCursor(span) : unused(e, 'cursor', 'refcursor');
}

/** A cursor that is open keeps its name, by which the next call could not open it again. */
function readyUnused(e: Emitter): void {
  const before = e.variables.find('@\u0000unused cursor');
  if (before || e.loops > 0) e.line(`${unused(e, 'cursor', 'refcursor')} := NULL;`);
}

/** A procedure that hands out more result sets than this keeps those of the procedures that it calls to itself: nobody reads as many. */
const MOST_RESULTS = 12;

/** Whether the result sets of a call go on to the caller. How many a loop gives is not known when the procedure is called. */
function handsOnResults(e: Emitter, node: Execute, count: number): boolean {
  if (count === 0 || e.options.kind !== 'procedure') return false;
  if (e.loops > 0) {
    e.issue('SL1056', 'The result sets of a procedure that is called within a loop are not handed on.', node.span);
    return false;
  }
  if (e.options.results !== 'cursors') return false;
  if (e.resultIndex + count <= MOST_RESULTS) return true;
  const name = node.procedure?.kind === 'objectName' ? node.procedure.name.name : 'the called procedure';
  e.issue(
    'SL1056',
    `The ${count} result sets of ${name} are not handed on: there are too many before them.`,
    node.span,
  );
  return false;
}

function rowsOf(e: Emitter, node: Execute, routine: RoutineSignature): string {
  const texts = bind(e, node, routine).flatMap(({ parameter, arg }) =>
    arg ? [`${parameter.name} => ${argument(e, parameter, arg.value)}`] : [],
  );
  return `${routine.sql}(${texts.join(', ')})`;
}

/** `EXEC @r = f 1`: a scalar function, whose value goes to the variable. */
function callScalar(e: Emitter, node: Execute, routine: RoutineSignature): void {
  const call = rowsOf(e, node, routine);
  e.pieces.push({ kind: 'expression', sql: call, line: node.span.line });
  if (!node.result) return e.laid(`PERFORM ${call};`);
  const target = variableOf(e, node.result);
  e.line(`${target.name} := ${convertedField(e, call, routine.returns ?? target.type, target, node.span)};`);
}

/** A procedure that is a function: its rows are the caller's. */
function selectRows(e: Emitter, node: Execute, routine: RoutineSignature): void {
  const call = rowsOf(e, node, routine);
  const handsOn = handsOnResults(e, node, 1) || (e.options.results === 'rows' && e.loops === 0);
  if (e.options.kind === 'procedure' && handsOn) {
    resultSet(e, node.span, (types) => ({
      runs: 'routine',
      sql: `SELECT ${casts(routine, types)} FROM ${call}`,
      columns: resultColumns(routine),
    }));
  } else {
    e.pieces.push({ kind: 'statement', sql: `SELECT * FROM ${call}`, line: node.span.line });
    e.laid(`PERFORM * FROM ${call};`);
  }
  if (node.result) e.line(`${variableOf(e, node.result).name} := 0;`);
}

const resultColumns = (routine: RoutineSignature): readonly ResultColumn[] =>
  routine.columns.map((one) => ({
    name: one.name,
    type: one.type,
    nullable: one.nullable,
    ...(one.pgType === undefined ? {} : { pgType: one.pgType }),
  }));

function casts(routine: RoutineSignature, types: readonly string[] | undefined): string {
  const bare = (type: string | undefined): string | undefined => type?.replace(/\(.*\)/, '');
  if (!types || routine.columns.every((one, index) => bare(one.pgType) === bare(types[index]))) return '*';
  return routine.columns.map((one, index) => `${one.sql}${resultCast(one.type, types[index] ?? 'text')}`).join(', ');
}

/** INSERT … EXEC of a procedure that returns its rows. */
export function insertExecute(e: Emitter, node: Insert, source: Execute): void {
  const call = byItsName(e, source);
  const target =
    node.target.kind === 'tableVariable'
      ? e.scope.tableVariable(node.target.name)
      : node.target.kind === 'table'
        ? e.scope.relation(
            [node.target.name.database, node.target.name.schema, node.target.name.name].flatMap((one) =>
              one ? [one.name] : [],
            ),
          )
        : undefined;
  if (!target?.sql) return e.fail('The table of INSERT … EXEC is not known.', node.span);
  const named = node.columns.map((one) =>
    target.columns.find((column) => column.name.toLowerCase() === one.name.toLowerCase()),
  );
  const columns = node.columns.length > 0 ? named : target.columns.filter((one) => !one.identity && !one.readOnly);
  const list = columns.map((one) => one?.sql ?? '').join(', ');
  if (
    call.strings ||
    (call.procedure?.kind === 'objectName' && call.procedure.name.name.toLowerCase() === 'sp_executesql')
  )
    return dynamicText(e, call, {
      change: (statement) => inserting(e, statement, node),
      into: `INSERT INTO ${target.sql} (${list})`,
    });
  const routine = routineOf(e, call);
  e.facts.writes = true;
  if (routine.kind === 'procedure')
    return insertFetched(e, call, routine, { sql: target.sql, columns: columns.flatMap((one) => one ?? []) });
  if (routine.kind === 'scalar') {
    callScalar(e, call, routine);
    return setRowCount(e, '0');
  }
  const types = columns.map((one) => one?.pgType?.replace(/\(.*\)/, ''));
  const rows = types.every((one) => one !== undefined) ? casts(routine, types) : '*';
  e.sql(`INSERT INTO ${target.sql} (${list}) SELECT ${rows} FROM ${rowsOf(e, call, routine)}`, node.span);
  if (call.result) e.line(`${variableOf(e, call.result).name} := 0;`);
  takeRowCount(e);
}

/** INSERT … EXEC of a procedure with refcursors: the rows of each go into the table, as all of its result sets do. */
function insertFetched(
  e: Emitter,
  call: Execute,
  routine: RoutineSignature,
  into: { readonly sql: string; readonly columns: readonly RelationColumn[] },
): void {
  const cursors = routine.cursors.map((_, index) => own(e, `rows_${index + 1}`, 'refcursor'));
  const counted = e.facts.rowCount === undefined ? undefined : own(e, 'inserted_rows', 'bigint');
  // A cursor that has a value goes to PostgreSQL as the name to be opened.
  for (const cursor of cursors) e.line(`${cursor} := NULL;`);
  callProcedure(e, call, routine, cursors);
  if (counted) e.line(`${counted} := 0;`);
  const columns = into.columns.map((one) => one.sql).join(', ');
  const table = into.sql.replaceAll(/\W+/g, '_').replaceAll(/^_|_$/g, '');
  const values = into.columns
    .map((one) => own(e, `${table}_${one.name}`, one.pgType ?? e.typeSql(one.type).sql))
    .join(', ');
  for (const cursor of cursors) {
    e.line(`WHILE ${cursor} IS NOT NULL LOOP`);
    e.indented(() => {
      e.line(`FETCH ${cursor} INTO ${values};`);
      e.line('EXIT WHEN NOT FOUND;');
      e.sql(`INSERT INTO ${into.sql} (${columns}) VALUES (${values})`, call.span);
      if (counted) e.line(`${counted} := ${counted} + 1;`);
    });
    e.line('END LOOP;');
  }
  if (counted) setRowCount(e, counted);
}

/** A query that INSERT … EXEC runs is the INSERT's own. */
function inserting(e: Emitter, statement: Statement, node: Insert): Statement {
  switch (statement.kind) {
    case 'select':
      return { ...node, source: { kind: 'insertQuery', query: statement.query, span: statement.span } };
    case 'block':
      return { ...statement, statements: statement.statements.map((one) => inserting(e, one, node)) };
    case 'if':
      return {
        ...statement,
        then: inserting(e, statement.then, node),
        ...(statement.otherwise ? { otherwise: inserting(e, statement.otherwise, node) } : {}),
      };
    case 'empty':
    case 'declare':
    case 'setVariable':
      return statement;
    default:
      return e.fail('INSERT … EXEC of dynamic SQL that is more than a query.', node.span, 'SL1044');
  }
}

function joined(strings: readonly Expression[]): Expression | undefined {
  return strings.reduce<Expression | undefined>(
    (left, right) => (left ? { kind: 'binary', op: '+', left, right, span: left.span } : right),
    undefined,
  );
}

/** The text of an expression of constants, and of variables that are given one constant and nothing else. */
function constantText(e: Emitter, node: Expression | undefined): string | undefined {
  if (node?.kind === 'literal' && (node.type === 'string' || node.type === 'nstring')) return node.value;
  if (node?.kind === 'binary' && node.op === '+') {
    const [left, right] = [constantText(e, node.left), constantText(e, node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return node?.kind === 'variable' ? constantText(e, onlyValue(e, node)) : undefined;
}

function onlyValue(e: Emitter, node: Variable): Expression | undefined {
  const is = (name: string | undefined): boolean => name?.toLowerCase() === node.name.toLowerCase();
  if (e.variables.find(node.name)?.isParameter) return undefined;
  const given: (Expression | undefined)[] = [];
  for (const one of nodesOf(e.body, 'declareVariable')) if (is(one.name) && one.value) given.push(one.value);
  for (const one of nodesOf(e.body, 'setVariable'))
    if (is(one.variable.name))
      given.push(one.op === '=' && one.value.kind !== 'cursorDefinition' ? one.value : undefined);
  for (const one of nodesOf(e.body, 'selectAssign'))
    if (is(one.variable.name)) given.push(one.op === '=' ? one.expression : undefined);
  for (const one of nodesOf(e.body, 'executeArgument'))
    if (one.output && one.value.kind === 'variable' && is(one.value.name)) given.push(undefined);
  for (const one of nodesOf(e.body, 'fetch')) if (one.into.some((into) => is(into.name))) given.push(undefined);
  for (const one of nodesOf(e.body, 'setColumn')) if (is(one.variable?.name)) given.push(undefined);
  const [only] = given;
  return given.length === 1 && only && findAll(only, 'variable').every((one) => !is(one.name)) ? only : undefined;
}

/** EXEC of a text, and sp_executesql N'…', N'@p int', @p = …. `change` makes of its statements what they are used for. */
function dynamicText(e: Emitter, node: Execute, use: TextUse = { change: (one) => one }): void {
  const [first, second] = node.strings ? [] : node.args;
  const declared = second ? (constantText(e, second.value) ?? declaredText(e, node)) : '';
  if (declared === undefined)
    return e.fail('The text of the dynamic SQL is only known when it runs.', node.span, 'SL1044');
  executeText(e, node, { text: constantText(e, node.strings ? joined(node.strings) : first?.value), declared, use });
}

/** The parameters of a text with what they are given. */
function givenOf(e: Emitter, node: Execute, declared: string): readonly Given[] {
  const parameters = declared === '' ? [] : parametersOf(e, declared, node.span);
  const rest = node.args.slice(2);
  return parameters.map((parameter, index) => {
    const arg =
      rest.find((one) => one.name?.toLowerCase() === parameter.name.toLowerCase()) ??
      (rest[index]?.name === undefined ? rest[index] : undefined);
    return { parameter, arg, stands: standIn(e, parameter, arg, node.span) };
  });
}

/** What stands for a parameter: the variable that it is given, where the types are the same, else a variable of its own. */
function standIn(e: Emitter, parameter: Parameter, arg: ExecuteArgument | undefined, span: Span): Expression {
  const { type, sql } = e.type(parameter.type);
  const given = arg?.value.kind === 'variable' ? e.variables.find(arg.value.name) : undefined;
  const isTyped = given?.typeSql === sql || (given?.type?.name === type.name && !arg?.output);
  if (arg && given && (isTyped || arg.output)) return arg.value;
  if (arg && arg.value.kind === 'variable' && e.scope.tableVariable(arg.value.name)) return arg.value;
  const name = e.variables.find(parameter.name) ? `${parameter.name}_of_${span.line}_${span.column}` : parameter.name;
  e.variables.declare(name, type, sql);
  return { kind: 'variable', name, span };
}

function parametersOf(e: Emitter, text: string, span: Span): readonly Parameter[] {
  const { statements, errors } = parseBatch(`CREATE PROCEDURE p ${text} AS RETURN`);
  const [statement] = statements;
  if (errors[0] || statement?.kind !== 'createProcedure')
    return e.fail('The parameters of the dynamic SQL are not readable.', span, 'SL1044');
  return statement.parameters;
}

/** A text runs in place: its parameters are variables, and where it is put together in several ways, so are its statements. */
function executeText(
  e: Emitter,
  node: Execute,
  { text, declared, use }: { text: string | undefined; declared: string; use: TextUse },
): void {
  if (text !== undefined) {
    const { statements, errors } = parseBatch(text);
    if (errors[0]) return e.fail(`The dynamic SQL is not readable: ${errors[0].message}`, node.span, 'SL1044');
    if (findAll(statements, 'return').length > 0)
      return e.fail('RETURN within dynamic SQL is not converted.', node.span, 'SL1044');
  }
  const given = givenOf(e, node, declared);
  for (const { parameter, arg, stands } of given) {
    if (stands === arg?.value || stands.kind !== 'variable') continue;
    const { type } = e.type(parameter.type);
    e.laid(`${variableOf(e, stands).name} := ${arg ? e.value(arg.value, type) : 'NULL'};`);
  }
  const reason = executeParts(e, node, given, use);
  if (reason !== undefined)
    e.fail(`The text of the dynamic SQL is only known when it runs: ${reason}.`, node.span, 'SL1044');
}

/** sp_set_session_context: a setting of the session. */
function sessionContext(e: Emitter, node: Execute): void {
  const [key, value] = ['@key', '@value'].map(
    (name, index) => (node.args.find((one) => one.name?.toLowerCase() === name) ?? node.args[index])?.value,
  );
  if (key?.kind !== 'literal' || !value) return e.fail('The key of the session context is not a constant.', node.span);
  const text = e.value(value, { name: 'nvarchar', length: 4000 });
  e.laid(`PERFORM set_config(${quoteLiteral(sessionKey(key.value))}, coalesce(${text}, ''), false);`);
}
