import type { Conversion, ConvertedTable } from '#conversion';
import type { ColumnModel, DatabaseModel, IndexModel, SourceType, TableModel } from '#schema';
import { findAll, parseExpression } from '#tsql';
import type { ColumnFacts, IndexFacts, TableFacts } from './facts.ts';

/**
 * What the target's catalog has to show for a model of a source, worked out here from the model alone: by the table of types in the documentation and by what SQL Server says of
 * its constraints, never by the converter's rules. Of the conversion only the names are taken.
 */
export function expectedFacts(model: DatabaseModel, conversion: Conversion): readonly TableFacts[] {
  const places = new Map(conversion.tables.map((one) => [keyOf(one.source), one]));
  return model.tables.map((table) => {
    const place = places.get(keyOf(table));
    if (!place) throw new Error(`${keyOf(table)} is not converted`);
    return tableFacts(table, place, places);
  });
}

const keyOf = (name: { schema: string; name: string }): string => `${name.schema}.${name.name}`;

function tableFacts(table: TableModel, place: ConvertedTable, places: ReadonlyMap<string, ConvertedTable>): TableFacts {
  const nameOf = (column: string, of: ConvertedTable = place): string =>
    of.columns.find((one) => one.source.name === column)?.name ?? `(${column} is missing)`;
  const key = table.primaryKey;
  const keyColumns = new Set(key?.columns.map((one) => one.column));
  return {
    source: keyOf(table),
    place: `${place.schema}.${place.name}`,
    comment: table.comment ?? null,
    columns: table.columns.map((column) => columnFacts(column, nameOf(column.name), keyColumns.has(column.name))),
    primaryKey: key ? key.columns.map((one) => nameOf(one.column)) : null,
    uniques: table.uniques.map((one) => one.columns.map((column) => nameOf(column.column))).toSorted(byText),
    indexes: table.indexes
      .filter((one) => !one.disabled)
      .map((one) => indexFacts(one, nameOf))
      .toSorted((a, b) => byText(JSON.stringify(a), JSON.stringify(b))),
    foreignKeys: table.foreignKeys
      .filter((one) => !one.disabled)
      .map((one) => {
        const referenced = places.get(keyOf(one.references));
        return {
          columns: one.columns.map((column) => nameOf(column)),
          references: referenced ? `${referenced.schema}.${referenced.name}` : '(not converted)',
          referencedColumns: one.referencedColumns.map((column) => nameOf(column, referenced)),
          onDelete: one.onDelete,
          onUpdate: one.onUpdate,
          validated: one.trusted,
        };
      })
      .toSorted((a, b) => byText(JSON.stringify(a), JSON.stringify(b))),
    checks: table.checks
      .filter((one) => !one.disabled)
      .map((one) => ({
        columns: columnsIn(one.definition, table)
          .map((name) => nameOf(name))
          .toSorted(byText),
        validated: one.trusted,
      }))
      .toSorted((a, b) => byText(JSON.stringify(a), JSON.stringify(b))),
  };
}

function columnFacts(column: ColumnModel, name: string, isInKey: boolean): ColumnFacts {
  return {
    name,
    type: isInKey && hasSeventhDigit(column.sourceType) ? 'text' : typeText(column.sourceType),
    // A computed column is NULL where its expression is; PostgreSQL is not told.
    notNull: column.computed ? null : !column.nullable,
    identity: column.identity ? `${column.identity.seed}+${column.identity.increment}` : null,
    generated: column.computed !== undefined,
    hasDefault: column.default !== undefined,
    comment: column.comment ?? null,
  };
}

/** PostgreSQL has microseconds; a key may lose nothing and is text (docs/values.md). */
function hasSeventhDigit(type: SourceType): boolean {
  return /^(datetime2|time|datetimeoffset)$/.test(type.name) && (type.scale ?? 7) === 7;
}

/** The table of types of docs/values.md, as PostgreSQL spells them. */
function typeText(type: SourceType): string {
  const { name, length = -1, precision, scale = 7 } = type;
  const fraction = Math.min(scale, 6);
  const simple: Readonly<Record<string, string>> = {
    bit: 'boolean',
    tinyint: 'smallint',
    smallint: 'smallint',
    int: 'integer',
    bigint: 'bigint',
    money: 'numeric(19,4)',
    smallmoney: 'numeric(10,4)',
    real: 'real',
    date: 'date',
    datetime: 'timestamp(3) without time zone',
    smalldatetime: 'timestamp(0) without time zone',
    datetime2: `timestamp(${fraction}) without time zone`,
    datetimeoffset: `timestamp(${fraction}) with time zone`,
    time: `time(${fraction}) without time zone`,
    uniqueidentifier: 'uuid',
    xml: 'xml',
    sysname: 'character varying(128)',
  };
  if (name === 'float') return precision !== undefined && precision <= 24 ? 'real' : 'double precision';
  if (name === 'decimal' || name === 'numeric') return `numeric(${precision},${type.scale})`;
  if (name === 'char' || name === 'nchar') return `character(${length})`;
  if (name === 'varchar' || name === 'nvarchar') return length === -1 ? 'text' : `character varying(${length})`;
  if (/binary$|^image$|^rowversion$|^timestamp$/.test(name)) return 'bytea';
  return simple[name] ?? 'text';
}

function indexFacts(index: IndexModel, nameOf: (column: string) => string): IndexFacts {
  return {
    columns: index.columns.map((one) => `${nameOf(one.column)}${one.descending ? ' DESC' : ''}`),
    included: index.included.map((one) => nameOf(one)),
    unique: index.unique,
    // One NULL is a value like others in SQL Server's unique indexes.
    nullsNotDistinct: index.unique,
    filtered: index.filter !== undefined,
  };
}

/** The columns that a check names. */
function columnsIn(definition: string, table: TableModel): string[] {
  const { expression } = parseExpression(definition);
  const named = new Set(
    (expression ? findAll(expression, 'column') : []).map((one) => one.parts.at(-1)?.name.toLowerCase() ?? ''),
  );
  return table.columns.filter((one) => named.has(one.name.toLowerCase())).map((one) => one.name);
}

function byText(a: unknown, b: unknown): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
