import type { Execute, ExecuteArgument, Span } from '#tsql';
import { resultCast, type ResultColumn } from '../query/index.ts';
import { convertedField, variableOf } from './assign.ts';
import { argument, bind, rowsOf, unused, written } from './call-arguments.ts';
import { takeCursor } from './cursors.ts';
import type { Emitter } from './emitter.ts';
import { resultSet } from './result-sets.ts';
import type { RoutineParameter, RoutineSignature } from './routine-model.ts';
import { readRowCount, setRowCount } from './row-count.ts';

/** Calls of converted routines. */

/** The routine that an EXEC calls; fails where it is not known. */
export function routineOf(e: Emitter, node: Execute): RoutineSignature {
  const { procedure } = node;
  if (procedure?.kind !== 'objectName') return e.fail('The procedure is not known.', node.span, 'SL1049');
  const other = procedure.server ?? procedure.database;
  if (other && other.name.toLowerCase() !== e.scope.database.toLowerCase())
    e.fail(`The procedure is in another database: ${other.name}.`, node.span, 'SL1049');
  const schema = procedure.schema?.name ?? 'dbo';
  const found = e.scope.routines.find(schema, procedure.name.name);
  if (!found && !/^(sp|xp)_/i.test(procedure.name.name) && e.scope.hasNoProcedure(procedure.name.name))
    e.failAsSource(`Could not find stored procedure '${written(procedure)}'.`, node.span, '42883', 'SL1091');
  if (!found) e.fail(`The procedure '${procedure.name.name}' is not converted, or not known.`, node.span, 'SL1049');
  return found;
}

/** CALL of a procedure; `cursors` are what takes its result sets, else they go on to the caller. */
export function callProcedure(e: Emitter, node: Execute, routine: RoutineSignature, cursors?: readonly string[]): void {
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

/** A variable of the conversion's own. */
export const own = (e: Emitter, stem: string, type: string): string =>
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

/** `EXEC @r = f 1`: a scalar function, whose value goes to the variable. */
export function callScalar(e: Emitter, node: Execute, routine: RoutineSignature): void {
  const call = rowsOf(e, node, routine);
  e.pieces.push({ kind: 'expression', sql: call, line: node.span.line });
  if (!node.result) return e.laid(`PERFORM ${call};`);
  const target = variableOf(e, node.result);
  e.line(`${target.name} := ${convertedField(e, call, routine.returns ?? target.type, target, node.span)};`);
}

/** A procedure that is a function: its rows are the caller's. */
export function selectRows(e: Emitter, node: Execute, routine: RoutineSignature): void {
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

/** The columns of a routine's rows in the types that are wanted. */
export function casts(routine: RoutineSignature, types: readonly string[] | undefined): string {
  const bare = (type: string | undefined): string | undefined => type?.replace(/\(.*\)/, '');
  if (!types || routine.columns.every((one, index) => bare(one.pgType) === bare(types[index]))) return '*';
  return routine.columns.map((one, index) => `${one.sql}${resultCast(one.type, types[index] ?? 'text')}`).join(', ');
}
