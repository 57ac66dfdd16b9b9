import type { SourceType } from '#schema';
import { type KeyFold, foldExpression, pgTypeOf } from '#values';
import { valueSchema } from '../../libs/avro-codec/schema-builder.ts';
import { valueTypeOf } from '../../libs/schema/index.ts';
import { code, heading, table } from './markdown.ts';

/** A type of SQL Server as it is written, with an example of its parameters. */
const TYPES: readonly (readonly [string, SourceType])[] = [
  ['bit', { name: 'bit' }],
  ['tinyint', { name: 'tinyint' }],
  ['smallint', { name: 'smallint' }],
  ['int', { name: 'int' }],
  ['bigint', { name: 'bigint' }],
  ['decimal(19,4), numeric(19,4)', { name: 'decimal', precision: 19, scale: 4 }],
  ['money', { name: 'money' }],
  ['smallmoney', { name: 'smallmoney' }],
  ['real, float(24)', { name: 'real' }],
  ['float, float(53)', { name: 'float', precision: 53 }],
  ['char(10), nchar(10)', { name: 'nchar', length: 10 }],
  ['varchar(50), nvarchar(50)', { name: 'nvarchar', length: 50 }],
  ['varchar(max), nvarchar(max)', { name: 'nvarchar', length: -1 }],
  ['text, ntext', { name: 'ntext' }],
  ['sysname', { name: 'sysname' }],
  ['binary(n), varbinary(n), varbinary(max), image', { name: 'varbinary', length: -1 }],
  ['rowversion', { name: 'rowversion' }],
  ['uniqueidentifier', { name: 'uniqueidentifier' }],
  ['date', { name: 'date' }],
  ['time(3)', { name: 'time', scale: 3 }],
  ['time(7)', { name: 'time', scale: 7 }],
  ['smalldatetime', { name: 'smalldatetime' }],
  ['datetime', { name: 'datetime' }],
  ['datetime2(3)', { name: 'datetime2', scale: 3 }],
  ['datetime2(7)', { name: 'datetime2', scale: 7 }],
  ['datetimeoffset(3)', { name: 'datetimeoffset', scale: 3 }],
  ['datetimeoffset(7)', { name: 'datetimeoffset', scale: 7 }],
  ['xml', { name: 'xml' }],
  ['json', { name: 'json' }],
  ['hierarchyid', { name: 'hierarchyid' }],
  ['geography, geometry', { name: 'geography' }],
  ['sql_variant', { name: 'sql_variant' }],
];

const FOLDS: readonly (readonly [KeyFold, string])[] = [
  ['exact', 'every type but strings'],
  ['rtrim', 'strings under a binary (`_BIN`, `_BIN2`), a case-sensitive (`_CS`), a Turkish or an Azeri collation'],
  ['rtrim-lower', 'strings under every other collation'],
];

/** How every type of SQL Server travels and arrives. */
export function valuesPage(): string {
  const rows = TYPES.map(([written, type]) => {
    const [value, key] = [valueTypeOf(type, false), valueTypeOf(type, true)];
    if (!value || !key) throw new Error(`BUG: ${written} has no value type`);
    const inKey = key.kind === value.kind ? '' : pgTypeOf(key);
    return [written, code(avroText(valueSchema(value, 'truncate'))), code(pgTypeOf(value)), code(inKey)];
  });
  return `${heading('Values', '`libs/values`, `libs/schema/value-type-of.ts` and `libs/avro-codec/schema-builder.ts`')}

How the types of SQL Server travel through Kafka and arrive in PostgreSQL. \`tables[].columns.<name>.type\` of the job file names another type for a
column of the target. Every row field of an event is nullable in Avro. No digit is lost on the way but by the policies below: the driver's own conversions
to JavaScript numbers and dates are not used for types that they cannot hold.

${table(['SQL Server', 'Avro', 'PostgreSQL', 'in a key, where it differs'], rows)}

## What PostgreSQL cannot hold

- **The seventh digit** of \`datetime2(7)\`, \`time(7)\` and \`datetimeoffset(7)\`: \`values.digit7\` says \`truncate\` (default), \`round\`, or \`text\` (such columns
  are \`text\` in the target). In a key these types always are exact text.
- **U+0000 and unpaired surrogates** in text: \`values.nul\` says \`reject\` (default: the row is refused by name), \`strip\` or \`replace\`.
- **The offset** of \`datetimeoffset\`: the event carries it, \`timestamptz\` keeps the instant alone (issue SL1010).
- No policy that loses anything touches a key: what the target's key cannot hold exactly is refused by name.

## When two keys are equal

The record key, the target's unique index and the comparison all use one fold. It is as fine as the source's own equality, or finer, so that no two rows
of the source share a key. See [decisions/0003-key-fold.md](decisions/0003-key-fold.md).

${table(
  ['fold', 'for', 'in the target'],
  FOLDS.map(([fold, text]) => [code(fold), text, code(foldExpression(fold, 'k'))]),
)}
`;
}

/** \`long (local-timestamp-micros)\`. */
function avroText(schema: unknown): string {
  if (typeof schema === 'string') return schema;
  const { type, logicalType, precision, scale } = schema as Record<string, string | number | undefined>;
  if (logicalType === undefined) return String(type);
  return `${type} (${logicalType}${precision === undefined ? '' : ` ${precision},${scale}`})`;
}
