import { findAll, parseBatch } from '#tsql';
import type { Execute, ExecuteArgument, Expression, Parameter, Span, Variable } from '#tsql';
import { variableOf } from './assign.ts';
import { nodesOf } from './body-nodes.ts';
import type { Given } from './dynamic-holes.ts';
import { declaredText, executeParts, type TextUse } from './dynamic-sql.ts';
import type { Emitter } from './emitter.ts';

/** EXEC of a text: its parameters are variables, its statements stand in its place. */

/** EXEC @p where @p is given one constant and nothing else: the call of what that names. */
export function byItsName(e: Emitter, node: Execute): Execute {
  if (node.procedure?.kind !== 'variable') return node;
  const text = constantText(e, node.procedure);
  const [named] = text === undefined ? [] : parseBatch(`EXEC ${text}`).statements;
  return named?.kind === 'execute' && named.procedure && named.args.length === 0
    ? { ...node, procedure: named.procedure }
    : node;
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
export function dynamicText(e: Emitter, node: Execute, use: TextUse = { change: (one) => one }): void {
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
