import { BUILT_IN_TYPES, type BuiltInType, builtInType, SYSNAME_ID, typeLimits } from '#schema';
import type { TdsType } from '../session.ts';

const BY_ID = new Map(BUILT_IN_TYPES.map((type) => [type.userTypeId, type]));

/** How sys.columns, sys.parameters and sys.types describe a type. */
export interface TypeFacets {
  readonly systemTypeId: number;
  readonly userTypeId: number;
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
  readonly character: boolean;
}

function builtIn(type: TdsType): BuiltInType {
  const found = builtInType(type.name);
  if (!found) throw new RangeError(`not a column type: ${type.name}`);
  return found;
}

/** The facets of a type; `userTypeId` names an alias type over it. */
export function facetsOf(type: TdsType, userTypeId?: number): TypeFacets {
  const base = builtIn(type);
  const { maxLength, precision, scale } = typeLimits(type, base);
  return {
    systemTypeId: base.systemTypeId,
    userTypeId: userTypeId ?? base.userTypeId,
    maxLength,
    precision,
    scale,
    character: base.character,
  };
}

/** What a row of meta.columns, meta.parameters or meta.types says of its type. */
export interface TypeRow {
  readonly system_type_id: number;
  readonly user_type_id: number;
  readonly max_length: number;
  readonly precision: number;
  readonly scale: number;
  readonly collation_name?: string | null;
}

/** system_type_id 240 is shared by the CLR types: the built-in one beneath an id. */
function baseOf(facets: TypeRow): BuiltInType {
  const own = BY_ID.get(facets.user_type_id);
  const found = own && own.userTypeId !== SYSNAME_ID ? own : BY_ID.get(facets.system_type_id);
  if (!found) throw new RangeError(`unknown type ${facets.system_type_id}/${facets.user_type_id}`);
  return found;
}

/** Undoes {@link facetsOf}. Table types (system_type_id 243) give `{ name: 'table' }`. */
export function typeOfFacets(facets: TypeRow): TdsType {
  if (facets.system_type_id === 243) return { name: 'table' };
  const base = baseOf(facets);
  const name = (base.name === 'timestamp' ? 'rowversion' : base.name) as TdsType['name'];
  const collation = base.character && facets.collation_name ? { collation: facets.collation_name } : {};
  switch (name) {
    case 'decimal':
    case 'numeric':
      return { name, precision: facets.precision, scale: facets.scale };
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return { name, scale: facets.scale };
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return { name, length: facets.max_length, ...collation };
    case 'nchar':
    case 'nvarchar':
      return { name, length: facets.max_length === -1 ? -1 : facets.max_length / 2, ...collation };
    default:
      return { name, ...collation };
  }
}
