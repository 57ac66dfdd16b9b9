import { quoteLiteral, quoteIdent } from '#pgsql';
import { findAll, type CreateFunction, type FunctionReturns, type TableElement } from '#tsql';
import { targetProfile } from '../query/index.ts';
import { beginBody, bindValues, finish, headComments, plpgsql, type RoutineContext, writeBody } from './body.ts';
import { RETURNED } from './changes.ts';
import type { Emitter } from './emitter.ts';
import { declareParameters, parameterList } from './parameters.ts';
import { returnsTable, routineName, tableColumns } from './procedure.ts';
import type { ConvertedRoutine, RoutineSignature, RoutineSource } from './routine-model.ts';
import { asksWhatChanges, type CalledFunction, functionsCalled } from './function-reach.ts';
import { createTemporary, temporaryName, temporaryRelation } from './temporary.ts';

type FunctionSource<R extends FunctionReturns> = RoutineSource & {
  readonly statement: CreateFunction & { readonly returns: R };
};

/** What is known of a scalar or multi-statement function before its body is converted: views and other functions may call it. */
export function functionSignature(
  context: RoutineContext,
  source: RoutineSource & { readonly statement: CreateFunction },
): RoutineSignature {
  const { returns } = source.statement;
  const e = beginBody(context, source, { kind: 'scalar', results: 'none', body: [] });
  const parameters = declareParameters(e, source.statement.parameters);
  const sql = routineName(context, source);
  if (returns.kind === 'returnsScalar')
    return { kind: 'scalar', sql, parameters, columns: [], cursors: [], returns: e.type(returns.type).type };
  return {
    kind: 'table',
    sql,
    parameters,
    columns: returns.kind === 'returnsTable' ? returnedColumns(e, returns.elements) : [],
    cursors: [],
  };
}

/** A scalar function. */
export function convertScalar(
  context: RoutineContext,
  source: FunctionSource<Extract<FunctionReturns, { kind: 'returnsScalar' }>>,
): { readonly routine: ConvertedRoutine; readonly immutable: boolean } {
  const { statement } = source;
  const e = beginBody(context, source, { kind: 'scalar', results: 'none', body: statement.body });
  const parameters = declareParameters(e, statement.parameters);
  bindValues(e);
  const { type, sql: typeSql } = e.type(statement.returns.type);
  e.facts.returns = type;
  writeBody(e, statement.body, statement.span);
  context.issues.push(...e.issues);
  const immutable = isImmutable(context, source, e);
  const stability = e.facts.writes ? '' : immutable ? '\nIMMUTABLE' : '\nSTABLE';
  const nulls = statement.options.some((one) => one.name === 'RETURNS NULL ON NULL INPUT') ? '\nSTRICT' : '';
  const head = `${headComments(source)}CREATE OR REPLACE FUNCTION ${routineName(context, source)}${parameterList(e, parameters)}`;
  return { routine: finish(e, [`${head}\nRETURNS ${typeSql}${stability}${nulls}\n${plpgsql(e)}`]), immutable };
}

