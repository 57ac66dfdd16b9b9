import { generatedConstraintName, generatedKeyName } from '../catalog/index.ts';
import type { TableDefinition } from './ddl/table-model.ts';

let lastNumber = 0;

/** The definition of a temporary table with a name for each constraint that was given none. `table` is its name in tempdb. */
export function constraintsNamed(table: string, definition: TableDefinition): TableDefinition {
  const keys = definition.keys.map((key) => ({
    ...key,
    name:
      key.name ??
      generatedKeyName(
        key.kind,
        table,
        key.columns.map((column) => column.name),
        nextNumber(),
      ),
  }));
  const checks = definition.checks.map((check) => ({
    ...check,
    name: check.name ?? generatedConstraintName('CK', table, check.column, nextNumber()),
  }));
  const columns = definition.columns.map((column) => {
    const name = column.default?.name ?? generatedConstraintName('DF', table, column.name, nextNumber());
    return column.default === undefined ? column : { ...column, default: { ...column.default, name } };
  });
  return { ...definition, columns, keys, checks, indexes: [...definition.indexes] };
}

/** Spread over all there are, as object ids are. */
function nextNumber(): number {
  lastNumber = (lastNumber + 16_000_057) % 2_147_483_647;
  return lastNumber;
}
