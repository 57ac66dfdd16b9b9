import type { Execute, ExecuteArgument, Expression, ObjectName } from '#tsql';
import { handsOnText } from './dynamic-sql.ts';
import type { Emitter } from './emitter.ts';
import type { RoutineParameter, RoutineSignature } from './routine-model.ts';

/** What a call gives the parameters of a routine. */

/** The name of the procedure in an EXEC, for messages. */
const calledName = (node: Execute): string =>
  node.procedure?.kind === 'objectName' ? node.procedure.name.name : 'of the call';

/** A name as it was written. */
export const written = (name: ObjectName): string =>
  [name.database, name.schema, name.name].flatMap((one) => (one ? [one.name] : [])).join('.');

/** A variable for what nobody reads. */
export const unused = (e: Emitter, stem: string, type: string): string =>
  e.variables.declare(`@\u0000unused ${stem}`, undefined, type).name;

/** A parameter with what it is given. */
export interface Bound {
  readonly parameter: RoutineParameter;
  readonly arg?: ExecuteArgument;
}

/** The arguments of a call by parameter. */
export function bind(e: Emitter, node: Execute, routine: RoutineSignature): readonly Bound[] {
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
export function argument(e: Emitter, parameter: RoutineParameter, node: Expression): string {
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

/** A routine that is selected from, with its arguments. */
export function rowsOf(e: Emitter, node: Execute, routine: RoutineSignature): string {
  const texts = bind(e, node, routine).flatMap(({ parameter, arg }) =>
    arg ? [`${parameter.name} => ${argument(e, parameter, arg.value)}`] : [],
  );
  return `${routine.sql}(${texts.join(', ')})`;
}
