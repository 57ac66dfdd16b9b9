import type { ColumnModel } from '#schema';
import { pgTypeOf } from '#values';
import { collationName, hasCaselessCollation } from './collations.ts';
import { type Domains, domainOf } from './domains.ts';
import { type SchemaContext, tell } from './schema-context.ts';
import type { ConvertedColumn } from './target-model.ts';
import type { IssueCode } from './issue.ts';

type ColumnContext = Omit<SchemaContext, 'tables' | 'expressions'> & { readonly domains: Domains };

/** A column with its target name and type, and the issues of what its values or its properties lose. `override`: the type that the job file names for it. */
export function convertColumn(
  context: ColumnContext,
  source: ColumnModel,
  object: string,
  override: string | undefined,
): ConvertedColumn {
  const name = context.naming.name(`columns ${object}`, source.name);
  const place = `${object}.${source.name}`;
  for (const [code, message] of [...valueIssues(context, source), ...propertyIssues(source)])
    tell(context, code, place, message);
  const base = pgTypeOf(source.value, context.settings.values);
  return {
    source,
    name,
    // An identity is a column of an integer type itself.
    type: override ?? (source.identity ? base : (domainOf(context.domains, source.sourceType, base) ?? base)),
    nullable: source.nullable,
    ...(hasCaselessCollation(context, source) && override === undefined ? { collation: collationName(context) } : {}),
    generated: source.computed !== undefined,
  };
}

type Found = readonly [IssueCode, string];

const AS_TEXT: Readonly<Record<string, Found>> = {
  geography: ['SL1021', 'geography is carried over as text.'],
  geometry: ['SL1021', 'geometry is carried over as text.'],
  hierarchyid: ['SL1022', 'hierarchyid is carried over as the text of its path.'],
  sql_variant: ['SL1023', 'sql_variant is carried over as text.'],
};

/** What its values lose. */
function valueIssues(context: ColumnContext, { value, sourceType }: ColumnModel): Found[] {
  const found: Found[] = [];
  if (sourceType.name === 'datetimeoffset') found.push(['SL1010', 'The offset of datetimeoffset is not kept.']);
  if (sourceType.name === 'timestamp' || sourceType.name === 'rowversion') {
    const by = context.choices.rowversion === 'trigger' ? ', a trigger gives new values' : '; new rows get none';
    found.push(['SL1015', `rowversion is carried over as bytea${by}.`]);
  }
  if ('digits' in value && value.digits === 7)
    found.push(['SL1009', `${sourceType.name}(7) holds 100 ns, PostgreSQL microseconds.`]);
  if (value.kind !== 'text') return found;
  const known = AS_TEXT[value.of];
  if (known) found.push(known);
  else if (/^(time|datetime)/.test(value.of))
    found.push(['SL1020', `${value.of}(7) is part of a key: its hundreds of nanoseconds are kept as text.`]);
  else found.push(['SL1003', `${sourceType.name} is carried over as text.`]);
  return found;
}

/** What else the source knows of it. */
function propertyIssues(column: ColumnModel): Found[] {
  const found: Found[] = [];
  if (column.sparse) found.push(['SL1025', 'SPARSE: NULLs take no room in PostgreSQL.']);
  if (column.rowguidcol) found.push(['SL1025', 'ROWGUIDCOL: $ROWGUID is no name of a column in PostgreSQL.']);
  if (column.filestream) found.push(['SL1025', 'FILESTREAM: the bytes are kept in the table.']);
  if (column.columnSet) found.push(['SL1026', 'The column set of the sparse columns is not made by PostgreSQL.']);
  if (column.maskedBy !== undefined)
    found.push(['SL1027', `The column is masked by ${column.maskedBy}; PostgreSQL shows it to whoever may read it.`]);
  if (column.encrypted) found.push(['SL1028', 'The column is encrypted by clients (Always Encrypted).']);
  if (column.xmlSchema)
    found.push([
      'SL1024',
      `The XML is bound to the schema collection ${column.xmlSchema.schema}.${column.xmlSchema.name}.`,
    ]);
  return found;
}
