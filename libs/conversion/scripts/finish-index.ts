import type { IndexModel, KeyModel } from '#schema';
import type { DraftIndex } from './draft.ts';

/** The comment of a thing, where it has one. */
export function commented(one: { readonly comment?: string }): { comment?: string } {
  return one.comment === undefined ? {} : { comment: one.comment };
}

/** A key as the model has it. */
export function keyModel(index: DraftIndex): KeyModel {
  return {
    name: index.name,
    columns: index.columns.map(({ column, descending }) => ({ column: column.name, descending })),
    clustered: index.type === 'CLUSTERED',
    systemNamed: index.systemNamed,
    ...(index.disabled ? { disabled: true } : {}),
    ...commented(index),
  };
}

/** An index as the model has it. */
export function indexModel(index: DraftIndex): IndexModel {
  return {
    name: index.name,
    type: index.type,
    unique: index.unique,
    disabled: index.disabled,
    clustered: index.type === 'CLUSTERED',
    systemNamed: index.systemNamed,
    columns: index.columns.map(({ column, descending }) => ({ column: column.name, descending })),
    included: index.included.map((column) => column.name),
    ...(index.filter === undefined ? {} : { filter: index.filter }),
    ...commented(index),
  };
}
