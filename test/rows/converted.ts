import pg from 'pg';
import { DEFAULT_CONVERT } from '#jobs';
import { convertDatabase, type Conversion, type Step } from '#conversion';
import type { DatabaseModel, ModuleModel } from '#schema';
import type { PostgresVersion } from '#stack';
import { freshDatabase, type FreshDatabase } from '#testing';
import { DEFAULT_VALUE_POLICY } from '#values';
import type { Answer, Case, Expected, Group } from '../semantics/case-file.ts';

/** A case and the procedures that its batches became: one each, so that it goes the way of every routine of a migration. */
export interface RowCase {
  readonly group: Group;
  readonly case: Case;
  readonly procedures: readonly string[];
}

/** The cases of groups, numbered in their order. */
export function rowCases(groups: readonly Group[]): readonly RowCase[] {
  let number = 0;
  return groups.flatMap((group) =>
    group.cases.map((one): RowCase => ({ group, case: one, procedures: one.batches.map(() => `case_${++number}`) })),
  );
}

/** Whether a batch of a set-up makes an object, and is not data. */
const isDefinition = (batch: string): boolean => /^\s*(create|alter|exec(ute)?\s+sp_addtype)\b/i.test(batch);

const moduleOf = (name: string, body: string): ModuleModel => ({
  schema: 'dbo',
  name,
  kind: 'procedure',
  definition: `CREATE PROCEDURE dbo.${name} AS\n${body}`,
  usesAnsiNulls: true,
  usesQuotedIdentifier: true,
});

/** The catalog of a database with the procedures of the cases, and those that fill its tables. */
export function modelWith(database: DatabaseModel, cases: readonly RowCase[], groups: readonly Group[]): DatabaseModel {
  const fills = groups.flatMap((group) => group.setup.filter((batch) => !isDefinition(batch)));
  const own = cases.flatMap(({ group, case: { batches }, procedures }) =>
    batches.map((batch, at) =>
      moduleOf(procedures[at] ?? '', at === batches.length - 1 ? group.before + batch : batch),
    ),
  );
  return {
    ...database,
    modules: [...database.modules, ...fills.map((one, at) => moduleOf(`fill_${at}`, one)), ...own],
  };
}

/** What a case gave in PostgreSQL: rows as texts, the error, what was said. */
export interface Given {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly error?: string;
  readonly said: readonly string[];
}

type CaseInsensitive = typeof DEFAULT_CONVERT.caseInsensitive;

function conversionOf(model: DatabaseModel, version: PostgresVersion, caseInsensitive: CaseInsensitive): Conversion {
  const target = { url: '', naming: 'snake_case', schemas: { dbo: 'public' }, version };
  const convert = { ...DEFAULT_CONVERT, caseInsensitive };
  const settings = { target, tables: [], values: DEFAULT_VALUE_POLICY, convert };
  return convertDatabase(model, settings as unknown as Parameters<typeof convertDatabase>[1]);
}

/** Codes of the issues of a case that is converted by itself, those of its database among them. */
export function codesAlone(
  database: DatabaseModel,
  one: RowCase,
  version: PostgresVersion,
  caseInsensitive: CaseInsensitive,
): readonly string[] {
  return conversionOf(modelWith(database, [one], []), version, caseInsensitive).issues.map(({ code }) => code);
}

/** The cases' database, converted for a version of PostgreSQL and made there. */
export class ConvertedCases {
  /** Statements that PostgreSQL refused. */
  readonly refused: { readonly object: string; readonly message: string; readonly sql: string }[] = [];
  private said: string[] = [];
  private readonly calls = new Map<string, string>();
  private readonly codes = new Map<string, Set<string>>();

  private constructor(
    readonly conversion: Conversion,
    private readonly client: pg.Client,
    private readonly fresh: FreshDatabase,
  ) {
    client.on('notice', (notice) => this.said.push(notice.message ?? ''));
    for (const { code, object } of conversion.issues) {
      const name = object.split('.').slice(0, 2).join('.');
      this.codes.set(name, (this.codes.get(name) ?? new Set()).add(code));
    }
    for (const step of conversion.steps) {
      const call = callOf(step);
      if (call !== undefined) this.calls.set(step.object, call);
    }
  }

  static async open(
    model: DatabaseModel,
    version: PostgresVersion,
    caseInsensitive: CaseInsensitive,
  ): Promise<ConvertedCases> {
    const conversion = conversionOf(model, version, caseInsensitive);
    const fresh = await freshDatabase(version);
    const types = { getTypeParser: () => (value: unknown) => value };
    const client = new pg.Client({ connectionString: fresh.url, types });
    await client.connect();
    await client.query(`SET TimeZone = 'UTC'; SET statement_timeout = '5s'`);
    const made = new ConvertedCases(conversion, client, fresh);
    await made.create();
    return made;
  }

  /** All in one round trip; one by one where PostgreSQL refuses something. */
  private async create(): Promise<void> {
    const { steps } = this.conversion;
    try {
      await this.client.query(steps.map((step) => step.sql).join(';\n'));
    } catch {
      for (const step of steps) {
        await this.client.query(step.sql).catch((error: Error) => {
          this.refused.push({ object: step.object, message: error.message, sql: step.sql });
        });
      }
    }
    for (const [object, call] of this.calls) if (/^dbo\.fill_/.test(object)) await this.client.query(call);
  }

