import type { Plain } from '#avro-codec';
import type { RawEvent, Row } from './streams.ts';

/**
 * How values of Debezium's events and of ours are compared: both become one text, by the column's type in SQL Server.
 *
 * | SQL Server | Debezium (`decimal: string`, `time: isostring`, `binary: base64`) | Sluice (`PlainDecoder`) | compared as |
 * |---|---|---|---|
 * | bit, integers, character types, xml | JSON value | JSON value | its text; bigint by all its digits |
 * | decimal, numeric, money, smallmoney | text | text of the Avro decimal | text, scale included |
 * | real | shortest number of the float | the same float widened | the float |
 * | float | number | number | number |
 * | binary, varbinary, image, rowversion | base64 | base64 | base64 |
 * | uniqueidentifier | upper case | lower case | lower case |
 * | date | `2024-02-29Z` | `2024-02-29` | without zone |
 * | time, smalldatetime, datetime, datetime2 | `2024-02-29T12:34:56.1234567Z` | `2024-02-29 12:34:56.123456` | six decimals, as Sluice cuts the seventh by default; seven in a key, where it does not |
 * | datetimeoffset | `…Z` or `…+05:30` | `…+00:00` or `…+05:30` | as above. Before 1970 not compared, see below |
 * | hierarchyid | the CLR type's bytes | path | only whether it is NULL |
 * | sql_variant | no column ("No converter found") | base type and text | not compared |
 * | computed column | a column, without values from CDC | no column | not compared |
 * | text, ntext, image, xml that an update left alone | `__debezium_unavailable_value` | named in the header `sluice.unavailable` | one mark |
 * | (max) and binary types that an update left alone | null (debezium/dbz#2662) | named in the header | equal; the last state of such a column is not compared |
 *
 * Before 1970 Debezium's datetimeoffset is wrong where it has a fraction (the driver's `DateTimeOffset` is divided towards zero: 1969-12-31 23:59:59.9 becomes
 * 1970-01-01 00:00:00.9), and before 1582 by the days between the Julian and the Gregorian calendar. The values of the driver itself are right (see ../jdbc).
 */
export const UNAVAILABLE = '<not sent>';

const PLACEHOLDER = '__debezium_unavailable_value';
const PLACEHOLDERS = new Set([PLACEHOLDER, Buffer.from(PLACEHOLDER).toString('base64')]);

/** A column of a captured table, as the source's catalog describes it. */
export interface SourceColumn {
  readonly name: string;
  /** Name of its type, without length: `nvarchar`. */
  readonly type: string;
  readonly isComputed: boolean;
  /** A (max) type. */
  readonly isMax: boolean;
  /** Its place in the primary key, 0 for none. */
  readonly keyOrdinal: number;
}

/** Whether both have the column, with values of which something can be said. */
export const isComparable = (column: SourceColumn): boolean => !column.isComputed && column.type !== 'sql_variant';

/** Whether CDC may leave the column out of an update, and Debezium then says NULL. */
export const isNullWhenLeftOut = (column: SourceColumn): boolean => column.isMax || /^(var)?binary$/.test(column.type);

/** One value of either side as the text that must be equal; null is NULL. */
export function comparable(value: Plain | undefined, column: SourceColumn): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' && PLACEHOLDERS.has(value)) return UNAVAILABLE;
  const text = String(value);
  switch (column.type) {
    case 'real':
      return String(Math.fround(Number(value)));
    case 'uniqueidentifier':
      return text.toLowerCase();
    case 'hierarchyid':
      return 'not null';
    case 'date':
      return text.replace(/Z$/, '');
    case 'time':
    case 'smalldatetime':
    case 'datetime':
    case 'datetime2':
      return decimals(text.replace('T', ' ').replace(/Z$/, ''), column.keyOrdinal > 0 ? 7 : 6);
    case 'datetimeoffset': {
      const [, local = '', zone = ''] = /^(.*?)(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
      return local < '1970-01-01T00:00:01' ? 'before 1970' : decimals(local, 6) + zone.replace('Z', '+00:00');
    }
    default:
      return text;
  }
}

/** A time of day with at most so many decimals, zeros at its end left out. */
function decimals(text: string, most: number): string {
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.slice(0, most).replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept}`;
}

/** The row of an event in comparable texts; columns that it does not have are NULL. */
export function comparableRow(
  row: Row,
  columns: readonly SourceColumn[],
  unavailable: readonly string[],
): Record<string, string | null> {
  return Object.fromEntries(
    columns
      .filter(isComparable)
      .map((column) => [
        column.name,
        unavailable.includes(column.name) ? UNAVAILABLE : comparable(row[column.name], column),
      ]),
  );
}

const CHARACTER = /^n?(var)?char$/;

/**
 * The key of an event under its columns' collation (SQL_Latin1_General_CP1_CI_AS in the whole sample: case and trailing blanks do not count); a table without a
 * primary key has the whole row instead.
 */
export function keyOf(event: RawEvent, columns: readonly SourceColumn[]): string {
  const row = event.after ?? event.before ?? {};
  const key = columns.filter((column) => column.keyOrdinal > 0).toSorted((a, b) => a.keyOrdinal - b.keyOrdinal);
  if (key.length === 0) return JSON.stringify(comparableRow(row, columns, []));
  const folded = key.map((column) => {
    const text = comparable(row[column.name], column);
    return CHARACTER.test(column.type) ? (text?.trimEnd().toUpperCase() ?? null) : text;
  });
  return JSON.stringify(folded);
}
