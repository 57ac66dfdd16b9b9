import {
  type Cell,
  type ConvertedTable,
  numberCell,
  RETURNED,
  type Samples,
  sourceSort,
  type Subject,
  type TableTypeDetails,
  timeCell,
  type TrialOutcome,
} from '#conversion';
import type { SourceTrial } from '#source';
import { qualifiedName, quoteName } from '#tsql';
import { isCompared, nameOf, type TableRows } from './table-rows.ts';

const SAMPLED = 6;
const LAST_SAMPLED = 3;
const TEXT_SAMPLED = 200;

/** Calls a subject at the source and reads the tables as they are then; all in a transaction that is rolled back. */
export async function callSource(
  trial: SourceTrial,
  subject: Subject,
  call: string,
  tables: readonly ConvertedTable[],
  tableRows: TableRows,
): Promise<TrialOutcome & { readonly tooMany?: string }> {
  const reads = tables.map((table) => tableRows.sourceReads(table));
  const { sets, error } = await trial.run([call, ...reads.flat()].join(';\n'));
  if (error)
    return {
      error: { sort: sourceSort(error.number), message: error.message },
      ...{ sets: [], returnCode: undefined, outputs: new Map(), rows: new Map() },
    };
  const cells = sets.map(({ types, rows }) =>
    rows.map((row) => row.map((value, at) => cellOf(value, types[at] ?? ''))),
  );
  const names = sets.map((set) => set.names);
  const end = cells.length - reads.flat().length;
  const own = cells.slice(0, end);
  const last = own.at(-1)?.[0];
  const isReturned = subject.kind === 'procedure' && last?.[0] === RETURNED;
  return {
    error: null,
    sets: isReturned ? own.slice(0, -1) : own,
    names,
    returnCode: isReturned ? (last[1] ?? null) : undefined,
    outputs: new Map(isReturned ? last.slice(2).map((cell, index): [number, Cell] => [index, cell]) : []),
    ...rowsRead(tables, reads, cells.slice(end), tableRows),
  };
}

function rowsRead(
  tables: readonly ConvertedTable[],
  reads: readonly (readonly string[])[],
  cells: readonly Cell[][][],
  tableRows: TableRows,
): { readonly rows: TrialOutcome['rows']; readonly tooMany?: string } {
  const rest = [...cells];
  const read = tables.map((table, index) => ({
    name: nameOf(table),
    ...tableRows.rowsOf(table, rest.splice(0, reads[index]?.length ?? 0)),
  }));
  const tooMany = read.find((one) => one.tooMany);
  return { rows: new Map(read.map((one) => [one.name, one.rows])), ...(tooMany ? { tooMany: tooMany.name } : {}) };
}

/** A value of the driver as a cell. */
function cellOf(value: unknown, type: string): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return numberCell(String(type === 'Real' ? Number(value.toPrecision(7)) : value));
  if (value instanceof Date) return dateCell(value as Date & { nanosecondsDelta?: number }, type);
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  const text = String(value);
  if (type === 'BigInt') return numberCell(text);
  return type === 'UniqueIdentifier' ? text.toLowerCase() : text;
}

function dateCell(value: Date & { nanosecondsDelta?: number }, type: string): string {
  const iso = value.toISOString();
  if (type === 'Date') return iso.slice(0, 10);
  const micros = Math.floor((value.nanosecondsDelta ?? 0) * 1e6 + 1e-6);
  const time = timeCell(`${iso.slice(11, 23)}${String(micros).padStart(3, '0')}`);
  if (type === 'Time') return time;
  return `${iso.slice(0, 10)} ${time}${type === 'DateTimeOffset' ? 'Z' : ''}`;
}

const DATES = new Set(['date', 'datetime', 'datetime2', 'smalldatetime', 'datetimeoffset']);