  /** The PostgreSQL text of a case. */
  textOf(one: RowCase): string {
    const objects = one.procedures.map((name) => `dbo.${name}`);
    return this.conversion.steps
      .filter((step) => objects.includes(step.object))
      .map((step) => step.sql)
      .join('\n');
  }

  /** Codes of the issues that the case's procedures have. */
  codesOf(one: RowCase): readonly string[] {
    return one.procedures.flatMap((name) => [...(this.codes.get(`dbo.${name}`) ?? [])]);
  }

  /** Runs a case; its changes are undone, unless it deals with transactions itself. */
  async run(one: RowCase): Promise<Given> {
    this.said = [];
    if (one.group.undo) await this.client.query('BEGIN');
    try {
      let rows: Given['rows'] = [];
      for (const name of one.procedures) rows = await this.called(this.calls.get(`dbo.${name}`) ?? `CALL ${name}()`);
      return { rows, said: this.said };
    } catch (error) {
      return { rows: [], error: (error as Error).message, said: [...this.said, (error as Error).message] };
    } finally {
      await this.client.query('ROLLBACK');
    }
  }

  /** The rows of a call: those of the last result set where they are in cursors. */
  private async called(call: string): Promise<Given['rows']> {
    const alone = call.startsWith('CALL') && call.includes('NULL');
    if (alone) await this.client.query('BEGIN').catch(() => undefined);
    const { rows } = await this.client.query<(string | null)[]>({ text: call, rowMode: 'array' });
    if (!call.startsWith('CALL')) return rows;
    const last = rows[0]?.filter((name) => name !== null && /^<unnamed|^result_|cursor/.test(name)).at(-1);
    if (last === undefined || last === null) return [];
    const fetched = await this.client.query<(string | null)[]>({
      text: `FETCH ALL FROM "${last.replaceAll('"', '""')}"`,
      rowMode: 'array',
    });
    return fetched.rows;
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.fresh.drop();
  }
}

/** How a routine without parameters of the source is called: NULL for each cursor and return code. */
function callOf(step: Step): string | undefined {
  const [, kind, name = '', list = ''] =
    /^CREATE (?:OR REPLACE )?(FUNCTION|PROCEDURE) ([^\s(]+)\s*\(([^)]*)\)/.exec(step.sql) ?? [];
  if (kind === 'FUNCTION') return `SELECT * FROM ${name}()`;
  if (kind !== 'PROCEDURE') return undefined;
  const nulls = list.split(',').filter((one) => one.trim() !== '');
  return `CALL ${name}(${nulls.map(() => 'NULL').join(', ')})`;
}

/** What a case gave, in the words of what was expected: equal where the conversion behaves as the source does. */
export function comparedRows(answer: Answer, given: Given): { expected: unknown; actual: unknown } {
  if (answer.errors.length > 0) {
    const said = answer.said.find((part) => given.error?.includes(part) !== true);
    const isRaised = given.error !== undefined && said === undefined;
    return { expected: 'an error', actual: isRaised ? 'an error' : (given.error ?? given.rows) };
  }
  const expected: Record<string, unknown> = {};
  const actual: Record<string, unknown> = given.error === undefined ? {} : { error: given.error };
  if (answer.rows) {
    expected['rows'] = answer.rows.map((row) => row.map(wanted));
    actual['rows'] = given.rows.map((row, at) => row.map((value, column) => shown(answer.rows?.[at]?.[column], value)));
  }
  if (answer.said.length > 0) {
    expected['said'] = answer.said;
    actual['said'] = answer.said.map((part) => (given.said.some((one) => one.includes(part)) ? part : given.said));
  }
  return { expected, actual };
}

function wanted(one: Expected): string {
  if (one.kind === 'time') return shortTime(one.text);
  if (one.kind === 'number') return String(Number(one.text));
  if (one.kind === 'bytes') return `0x${one.text}`;
  return 'text' in one ? one.text : one.kind;
}

/** PostgreSQL's text of a value as that of the value expected, where it is the same. */
function shown(expected: Expected | undefined, value: string | null): string {
  if (expected?.kind === 'any') return 'any';
  if (value === null) return 'null';
  switch (expected?.kind) {
    case 'number': {
      const number = value === 't' ? 1 : value === 'f' ? 0 : Number(value);
      const places = expected.places ?? 12;
      const near =
        Math.abs(number - Number(expected.text)) <= Math.max(0.5 * 10 ** -places * 1.000001, Math.abs(number) * 1e-14);
      return near ? wanted(expected) : value;
    }
    case 'bytes':
      return value.replace(/^\\x/, '0x').replace(/[0-9a-f]+$/, (digits) => digits.toUpperCase());
    case 'time':
      return shortTime(value.replace(' ', 'T').replace(/\+00$/, ''));
    case 'text':
      // The drivers of SQL Server show a GUID in capitals.
      return /^[0-9a-f-]{36}$/i.test(value) && value.toUpperCase() === expected.text.toUpperCase()
        ? expected.text
        : value;
    default:
      return value;
  }
}

/** Without zeros at the end of the fraction, and without a time of midnight. */
const shortTime = (text: string): string =>
  text
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
    .replace(/^(\d{4}-\d\d-\d\d)T00:00:00$/, '$1');

/** Issues that tell how a procedure is called, and not what it does. */
const FORM = new Set(['SL1045', 'SL1047', 'SL1055']);

/** The codes of a case's issues that tell of its answer. */
export const tellingCodes = (made: ConvertedCases, one: RowCase): readonly string[] =>
  made.codesOf(one).filter((code) => !FORM.has(code));
