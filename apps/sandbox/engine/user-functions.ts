import type { FunctionHandler, FunctionInvocation, Relation, Scope, SqlType, TypedSql } from '#conversion';
import { translateExpression, TranslationError } from '#conversion';
import type { CreateFunction } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { compiledFunction, isStrict, rowsOf } from './compiled-functions.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { sandbox } from './profile.ts';
import { scopeOver } from './scope-over.ts';
import { partsOf, type SessionScope } from './session-scope.ts';

/** An argument converted to the type of its parameter. */
interface BoundArgument {
  readonly name: string;
  readonly type: SqlType;
  readonly sql: string;
}

function argumentsOf(scope: SessionScope, object: CatalogObject, call: FunctionInvocation): BoundArgument[] {
  const parameters = object.parameters.filter((parameter) => parameter.name !== '');
  const full = `${object.schema}.${object.name}`;
  if (call.args.length > parameters.length) {
    throw new SqlError(8144, `Procedure or function ${full} has too many arguments specified.`, 16, 3);
  }
  return parameters.map((parameter, index) => {
    const value = call.args[index];
    const type = parameter.type as SqlType;
    const name = parameter.name.toLowerCase();
    if (value?.byDefault) return { name, type, sql: defaultOf(scope, object, index, type) };
    if (value === undefined) {
      throw new SqlError(
        313,
        `An insufficient number of arguments were supplied for the procedure or function ${full}.`,
      );
    }
    return { name, type, sql: call.convert(value, type).sql };
  });
}

/** The word DEFAULT: the default of the parameter, which knows no variables. */
function defaultOf(scope: SessionScope, object: CatalogObject, index: number, type: SqlType): string {
  const written = bodyOf(object)?.parameters[index]?.default;
  if (written === undefined) return `NULL::${sandbox.typeSql(type)}`;
  return translateExpression(
    written,
    { profile: sandbox, scope: scopeWith(scope, []) },
    { type, convert: 'assignment' },
  ).sql;
}

/** The scope of a function's body: the catalog, and its parameters as pieces of SQL. */
function scopeWith(scope: Scope, bound: readonly BoundArgument[]): Scope {
  const byName = new Map(bound.map((argument) => [argument.name, argument]));
  return scopeOver(scope, {
    variable: (name) => byName.get(name.toLowerCase()) ?? (name.startsWith('@@') ? scope.variable(name) : undefined),
  });
}

function bodyOf(object: CatalogObject): ReturnType<typeof find> {
  const parsed = parsedBatch(object.definition ?? '', object.quotedIdentifier ?? true);
  requireParsed(parsed, object.name);
  return find(parsed);
}

function find(parsed: ReturnType<typeof parsedBatch>) {
  return parsed.statements.find((candidate) => candidate.kind === 'createFunction');
}

function notInterpreted(object: CatalogObject): SqlError {
  return new SqlError(
    40515,
    `The sandbox cannot call the function '${object.schema}.${object.name}' inside a query: it cannot be read.`,
  );
}

/** An inline table function: expanded like a view, with the arguments in place of the parameters; a multi-statement one is called as compiled. */
export function tableFunctionRelation(
  scope: SessionScope,
  object: CatalogObject,
  call: FunctionInvocation,
): Relation | undefined {
  if (object.kind !== 'IF' && object.kind !== 'TF') return undefined;
  const statement = bodyOf(object);
  if (statement?.returns.kind === 'returnsTable') {
    const made = compiledFunction(scope, object, statement);
    const args = argumentsOf(scope, object, call).map((argument) => argument.sql);
    const { schema, name } = object;
    return { kind: 'function', schema, name, sql: rowsOf(scope, made, args), columns: made.columns };
  }
  if (statement?.returns.kind !== 'returnsQuery' || statement.returns.query === undefined) throw notInterpreted(object);
  const bound = argumentsOf(scope, object, call);
  const used = new Set<string>();
  const inner = scopeWith(scope, bound);
  return {
    kind: 'view',
    schema: object.schema,
    name: object.name,
    columns: [],
    view: {
      query: statement.returns.query,
      columnNames: [],
      scope: scopeOver(inner, {
        variable: (name) => {
          used.add(name.toLowerCase());
          return inner.variable(name);
        },
      }),
      unused: () => bound.filter((one) => !used.has(one.name) && one.sql.includes('$')).map((one) => one.sql),
    },
  };
}

let lastCall = 0;

/**
 * A scalar function whose body is one RETURN: its expression over a row of its arguments, so that names inside it cannot be taken for those
 * around the call. Others are called as PostgreSQL functions compiled from their bodies.
 */
export function userFunction(scope: SessionScope, name: string): FunctionHandler | undefined {
  const parts = partsOf(name);
  if (parts.length < 2) return undefined;
  const object = scope.object(parts);
  if (object?.kind !== 'FN') return undefined;
  return (call): TypedSql => {
    const statement = bodyOf(object);
    const [only, ...others] = (statement?.body ?? []).filter((inner) => inner.kind !== 'empty');
    if (statement === undefined) throw notInterpreted(object);
    if (only?.kind !== 'return' || only.value === undefined || others.length > 0 || isStrict(statement))
      return called(scope, object, statement, call);
    const type = (object.returns?.type ?? { name: 'sql_variant' }) as SqlType;
    const given = argumentsOf(scope, object, call);
    lastCall += 1;
    const row = `sbx_call${lastCall}`;
    const bound = given.map((argument, index) => ({ ...argument, sql: `${row}.p${index + 1}` }));
    const context = { profile: sandbox, scope: scopeWith(scope, bound) };
    const result = translateExpression(only.value, context, { type, convert: 'assignment' });
    if (result.parameters.length > 0) throw notInterpreted(object);
    if (given.length === 0) return { sql: `(${result.sql})`, type, nullable: true };
    const values = given.map((argument) => argument.sql).join(', ');
    const names = given.map((_, index) => `p${index + 1}`).join(', ');
    return { sql: `(SELECT ${result.sql} FROM (SELECT ${values}) AS ${row}(${names}))`, type, nullable: true };
  };
}

function called(
  scope: SessionScope,
  object: CatalogObject,
  statement: CreateFunction,
  call: FunctionInvocation,
): TypedSql {
  const args = argumentsOf(scope, object, call).map((argument) => argument.sql);
  const made = compiledFunction(scope, object, statement);
  const type = (object.returns?.type ?? { name: 'sql_variant' }) as SqlType;
  return { sql: `${made.name}(${args.join(', ')})`, type, nullable: true };
}

/** A scalar function that is called as a function of PostgreSQL, whatever its body. */
export function compiledCall(scope: SessionScope, name: string): FunctionHandler | undefined {
  const parts = partsOf(name);
  const object = parts.length < 2 ? undefined : scope.object(parts);
  if (object?.kind !== 'FN') return undefined;
  return (call) => {
    const statement = bodyOf(object);
    if (statement === undefined) throw notInterpreted(object);
    return called(scope, object, statement, call);
  };
}

/** CREATE FUNCTION as the catalog keeps it. */
export const functionStatement = (object: CatalogObject): CreateFunction | undefined => bodyOf(object);

/** Compiles a function if it is of the kind that is compiled; false where it is not, or cannot be yet. */
export function prepare(scope: SessionScope, object: CatalogObject): boolean {
  if (object.kind !== 'FN' && object.kind !== 'TF') return false;
  const statement = bodyOf(object);
  if (statement === undefined) return false;
  try {
    compiledFunction(scope, object, statement);
    return true;
  } catch (error) {
    if (error instanceof SqlError || error instanceof TranslationError) return false;
    throw error;
  }
}
