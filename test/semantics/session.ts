import sql from 'mssql';
import type { Answer, Expected } from './case-file.ts';
import type { ChosenServer } from './server-choice.ts';

/** What a batch answered, in the forms that {@link Answer} compares. */
export interface Seen {
  /** Of the last result set. */
  readonly rows: readonly (readonly unknown[])[];
  readonly columns: readonly sql.IColumn[];
  readonly errors: readonly { readonly number: number; readonly message: string }[];
  readonly infos: readonly string[];
}

/** One connection to a database of its own. */
export class SemanticsSession {
  private constructor(
    private readonly pool: sql.ConnectionPool,
    private readonly settings: sql.config,
    /** False where a real server answers. */
    readonly sandbox: boolean,
  ) {}

  /** Makes the database on the server that {@link chooseServer} chose, and asks it whether it is the sandbox. */
  static async open(database: string, { settings }: ChosenServer): Promise<SemanticsSession> {
    const master = await new sql.ConnectionPool({ ...settings, database: 'master' }).connect();
    await master.request().batch(`CREATE DATABASE ${database} COLLATE SQL_Latin1_General_CP1_CI_AS`);
    const { recordset } = await master.request().query<{ version: string }>('SELECT @@VERSION AS version');
    await master.close();
    const own = { ...settings, database };
    const isSandbox = /sandbox/i.test(recordset[0]?.version ?? '');
    return new SemanticsSession(await new sql.ConnectionPool(own).connect(), own, isSandbox);
  }

  /** Another connection to the same database; the caller closes it. */
  async another(): Promise<SemanticsSession> {
    const pool = await new sql.ConnectionPool(this.settings).connect();
    return new SemanticsSession(pool, this.settings, this.sandbox);
  }

  /** Runs a batch to its end, whatever it says. */
  run(text: string): Promise<Seen> {
    const request = this.pool.request();
    request.stream = true;
    request.arrayRowMode = true;
    let rows: unknown[][] = [];
    let columns: sql.IColumn[] = [];
    const errors: { number: number; message: string }[] = [];
    const infos: string[] = [];
    return new Promise((resolve) => {
      request.on('recordset', (found: unknown) => {
        rows = [];
        columns = found as sql.IColumn[];
      });
      // The driver joins the pieces of FOR JSON and FOR XML into an object of one property.
      request.on('row', (row: object) => rows.push(Array.isArray(row) ? row : Object.values(row)));
      request.on('error', (error: sql.RequestError) => {
        errors.push({ number: error.number ?? -1, message: error.message });
      });
      request.on('info', (info: { message: string }) => infos.push(info.message));
      request.on('done', () => resolve({ rows, columns, errors, infos }));
      request.batch(text).catch(() => undefined);
    });
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** Ends the session and removes its database. */
  async drop(): Promise<void> {
    await this.pool.close();
    const master = await new sql.ConnectionPool({ ...this.settings, database: 'master' }).connect();
    await master.request().batch(`DROP DATABASE ${this.settings.database ?? ''}`);
    await master.close();
  }
}

/** What was seen, in the words of what was expected: equal texts where the answer is right. */
export function compared(answer: Answer, seen: Seen): { expected: unknown; actual: unknown } {
  const expected: Record<string, unknown> = { errors: answer.errors };
  const actual: Record<string, unknown> = { errors: seen.errors.map((error) => error.number) };
  if (seen.errors.length > 0 && answer.errors.length === 0) actual['messages'] = seen.errors.map((one) => one.message);
  if (answer.rows !== undefined) {
    const pairs = seen.rows.map((row, index) =>
      row.map((value, column) => pairOf(answer.rows?.[index]?.[column], value, seen.columns[column])),
    );
    expected['rows'] = answer.rows.map((row, index) =>
      row.map((value, column) => pairs[index]?.[column]?.expected ?? shown(value)),
    );
    actual['rows'] = pairs.map((row) => row.map((pair) => pair.actual));
  }
  if (answer.said.length > 0) {
    const all = [...seen.infos, ...seen.errors.map((error) => error.message)];
    expected['said'] = answer.said;
    actual['said'] = answer.said.map((part) => (all.some((one) => one.includes(part)) ? part : all));
  }
  if (answer.type !== undefined) {
    expected['type'] = answer.type;
    actual['type'] = declarationOf(seen.columns[0]);
  }
  return { expected, actual };
}

const shown = (value: Expected): string => ('text' in value ? value.text : value.kind.toUpperCase());

/** A value and its expectation as texts that are equal where the value is right. */
function pairOf(expected: Expected | undefined, value: unknown, column: sql.IColumn | undefined) {
  const actual = textOf(value, column);
  if (expected === undefined) return { expected: undefined, actual };
  const wanted = wantedText(expected, value, actual);
  return { expected: wanted, actual: expected.kind === 'any' ? wanted : actual };
}

function wantedText(expected: Expected, value: unknown, actual: string): string {
  switch (expected.kind) {
    case 'any':
      return '*';
    case 'null':
      return 'NULL';
    case 'bytes':
      return `0x${expected.text}`;
    case 'time':
      return shortTime(expected.text);
    case 'number':
      if (expected.places !== undefined && typeof value === 'number') {
        return Math.abs(Number(expected.text) - value) <= 0.5 * 10 ** -expected.places * 1.000001
          ? actual
          : expected.text;
      }
      return typeof value === 'string' ? expected.text : String(Number(expected.text));
    case 'text':
      return `'${expected.text}'`;
  }
}

/** What the driver says of a column, more than its types do. */
type Described = { length?: number; precision?: number; scale?: number; type?: { declaration?: string } };

const declared = (column: sql.IColumn | undefined): string =>
  (column as unknown as Described | undefined)?.type?.declaration ?? '';

/** `varchar(3)`, `decimal(10,2)`, `int`. */
function declarationOf(column: sql.IColumn | undefined): string {
  const name = declared(column);
  const { length = 0, precision, scale } = column as unknown as Described;
  // decimal and numeric are synonyms.
  if (/^(decimal|numeric)$/.test(name)) return `decimal(${precision},${scale})`;
  if (/^n(var)?char$/.test(name)) return `${name}(${length >= 65_535 ? 'max' : length / 2})`;
  if (/^(var)?(char|binary)$/.test(name)) return `${name}(${length >= 65_535 ? 'max' : length})`;
  return /^(time|datetime2|datetimeoffset)$/.test(name) ? `${name}(${scale})` : name;
}

function textOf(value: unknown, column: sql.IColumn | undefined): string {
  if (value === null) return 'NULL';
  if (value instanceof Date) return timeText(value as Date & { nanosecondsDelta?: number }, declared(column));
  if (Buffer.isBuffer(value)) return `0x${value.toString('hex').toUpperCase()}`;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return declared(column) === 'bigint' ? value : `'${value}'`;
  return String(value === 0 ? 0 : value);
}

function timeText(value: Date & { nanosecondsDelta?: number }, type: string): string {
  const [day = '', clock = ''] = value.toISOString().split('T');
  if (type === 'date') return day;
  const ticks = Math.round((value.nanosecondsDelta ?? 0) * 1e7);
  const precise = clock.replace('Z', String(ticks).padStart(4, '0'));
  return shortTime(type === 'time' ? precise : `${day}T${precise}`);
}

/** Without zeros at the end of the fraction. */
const shortTime = (text: string): string => text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
