import type { DraftDatabase, DraftModule, DraftTable } from './draft.ts';
import type { Row } from './evaluate.ts';
import type { Value } from './values.ts';

/** A view of the catalog over the draft. `by`: rows with a value in a column, without a walk over all. */
export interface CatalogRelation {
  rows(alias: string): Iterable<Row>;
  readonly by: Readonly<Record<string, (value: Value, alias: string) => Iterable<Row>>>;
}

/** Columns that are reckoned when they are asked for; undefined where the view has no such column. */
export type Getters = Readonly<Record<string, (() => Value) | undefined>>;

/** A row of a view. */
export function row(alias: string, values: Getters): Row {
  return { alias, get: (column) => values[column]?.() };
}

/** What has indexes. */
export type IndexOwner = DraftTable | DraftModule;

/** Rows for each table or view, which can be asked for by its id. */
export function parts<T>(
  database: DraftDatabase,
  of: (owner: IndexOwner) => Iterable<T>,
  values: (owner: IndexOwner, one: T) => Getters,
): CatalogRelation {
  const rowsOf = function* (owner: IndexOwner, alias: string): Generator<Row, undefined> {
    for (const one of of(owner)) yield row(alias, values(owner, one));
    return undefined;
  };
  const byId = (value: Value, alias: string): Iterable<Row> => {
    const found = typeof value === 'number' ? database.byId.get(value) : undefined;
    const isOwner = found && !('of' in found) && (found.kind === 'table' || found.kind === 'module');
    return isOwner ? rowsOf(found, alias) : [];
  };
  return {
    rows: function* (alias) {
      for (const object of database.objects.values())
        if (object.kind === 'table' || object.kind === 'module') yield* rowsOf(object, alias);
    },
    by: { object_id: byId, id: byId, parent_object_id: byId, fkeyid: byId },
  };
}

/** A list without an index of its own. */
export function list<T>(items: () => Iterable<T>, values: (item: T) => Getters): CatalogRelation {
  return {
    rows: function* (alias) {
      for (const item of items()) yield row(alias, values(item));
    },
    by: {},
  };
}
