/** The parts of a type that SQL Server's catalog keeps in numbers: length in bytes (-1 = max), precision, scale. */
export interface TypeLimits {
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
}

/** One row of sys.types for a built-in type. */
export interface BuiltInType {
  readonly name: string;
  readonly systemTypeId: number;
  readonly userTypeId: number;
  readonly maxLength: number;
  readonly precision: number;
  readonly scale: number;
  readonly character: boolean;
  readonly nullable: boolean;
}

const row = (
  name: string,
  [systemTypeId, userTypeId, maxLength, precision, scale]: readonly [number, number, number, number, number],
  { character = false, nullable = true } = {},
): BuiltInType => ({ name, systemTypeId, userTypeId, maxLength, precision, scale, character, nullable });

/** sys.types of a new database, as SQL Server 2022 shows them. */
export const BUILT_IN_TYPES: readonly BuiltInType[] = [
  row('image', [34, 34, 16, 0, 0]),
  row('text', [35, 35, 16, 0, 0], { character: true }),
  row('uniqueidentifier', [36, 36, 16, 0, 0]),
  row('date', [40, 40, 3, 10, 0]),
  row('time', [41, 41, 5, 16, 7]),
  row('datetime2', [42, 42, 8, 27, 7]),
  row('datetimeoffset', [43, 43, 10, 34, 7]),
  row('tinyint', [48, 48, 1, 3, 0]),
  row('smallint', [52, 52, 2, 5, 0]),
  row('int', [56, 56, 4, 10, 0]),
  row('smalldatetime', [58, 58, 4, 16, 0]),
  row('real', [59, 59, 4, 24, 0]),
  row('money', [60, 60, 8, 19, 4]),
  row('datetime', [61, 61, 8, 23, 3]),
  row('float', [62, 62, 8, 53, 0]),
  row('sql_variant', [98, 98, 8016, 0, 0]),
  row('ntext', [99, 99, 16, 0, 0], { character: true }),
  row('bit', [104, 104, 1, 1, 0]),
  row('decimal', [106, 106, 17, 38, 38]),
  row('numeric', [108, 108, 17, 38, 38]),
  row('smallmoney', [122, 122, 4, 10, 4]),
  row('bigint', [127, 127, 8, 19, 0]),
  row('hierarchyid', [240, 128, 892, 0, 0]),
  row('geometry', [240, 129, -1, 0, 0]),
  row('geography', [240, 130, -1, 0, 0]),
  row('varbinary', [165, 165, 8000, 0, 0]),
  row('varchar', [167, 167, 8000, 0, 0], { character: true }),
  row('binary', [173, 173, 8000, 0, 0]),
  row('char', [175, 175, 8000, 0, 0], { character: true }),
  row('timestamp', [189, 189, 8, 0, 0], { nullable: false }),
  row('nvarchar', [231, 231, 8000, 0, 0], { character: true }),
  row('nchar', [239, 239, 8000, 0, 0], { character: true }),
  row('xml', [241, 241, -1, 0, 0]),
  row('sysname', [231, 256, 256, 0, 0], { character: true, nullable: false }),
];

/** user_type_id of sysname. */
export const SYSNAME_ID = 256;

const BY_NAME = new Map(BUILT_IN_TYPES.map((type) => [type.name, type]));

/** A built-in type by its name in sys.types; rowversion is timestamp there. */
export function builtInType(name: string): BuiltInType | undefined {
  return BY_NAME.get(name === 'rowversion' ? 'timestamp' : name);
}

function decimalBytes(precision: number): number {
  if (precision <= 9) return 5;
  if (precision <= 19) return 9;
  return precision <= 28 ? 13 : 17;
}

/** Bytes of the time-of-day part by fractional digits. */
function timeBytes(scale: number): number {
  if (scale <= 2) return 3;
  return scale <= 4 ? 4 : 5;
}

/** How the catalog shows a type as declared: lengths of n-types in characters, 1 if none is given; `base` is the built-in type of its name. */
export function typeLimits(
  type: { readonly name: string; readonly length?: number; readonly precision?: number; readonly scale?: number },
  base: BuiltInType,
): TypeLimits {
  const scale = type.scale ?? 7;
  const fraction = scale > 0 ? scale + 1 : 0;
  switch (type.name) {
    case 'decimal':
    case 'numeric': {
      const precision = type.precision ?? 18;
      return { maxLength: decimalBytes(precision), precision, scale: type.scale ?? 0 };
    }
    case 'time':
      return { maxLength: timeBytes(scale), precision: 8 + fraction, scale };
    case 'datetime2':
      return { maxLength: timeBytes(scale) + 3, precision: 19 + fraction, scale };
    case 'datetimeoffset':
      return { maxLength: timeBytes(scale) + 5, precision: 26 + fraction, scale };
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return { maxLength: type.length ?? 1, precision: 0, scale: 0 };
    case 'nchar':
    case 'nvarchar': {
      const length = type.length ?? 1;
      return { maxLength: length === -1 ? -1 : length * 2, precision: 0, scale: 0 };
    }
    default:
      return base;
  }
}