/** Some rows of each table, as arguments to be tried: the first and the last by its key. What refers to a table and has no rows itself gets that table's values. */
export async function readSamples(trial: SourceTrial, tables: readonly ConvertedTable[]): Promise<Samples> {
  const samples = new Map<string, Map<string, readonly (string | null)[]>>();
  for (const table of tables) {
    const { source } = table;
    const columns = source.columns.filter(
      ({ sourceType: { name } }) => isCompared(name) && !/^(n?text|image)$/.test(name),
    );
    if (columns.length === 0) continue;
    const texts = columns.map(({ name, sourceType }) => {
      const style = DATES.has(sourceType.name) ? ', 126' : /binary/.test(sourceType.name) ? ', 1' : '';
      return `CONVERT(nvarchar(${TEXT_SAMPLED}), ${quoteName(name)}${style})`;
    });
    const from = qualifiedName(source.schema, source.name);
    const rows = [...(await trial.query(`SELECT TOP (${SAMPLED}) ${texts.join(', ')} FROM ${from}`))];
    if (rows.length === SAMPLED && table.key.length > 0) {
      const last = table.key.map((name) => `${quoteName(name)} DESC`).join(', ');
      rows.push(
        ...(await trial.query(`SELECT TOP (${LAST_SAMPLED}) ${texts.join(', ')} FROM ${from} ORDER BY ${last}`)),
      );
    }
    const values = columns.map(({ name }, at): [string, (string | null)[]] => [
      name.toLowerCase(),
      rows.map((row) => (row[at] === null || row[at] === undefined ? null : String(row[at]))),
    ]);
    samples.set(nameOf(table).toLowerCase(), new Map(values));
  }
  for (const { source } of tables) {
    const own = samples.get(`${source.schema}.${source.name}`.toLowerCase());
    for (const key of source.foreignKeys) {
      const theirs = samples.get(`${key.references.schema}.${key.references.name}`.toLowerCase());
      for (const [at, column] of key.columns.entries())
        if (own?.get(column.toLowerCase())?.length === 0)
          own.set(column.toLowerCase(), theirs?.get(key.referencedColumns[at]?.toLowerCase() ?? '') ?? []);
    }
  }
  return samples;
}

/** What the model of the database leaves out of table types: columns that the server fills, and keys. */
export async function readTableTypes(trial: SourceTrial): Promise<TableTypeDetails> {
  const found = new Map<string, { filled: Map<string, 'identity' | 'computed'>; keys: Map<string, string[]> }>();
  const of = (name: unknown): { filled: Map<string, 'identity' | 'computed'>; keys: Map<string, string[]> } => {
    const key = String(name).toLowerCase();
    const detail = found.get(key) ?? { filled: new Map(), keys: new Map() };
    found.set(key, detail);
    return detail;
  };
  const columns = await trial.query(
    `SELECT SCHEMA_NAME(t.schema_id) + N'.' + t.name, c.name, CAST(c.is_identity AS int) FROM sys.table_types AS t
     JOIN sys.columns AS c ON c.object_id = t.type_table_object_id WHERE c.is_identity = 1 OR c.is_computed = 1`,
  );
  for (const [type, column, isIdentity] of columns)
    of(type).filled.set(String(column).toLowerCase(), Number(isIdentity) === 1 ? 'identity' : 'computed');
  const keys = await trial.query(
    `SELECT SCHEMA_NAME(t.schema_id) + N'.' + t.name, i.name, c.name FROM sys.table_types AS t JOIN sys.indexes AS i ON i.object_id = t.type_table_object_id
     JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
     WHERE i.is_unique = 1`,
  );
  for (const [type, index, column] of keys) {
    const { keys: known } = of(type);
    known.set(String(index), [...(known.get(String(index)) ?? []), String(column)]);
  }
  return new Map([...found].map(([name, one]) => [name, { filled: one.filled, uniques: [...one.keys.values()] }]));
}

/** What identities and sequences have reached, by `schema.table` or `schema.sequence`; null = unused, then `first` comes next. */
export interface CounterState {
  readonly last: string | null;
  readonly first: string;
}

export async function readCounters(trial: SourceTrial): Promise<ReadonlyMap<string, CounterState>> {
  const rows = await trial.query(
    `SELECT OBJECT_SCHEMA_NAME(object_id) + N'.' + OBJECT_NAME(object_id), CAST(last_value AS nvarchar(40)), CAST(seed_value AS nvarchar(40)) FROM sys.identity_columns
     UNION ALL SELECT SCHEMA_NAME(schema_id) + N'.' + name, CAST(last_used_value AS nvarchar(40)), CAST(start_value AS nvarchar(40)) FROM sys.sequences`,
  );
  return new Map(
    rows.map(([name, last, first]) => [
      String(name),
      { last: last === null || last === undefined ? null : String(last), first: String(first) },
    ]),
  );
}

/** What the session is called, as value → kind of name. */
export async function sourceSession(trial: SourceTrial): Promise<ReadonlyMap<string, string>> {
  const [row = []] = await trial.query(
    `SELECT DB_NAME(), HOST_NAME(), APP_NAME(), USER_NAME(), SUSER_SNAME(), CAST(@@SPID AS nvarchar(10)), @@VERSION`,
  );
  return namesOf(row, ['database', 'host', 'program', 'user', 'user', 'session', 'version']);
}

/** Later names win; values that could be anything, such as a one-digit number, are left out. */
export function namesOf(row: readonly unknown[], kinds: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    kinds.flatMap((kind, at): [string, string][] => {
      const text = String(row[at] ?? '');
      return text.length > 1 ? [[text, kind]] : [];
    }),
  );
}
