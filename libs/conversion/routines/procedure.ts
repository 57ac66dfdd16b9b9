import { quoteIdent, quoteQualified } from '#pgsql';
import type { CreateProcedure } from '#tsql';
import {
  familyOf,
  type RelationColumn,
  type ResultColumn,
  type SqlType,
  targetProfile,
  unify,
} from '../query/index.ts';
import {
  beginBody,
  bindValues,
  finish,
  headComments,
  objectOf,
  plpgsql,
  type RoutineContext,
  writeBody,
} from './body.ts';
import type { ResultMode, ResultSet } from './body-facts.ts';
import type { Emitter } from './emitter.ts';
import { declareParameters, parameterList } from './parameters.ts';
import type { ConvertedRoutine, RoutineParameter, RoutineSignature, RoutineSource } from './routine-model.ts';
import { surveyOf } from './survey.ts';

interface Written {
  readonly e: Emitter;
  readonly parameters: readonly RoutineParameter[];
}

/** One way to write a procedure. */
interface Way {
  readonly results: ResultMode;
  readonly resultTypes?: readonly string[];
  /** It calls itself, as a procedure without result sets. */
  readonly knowsItself: boolean;
}

const callsItself = (source: RoutineSource & { readonly statement: CreateProcedure }): boolean =>
  surveyOf(source.statement.body).executes.some(
    (one) =>
      one.procedure?.kind === 'objectName' &&
      `${one.procedure.schema?.name ?? 'dbo'}.${one.procedure.name.name}`.toLowerCase() ===
        objectOf(source).toLowerCase(),
  );

/** Lets a procedure find itself while it is written. */
function makeKnown(
  context: RoutineContext,
  source: RoutineSource,
  e: Emitter,
  parameters: readonly RoutineParameter[],
): void {
  const { returnCode } = e.facts;
  context.scope.routines.add(source.module.schema, source.module.name, {
    kind: 'procedure',
    sql: routineName(context, source),
    parameters,
    columns: [],
    cursors: [],
    ...(returnCode ? { returnCode } : {}),
  });
}

/** The qualified name of a routine in the target. */
export function routineName(context: RoutineContext, source: RoutineSource): string {
  const schema = context.schemaOf(source.module.schema);
  return quoteQualified({
    schema,
    name: context.naming.name(`routines ${schema}`, source.module.name, objectOf(source)),
  });
}

/**
 * A procedure. Without result sets it becomes a PROCEDURE; with one whose columns are known a FUNCTION that returns its rows; else a PROCEDURE with a
 * refcursor for each. It is written once to see what it returns, and once more in that form.
 */
export function convertProcedure(
  context: RoutineContext,
  source: RoutineSource & { readonly statement: CreateProcedure },
  /** Its return code is read by others: a function would have none. */
  codeIsRead: boolean,
): { readonly routine: ConvertedRoutine; readonly signature: RoutineSignature } {
  const { schema, name } = source.module;
  const calls = callsItself(source);
  const probe = write(context, source, { results: 'cursors', knowsItself: calls });
  const needsCode = codeIsRead && surveyOf(source.statement.body).returnsCode;
  const shape = needsCode ? undefined : rowsShape(probe.e.results, source.statement);
  const mode: ResultMode = probe.e.results.length === 0 ? 'none' : shape ? 'rows' : 'cursors';
  // What a procedure with result sets returns to itself is not known before it is written.
  if (mode !== 'none') context.scope.routines.remove(schema, name);
  const isFinal = mode === 'cursors' && !calls;
  const written = isFinal
    ? probe
    : write(context, source, {
        results: mode,
        knowsItself: calls && mode === 'none',
        ...(mode === 'rows' && shape ? { resultTypes: shape.map((one) => one.pgType) } : {}),
      });
  context.issues.push(...written.e.issues);
  const sql = routineName(context, source);
  return mode === 'rows' && shape ? asFunction(source, sql, written, shape) : asProcedure(source, sql, written);
}

function write(
  context: RoutineContext,
  source: RoutineSource & { readonly statement: CreateProcedure },
  way: Way,
): Written {
  const { statement } = source;
  const { results, resultTypes } = way;
  const e = beginBody(context, source, {
    kind: 'procedure',
    results,
    body: statement.body,
    ...(resultTypes ? { resultTypes } : {}),
  });
  const parameters = declareParameters(e, statement.parameters);
  bindValues(e);
  if (surveyOf(statement.body).returnsCode && results !== 'rows') {
    e.facts.returnCode = e.variables.fresh('', 'return_code');
    e.line(`${e.facts.returnCode} := 0;`);
  }
  if (way.knowsItself) makeKnown(context, source, e, parameters);
  writeBody(e, statement.body, statement.span);
  if (results === 'cursors' && e.results.length > 0)
    e.issue(
      'SL1055',
      `The procedure hands out ${new Set(e.results.map((one) => one.index)).size} result sets as refcursors.`,
      statement.span,
    );
  if (results === 'rows') e.issue('SL1055', 'The procedure is a function that returns its rows.', statement.span);
  return { e, parameters };
}

