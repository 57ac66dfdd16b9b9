import type { Delete, DmlTable, Insert, Merge, TableVariable, Update } from '#tsql';
import { findAll } from '#tsql';
import { SqlError } from '../session.ts';
import { runDml, type Changed } from './dml.ts';
import { namePartsOf } from './names.ts';
import { changeOf } from './profile.ts';
import { contextOf, type Run } from './run.ts';
import { SILENT } from './stage.ts';
import { definitionOfResult, dropTemporary, makeLocal } from './temporary-table.ts';
import type { CatalogObject } from '../catalog/index.ts';

type DmlStatement = Insert | Update | Delete | Merge;

/** Where the rows of a nested change wait for the INSERT around it. */
const ROWS = '@sbx_nested';

/** Throws 10705 for a subquery in OUTPUT, and 331, 332, 333 for a table that OUTPUT INTO may not write to. */
export async function checkOutputs(run: Run, statement: DmlStatement): Promise<void> {
  for (const { items, into } of statement.output) {
    if (findAll(items, 'query').length > 0)
      throw new SqlError(10_705, 'Subqueries are not allowed in the OUTPUT clause.', 15);
    if (into?.kind !== 'table' || into.name.name.name.startsWith('#')) continue;
    const { scope } = await contextOf(run);
    const object = scope.object(namePartsOf(into.name));
    if (object?.kind !== 'U') continue;
    const of = `The target table '${into.name.name.name}' of the OUTPUT INTO clause cannot`;
    if (hasTriggers(object)) throw new SqlError(331, `${of} have any enabled triggers.`);
    const reference = referenceOf(object);
    if (reference !== undefined) {
      const message = `${of} be on either side of a (primary key, foreign key) relationship. Found reference constraint '${reference}'.`;
      throw new SqlError(332, message);
    }
    const check = object.checks.find((one) => !one.disabled);
    if (check === undefined) continue;
    const message = `${of} have any enabled check constraints or any enabled rules. Found check constraint or rule '${check.name}'.`;
    throw new SqlError(333, message);
  }
}

const hasTriggers = (object: CatalogObject): boolean => object.triggers.some((one) => !one.disabled);

const referenceOf = (object: CatalogObject): string | undefined =>
  [...object.foreignKeys, ...object.referencedBy][0]?.name;

/** The change that stands in the FROM of an INSERT … SELECT. */
export function nestedIn(statement: DmlStatement): DmlTable | undefined {
  if (statement.kind !== 'insert' || statement.source.kind !== 'insertQuery') return undefined;
  return findAll(statement.source.query, 'dmlTable')[0];
}

/** INSERT … SELECT … FROM (a change with OUTPUT): the change is made first, its rows wait in a table variable for the INSERT. */
export async function runNested(
  run: Run,
  statement: DmlStatement,
  nested: DmlTable,
  change: (statement: DmlStatement) => Promise<Changed>,
): Promise<Changed> {
  await checkTarget(run, statement);
  const { statement: inner, alias, columns: names, span } = nested;
  const [output] = inner.output;
  if (output === undefined || output.into !== undefined || inner.output.length > 1) {
    const message = 'A nested INSERT, UPDATE, DELETE, or MERGE statement must have an OUTPUT clause.';
    throw new SqlError(10_714, message, 15);
  }
  const given = changeOf(inner, await contextOf(run));
  const columns = given.columns
    .slice(0, given.columns.length - given.assigns.length)
    .map((column, at) => ({ ...column, name: names[at]?.name ?? column.name }));
  const into: TableVariable = { kind: 'tableVariable', name: ROWS, hints: [], columns: [], span };
  await makeLocal(run, ROWS, definitionOfResult(columns));
  try {
    await runDml({ ...run, out: SILENT }, { ...inner, output: [{ ...output, into, intoColumns: [] }] });
    const source: TableVariable = alias === undefined ? into : { ...into, alias };
    return await change(replaced(statement, nested, source));
  } finally {
    await dropTemporary(run, ROWS);
  }
}

/** 355 and 356: what the target of such an INSERT may not have. */
async function checkTarget(run: Run, { target }: DmlStatement): Promise<void> {
  if (target.kind !== 'table') return;
  const { scope } = await contextOf(run);
  const object = scope.object(namePartsOf(target.name));
  if (object?.kind !== 'U') return;
  const of = `The target table '${target.name.name.name}' of the INSERT statement cannot`;
  const when = 'when the FROM clause contains a nested INSERT, UPDATE, DELETE, or MERGE statement.';
  if (hasTriggers(object)) throw new SqlError(355, `${of} have any enabled triggers ${when}`);
  const reference = referenceOf(object);
  if (reference === undefined) return;
  const side = `be on either side of a (primary key, foreign key) relationship ${when}`;
  throw new SqlError(356, `${of} ${side} Found reference constraint '${reference}'.`);
}

/** A tree with another node in the place of one. */
function replaced<T>(tree: T, node: object, by: object): T {
  if ((tree as unknown) === node) return by as unknown as T;
  if (Array.isArray(tree)) return tree.map((one: unknown) => replaced(one, node, by)) as unknown as T;
  if (typeof tree !== 'object' || tree === null) return tree;
  const entries = Object.entries(tree).map(([key, value]) => [key, replaced(value as unknown, node, by)]);
  return Object.fromEntries(entries) as T;
}
