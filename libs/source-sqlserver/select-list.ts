import type { EventColumn, EventTable } from '#events';
import { declaredType, type SourceType } from '#schema';
import { quoteName } from '#tsql';
import type { ValueType } from '#values';

/**
 * The expression that reads a column exactly (rows C1–C9, C16): decimals, money and times leave the server as text, because the driver's own forms lose digits or
 * offsets. `column` is already quoted.
 */
export function selectExpression(type: ValueType, column: string): string {
  switch (type.kind) {
    case 'decimal':
      // Style 2 gives money its four digits (style 0 rounds to two); for decimal it is ignored.
      return `CONVERT(varchar(41), ${column}, 2)`;
    case 'date':
      return `CONVERT(varchar(10), ${column}, 23)`;
    case 'time':
      return `CONVERT(varchar(16), ${column}, 121)`;
    case 'timestamp':
      return `CONVERT(varchar(27), ${column}, 121)`;
    case 'timestamptz':
      return `CONVERT(varchar(34), ${column}, 121)`;
    case 'xml':
      return `CONVERT(nvarchar(max), ${column})`;
    case 'text':
      return textExpression(type.of, column);
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'string':
    case 'bytes':
    case 'uuid':
    case 'json':
      return column;
    default: {
      const never: never = type;
      throw new Error(`BUG: unknown value type ${JSON.stringify(never)}`);
    }
  }
}

function textExpression(of: Extract<ValueType, { kind: 'text' }>['of'], column: string): string {
  switch (of) {
    case 'hierarchyid':
      return `${column}.ToString()`;
    case 'geography':
    case 'geometry':
      // CONCAT makes an empty text of NULL, and a value that capture left out must stay NULL (row A18).
      return `CASE WHEN ${column} IS NULL THEN NULL ELSE CONCAT('SRID=' + CONVERT(varchar(11), ${column}.STSrid) + ';', ${column}.AsTextZM()) END`;
    case 'datetime2':
    case 'time':
    case 'datetimeoffset':
      return `CONVERT(varchar(34), ${column}, 121)`;
    case 'sql_variant':
      return variantExpression(column);
  }
}

/**
 * Base type and text: 'int:42', 'money:1.0000', 'datetime2:2020-01-01 00:00:00.0000000', 'varbinary:0x00FF'. A style may be lost on a variant, so values whose
 * text without one is not exact are converted to their own type first; the newer date types print ISO text by themselves.
 */
function variantExpression(column: string): string {
  const base = `CONVERT(varchar(128), SQL_VARIANT_PROPERTY(${column}, 'BaseType'))`;
  return `CASE WHEN ${column} IS NULL THEN NULL ELSE ${base} + N':' + CASE
    WHEN ${base} IN ('money', 'smallmoney') THEN CONVERT(nvarchar(4000), CONVERT(money, ${column}), 2)
    WHEN ${base} IN ('smalldatetime', 'datetime') THEN CONVERT(nvarchar(4000), CONVERT(datetime, ${column}), 121)
    WHEN ${base} IN ('date', 'time', 'datetime2', 'datetimeoffset') THEN CONVERT(nvarchar(4000), ${column}, 121)
    WHEN ${base} IN ('binary', 'varbinary') THEN CONVERT(nvarchar(4000), CONVERT(varbinary(1990), ${column}), 1)
    WHEN ${base} IN ('float', 'real') THEN CONVERT(nvarchar(4000), CONVERT(float, ${column}), 3)
    ELSE CONVERT(nvarchar(4000), ${column}) END END`;
}

/** Select list of all event columns, in order. */
export function selectList(table: EventTable): string {
  return table.columns.map((column) => selectExpression(column.type, quoteName(column.name))).join(', ');
}

/** A key column with what is needed to bring a boundary's text back into its exact type and collation (rows B1, B7). */
export interface KeyPart {
  readonly column: EventColumn;
  readonly sourceType: SourceType;
}

/** The boundary text of a key column as the server prints it; {@link keyFromText} is its inverse. */
export function keyToText(part: KeyPart): string {
  const name = quoteName(part.column.name);
  switch (part.sourceType.name) {
    case 'binary':
    case 'varbinary':
    case 'timestamp':
    case 'rowversion':
      return `CONVERT(nvarchar(4000), CONVERT(varbinary(1990), ${name}), 1)`;
    case 'hierarchyid':
      return `${name}.ToString()`;
    case 'float':
    case 'real':
      return `CONVERT(nvarchar(60), ${name}, 3)`;
    case 'money':
    case 'smallmoney':
      return `CONVERT(nvarchar(60), ${name}, 2)`;
    case 'date':
    case 'time':
    case 'smalldatetime':
    case 'datetime':
    case 'datetime2':
    case 'datetimeoffset':
      return `CONVERT(nvarchar(60), ${name}, 121)`;
    default:
      return `CONVERT(nvarchar(4000), ${name})`;
  }
}

/** A parameter that holds boundary text, cast to the key column's exact type; text in the column's own collation and so its code page. */
export function keyFromText(part: KeyPart, parameter: string): string {
  const declared = declaredType(part.sourceType);
  switch (part.sourceType.name) {
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
    case 'sysname': {
      const collation = part.sourceType.collation;
      return `CAST(${parameter}${collation ? ` COLLATE ${collation}` : ''} AS ${declared})`;
    }
    case 'binary':
    case 'varbinary':
    case 'timestamp':
    case 'rowversion':
      return `CONVERT(${declared}, ${parameter}, 1)`;
    case 'hierarchyid':
      return `CAST(${parameter} AS hierarchyid)`;
    case 'date':
    case 'time':
    case 'smalldatetime':
    case 'datetime':
    case 'datetime2':
    case 'datetimeoffset':
      return `CONVERT(${declared}, ${parameter}, 121)`;
    default:
      return `CONVERT(${declared}, ${parameter})`;
  }
}
