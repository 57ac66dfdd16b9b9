import type { EventTable } from '#events';
import { tableName } from '#events';
import { SluiceError } from '#errors';
import type { SourceType } from '#schema';
import { quoteName } from '#tsql';
import type { SqlServerClient } from './client.ts';
import type { KeyPart } from './select-list.ts';

// hierarchyid shares its system type (240) with every CLR type.
const KEY_TYPES = `
SELECT c.column_id, t.name, c.max_length, c.precision, c.scale, c.collation_name
FROM sys.columns AS c
JOIN sys.types AS t ON t.user_type_id = CASE c.system_type_id WHEN 240 THEN c.user_type_id ELSE c.system_type_id END
WHERE c.object_id = OBJECT_ID(@name)`;

/** Exact source types of a table's key columns, in key order. @throws SluiceError SourceSchemaChanged where a key column is gone */
export async function keyParts(client: SqlServerClient, table: EventTable): Promise<readonly KeyPart[]> {
  if (table.key.length === 0) return [];
  const rows = await client.query(KEY_TYPES, { name: `${quoteName(table.schema)}.${quoteName(table.name)}` });
  const types = new Map(rows.map((row) => [Number(row[0]), sourceTypeOf(row)]));
  return table.key.map(({ index }) => {
    const column = table.columns[index];
    const sourceType = column && types.get(column.id);
    if (!column || !sourceType) {
      throw new SluiceError(
        'SourceSchemaChanged',
        `A key column of ${tableName(table)} is not in the source any more.`,
        { table: tableName(table) },
      );
    }
    return { column, sourceType };
  });
}

function sourceTypeOf(row: readonly unknown[]): SourceType {
  const name = String(row[1]);
  const bytes = Number(row[2]);
  const length = bytes > 0 && (name === 'nchar' || name === 'nvarchar') ? bytes / 2 : bytes;
  return {
    name,
    length,
    precision: Number(row[3]),
    scale: Number(row[4]),
    ...(row[5] === null || row[5] === undefined ? {} : { collation: String(row[5]) }),
  };
}
