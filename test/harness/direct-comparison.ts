import sql from 'mssql';
import { connect } from '#samples';
import type { JobTable } from '#target-postgres';
import type { TestJob } from './test-job.ts';

/** Differences named at most, per table. */
const LISTED = 5;

interface SourceColumn {
  readonly name: string;
  readonly type: string;
  readonly computed: boolean;
}

/**
 * Compares every table row by row on a way of its own: nothing of libs/validation, libs/values or the readers is used, so that a fault in them cannot hide a
 * difference. Columns of types whose target form is Sluice's own invention (sql_variant) are compared by the golden rows of the type tests.
 */
export async function compareDirectly(
  job: TestJob,
  tables: readonly JobTable[],
): Promise<{ faults: string[]; rows: number }> {
  const pool = await connect(job.source, 1);
  try {
    const faults: string[] = [];
    let rows = 0;
    for (const table of tables) {
      if (table.state === 'refused') continue;
      const columns = (await readColumns(pool, table)).filter(
        (column) => !column.computed && column.type !== 'sql_variant' && targetColumn(table, column.name) !== undefined,
      );
      const source = await sourceRows(pool, table, columns);
      const target = await targetRows(job, table, columns);
      rows += source.length;
      faults.push(...differences(table.tableName, source, target));
    }
    return { faults, rows };
  } finally {
    await pool.close();
  }
}

async function readColumns(pool: sql.ConnectionPool, table: JobTable): Promise<SourceColumn[]> {
  const result = await pool
    .request()
    .input('schema', sql.NVarChar(128), table.eventTable.schema)
    .input('name', sql.NVarChar(128), table.eventTable.name)
    .query(`SELECT c.name, b.name AS type, c.is_computed AS computed
      FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id JOIN sys.schemas AS s ON s.schema_id = t.schema_id
      JOIN sys.types AS b ON b.user_type_id = c.system_type_id OR (c.system_type_id = 240 AND b.user_type_id = c.user_type_id)
      WHERE s.name = @schema AND t.name = @name ORDER BY c.column_id`);
  return (result.recordset as { name: string; type: string; computed: boolean | number }[]).map((row) => ({
    ...row,
    computed: Boolean(row.computed),
  }));
}

function targetColumn(table: JobTable, name: string): string | undefined {
  return table.targetColumns.find((column) => column.source === name)?.name;
}

const bracket = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

async function sourceRows(
  pool: sql.ConnectionPool,
  table: JobTable,
  columns: readonly SourceColumn[],
): Promise<string[]> {
  const list = columns.map((column) => sourceExpression(column.type, bracket(column.name)));
  const request = pool.request();
  request.arrayRowMode = true;
  const { schema, name } = table.eventTable;
  const result = await request.query(`SELECT ${list.join(', ')} FROM ${bracket(schema)}.${bracket(name)}`);
  const rows = result.recordset as unknown as unknown[][];
  return rows.map((row) => JSON.stringify(row.map((value, index) => canonical(columns[index]?.type ?? '', value))));
}

async function targetRows(job: TestJob, table: JobTable, columns: readonly SourceColumn[]): Promise<string[]> {
  const list = columns.map((column) => targetExpression(column.type, quoted(targetColumn(table, column.name) ?? '')));
  const client = await job.target.connect();
  try {
    await client.query(`set timezone = 'UTC'; set datestyle = 'ISO'; set extra_float_digits = 1`);
    const result = await client.query<unknown[]>({
      text: `select ${list.join(', ')} from ${quoted(table.targetSchema)}.${quoted(table.targetName)}`,
      rowMode: 'array',
    });
    return result.rows.map((row) =>
      JSON.stringify(row.map((value, index) => canonical(columns[index]?.type ?? '', value))),
    );
  } finally {
    client.release(true);
  }
}

const isTime = (type: string): boolean => /^(date|time|smalldatetime|datetime|datetime2|datetimeoffset)$/.test(type);
const isMoney = (type: string): boolean => type === 'money' || type === 'smallmoney';
const isBinary = (type: string): boolean => /^(binary|varbinary|image|timestamp)$/.test(type);
const isFloat = (type: string): boolean => type === 'real' || type === 'float';
const isText = (type: string): boolean => /^(char|varchar|nchar|nvarchar|text|ntext|uniqueidentifier)$/.test(type);

function sourceExpression(type: string, column: string): string {
  if (isText(type) || isBinary(type) || isFloat(type)) return column;
  if (isMoney(type)) return `CONVERT(varchar(40), ${column}, 2)`;
  if (isTime(type)) return `CONVERT(varchar(40), ${column}, 121)`;
  if (type === 'xml') return `CONVERT(nvarchar(max), ${column})`;
  if (type === 'hierarchyid') return `${column}.ToString()`;
  return `CONVERT(varchar(60), ${column})`;
}

function targetExpression(type: string, column: string): string {
  if (isBinary(type)) return `encode(${column}, 'hex')`;
  if (isFloat(type)) return `${column}::float8::text`;
  if (type === 'bit') return `(${column}::int)::text`;
  // bpchar as text would lose its blanks
  if (/^n?char$/.test(type)) return column;
  return `${column}::text`;
}

/** One text for a value of either side. */
function canonical(type: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return value.toString('hex');
  const text = String(value);
  if (type === 'uniqueidentifier') return text.toLowerCase();
  if (type === 'real') return String(Math.fround(Number(text)));
  if (type === 'float') return String(Number(text));
  if (type === 'datetimeoffset') return instant(text);
  if (isTime(type)) return micros(text);
  if (type === 'bit') return text === 'true' ? '1' : text === 'false' ? '0' : text;
  return text;
}

/** Digits behind the sixth are cut, zeros at the end too: the declared policy. */
function micros(text: string): string {
  const [whole = '', fraction = ''] = text.trim().split('.');
  const kept = fraction.slice(0, 6).replace(/0+$/, '');
  return kept === '' ? whole.replace(/^(\d{4}-\d\d-\d\d) 00:00:00$/, '$1 00:00:00') : `${whole}.${kept}`;
}

/** Microseconds since 1970 of a time with an offset. */
function instant(text: string): string {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))? ?([+-])(\d\d)(?::?(\d\d))?$/.exec(text.trim());
  if (!match) return text;
  const [, y, mo, d, h, mi, s, fraction = '', sign, oh, om = '0'] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(y), Number(mo) - 1, Number(d));
  date.setUTCHours(Number(h), Number(mi), Number(s), 0);
  const offsetMinutes = (Number(oh) * 60 + Number(om)) * (sign === '-' ? -1 : 1);
  const ms = BigInt(date.getTime()) - BigInt(offsetMinutes) * 60_000n;
  return (ms * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))).toString();
}

/** Compares two multisets of rows. */
function differences(table: string, source: readonly string[], target: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of source) counts.set(row, (counts.get(row) ?? 0) + 1);
  for (const row of target) counts.set(row, (counts.get(row) ?? 0) - 1);
  const differing = [...counts].filter(([, count]) => count !== 0);
  if (differing.length === 0) return [];
  const shown = differing
    .slice(0, LISTED)
    .map(([row, count]) => `${count > 0 ? 'only in the source' : 'only in the target'}: ${row.slice(0, 300)}`);
  return [
    `${table}: ${source.length} rows in the source, ${target.length} in the target, ${differing.length} differing:\n    ${shown.join('\n    ')}`,
  ];
}