/** What hangs on a session's settings, or on the moment, in what the conversion writes. */
const STABLE_AT_MOST =
  /::(date|time|timestamp)|\b(now|\w+_timestamp|random|setseed|gen_random_uuid|to_\w+|format|age|make_timestamptz|string_agg|string_to_table|set_config|\w+val|current_\w+)\s*\(|\b(current_\w+|localtime\w*|session_user|timestamptz|regclass)\b|\bAT TIME ZONE\b/i;
const WRITTEN_OUT = /::(text|varchar|char)|\bconcat(_ws)?\s*\(/i;
const BY_SETTINGS = /\b(date|time|timestamp|timestamptz|interval|double precision|real|bytea|xml)\b|\bmake_\w+\(/i;

/** Whether a function is IMMUTABLE in PostgreSQL's sense: nothing but its arguments counts, in the source's text as in the conversion's. */
function isImmutable(context: RoutineContext, { statement }: RoutineSource, e: Emitter): boolean {
  if (e.facts.writes || asksWhatChanges(statement) || findAll(statement, 'table').length > 0) return false;
  const isKnown = ({ schema, name }: CalledFunction): boolean =>
    context.scope.routines.find(schema, name)?.immutable === true;
  if (!functionsCalled(statement).every(isKnown)) return false;
  const text = e.lines.join('\n');
  const types = e.variables.declarations().map((one) => one.typeSql);
  const isBySettings = [text, ...types].some((one) => BY_SETTINGS.test(one)) && WRITTEN_OUT.test(text);
  return !STABLE_AT_MOST.test(text) && !isBySettings;
}

/** An inline function: an SQL function over its query. */
export function convertInline(
  context: RoutineContext,
  source: FunctionSource<Extract<FunctionReturns, { kind: 'returnsQuery' }>>,
): { readonly routine: ConvertedRoutine; readonly signature: RoutineSignature } {
  const { statement } = source;
  const e = beginBody(context, source, { kind: 'table', results: 'rows', body: [] });
  const parameters = declareParameters(e, statement.parameters);
  const { query } = statement.returns;
  if (!query) return e.fail('A CLR function has no counterpart.', statement.span);
  bindValues(e);
  const shape = e.query(query).columns.map((one) => ({
    name: one.name,
    type: one.type,
    pgType: one.pgType ?? targetProfile([]).typeSql(one.type),
  }));
  const made = e.query(
    query,
    shape.map((one) => one.pgType),
  );
  if (e.facts.asksError) return e.fail('An inline function does not know the error of a handler.', statement.span);
  const columns = tableColumns(e, shape);
  e.commentsBefore(e.options.text.length);
  e.sql(made.sql, query.span);
  context.issues.push(...e.issues);
  const sql = routineName(context, source);
  const body = e.lines.join('\n');
  const quote = body.includes('$$') ? '$body$' : '$$';
  const head = `${headComments(source)}CREATE OR REPLACE FUNCTION ${sql}${parameterList(e, parameters)}`;
  return {
    routine: finish(e, [`${head}\n${returnsTable(columns)}\nSTABLE\nLANGUAGE sql\nAS ${quote}\n${body}\n${quote}`]),
    signature: { kind: 'table', sql, parameters, columns, cursors: [] },
  };
}

const returnedColumns = (e: Emitter, elements: readonly TableElement[]): RoutineSignature['columns'] =>
  temporaryRelation(e, { source: RETURNED, name: 'returned', elements }).columns.map((one) => ({
    ...one,
    nullable: true,
  }));

/** A multi-statement function: rows that are only appended are returned as they come, else they are collected in a temporary table. */
export function convertMultiStatement(
  context: RoutineContext,
  source: FunctionSource<Extract<FunctionReturns, { kind: 'returnsTable' }>>,
): ConvertedRoutine {
  const { statement } = source;
  const { elements, variable } = statement.returns;
  const shape = returnedColumns(beginBody(context, source, { kind: 'table', results: 'rows', body: [] }), elements);
  const e = beginBody(context, source, {
    kind: 'table',
    results: 'rows',
    resultTypes: shape.map((one) => one.pgType ?? 'text'),
    body: statement.body,
  });
  const parameters = declareParameters(e, statement.parameters);
  bindValues(e);
  if (isOnlyAppendedTo(source, variable, elements)) {
    e.scope.local.set(variable.toLowerCase(), temporaryRelation(e, { source: RETURNED, name: 'returned', elements }));
  } else {
    createTemporary(e, { source: variable, name: temporaryName(e, variable), elements, span: statement.returns.span });
    e.facts.resultTable = quoteIdent(temporaryName(e, variable));
  }
  writeBody(e, statement.body, statement.span);
  context.issues.push(...e.issues);
  const ending = e.facts.resultTable && !e.ended ? [`  RETURN QUERY SELECT * FROM ${e.facts.resultTable};`] : [];
  const stability = e.facts.writes ? '' : '\nSTABLE';
  const head = `${headComments(source)}CREATE OR REPLACE FUNCTION ${routineName(context, source)}${parameterList(e, parameters)}`;
  return finish(e, [`${head}\n${returnsTable(shape)}${stability}\n${plpgsql(e, ending, true)}`]);
}

function isOnlyAppendedTo(
  source: RoutineSource & { readonly statement: CreateFunction },
  variable: string,
  elements: readonly TableElement[],
): boolean {
  const isPlain = elements.every(
    (one) => one.kind === 'columnDefinition' && !one.identity && one.constraints.length === 0 && one.nullable !== false,
  );
  const name = variable.toLowerCase();
  const uses = findAll(source.statement.body, 'tableVariable').filter((one) => one.name.toLowerCase() === name);
  const inserts = findAll(source.statement.body, 'insert').filter(
    (one) =>
      one.target.kind === 'tableVariable' &&
      one.target.name.toLowerCase() === name &&
      one.output.length === 0 &&
      one.source.kind !== 'insertExecute',
  );
  return isPlain && uses.length === inserts.length;
}

/** A routine that could not be converted at all: it tells so when it is called. */
export function stub(context: RoutineContext, source: RoutineSource, message: string): string {
  const sql = routineName(context, source);
  const text = quoteLiteral(`SL1008: ${message}`.replaceAll('%', '%%').replaceAll(/\s+/g, ' '));
  const body = `LANGUAGE plpgsql\nAS $$\nBEGIN\n  RAISE EXCEPTION ${text} USING ERRCODE = '0A000';\nEND\n$$`;
  if (source.statement.kind === 'createProcedure')
    return `CREATE OR REPLACE PROCEDURE ${sql}(VARIADIC p_args text[] DEFAULT NULL)\n${body}`;
  return `CREATE OR REPLACE FUNCTION ${sql}(VARIADIC p_args text[] DEFAULT NULL)\nRETURNS ${source.statement.kind === 'createTrigger' ? 'trigger' : 'text'}\n${body}`;
}
