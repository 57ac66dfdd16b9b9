import {
  translateExpression,
  translateQuery,
  type FunctionHandler,
  type FunctionInvocation,
  type Relation,
  type Scope,
  type SqlType,
  type TypedSql,
} from '#conversion';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { sandbox } from './profile.ts';
import type { SessionScope } from './session-scope.ts';
import { partsOf } from './session-scope.ts';

function withArguments(scope: Scope, object: CatalogObject, call: FunctionInvocation): Scope {
  const bound = new Map<string, { type: SqlType; sql: string }>();
  for (const [index, parameter] of object.parameters.filter((p) => p.name !== '').entries()) {
    const value = call.args[index];
    if (value === undefined)
      throw new SqlError(
        313,
        `An insufficient number of arguments were supplied for the procedure or function ${object.schema}.${object.name}.`,
      );
    const type = parameter.type as SqlType;
    bound.set(parameter.name.toLowerCase(), { type, sql: call.convert(value, type).sql });
  }
  return {
    database: scope.database,
    collation: scope.collation,
    relation: (name) => scope.relation(name),
    tableVariable: (name) => scope.tableVariable(name),
    tableFunction: (name, inner) => scope.tableFunction(name, inner),
    dataType: (schema, name) => scope.dataType(schema, name),
    sequence: (name) => scope.sequence(name),
    function: (name) => scope.function(name),
    variable: (name) => bound.get(name.toLowerCase()) ?? (name.startsWith('@@') ? scope.variable(name) : undefined),
  };
}

function notInterpreted(object: CatalogObject): SqlError {
  return new SqlError(
    40515,
    `The sandbox cannot call the function '${object.schema}.${object.name}' inside a query: its body is more than one RETURN.`,
  );
}

/** An inline table function: its query with the arguments in place of the parameters. Others are refused by name. */
export function tableFunctionRelation(
  scope: SessionScope,
  object: CatalogObject,
  call: FunctionInvocation,
): Relation | undefined {
  if (object.kind !== 'IF' && object.kind !== 'TF') return undefined;
  const parsed = parsedBatch(object.definition ?? '', object.quotedIdentifier ?? true);
  requireParsed(parsed, object.name);
  const statement = parsed.statements.find((candidate) => candidate.kind === 'createFunction');
  if (statement?.returns.kind !== 'returnsQuery' || statement.returns.query === undefined) throw notInterpreted(object);
  const query = translateQuery(statement.returns.query, {
    profile: sandbox,
    scope: withArguments(scope, object, call),
  });
  if (query.parameters.length > 0) throw notInterpreted(object);
  return {
    kind: 'function',
    schema: object.schema,
    name: object.name,
    sql: `(${query.sql})`,
    columns: query.columns.map((column) => ({
      name: column.name,
      sql: sandbox.alias(column.name),
      type: column.type,
      nullable: column.nullable,
    })),
  };
}

/** A scalar function whose body is one RETURN: its expression with the arguments in place. Others are refused by name. */
export function userFunction(scope: SessionScope, name: string): FunctionHandler | undefined {
  const parts = partsOf(name);
  if (parts.length < 2) return undefined;
  const object = scope.object(parts);
  if (object?.kind !== 'FN') return undefined;
  return (call): TypedSql => {
    const parsed = parsedBatch(object.definition ?? '', object.quotedIdentifier ?? true);
    requireParsed(parsed, object.name);
    const statement = parsed.statements.find((candidate) => candidate.kind === 'createFunction');
    const [only, ...others] = (statement?.body ?? []).filter((inner) => inner.kind !== 'empty');
    if (only?.kind !== 'return' || only.value === undefined || others.length > 0) throw notInterpreted(object);
    const type = (object.returns?.type ?? { name: 'sql_variant' }) as SqlType;
    const result = translateExpression(
      only.value,
      { profile: sandbox, scope: withArguments(scope, object, call) },
      { type, convert: 'assignment' },
    );
    if (result.parameters.length > 0) throw notInterpreted(object);
    return { sql: `(${result.sql})`, type, nullable: true };
  };
}
