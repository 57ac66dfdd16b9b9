import type { ConnectionPool } from 'mssql';
import { type ColumnModel, type DatabaseModel, declaredType, type TableModel } from '#schema';
import { findAll, parseExpression, qualifiedName, quoteName, quoteString } from '#tsql';

/** Rows that were made, and the tables that took none with what the server said. */
export interface GeneratedRows {
  readonly rows: number;
  readonly refused: ReadonlyMap<string, string>;
}

/** By column in lower case, what each row of a table got, as T-SQL text. */
type Made = ReadonlyMap<string, readonly string[]>;

const NOT_MADE = /^(timestamp|rowversion|hierarchyid|geography|geometry|sql_variant)$/;

/**
 * Puts `count` rows into every empty table: what a foreign key refers to comes first and is referred to by turns, CHECKs that list values are kept, and values of a unique
 * column differ. Deterministic. A row that the server does not take is left out.
 */
export async function fillEmptyTables(
  source: ConnectionPool,
  database: DatabaseModel,
  count: number,
): Promise<GeneratedRows> {
  const refused = new Map<string, string>();
  const known = new Map<string, Made>();
  let rows = 0;
  for (const table of inOrder(database.tables)) {
    const name = qualifiedName(table.schema, table.name);
    const found = await source
      .request()
      .query(`SELECT TOP (1) 1 AS n FROM ${name}`)
      .catch(() => null);
    if (found === null) continue;
    const keys = await referredColumns(source, database, table);
    if (found.recordset.length > 0) {
      known.set(keyOf(table), keys);
      continue;
    }
    let taken = 0;
    for (let row = 0; row < count; row++) {
      const statement = insertText(table, row, known);
      if (statement === null) continue;
      try {
        await source.request().batch(statement);
        taken++;
      } catch (error) {
        refused.set(`${table.schema}.${table.name}`, (error as Error).message);
      }
    }
    if (taken > 0) refused.delete(`${table.schema}.${table.name}`);
    rows += taken;
    known.set(keyOf(table), await referredColumns(source, database, table));
  }
  return { rows, refused };
}

const keyOf = (name: { readonly schema: string; readonly name: string }): string =>
  `${name.schema}.${name.name}`.toLowerCase();

/** Tables behind those that they refer to, as far as they go in a line. */
function inOrder(tables: readonly TableModel[]): TableModel[] {
  const byKey = new Map(tables.map((table) => [keyOf(table), table]));
  const ordered = new Set<TableModel>();
  const open = new Set<TableModel>();
  const visit = (table: TableModel): void => {
    if (ordered.has(table) || open.has(table)) return;
    open.add(table);
    for (const key of table.foreignKeys) {
      const parent = byKey.get(keyOf(key.references));
      if (parent && parent !== table) visit(parent);
    }
    ordered.add(table);
  };
  for (const table of tables) visit(table);
  return [...ordered];
}

/** What there is in the columns of a table that others refer to. */
async function referredColumns(source: ConnectionPool, database: DatabaseModel, table: TableModel): Promise<Made> {
  const names = new Set(
    database.tables
      .flatMap((other) => other.foreignKeys)
      .filter((key) => keyOf(key.references) === keyOf(table))
      .flatMap((key) => key.referencedColumns),
  );
  if (names.size === 0) return new Map();
  const list = [...names].map((name) => `CONVERT(nvarchar(200), ${quoteName(name)})`).join(', ');
  const request = source.request();
  request.arrayRowMode = true;
  const { recordset } = await request.query(`SELECT TOP (20) ${list} FROM ${qualifiedName(table.schema, table.name)}`);
  const rows = recordset as unknown as readonly (readonly (string | null)[])[];
  return new Map(
    [...names].map((name, at) => [
      name.toLowerCase(),
      rows.flatMap((row) => (typeof row[at] === 'string' ? [quoteString(row[at])] : [])),
    ]),
  );
}

