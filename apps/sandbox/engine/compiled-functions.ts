import { createHash } from 'node:crypto';
import type { SqlType } from '#conversion';
import { quoteLiteral } from '#pgsql';
import type { CreateFunction } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError } from '../session.ts';
import { columnTypeSql } from './ddl/physical-table.ts';
import { FunctionBody } from './function-body.ts';
import { sandbox } from './profile.ts';
import { isDeterministic } from './stored-functions.ts';
import type { SessionScope } from './session-scope.ts';
import type { MadeTable } from './temporary-table.ts';

/** A function of the user's as PostgreSQL has it: named by its object and its text, so that a change makes another one. */
export interface CompiledFunction {
  /** Qualified name in PostgreSQL. */
  readonly name: string;
  /** Of a table function: its columns' names and types. */
  readonly columns: readonly {
    readonly name: string;
    readonly sql: string;
    readonly type: SqlType;
    readonly nullable: boolean;
  }[];
}

const compiled = new WeakMap<CatalogObject, { readonly result: CompiledFunction; readonly sql: string }>();
const underWay: number[] = [];

/** The PostgreSQL function of a scalar function with a body, or of a multi-statement table function. Throws 40515 for what cannot be compiled. */
export function compiledFunction(
  scope: SessionScope,
  object: CatalogObject,
  statement: CreateFunction,
): CompiledFunction {
  if (underWay.includes(object.id)) {
    if (underWay.at(-1) === object.id) return { name: selfName(object), columns: [] };
    throw new SqlError(
      40515,
      `The function '${object.schema}.${object.name}' calls itself through another one, which is not supported in this version of SQL Server.`,
    );
  }
  const known = compiled.get(object) ?? compile(scope, object, statement);
  compiled.set(object, known);
  scope.functions.want(known.result.name, known.sql);
  return known.result;
}

const selfName = (object: CatalogObject): string => `fn.self_${object.id}`;

function compile(scope: SessionScope, object: CatalogObject, statement: CreateFunction) {
  underWay.push(object.id);
  try {
    const parameters = object.parameters.filter((parameter) => parameter.name !== '');
    const types = parameters.map((parameter) => sandbox.typeSql(parameter.type as SqlType));
    const { returns } = statement;
    const type = (object.returns?.type ?? { name: 'sql_variant' }) as SqlType;
    const body = new FunctionBody(
      object,
      scope,
      returns.kind === 'returnsTable' ? { kind: 'rows', variable: returns.variable } : { kind: 'value', type },
    );
    parameters.forEach((parameter, index) => {
      body.parameter(parameter.name, parameter.type as SqlType, `$${index + 1}`);
    });
    const table = returns.kind === 'returnsTable' ? body.resultTable(returns.variable, returns.elements) : undefined;
    if (isStrict(statement) && types.length > 0) body.strict(types.map((_, index) => `$${index + 1}`));
    const { declarations, lines, keepsRows } = body.compile(statement.body);
    const columns = resultColumns(table);
    const result =
      table === undefined
        ? sandbox.typeSql(type)
        : `TABLE(${columns.map((column) => `${column.sql} ${sandbox.typeSql(column.type)}`).join(', ')})`;
    const text = [
      '#variable_conflict use_column',
      'DECLARE',
      ...declarations.map((one) => `${one};`),
      'BEGIN',
      ...lines,
      'END',
    ];
    const head = `(${types.join(', ')}) RETURNS ${result} LANGUAGE plpgsql ${keepsRows ? 'VOLATILE' : isDeterministic(scope, object) ? 'IMMUTABLE' : 'STABLE'}`;
    const source = text.join('\n');
    const hash = createHash('sha256').update(head).update(source).digest('hex').slice(0, 16);
    const name = `fn.f${object.id}_${hash}`;
    const sql = `CREATE OR REPLACE FUNCTION ${name}${head} AS ${quoteLiteral(source.replaceAll(selfName(object), name))}`;
    return { result: { name, columns }, sql };
  } finally {
    underWay.pop();
  }
}

/** WITH RETURNS NULL ON NULL INPUT. */
export const isStrict = (statement: CreateFunction): boolean =>
  statement.options.some((option) => /^RETURNS NULL ON NULL INPUT$/i.test(option.name));

function resultColumns(table: MadeTable | undefined): CompiledFunction['columns'] {
  return (table?.local.relation.columns ?? []).map(({ name, type, nullable }, index) => ({
    name,
    sql: `sbx_c${index + 1}`,
    type,
    nullable,
  }));
}

/** The rows of a compiled table function, each column with its collation. */
export function rowsOf(scope: SessionScope, compiledOne: CompiledFunction, args: readonly string[]): string {
  const columns = compiledOne.columns.map((column) => {
    const collated = columnTypeSql(column.type, scope.collation).split(' COLLATE ')[1];
    return collated === undefined ? column.sql : `${column.sql} COLLATE ${collated} AS ${column.sql}`;
  });
  return `(SELECT ${columns.join(', ')} FROM ${compiledOne.name}(${args.join(', ')}))`;
}
