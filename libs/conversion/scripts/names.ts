import { createHash } from 'node:crypto';
import type { QualifiedName } from '#schema';
import type { ObjectName } from '#tsql';
import type { DraftDatabase, DraftObject } from './draft.ts';

/** The schema of a name without one is dbo: scripts do not tell another user. */
export function qualified(name: ObjectName): QualifiedName {
  return { schema: name.schema?.name ?? 'dbo', name: name.name.name };
}

/** `schema.name`, for issues. */
export function dotted(name: QualifiedName): string {
  return `${name.schema}.${name.name}`;
}

/** The object that a name stands for. */
export function objectOf(database: DraftDatabase, name: ObjectName): DraftObject | undefined {
  const { schema, name: own } = qualified(name);
  return database.objects.get(schema, own);
}

/** A table or view that indexes, triggers and columns hang on. */
export function isTemporary(name: ObjectName): boolean {
  return name.name.name.startsWith('#') || /^tempdb$/i.test(name.database?.name ?? '');
}

/**
 * The name that a constraint without one gets. SQL Server puts the object id in; ours is made of what the constraint is, so that it stays the same from one reading to the
 * next: `PK__Orders__C3905BAF0425A276`, `DF__Orders__Freight__5CD6CB2B`.
 */
export function systemName(
  kind: 'PK' | 'UQ' | 'DF' | 'CK' | 'FK',
  table: QualifiedName,
  column: string | undefined,
  what: readonly string[],
): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([kind, table.schema, table.name, ...what]))
    .digest('hex')
    .toUpperCase();
  if (kind === 'PK' || kind === 'UQ') return `${kind}__${table.name.slice(0, 8)}__${hex.slice(0, 16)}`;
  const first = table.name.slice(0, 9);
  if (column === undefined) return `${kind}__${first}__${hex.slice(0, 8)}`;
  return `${kind}__${first}__${column.slice(0, 14 - first.length)}__${hex.slice(0, 8)}`;
}
