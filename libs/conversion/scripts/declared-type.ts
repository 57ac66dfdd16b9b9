import { builtInType, type SourceType, typeLimits } from '#schema';
import type { DataType } from '#tsql';
import { dataTypeOf } from '../query/index.ts';
import type { SqlType } from '../query/index.ts';
import type { DraftDatabase, DraftType } from './draft.ts';

/** The type that a name stands for, where it is one of the database's own: of its schema, else of dbo. */
export function namedType(database: DraftDatabase, type: DataType): DraftType | undefined {
  return database.types.get(type.schema?.name ?? 'dbo', type.name.name);
}

/** The collation that a column of character type has. */
function collationOf(database: DraftDatabase, written: string | undefined): string {
  return written === undefined || /^database_default$/i.test(written) ? database.collation : written;
}

/** A type of the translator as the catalog shows it: length in characters for n-types, precision and scale for all. */
export function catalogType(type: SqlType, collation: string): SourceType {
  const base = builtInType(type.name);
  if (!base) return { name: type.name };
  const { maxLength, precision, scale } = typeLimits(type, base);
  const isWide = base.name === 'nchar' || base.name === 'nvarchar' || base.name === 'sysname';
  return {
    name: base.name,
    length: isWide && maxLength > 0 ? maxLength / 2 : maxLength,
    precision,
    scale,
    ...(base.character ? { collation } : {}),
  };
}

/** A type as declared, lengths and precisions filled in; undefined as long as the database has no type of that name. */
export function declaredType(database: DraftDatabase, type: DataType, collation?: string): SourceType | undefined {
  if (type.base === 'sysname' && (type.schema === undefined || /^sys$/i.test(type.schema.name)))
    return catalogType({ name: 'sysname' as SqlType['name'] }, collationOf(database, collation));
  const builtIn = dataTypeOf(type, { dataType: () => undefined });
  if (builtIn) return catalogType(builtIn, collationOf(database, collation));
  const named = namedType(database, type);
  if (named?.of.kind === 'clr') return { name: named.name, length: -1, precision: 0, scale: 0 };
  if (named?.of.kind !== 'alias') return undefined;
  const { base } = named.of;
  return {
    ...base,
    ...(base.collation === undefined ? {} : { collation: collationOf(database, collation) }),
    alias: { schema: named.schema, name: named.name },
  };
}
