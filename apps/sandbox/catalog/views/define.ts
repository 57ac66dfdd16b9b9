import { quoteIdent } from '#pgsql';
import type { TdsType } from '../../session.ts';
import type { CatalogView, CatalogViewColumn } from '../catalog-view.ts';

/** A system view with the expressions behind its columns. */
export interface ViewDefinition extends CatalogView {
  readonly expressions: readonly string[];
  /** FROM … of the PostgreSQL view. */
  readonly from: string;
}

const LENGTHS = /^(n?char|n?varchar|n?binary|varbinary)$/;

/** `int`, `sysname`, `nvarchar(60)`, `decimal(10,2)`, `nvarchar(max)`. */
function parseType(text: string): TdsType {
  if (text === 'sysname') return { name: 'nvarchar', length: 128 };
  const match = /^([a-z0-9_]+)(?:\((max|\d+)(?:,(\d+))?\))?$/.exec(text);
  if (!match) throw new RangeError(`not a type: ${text}`);
  const name = match[1] as TdsType['name'];
  if (match[2] === undefined) return { name };
  if (LENGTHS.test(name)) return { name, length: match[2] === 'max' ? -1 : Number(match[2]) };
  return { name, precision: Number(match[2]), scale: Number(match[3] ?? 0) };
}

function physicalSchema(schema: string): string {
  if (schema === 'INFORMATION_SCHEMA') return 'information_schema_ts';
  return schema === 'dbo' ? 'sys' : schema;
}

/**
 * Defines a view by lines `name type[!] expression`; `!` = never NULL. A line's expression is PostgreSQL over `from`.
 */
export function view(objectId: number, qualified: string, lines: string, from: string): ViewDefinition {
  const [schema = '', name = ''] = qualified.split('.');
  const columns: CatalogViewColumn[] = [];
  const expressions: string[] = [];
  for (const line of lines.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const match = /^(\S+)\s+(\S+?)(!?)\s+(.+)$/.exec(line);
    if (!match) throw new RangeError(`not a column of ${qualified}: ${line}`);
    const [, column = '', type = '', notNull, expression = ''] = match;
    columns.push({ name: column, type: parseType(type), nullable: notNull !== '!' });
    expressions.push(expression);
  }
  const physical = `${quoteIdent(physicalSchema(schema))}.${quoteIdent(name)}`;
  return { schema, name, columns, physical, objectId, expressions, from };
}