function insertText(table: TableModel, row: number, known: ReadonlyMap<string, Made>): string | null {
  const given = new Map<string, string>();
  for (const key of table.foreignKeys) {
    const parent = known.get(keyOf(key.references));
    for (const [at, name] of key.columns.entries()) {
      const values = parent?.get(key.referencedColumns[at]?.toLowerCase() ?? '') ?? [];
      const value = values[row % Math.max(1, values.length)];
      if (value !== undefined) given.set(name.toLowerCase(), value);
      else if (
        table.columns.some((column) => column.name === name && !column.nullable) &&
        keyOf(key.references) !== keyOf(table)
      )
        return null;
      else given.set(name.toLowerCase(), 'NULL');
    }
  }
  const listed = listedValues(table);
  const cells = table.columns.flatMap((column) => {
    if (column.identity || column.computed || column.generatedAlways || NOT_MADE.test(column.sourceType.name))
      return [];
    const own =
      given.get(column.name.toLowerCase()) ??
      listed.get(column.name.toLowerCase())?.[row % (listed.get(column.name.toLowerCase())?.length ?? 1)];
    if (own !== undefined) return [{ name: quoteName(column.name), value: own }];
    if (column.default && row % 2 === 0) return [];
    if (column.nullable && row % 5 === 3) return [];
    return [{ name: quoteName(column.name), value: valueOf(column, row) }];
  });
  const name = qualifiedName(table.schema, table.name);
  if (cells.length === 0) return `INSERT INTO ${name} DEFAULT VALUES`;
  return `INSERT INTO ${name} (${cells.map((one) => one.name).join(', ')}) VALUES (${cells.map((one) => one.value).join(', ')})`;
}

/** Constants of CHECKs over one column, as T-SQL text. */
function listedValues(table: TableModel): Map<string, string[]> {
  const listed = new Map<string, string[]>();
  for (const { definition } of table.checks) {
    const { expression } = parseExpression(definition);
    if (!expression || findAll(expression, 'call').length > 0) continue;
    const columns = new Set(findAll(expression, 'column').map((one) => one.parts.at(-1)?.name.toLowerCase() ?? ''));
    const [column] = columns;
    if (column === undefined || columns.size > 1 || findAll(expression, 'like').length > 0) continue;
    const values = findAll(expression, 'literal').map((one) => one.text);
    if (values.length > 0) listed.set(column, values);
  }
  return listed;
}

const WORDS = ['Ash', 'Birch', 'Cedar', 'Elm', 'Fir', 'Hazel', 'Larch', 'Maple', 'Oak', 'Pine'];

function valueOf({ name, sourceType }: ColumnModel, row: number): string {
  const n = row + 1;
  switch (sourceType.name) {
    case 'bit':
      return String(row % 2);
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return String(n);
    case 'decimal':
    case 'numeric':
    case 'money':
    case 'smallmoney':
    case 'float':
    case 'real':
      return (sourceType.scale ?? 2) > 0 && (sourceType.precision ?? 9) > 3 ? `${n}.5` : String(n % 10);
    case 'date':
      return `'2024-0${1 + (row % 9)}-1${row % 10}'`;
    case 'datetime':
    case 'smalldatetime':
    case 'datetime2':
    case 'datetimeoffset':
      return `CAST('2024-0${1 + (row % 9)}-1${row % 10}T1${row % 10}:30:00' AS ${declaredType(sourceType)})`;
    case 'time':
      return `'1${row % 10}:30:00'`;
    case 'uniqueidentifier':
      return `'00000000-0000-4000-8000-${String(hashOf(name) * 100 + n).padStart(12, '0')}'`;
    case 'binary':
    case 'varbinary':
    case 'image':
      return `0x0${n % 10}`;
    case 'xml':
      return `N'<row n="${n}"/>'`;
    default:
      return textOf(name, sourceType.length ?? -1, row);
  }
}

function textOf(name: string, length: number, row: number): string {
  const word = /e?mail/i.test(name)
    ? `${WORDS[row % 10]?.toLowerCase()}${row}@example.org`
    : `${WORDS[row % 10]} ${row + 1}`;
  const text = /json|data$/i.test(name) ? `{"n":${row + 1}}` : word;
  const fitting =
    length > 0 && text.length > length
      ? String.fromCodePoint(65 + (row % 26)) + String(row).slice(0, length - 1)
      : text;
  return quoteString(length > 0 ? fitting.slice(0, length) : fitting);
}

const hashOf = (text: string): number =>
  [...text].reduce((sum, one) => (sum * 31 + (one.codePointAt(0) ?? 0)) % 99_991, 7);
