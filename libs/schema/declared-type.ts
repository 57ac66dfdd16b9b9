import type { SourceType } from './model.ts';

/** A source type as T-SQL declares it. */
export function declaredType(type: SourceType): string {
  const length = type.length === -1 ? 'max' : String(type.length ?? '');
  switch (type.name) {
    case 'char':
    case 'varchar':
    case 'nchar':
    case 'nvarchar':
    case 'binary':
    case 'varbinary':
      return `${type.name}(${length})`;
    case 'sysname':
      return 'nvarchar(128)';
    case 'timestamp':
    case 'rowversion':
      return 'binary(8)';
    case 'decimal':
    case 'numeric':
      return `${type.name}(${type.precision ?? 18}, ${type.scale ?? 0})`;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return `${type.name}(${type.scale ?? 7})`;
    default:
      return type.name;
  }
}