interface ShapeColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly pgType: string;
}

/** The columns of the one result set that a procedure gives on every path; undefined where there are more or their columns are not the same. */
function rowsShape(results: readonly ResultSet[], statement: CreateProcedure): readonly ShapeColumn[] | undefined {
  if (results.length === 0 || results.some((one) => one.index > 0 || one.columns.length === 0)) return undefined;
  if (statement.parameters.some((one) => one.output)) return undefined;
  const [first, ...others] = results.map((one) => one.columns);
  if (!first || others.some((one) => one.length !== first.length)) return undefined;
  if (others.some((columns) => columns.some((one, index) => !isOfOneKind(one.type, first[index]?.type ?? one.type))))
    return undefined;
  return first.map((column, index) =>
    shapeColumn(
      column,
      others.map((one) => one[index] ?? column),
    ),
  );
}

const NUMBERS = new Set(['bit', 'integer', 'decimal', 'money', 'float']);

/** Whether callers can read values of both types from one column; a text in one set and a date in the other are two sets of columns. */
function isOfOneKind(a: SqlType, b: SqlType): boolean {
  const [first, second] = [familyOf(a), familyOf(b)];
  return first === second || (NUMBERS.has(first) && NUMBERS.has(second));
}

function shapeColumn(first: ResultColumn, others: readonly ResultColumn[]): ShapeColumn {
  const type = others.reduce((sum, one) => unify(sum, one.type), first.type);
  const base = (sql: string | undefined): string | undefined => sql?.replace(/\(.*\)/, '');
  const isSame = first.pgType !== undefined && others.every((one) => base(one.pgType) === base(first.pgType));
  return { name: first.name, type, pgType: isSame && first.pgType ? first.pgType : targetProfile([]).typeSql(type) };
}

/** Columns of RETURNS TABLE under names of their own. */
export function tableColumns(e: Emitter, columns: readonly ShapeColumn[]): readonly RelationColumn[] {
  return columns.map((one, index) => {
    const name = one.name === '' ? `column_${index + 1}` : one.name;
    const repeated = columns.slice(0, index).some((other) => other.name.toLowerCase() === one.name.toLowerCase());
    const key = one.name === '' || repeated ? `${name}\u0000${index}` : name.toLowerCase();
    return {
      name,
      sql: quoteIdent(e.options.naming.name('results', name, key)),
      type: one.type,
      nullable: true,
      pgType: one.pgType,
    };
  });
}

/** `RETURNS TABLE (…)`; lengths and precisions are no part of a function's type. */
export function returnsTable(columns: readonly RelationColumn[]): string {
  const lines = columns.map(
    (one) => `  ${one.sql} ${(one.pgType ?? 'text').replace(/\(.*\)/, '').replace(/^char$/, 'bpchar')}`,
  );
  return `RETURNS TABLE (\n${lines.join(',\n')}\n)`;
}

function asFunction(
  source: RoutineSource,
  sql: string,
  { e, parameters }: Written,
  shape: readonly ShapeColumn[],
): { routine: ConvertedRoutine; signature: RoutineSignature } {
  const columns = tableColumns(e, shape);
  const text = `${headComments(source)}CREATE OR REPLACE FUNCTION ${sql}${parameterList(e, parameters)}\n${returnsTable(columns)}\n${plpgsql(e, [], true)}`;
  return {
    routine: finish(e, [text]),
    signature: {
      kind: 'table',
      sql,
      parameters,
      columns,
      cursors: [],
      ...(e.facts.asksError ? { asksError: true } : {}),
      ...(e.facts.texts ? { texts: e.facts.texts } : {}),
    },
  };
}

function asProcedure(
  source: RoutineSource,
  sql: string,
  { e, parameters }: Written,
): { routine: ConvertedRoutine; signature: RoutineSignature } {
  const { returnCode } = e.facts;
  const further = [
    ...(returnCode ? [`INOUT ${returnCode} integer DEFAULT 0`] : []),
    ...e.cursorNames.map((one) => `INOUT ${one} refcursor DEFAULT NULL`),
  ];
  const text = `${headComments(source)}CREATE OR REPLACE PROCEDURE ${sql}${parameterList(e, parameters, further)}\n${plpgsql(e)}`;
  return {
    routine: finish(e, [text]),
    signature: {
      kind: 'procedure',
      sql,
      parameters,
      columns: [],
      cursors: e.cursorNames,
      ...(returnCode ? { returnCode } : {}),
      ...(e.facts.asksError ? { asksError: true } : {}),
      ...(e.facts.texts ? { texts: e.facts.texts } : {}),
    },
  };
}
