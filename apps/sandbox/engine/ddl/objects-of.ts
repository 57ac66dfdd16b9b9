import type { ObjectName } from '#tsql';
import type { CatalogObject, ObjectKind } from '../../catalog/index.ts';
import { SqlError } from '../../session.ts';
import { namePartsOf } from '../names.ts';
import { contextOf, type Run } from '../run.ts';
import type { SessionScope } from '../session-scope.ts';

export interface Found {
  readonly object: CatalogObject;
  readonly scope: SessionScope;
}

/** The user table a DDL statement names; else error `number` (4902 for ALTER TABLE, 1088 for indexes …). */
export async function userTable(run: Run, name: ObjectName, number: number): Promise<Found> {
  const { scope } = await contextOf(run);
  const object = scope.object(namePartsOf(name));
  if (object?.kind !== 'U') throw missing(number, dotted(name));
  return { object, scope };
}

function missing(number: number, name: string): SqlError {
  return new SqlError(
    number,
    `Cannot find the object "${name}" because it does not exist or you do not have permissions.`,
  );
}

/** A name as written, with dots. */
export function dotted(name: ObjectName): string {
  return namePartsOf(name)
    .map((part) => part ?? '')
    .join('.');
}

/** An object of one of the kinds, or undefined. Synonyms are not followed. */
export async function objectOf(
  run: Run,
  name: ObjectName,
  kinds: readonly ObjectKind[],
): Promise<CatalogObject | undefined> {
  const { scope } = await contextOf(run);
  const parts = namePartsOf(name);
  const found = kinds.includes('SN')
    ? scope.snapshot.object(parts.at(-2) ?? undefined, parts.at(-1) ?? '', run.session.defaultSchema)
    : scope.object(parts);
  return found !== undefined && kinds.includes(found.kind) && !found.system ? found : undefined;
}

/** A constraint of a table by its name. */
export function constraintOf(
  fold: (name: string) => string,
  object: CatalogObject,
  name: string,
): { readonly id: number } | undefined {
  const key = fold(name);
  const index = object.indexes.find((each) => fold(each.name) === key);
  if (index?.constraintId !== undefined) return { id: index.constraintId };
  const listed = [...object.checks, ...object.foreignKeys].find((each) => fold(each.name) === key);
  if (listed) return { id: listed.objectId };
  const column = object.columns.find((each) => each.default !== undefined && fold(each.default.name) === key);
  return column?.default && { id: column.default.objectId };
}
