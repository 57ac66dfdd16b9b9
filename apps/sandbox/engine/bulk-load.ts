import { typeText, type SqlType } from '#conversion';
import type { InsertBulk, ObjectName } from '#tsql';
import type { CatalogObject } from '../catalog/index.ts';
import { SqlError, type TdsColumn, type TdsValue } from '../session.ts';
import { copyEncoderFor, type CopyValue } from './copy.ts';
import type { EngineSession } from './engine-session.ts';
import { Frame } from './frame.ts';
import { requireBuilt } from './forms/index.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { requireRights } from './permissions.ts';
import { sqlError } from './pg-error.ts';
import { contextOf, localTable, type Run } from './run.ts';
import { namePartsOf } from './names.ts';
import { insertRows, SILENT } from './stage.ts';

/** Clients that want the server to count leave the identity column out of INSERT BULK; one that is listed keeps the values sent. */
async function identityInsertFor(
  run: Run,
  table: ObjectName,
  names: readonly string[],
): Promise<EngineSession['identityInsert']> {
  const { scope } = await contextOf(run);
  const object = scope.object(namePartsOf(table));
  const column = object?.columns.find((one) => one.identity !== undefined);
  const isListed = names.length === 0 || names.some((name) => name.toLowerCase() === column?.name.toLowerCase());
  return object === undefined || column === undefined || !isListed ? undefined : { key: object.id, name: object.name };
}

const wants = ({ options }: InsertBulk, name: string): boolean => options.some((option) => option.name === name);

/** A column of the table, also of a temporary one, and its default. */
type Defaulted = Pick<CatalogObject['columns'][number], 'name' | 'type'> & {
  readonly default?: { readonly definition: string };
};

/** The columns of a `#` table as it was defined. */
function temporaryColumns(run: Run, table: ObjectName): readonly Defaulted[] | undefined {
  const local = localTable(run, table.name.name);
  return local && run.session.locals.entryOf(local)?.definition.columns;
}

/** What is stored of a value of the load: without KEEP_NULLS a NULL is the column's default. */
function storedValue(
  { columns, options }: InsertBulk,
  known: readonly Defaulted[] | undefined,
): ((column: string, index: number) => string) | undefined {
  if (known === undefined || options.some((option) => option.name === 'KEEP_NULLS')) return undefined;
  return (column, index) => {
    const name = columns[index]?.name.name.toLowerCase();
    const target = name === undefined ? known[index] : known.find((one) => one.name.toLowerCase() === name);
    if (target?.default === undefined) return column;
    const fallback = `CAST(${target.default.definition} AS ${typeText(target.type as SqlType)})`;
    return `CASE WHEN ${column} IS NULL THEN ${fallback} ELSE ${column} END`;
  };
}

/** Without CHECK_CONSTRAINTS rows are let in unseen, and the constraints are trusted no more. Rows that break one are refused here. */
function unchecked(error: unknown): unknown {
  if (!(error instanceof SqlError) || error.number !== 547) return error;
  const message = `A bulk load without CHECK_CONSTRAINTS of rows that break a constraint is not supported in this version of SQL Server. ${error.message}`;
  return new SqlError(40_515, message);
}

async function distrust(session: EngineSession, object: CatalogObject): Promise<void> {
  const enabled = [...object.checks, ...object.foreignKeys].filter((one) => !one.disabled);
  if (enabled.length === 0) return;
  await session.query(
    `WITH c AS (UPDATE meta.check_constraints SET is_not_trusted = true WHERE object_id = ANY ($1::int[]) AND NOT is_not_trusted)
     UPDATE meta.foreign_keys SET is_not_trusted = true WHERE object_id = ANY ($1::int[]) AND NOT is_not_trusted`,
    [`{${enabled.map((one) => one.objectId).join()}}`],
    { writes: true },
  );
}

/** INSERT BULK: the rows go to a temporary table by COPY, and from there by the ordinary INSERT; triggers fire where it says FIRE_TRIGGERS. */
export async function bulkLoad(
  session: EngineSession,
  sql: string,
  columns: readonly TdsColumn[],
  rows: AsyncIterable<readonly TdsValue[]>,
  signal: AbortSignal,
): Promise<bigint> {
  const parsed = parsedBatch(sql, true);
  requireParsed(parsed);
  const statement = parsed.statements.find((candidate) => candidate.kind === 'insertBulk');
  if (statement === undefined) throw new SqlError(4801, 'Insert bulk is not supported over this access protocol.');
  const frame = new Frame('', 0, 0, session.root);
  const run: Run = { session, frame, out: SILENT, signal, text: sql };
  const encoders = columns.map((column) => copyEncoderFor(column.type as SqlType));
  async function* stored(): AsyncGenerator<CopyValue[]> {
    for await (const row of rows) {
      if (signal.aborted) throw new SqlError(3617, 'The statement has been canceled.');
      yield row.map((value, index) => encoders[index]?.(value) ?? null);
    }
  }
  requireBuilt(statement);
  await requireRights(run, statement);
  const checks = wants(statement, 'CHECK_CONSTRAINTS');
  const object = (await contextOf(run)).scope.object(namePartsOf(statement.table));
  const names = statement.columns.map((column) => column.name.name);
  const target = { kind: 'table', name: statement.table, columns: [], hints: [], span: statement.span } as const;
  const keepIdentity = session.identityInsert;
  try {
    session.identityInsert = await identityInsertFor(run, statement.table, names);
    const count = await insertRows(
      { ...run, withoutTriggers: !wants(statement, 'FIRE_TRIGGERS') },
      target,
      names,
      columns.map((column) => ({ name: column.name, type: column.type as SqlType, nullable: true })),
      stored(),
      storedValue(statement, object?.columns ?? temporaryColumns(run, statement.table)),
    );
    if (!checks && count > 0 && object !== undefined) await distrust(session, object);
    return BigInt(count);
  } catch (error) {
    const snapshot = await session.snapshot().catch(() => undefined);
    const fault = sqlError(error, {
      line: 1,
      procedure: '',
      verb: 'INSERT',
      spid: session.spid,
      snapshot,
      locals: session.locals,
    });
    throw checks ? fault : unchecked(fault);
  } finally {
    session.identityInsert = keepIdentity;
    await session.dropTemporary(frame);
  }
}
