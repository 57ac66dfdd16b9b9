import type { SqlType } from '#conversion';
import type { ObjectName } from '#tsql';
import { SqlError, type TdsColumn, type TdsValue } from '../session.ts';
import { copyEncoderFor, type CopyValue } from './copy.ts';
import type { EngineSession } from './engine-session.ts';
import { Frame } from './frame.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { requireRights } from './permissions.ts';
import { sqlError } from './pg-error.ts';
import { contextOf, type Run } from './run.ts';
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

/** INSERT BULK: the rows go to a temporary table by COPY, and from there by the ordinary INSERT with all its checks. */
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
  await requireRights(run, statement);
  const names = statement.columns.map((column) => column.name.name);
  const target = { kind: 'table', name: statement.table, columns: [], hints: [], span: statement.span } as const;
  const keepIdentity = session.identityInsert;
  try {
    session.identityInsert = await identityInsertFor(run, statement.table, names);
    const count = await insertRows(
      run,
      target,
      names,
      columns.map((column) => ({ name: column.name, type: column.type as SqlType, nullable: true })),
      stored(),
    );
    return BigInt(count);
  } catch (error) {
    const snapshot = await session.snapshot().catch(() => undefined);
    throw sqlError(error, {
      line: 1,
      procedure: '',
      verb: 'INSERT',
      spid: session.spid,
      snapshot,
      locals: session.locals,
    });
  } finally {
    session.identityInsert = keepIdentity;
    await session.dropTemporary(frame);
  }
}
