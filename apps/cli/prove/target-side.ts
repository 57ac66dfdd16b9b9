import type pg from 'pg';
import {
  type Cell,
  type ConvertedTable,
  type CounterTarget,
  numberCell,
  targetSort,
  type TargetCall,
  timeCell,
  type TrialOutcome,
} from '#conversion';
import { quoteIdent, quoteLiteral, quoteQualified } from '#pgsql';
import { sqlState } from '#target-postgres';
import { type CounterState, namesOf } from './source-side.ts';
import { nameOf, type TableRows } from './table-rows.ts';

const TIMEOUT_MS = 30_000;
/** Rows of a result set that are compared at most. */
export const SET_ROWS = 100_000;

const RAW = { getTypeParser: () => (value: string | null) => value } as unknown as pg.CustomTypesConfig;

/** PostgreSQL's types by number: pg_type.dat. */
const OID = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
  float4: 700,
  float8: 701,
  numeric: 1700,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  uuid: 2950,
};
const NUMBERS = new Set([OID.int8, OID.int2, OID.int4, OID.float8, OID.numeric]);

/** Calls the converted routine and reads the tables as they are then; the transaction is rolled back. Read are the `named` tables and those of `all` that the call itself has changed. */
export async function callTarget(
  client: pg.PoolClient,
  call: TargetCall,
  tables: { readonly all: readonly ConvertedTable[]; readonly named: readonly ConvertedTable[] },
  before: readonly string[],
  tableRows: TableRows,
): Promise<TrialOutcome & { readonly uncopied?: readonly ConvertedTable[] }> {
  await client.query(`BEGIN; SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
  try {
    for (const sql of before) await client.query(sql);
    const isQuery = call.sql.startsWith('SELECT ');
    const answer = await ask(client, isQuery ? `${call.sql} LIMIT ${SET_ROWS + 1}` : call.sql);
    const outputs = new Map<number, Cell>();
    const valueOf = (name: string): Cell => answer.rows[0]?.[answer.names.indexOf(name)] ?? null;
    for (const [index, name] of call.outputs) outputs.set(index, valueOf(name));
    const sets = isQuery ? [answer.rows] : [];
    for (const cursor of call.cursors) {
      const name = valueOf(cursor);
      if (name !== null) sets.push((await ask(client, `FETCH ${SET_ROWS + 1} FROM ${quoteIdent(name)}`)).rows);
    }
    const changed = new Set([...tables.named, ...(await changedTables(client, tables.all))]);
    const uncopied = tableRows.uncopied(changed);
    const rows = new Map<string, Cell[][]>();
    if (uncopied.length === 0)
      for (const table of changed) rows.set(nameOf(table), await readTable(client, table, tableRows));
    const returnCode = call.returnCode ? valueOf(call.returnCode) : undefined;
    return { error: null, sets, returnCode, outputs, rows, ...(uncopied.length > 0 ? { uncopied } : {}) };
  } catch (error) {
    if (sqlState(error) === '') throw error;
    const message = (error as Error).message;
    return {
      error: { sort: targetSort(sqlState(error), message), message },
      ...{ sets: [], returnCode: undefined, outputs: new Map(), rows: new Map() },
    };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** Rows of a table in the form in which they are compared. */
async function readTable(client: pg.PoolClient, table: ConvertedTable, tableRows: TableRows): Promise<Cell[][]> {
  const sets: Cell[][][] = [];
  for (const read of tableRows.targetReads(table)) sets.push((await ask(client, read)).rows);
  return tableRows.rowsOf(table, sets).rows;
}

interface Answer {
  readonly names: readonly string[];
  readonly rows: Cell[][];
}

async function ask(client: pg.PoolClient, sql: string): Promise<Answer> {
  const result = await client.query<(string | null)[]>({ text: sql, rowMode: 'array', types: RAW });
  const oids = result.fields.map((field) => field.dataTypeID);
  return {
    names: result.fields.map((field) => field.name),
    rows: result.rows.map((row) => row.map((value, at) => cellOf(value, oids[at] ?? 0))),
  };
}

function cellOf(value: string | null, oid: number): Cell {
  if (value === null) return null;
  if (oid === OID.bool) return value === 't' ? '1' : '0';
  if (NUMBERS.has(oid)) return numberCell(value);
  if (oid === OID.float4) return numberCell(String(Number(Number(value).toPrecision(7))));
  if (oid === OID.time || oid === OID.timestamp) return timeCell(value);
  if (oid === OID.timestamptz) return `${timeCell(value.replace(/\+00$/, ''))}Z`;
  return value;
}

/** Statistics of the transaction itself tell which tables it has changed. */
async function changedTables(client: pg.PoolClient, tables: readonly ConvertedTable[]): Promise<ConvertedTable[]> {
  const { rows } = await client.query<{ schemaname: string; relname: string }>(
    'SELECT schemaname, relname FROM pg_stat_xact_user_tables WHERE n_tup_ins + n_tup_upd + n_tup_del > 0',
  );
  const names = new Set(rows.map((row) => quoteQualified({ schema: row.schemaname, name: row.relname })));
  return tables.filter((table) => names.has(quoteQualified(table)));
}

/** Statements that let identities and sequences go on where those of the source stand; they are of no transaction either. */
export function counterStatements(
  counters: readonly CounterTarget[],
  states: ReadonlyMap<string, CounterState>,
): string[] {
  const calls = counters.flatMap((one) => {
    const { sequence, identity } = one;
    const state =
      states.get(one.object) ?? [...states].find(([name]) => identity && one.object.startsWith(`${name}.`))?.[1];
    if (!state) return [];
    const name = sequence
      ? `${quoteLiteral(quoteQualified(sequence))}::regclass`
      : identity
        ? `pg_get_serial_sequence(${quoteLiteral(quoteQualified({ schema: identity.schema, name: identity.table }))}, ${quoteLiteral(identity.column)})::regclass`
        : '';
    return [`setval(${name}, ${state.last ?? state.first}, ${state.last !== null})`];
  });
  return calls.length === 0 ? [] : [`SELECT ${calls.join(', ')}`];
}

/** What the session is called, as value → kind of name. */
export async function targetSession(client: pg.PoolClient): Promise<ReadonlyMap<string, string>> {
  const { rows } = await ask(
    client,
    `SELECT current_database(), host(inet_client_addr()), current_setting('application_name'), current_user, session_user, pg_backend_pid(), version()`,
  );
  return namesOf(rows[0] ?? [], ['database', 'host', 'program', 'user', 'user', 'session', 'version']);
}
