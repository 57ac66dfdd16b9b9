import type { SourceType } from './model.ts';
import type { ValueType } from '#values';

/**
 * How a column's values travel (table "Values" of events.md). `inKey`: lossy kinds become exact text, since no lossy policy touches a key (rule 5).
 * null: a type that Sluice does not know.
 */
export function valueTypeOf(type: SourceType, inKey: boolean): ValueType | null {
  switch (type.name) {
    case 'bit':
      return { kind: 'boolean' };
    case 'tinyint':
      return { kind: 'int', bits: 8 };
    case 'smallint':
      return { kind: 'int', bits: 16 };
    case 'int':
      return { kind: 'int', bits: 32 };
    case 'bigint':
      return { kind: 'long' };
    case 'decimal':
    case 'numeric':
      return { kind: 'decimal', precision: type.precision ?? 18, scale: type.scale ?? 0 };
    case 'money':
      return { kind: 'decimal', precision: 19, scale: 4 };
    case 'smallmoney':
      return { kind: 'decimal', precision: 10, scale: 4 };
    case 'real':
      return { kind: 'float' };
    case 'float':
      return type.precision !== undefined && type.precision <= 24 ? { kind: 'float' } : { kind: 'double' };
    case 'char':
    case 'nchar':
      return { kind: 'string', length: type.length ?? 1, fixed: true };
    case 'varchar':
    case 'nvarchar':
      return type.length === -1 || type.length === undefined
        ? { kind: 'string' }
        : { kind: 'string', length: type.length };
    case 'sysname':
      return { kind: 'string', length: 128 };
    case 'text':
    case 'ntext':
      return { kind: 'string' };
    case 'binary':
    case 'varbinary':
    case 'image':
    case 'rowversion':
    case 'timestamp':
      return { kind: 'bytes' };
    case 'uniqueidentifier':
      return { kind: 'uuid' };
    case 'xml':
      return { kind: 'xml' };
    case 'json':
      return { kind: 'json' };
    case 'hierarchyid':
    case 'geography':
    case 'geometry':
    case 'sql_variant':
      return { kind: 'text', of: type.name };
    default:
      return temporalTypeOf(type, inKey);
  }
}

function temporalTypeOf(type: SourceType, inKey: boolean): ValueType | null {
  const digits = type.scale ?? 7;
  switch (type.name) {
    case 'date':
      return { kind: 'date' };
    case 'smalldatetime':
      return { kind: 'timestamp', digits: 0 };
    case 'datetime':
      return { kind: 'timestamp', digits: 3 };
    case 'time':
      return inKey && digits === 7 ? { kind: 'text', of: 'time' } : { kind: 'time', digits };
    case 'datetime2':
      return inKey && digits === 7 ? { kind: 'text', of: 'datetime2' } : { kind: 'timestamp', digits };
    case 'datetimeoffset':
      return inKey && digits === 7 ? { kind: 'text', of: 'datetimeoffset' } : { kind: 'timestamptz', digits };
    default:
      return null;
  }
}
