import type { ResultColumn, SqlType, TranslatedDml } from '#conversion';
import { changeOf } from './profile.ts';
import type { Delete, Insert, Merge, Update } from '#tsql';
import { sequenceName, type CatalogObject } from '../catalog/index.ts';
import { SqlError, type ResultSink, type TdsColumn, type TdsType, type TdsValue } from '../session.ts';
import type { PgRow } from './pg-link.ts';
import { callStatement } from './procedure-call.ts';
import { columnsOf, finish, rowDecoder } from './query.ts';
import { bind, translated, type Run } from './run.ts';
import { insertRows } from './stage.ts';
import { encoderFor } from './storage-type.ts';
import { checkSnapshotAllowed, lockTables } from './table-locks.ts';
import { firing, runWithTriggers } from './triggers.ts';

export type DmlStatement = Insert | Update | Delete | Merge;

const COMMAND: Record<TranslatedDml['kind'], number> = { insert: 0xc3, update: 0xc5, delete: 0xc4, merge: 0xc3 };

/** INSERT, UPDATE, DELETE and MERGE. */
export async function runDml(run: Run, statement: DmlStatement): Promise<void> {
  if (statement.kind === 'insert' && statement.source.kind === 'insertExecute') {
    finish(run, await insertExecute(run, statement), COMMAND.insert);
    return;
  }
  const dml = await translated(run, statement, (node, context) => changeOf(node, context));
  checkSnapshotAllowed(run, dml.sql);
  await lockTables(run, statement);
  const object = await targetOf(run, dml);
  checkIdentity(run, dml, object);
  const triggers = object === undefined ? [] : firing(object, dml.kind);
  const count =
    object !== undefined && triggers.length > 0
      ? await runWithTriggers(run, statement, object, triggers)
      : await applyDml(run, dml, object);
  finish(run, count, COMMAND[dml.kind]);
}

/** The catalog's object that is written to; undefined for temporary tables and table variables. */
export async function targetOf(run: Run, dml: TranslatedDml): Promise<CatalogObject | undefined> {
  const match = /^"?u"?\."?t(\d+)"?$/.exec(dml.target.sql ?? '');
  if (match === null) return undefined;
  return (await run.session.snapshot()).objectById(Number(match[1]));
}

function checkIdentity(run: Run, dml: TranslatedDml, object: CatalogObject | undefined): void {
  if (dml.kind !== 'insert') return;
  const allowed = run.session.identityInsert?.key === (object?.id ?? dml.target.sql);
  if (dml.explicitIdentity && !allowed) {
    throw new SqlError(
      544,
      `Cannot insert explicit value for identity column in table '${dml.target.name}' when IDENTITY_INSERT is set to OFF.`,
    );
  }
  if (allowed && !dml.explicitIdentity) {
    throw new SqlError(
      545,
      `Explicit value must be specified for identity column in table '${dml.target.name}' either when IDENTITY_INSERT is set to ON or when a replication user is inserting into a NOT FOR REPLICATION identity column.`,
    );
  }
}

interface Split {
  readonly output: readonly ResultColumn[];
  readonly rows: PgRow[];
  last: PgRow | undefined;
}

/** Runs a translated change and does what follows from it: OUTPUT, identity, variables. Resolves with the number of rows. */
export async function applyDml(run: Run, dml: TranslatedDml, object: CatalogObject | undefined): Promise<number> {
  const values = await bind(run, dml.parameters);
  const { session, out } = run;
  const output = dml.columns.slice(0, dml.columns.length - dml.assigns.length);
  const toClient = output.length > 0 && dml.outputInto === undefined;
  const decode = rowDecoder(output);
  if (toClient) out.columns(columnsOf(output));
  const seen: Split = { output, rows: [], last: undefined };
  const result = await session.query(dml.sql, values, {
    writes: true,
    signal: run.signal,
    onRow: (row) => {
      seen.last = row;
      if (dml.outputInto !== undefined) seen.rows.push(row);
      return toClient ? out.row(decode(row)) : true;
    },
    drained: () => out.drained(),
  });
  assign(run, dml, output.length, seen.last);
  await noteIdentity(run, dml, object, seen.last);
  if (dml.outputInto !== undefined) {
    const names = dml.outputInto.columns.map((column) => column.name);
    await insertRows(run, dml.outputInto.target, names, output, seen.rows);
  }
  return result.count;
}

