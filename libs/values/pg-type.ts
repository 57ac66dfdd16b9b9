import { DEFAULT_VALUE_POLICY, type KeyFold, type ValuePolicy, type ValueType } from './value-type.ts';

/** PostgreSQL's limit for varchar(n) and char(n). */
const MAX_LENGTH = 10_485_760;

/** The target's default column type for a kind of values (table "Values" of events.md). */
export function pgTypeOf(type: ValueType, policy: ValuePolicy = DEFAULT_VALUE_POLICY): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'int':
      return type.bits === 32 ? 'integer' : 'smallint';
    case 'long':
      return 'bigint';
    case 'decimal':
      return `numeric(${type.precision},${type.scale})`;
    case 'float':
      return 'real';
    case 'double':
      return 'double precision';
    case 'string':
      return stringType(type.length, type.fixed === true);
    case 'bytes':
      return 'bytea';
    case 'uuid':
    case 'date':
    case 'xml':
    case 'json':
    case 'text':
      return type.kind;
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return type.digits === 7 && policy.digit7 === 'text' ? 'text' : withDigits(type.kind, Math.min(type.digits, 6));
  }
}

function stringType(length: number | undefined, fixed: boolean): string {
  if (length === undefined || length > MAX_LENGTH) return 'text';
  return fixed ? `char(${length})` : `varchar(${length})`;
}

function withDigits(kind: 'time' | 'timestamp' | 'timestamptz', digits: number): string {
  return `${kind}(${digits})`;
}

/**
 * The SQL expression that folds a key column as {@link foldText} folds in JavaScript; of a unique index, of ON CONFLICT and of the joins of the merge.
 * `column` is quoted already, with its alias where one is needed. `exact` gives the column itself.
 */
export function foldExpression(fold: KeyFold, column: string): string {
  switch (fold) {
    case 'exact':
      return column;
    case 'rtrim':
      return `rtrim(${column}, ' ')`;
    case 'rtrim-lower':
      // "C" maps A–Z alone, whatever the database's locale is.
      return `lower(rtrim(${column}, ' ') COLLATE "C")`;
  }
}
