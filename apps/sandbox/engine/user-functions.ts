import type { FunctionHandler, FunctionInvocation, Relation, Scope, SqlType, TypedSql } from '#conversion';
import { translateExpression } from '#conversion';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
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

function argumentsOf(object: CatalogObject, call: FunctionInvocation): BoundArgument[] {
  const parameters = object.parameters.filter((parameter) => parameter.name !== '');
  const name = `${object.schema}.${object.name}`;
  if (call.args.length > parameters.length) {
    throw new SqlError(8144, `Procedure or function ${name} has too many arguments specified.`, 16, 3);
  }
  return parameters.map((parameter, index) => {
    const value = call.args[index];
    if (value === undefined) {
      throw new SqlError(
        313,
        `An insufficient number of arguments were supplied for the procedure or function ${name}.`,
      );
    }
    const type = parameter.type as SqlType;
    return { name: parameter.name.toLowerCase(), type, sql: call.convert(value, type).sql };
  });
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
    `The sandbox cannot call the function '${object.schema}.${object.name}' inside a query: its body is more than one RETURN.`,
  );
}

/** An inline table function: expanded like a view, with the arguments in place of the parameters. Others are refused by name. */
export function tableFunctionRelation(
  scope: SessionScope,
  object: CatalogObject,
  call: FunctionInvocation,
): Relation | undefined {
  if (object.kind !== 'IF' && object.kind !== 'TF') return undefined;
  const statement = bodyOf(object);
  if (statement?.returns.kind !== 'returnsQuery' || statement.returns.query === undefined) throw notInterpreted(object);
  return {
    kind: 'view',
    schema: object.schema,
    name: object.name,
    columns: [],
    view: { query: statement.returns.query, columnNames: [], scope: scopeWith(scope, argumentsOf(object, call)) },
  };
}

let lastCall = 0;

/**
 * A scalar function whose body is one RETURN: its expression over a row of its arguments, so that names inside it cannot be taken for those
 * around the call. Others are refused by name.
 */
export function userFunction(scope: SessionScope, name: string): FunctionHandler | undefined {
  const parts = partsOf(name);
  if (parts.length < 2) return undefined;
  const object = scope.object(parts);
  if (object?.kind !== 'FN') return undefined;
  return (call): TypedSql => {
    const [only, ...others] = (bodyOf(object)?.body ?? []).filter((inner) => inner.kind !== 'empty');
    if (only?.kind !== 'return' || only.value === undefined || others.length > 0) throw notInterpreted(object);
    const type = (object.returns?.type ?? { name: 'sql_variant' }) as SqlType;
    const given = argumentsOf(object, call);
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