function assign(run: Run, dml: TranslatedDml, from: number, last: PgRow | undefined): void {
  if (last === undefined) return;
  dml.assigns.forEach((name, index) => {
    const slot = run.frame.variable(name);
    if (slot !== undefined) slot.value = last[from + index] ?? null;
  });
}

async function noteIdentity(
  run: Run,
  dml: TranslatedDml,
  object: CatalogObject | undefined,
  last: PgRow | undefined,
): Promise<void> {
  if (dml.kind !== 'insert' && dml.kind !== 'merge') return;
  if (dml.identity !== undefined && last !== undefined) {
    setIdentity(run, last[0] ?? null);
    return;
  }
  const column = dml.target.columns.find((candidate) => candidate.identity);
  if (column === undefined) return;
  const sequence =
    object === undefined ? `pg_temp.s${dml.target.sql?.replace('pg_temp.', '') ?? ''}` : `u.${sequenceName(object.id)}`;
  if (dml.explicitIdentity) {
    const ascending = (object?.columns.find((candidate) => candidate.identity)?.identity?.increment ?? 1n) > 0n;
    const edge = ascending ? ['max', '>', 'GREATEST'] : ['min', '<', 'LEAST'];
    const result = await run.session.query(
      `SELECT m, CASE WHEN m ${edge[1]} last_value OR NOT is_called THEN setval('${sequence}', ${edge[2]}(m, CASE WHEN is_called THEN last_value ELSE m END)) END FROM ${sequence}, (SELECT ${edge[0]}(${column.sql})::bigint AS m FROM ${dml.target.sql}) AS x WHERE m IS NOT NULL`,
      [],
      { writes: true },
    );
    setIdentity(run, result.rows[0]?.[0] ?? null);
  } else if (dml.columns.length > 0 && last !== undefined) {
    const result = await run.session.query(`SELECT last_value FROM ${sequence}`, [], { writes: false });
    setIdentity(run, result.rows[0]?.[0] ?? null);
  }
}

function setIdentity(run: Run, value: string | null): void {
  run.frame.scopeIdentity = value;
  run.session.lastIdentity = value;
}

/** Keeps the first result set of what runs, as rows of storage text. */
class CollectingSink implements ResultSink {
  columnsSeen: readonly TdsColumn[] | undefined;
  readonly rows: (string | null)[][] = [];
  private encode: ((values: readonly TdsValue[]) => (string | null)[]) | undefined;

  constructor(private readonly outer: ResultSink) {}

  columns(columns: readonly TdsColumn[]): void {
    if (this.columnsSeen !== undefined && this.columnsSeen.length !== columns.length) {
      throw new SqlError(213, 'Column name or number of supplied values does not match table definition.', 16, 7);
    }
    this.columnsSeen ??= columns;
    const encoders = columns.map((column) => encoderFor(column.type));
    this.encode = (values) => values.map((value, index) => encoders[index]?.(value) ?? null);
  }

  row(values: readonly TdsValue[]): boolean {
    this.rows.push(this.encode?.(values) ?? []);
    return true;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  done(): void {}
  returnStatus(): void {}
  returnValue(): void {}

  info(message: SqlError): void {
    this.outer.info(message);
  }

  error(error: SqlError): void {
    this.outer.error(error);
  }

  envChange(change: Parameters<ResultSink['envChange']>[0]): void {
    this.outer.envChange(change);
  }
}

async function insertExecute(run: Run, statement: Insert): Promise<number> {
  if (
    statement.source.kind !== 'insertExecute' ||
    (statement.target.kind !== 'table' && statement.target.kind !== 'tableVariable')
  ) {
    throw new SqlError(40515, 'INSERT … EXEC into this target is not supported in this version of SQL Server.');
  }
  const sink = new CollectingSink(run.out);
  await callStatement({ ...run, out: sink }, statement.source.execute);
  if (sink.columnsSeen === undefined) return 0;
  const columns = sink.columnsSeen.map((column, index) => ({
    name: `c${index}`,
    type: column.type as TdsType as SqlType,
    nullable: true,
  }));
  const names = statement.columns.map((column) => column.name);
  return insertRows(run, statement.target, names, columns, sink.rows);
}
