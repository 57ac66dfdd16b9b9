import type { Execute, Insert, Statement } from '#tsql';
import type { RelationColumn } from '../query/index.ts';
import { variableOf } from './assign.ts';
import { rowsOf } from './call-arguments.ts';
import type { Emitter } from './emitter.ts';
import { byItsName, dynamicText } from './execute-text.ts';
import { callProcedure, callScalar, casts, own, routineOf } from './routine-calls.ts';
import type { RoutineSignature } from './routine-model.ts';
import { setRowCount, takeRowCount } from './row-count.ts';

/** INSERT … EXEC: the rows of what is executed go into a table. */

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
