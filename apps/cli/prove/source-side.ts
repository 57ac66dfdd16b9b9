import {
  type Cell,
  type ConvertedTable,
  numberCell,
  RETURNED,
  type Samples,
  sourceSort,
  type Subject,
  timeCell,
  type TrialOutcome,
} from '#conversion';
import type { SourceTrial } from '#source';
import { qualifiedName, quoteName } from '#tsql';

/** Rows of a table that are compared at most; a longer one is not. */
export const ROWS_COMPARED = 2000;
const SAMPLED = 6;
const TEXT_SAMPLED = 200;

const NOT_COMPARED = new Set(['timestamp', 'rowversion', 'sql_variant', 'hierarchyid', 'geography', 'geometry', 'xml']);

/** The columns of a table that can be compared, in one order for both sides. */
export const comparedColumns = (table: ConvertedTable): ConvertedTable['columns'] =>
  table.columns.filter((column) => !NOT_COMPARED.has(column.source.sourceType.name));

/** A table's name at the source. */
export const nameOf = ({ source }: ConvertedTable): string => `${source.schema}.${source.name}`;

/** Calls a subject at the source and reads the tables as they are then; all in a transaction that is rolled back. */
export async function callSource(
  trial: SourceTrial,
  subject: Subject,
  call: string,
  tables: readonly ConvertedTable[],
): Promise<TrialOutcome> {
  const reads = tables.map((table) => {
    const columns = comparedColumns(table).map((column) => quoteName(column.source.name));
    const from = qualifiedName(table.source.schema, table.source.name);
    return `SELECT TOP (${ROWS_COMPARED + 1}) ${columns.join(', ')} FROM ${from};`;
  });
  const { sets, error } = await trial.run([call, ...reads].join(';\n'));
  if (error)
    return {
      error: { sort: sourceSort(error.number), message: error.message },
      ...{ sets: [], returnCode: undefined, outputs: new Map(), rows: new Map() },
    };
  const cells = sets.map(({ types, rows }) =>
    rows.map((row) => row.map((value, at) => cellOf(value, types[at] ?? ''))),
  );
  const end = cells.length - reads.length;
  const own = cells.slice(0, end);
  const last = own.at(-1)?.[0];
  const isReturned = subject.kind === 'procedure' && last?.[0] === RETURNED;
  return {
    error: null,
    sets: isReturned ? own.slice(0, -1) : own,
    returnCode: isReturned ? (last[1] ?? null) : undefined,
    outputs: new Map(isReturned ? last.slice(2).map((cell, index): [number, Cell] => [index, cell]) : []),
    rows: new Map(tables.map((table, index) => [nameOf(table), cells[end + index] ?? []])),
  };
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

/** Some rows of each table, as arguments to be tried. */
export async function readSamples(trial: SourceTrial, tables: readonly ConvertedTable[]): Promise<Samples> {
  const samples = new Map<string, ReadonlyMap<string, readonly (string | null)[]>>();
  for (const table of tables) {
    const { source } = table;
    const columns = source.columns.filter(
      ({ sourceType: { name } }) => !NOT_COMPARED.has(name) && !/^(n?text|image)$/.test(name),
    );
    if (columns.length === 0) continue;
    const texts = columns.map(({ name, sourceType }) => {
      const style = DATES.has(sourceType.name) ? ', 126' : /binary/.test(sourceType.name) ? ', 1' : '';
      return `CONVERT(nvarchar(${TEXT_SAMPLED}), ${quoteName(name)}${style})`;
    });
    const rows = await trial.query(
      `SELECT TOP (${SAMPLED}) ${texts.join(', ')} FROM ${qualifiedName(source.schema, source.name)}`,
    );
    const values = columns.map(({ name }, at): [string, (string | null)[]] => [
      name.toLowerCase(),
      rows.map((row) => (row[at] === null || row[at] === undefined ? null : String(row[at]))),
    ]);
    samples.set(nameOf(table).toLowerCase(), new Map(values));
  }
  return samples;
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
    `SELECT DB_NAME(), HOST_NAME(), APP_NAME(), USER_NAME(), SUSER_SNAME(), CAST(@@SPID AS nvarchar(10))`,
  );
  return namesOf(row, ['database', 'host', 'program', 'user', 'user', 'session']);
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
