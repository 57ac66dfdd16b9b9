import { createHash } from 'node:crypto';

const hex8 = (objectId: number): string => objectId.toString(16).toUpperCase().padStart(8, '0');

/** Half of a key's generated name: stands for the columns, stable for the same table and columns. */
function hash8(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
}

/** `PK__Orders__C3905BAF0425A276`: 30 characters at most, the last eight being the constraint's object_id. */
export function generatedKeyName(
  kind: 'PK' | 'UQ',
  table: string,
  columns: readonly string[],
  objectId: number,
): string {
  return `${kind}__${table.slice(0, 8)}__${hash8([table, ...columns].join('\0'))}${hex8(objectId)}`;
}

/** `DF__Orders__Freight__5CD6CB2B`, `CK__…`, `FK__…`: table and column share fourteen characters, nine of them the table's at most. */
export function generatedConstraintName(
  kind: 'DF' | 'CK' | 'FK',
  table: string,
  column: string | undefined,
  objectId: number,
): string {
  const first = table.slice(0, 9);
  if (column === undefined) return `${kind}__${first}__${hex8(objectId)}`;
  return `${kind}__${first}__${column.slice(0, 14 - first.length)}__${hex8(objectId)}`;
}
