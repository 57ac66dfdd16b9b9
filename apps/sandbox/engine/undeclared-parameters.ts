import { findAll, type Expression, type Node, type Statement } from '#tsql';
import type { CatalogColumn, DescribedParameter } from '../catalog/index.ts';
import { SqlError, type TdsType } from '../session.ts';
import { namePartsOf } from './names.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { contextOf, type Run } from './run.ts';
import type { SessionScope } from './session-scope.ts';

const BIGINT: TdsType = { name: 'bigint' };

/** A table of a statement, by the name under which its columns are qualified. */
interface Place {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
}

/**
 * The variables that a batch uses and nobody declares, in their order, each with the type of the column that it is compared with, inserted into or assigned to; a
 * row count is a bigint. Throws 11508 for one that is used twice, and 11502 where nothing of that kind says its type.
 */
export async function undeclaredParameters(
  run: Run,
  sql: string,
  parameters: string | undefined,
): Promise<DescribedParameter[]> {
  const parsed = parsedBatch(sql, run.session.options.quotedIdentifier);
  requireParsed(parsed);
  const { scope } = await contextOf(run);
  const declared = new Set(namesDeclared(parsed.statements, parameters));
  const found: DescribedParameter[] = [];
  for (const statement of parsed.statements) {
    const types = typesOf(statement, scope);
    for (const { name } of findAll(statement, 'variable')) {
      const key = name.toLowerCase();
      if (declared.has(key)) continue;
      if (found.some((one) => one.name.toLowerCase() === key)) throw usedTwice(name);
      const type = types.get(key);
      if (type === undefined) throw notDeduced(name, sql.slice(statement.span.start, statement.span.end));
      found.push({ name, type });
    }
  }
  return found;
}

const usedTwice = (name: string): SqlError =>
  new SqlError(11508, `The undeclared parameter '${name}' is used more than once in the batch being analyzed.`);

const notDeduced = (name: string, statement: string): SqlError =>
  new SqlError(11502, `The type for parameter '${name}' could not be deduced in statement '${statement}'.`);

function namesDeclared(statements: readonly Statement[], parameters: string | undefined): string[] {
  const given = (parameters ?? '').trim() === '' ? [] : parsedBatch(`DECLARE ${parameters}`, true).statements;
  return [...given, ...statements].flatMap((statement) =>
    statement.kind === 'declare' ? statement.items.flatMap((item) => ('name' in item ? [nameOf(item.name)] : [])) : [],
  );
}

const nameOf = (name: string | { readonly name: string }): string =>
  (typeof name === 'string' ? name : name.name).toLowerCase();

/** What a statement says of the variables in it, by lower-case name. */
function typesOf(statement: Statement, scope: SessionScope): Map<string, TdsType> {
  const types = new Map<string, TdsType>();
  const places = placesOf(statement, scope);
  const meet = (value: Node | undefined, type: TdsType | undefined): void => {
    if (value?.kind === 'variable' && type !== undefined) types.set(value.name.toLowerCase(), type);
  };
  const either = (left: Expression, ...right: readonly (Expression | undefined)[]): void => {
    const all = [left, ...right];
    const type = all.map((one) => columnType(one, places)).find((one) => one !== undefined);
    for (const one of all) meet(one, type);
  };
  for (const node of findAll(statement, 'binary')) if (/^[<>=!]/.test(node.op)) either(node.left, node.right);
  for (const node of findAll(statement, 'between')) either(node.expression, node.low, node.high);
  for (const node of findAll(statement, 'like')) either(node.expression, node.pattern);
  for (const node of findAll(statement, 'in')) either(node.expression, ...(node.values ?? []));
  for (const node of findAll(statement, 'top')) meet(node.expression, BIGINT);
  for (const node of findAll(statement, 'setColumn')) meet(node.value, columnType(node.column, places));
  if (statement.kind === 'insert' && statement.source.kind === 'values' && statement.target.kind === 'table') {
    const target = columnsOf(namePartsOf(statement.target.name), scope) ?? [];
    const listed = statement.columns.map(({ name }) => target.find((one) => sameName(one.name, name)));
    const columns = listed.length > 0 ? listed : target.filter(isInsertable);
    for (const row of statement.source.rows) row.forEach((value, at) => meet(value, columns[at]?.type));
  }
  return types;
}

const isInsertable = (column: CatalogColumn): boolean =>
  column.identity === undefined && column.computed === undefined && column.type.name !== 'rowversion';

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const columnsOf = (name: readonly (string | null)[], scope: SessionScope): readonly CatalogColumn[] | undefined =>
  scope.object([...name])?.columns;

function placesOf(statement: Statement, scope: SessionScope): Place[] {
  return findAll(statement, 'table').flatMap((table) => {
    const columns = columnsOf(namePartsOf(table.name), scope);
    return columns === undefined ? [] : [{ name: table.alias?.name ?? table.name.name.name, columns }];
  });
}

/** The type of a column that one table of the statement alone can mean. */
function columnType(expression: Node | undefined, places: readonly Place[]): TdsType | undefined {
  if (expression?.kind !== 'column') return undefined;
  const names = expression.parts.map((part) => part?.name ?? '');
  const [name = '', qualifier] = names.toReversed();
  const found = places
    .filter((place) => qualifier === undefined || sameName(place.name, qualifier))
    .flatMap((place) => place.columns.filter((column) => sameName(column.name, name)));
  return found.length === 1 ? found[0]?.type : undefined;
}
