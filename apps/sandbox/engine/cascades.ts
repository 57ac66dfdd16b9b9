import type { CatalogObject, CatalogSnapshot } from '../catalog/index.ts';
import { SqlError } from '../session.ts';

/**
 * PostgreSQL carries out what ON DELETE and ON UPDATE ask for, and fires no trigger of the sandbox while it does. Refuses a change that would reach a
 * table with triggers that way. `written` are the columns that an UPDATE sets.
 */
export function checkCascades(
  snapshot: CatalogSnapshot,
  object: CatalogObject,
  event: 'delete' | 'update',
  written: readonly string[],
  seen: readonly number[] = [],
): void {
  if (seen.includes(object.id)) return;
  for (const key of object.referencedBy) {
    const action = event === 'delete' ? key.onDelete : key.onUpdate;
    const child = snapshot.objectById(key.parentId);
    if (key.disabled || action === 'NO_ACTION' || child === undefined) continue;
    if (event === 'update' && !key.columns.some((pair) => isWritten(object, pair.referencedColumnId, written)))
      continue;
    const then = event === 'delete' && action === 'CASCADE' ? 'delete' : 'update';
    const trigger = child.triggers.find((one) => !one.disabled && one.events.includes(then.toUpperCase()));
    if (trigger !== undefined) {
      throw new SqlError(
        40515,
        `The trigger '${trigger.name}' of '${child.schema}.${child.name}', fired by the foreign key '${key.name}' of a ${event.toUpperCase()} of '${object.schema}.${object.name}', is not supported in this version of SQL Server.`,
      );
    }
    const columns = key.columns.flatMap(
      (pair) => child.columns.find((one) => one.id === pair.parentColumnId)?.name ?? [],
    );
    checkCascades(snapshot, child, then, columns, [...seen, object.id]);
  }
}

function isWritten(object: CatalogObject, columnId: number, written: readonly string[]): boolean {
  const name = object.columns.find((column) => column.id === columnId)?.name.toLowerCase();
  return written.some((one) => one.toLowerCase() === name);
}
