import { quoteIdent } from '#pgsql';
import type { Profile, SqlType, TranslationProblem } from './api.ts';
import { TranslationError } from './api.ts';

/** The newest major version of PostgreSQL that the rules know; the sandbox runs on it. */
export const NEWEST_SERVER = 18;

const COMMON: Partial<Record<SqlType['name'], string>> = {
  bit: 'boolean',
  tinyint: 'smallint',
  smallint: 'smallint',
  int: 'integer',
  bigint: 'bigint',
  money: 'numeric(19,4)',
  smallmoney: 'numeric(10,4)',
  real: 'real',
  float: 'double precision',
  binary: 'bytea',
  varbinary: 'bytea',
  image: 'bytea',
  rowversion: 'bytea',
  uniqueidentifier: 'uuid',
  date: 'date',
  smalldatetime: 'timestamp(0)',
  datetime: 'timestamp(3)',
};

/**
 * The PostgreSQL collation of a SQL Server collation in a sandbox database: code-point order for binary ones, else an ICU
 * collation of schema sys by case and accent sensitivity (made by RUNTIME_SQL).
 */
export function pgCollation(collation: string): string {
  const name = collation.toUpperCase();
  if (/_BIN2?(_|$)/.test(name)) return '"C"';
  return `sys.${name.includes('_CS') ? 'cs' : 'ci'}_${name.includes('_AI') ? 'ai' : 'as'}`;
}

const ticks = (type: SqlType): boolean => (type.name === 'datetime2' || type.name === 'time') && (type.scale ?? 7) > 6;

function sandboxType(type: SqlType): string {
  switch (type.name) {
    case 'decimal':
    case 'numeric':
      return `numeric(${type.precision ?? 18},${type.scale ?? 0})`;
    case 'datetime2':
      return ticks(type) ? 'bigint' : `timestamp(${type.scale})`;
    case 'time':
      return ticks(type) ? 'bigint' : `time(${type.scale})`;
    case 'datetimeoffset':
      return 'sys.datetimeoffset';
    case 'sql_variant':
      return 'sys.sql_variant';
    case 'hierarchyid':
      return 'bytea';
    default:
      return COMMON[type.name] ?? 'text';
  }
}

/** SQL Server's semantics over the sandbox's storage; problems are thrown as {@link TranslationError}. */
export function sandboxProfile(options: Pick<Profile, 'collationFault'> = {}): Profile {
  return {
    ...options,
    kind: 'sandbox',
    runtime: true,
    serverVersion: NEWEST_SERVER,
    ticks,
    rtrim: true,
    foldCase: false,
    guidOrder: true,
    nullsFirst: true,
    collation: pgCollation,
    typeSql: sandboxType,
    alias: quoteIdent,
    problem: (problem) => {
      if (problem.severity === 'error') throw new TranslationError(problem);
    },
  };
}

/** What the converter chooses about the target; all optional. */
export interface TargetOptions {
  /** Major version of the target's PostgreSQL. Default {@link NEWEST_SERVER}. */
  readonly serverVersion?: number;
  /** PostgreSQL name of a T-SQL identifier (folded, shortened), not quoted. */
  readonly name?: (name: string) => string;
  /** PostgreSQL collation, quoted, for a COLLATE clause of the source; undefined drops the clause. */
  readonly collation?: (name: string) => string | undefined;
  /** Type as the target's tables have it. */
  readonly typeSql?: (type: SqlType) => string;
  /** Trailing blanks do not count in comparisons. */
  readonly rtrim?: boolean;
  /** Whether columns of the target may have a collation without case. Default false. */
  readonly caselessColumns?: boolean;
  /** Whether case-insensitive strings are compared by lower(); false where the target's columns have a collation without case. Default true. */
  readonly foldCase?: boolean;
}

function targetType(type: SqlType): string {
  const length = type.length === undefined || type.length === -1 ? undefined : type.length;
  switch (type.name) {
    case 'decimal':
    case 'numeric':
      return `numeric(${type.precision ?? 18},${type.scale ?? 0})`;
    case 'char':
    case 'nchar':
      return `char(${length ?? 1})`;
    case 'varchar':
    case 'nvarchar':
      return length === undefined ? 'text' : `varchar(${length})`;
    case 'datetime2':
      return `timestamp(${Math.min(type.scale ?? 7, 6)})`;
    case 'time':
      return `time(${Math.min(type.scale ?? 7, 6)})`;
    case 'datetimeoffset':
      return `timestamptz(${Math.min(type.scale ?? 7, 6)})`;
    case 'xml':
      return 'xml';
    default:
      return COMMON[type.name] ?? 'text';
  }
}

/** Plain PostgreSQL over the target's own names and types; problems are kept in the list given. */
export function targetProfile(problems: TranslationProblem[], options: TargetOptions = {}): Profile {
  return {
    kind: 'target',
    runtime: false,
    serverVersion: options.serverVersion ?? NEWEST_SERVER,
    ticks: () => false,
    rtrim: options.rtrim ?? false,
    foldCase: options.foldCase ?? true,
    caselessColumns: options.caselessColumns ?? false,
    guidOrder: false,
    nullsFirst: true,
    collation: options.collation ?? (() => undefined),
    typeSql: options.typeSql ?? targetType,
    alias: (name) => quoteIdent(options.name?.(name) ?? name),
    problem: (problem) => {
      problems.push(problem);
    },
  };
}
