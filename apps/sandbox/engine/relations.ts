import type { Relation, RelationColumn, Scope, SqlType } from '#conversion';
import { quoteIdent } from '#pgsql';
import type { CatalogColumn, CatalogObject, CatalogSnapshot } from '../catalog/index.ts';
import { parsedExpression, parsedView } from './parsing.ts';

const cache = new WeakMap<CatalogObject, Relation>();

function relationColumn(column: CatalogColumn): RelationColumn {
  const computed = column.computed;
  return {
    name: column.name,
    sql: quoteIdent(column.physical),
    type: column.type as SqlType,
    nullable: column.nullable,
    ...(column.identity ? { identity: { seed: column.identity.seed, increment: column.identity.increment } } : {}),
    ...(computed && !computed.persisted ? { expression: parsedExpression(computed.definition) } : {}),
    ...(computed || column.type.name === 'rowversion' ? { readOnly: true } : {}),
    ...(column.rowGuid ? { rowguidcol: true } : {}),
    ...(column.default || column.identity ? { hasDefault: true } : {}),
  };
}

/** A table or system view of the catalog as the translator sees it. */
export function tableRelation(object: CatalogObject): Relation {
  const known = cache.get(object);
  if (known !== undefined) return known;
  const relation: Relation = {
    kind: 'table',
    schema: object.schema,
    name: object.name,
    sql: `${quoteIdent(object.physicalSchema)}.${quoteIdent(object.physical)}`,
    columns: object.columns.map(relationColumn),
  };
  cache.set(object, relation);
  return relation;
}

/** A user's view: expanded by the translator from its text, in a scope that knows only the catalog. */
export function viewRelation(object: CatalogObject, scope: Scope): Relation {
  const view = parsedView(object.definition ?? '', object.quotedIdentifier ?? true);
  return {
    kind: 'view',
    schema: object.schema,
    name: object.name,
    columns: object.columns.map(relationColumn),
    view: { query: view.query, columnNames: view.columns.map((column) => column.name), scope },
  };
}

/** The catalog's object behind a relation made by {@link tableRelation}. */
export function objectOfRelation(snapshot: CatalogSnapshot, relation: Relation): CatalogObject | undefined {
  return snapshot.object(relation.schema, relation.name);
}
