import type { BeginTransaction, Identifier, RollbackTransaction, SaveTransaction, Variable } from '#tsql';
import { SqlError, type ResultSink, type TransactionRequest } from '../session.ts';
import { closeAtEnd } from './cursors.ts';
import type { EngineSession } from './engine-session.ts';
import type { Run } from './run.ts';
import { unescapeText } from './storage-text.ts';
import type { Isolation } from './transaction.ts';

function nameOf(run: Run, name: Identifier | Variable | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (name.kind === 'identifier') return name.name;
  const slot = run.frame.variable(name.name);
  if (slot === undefined) throw new SqlError(137, `Must declare the scalar variable "${name.name}".`, 15, 2);
  return unescapeText(slot.value ?? '');
}

async function begin(session: EngineSession, out: ResultSink, name?: string, isolation?: Isolation): Promise<void> {
  const opened = await session.tx.begin(session.link, isolation ?? session.options.isolation, name);
  if (opened) out.envChange({ kind: 'begin', descriptor: session.tx.descriptor });
}

async function commit(session: EngineSession, out: ResultSink): Promise<void> {
  const { descriptor } = session.tx;
  if (await session.tx.commit()) {
    session.locals.committed();
    session.transactionEnded();
    out.envChange({ kind: 'commit', descriptor });
  }
}

async function rollback(session: EngineSession, out: ResultSink, name?: string): Promise<void> {
  const { descriptor } = session.tx;
  const ended = await session.rollbackTo(name === '' ? undefined : name);
  if (!ended) return;
  session.transactionEnded();
  out.envChange({ kind: 'rollback', descriptor });
}

/** BEGIN TRANSACTION. A distributed one would need MSDTC, which is no part of a server (8501). */
export async function beginTransaction(run: Run, statement: BeginTransaction): Promise<void> {
  if (statement.distributed) throw new SqlError(8501, `MSDTC on server '${run.session.serverName}' is unavailable.`);
  await run.session.beginImplicit(run.out);
  await begin(run.session, run.out, nameOf(run, statement.name));
  run.session.rowCount = 0;
}

export async function commitTransaction(run: Run): Promise<void> {
  await commit(run.session, run.out);
  if (run.session.tx.depth === 0) closeAtEnd(run, false);
  run.session.rowCount = 0;
}

export async function rollbackTransaction(run: Run, statement: RollbackTransaction): Promise<void> {
  await rollback(run.session, run.out, nameOf(run, statement.name));
  if (run.session.tx.depth === 0) closeAtEnd(run, true);
  run.session.rowCount = 0;
}

export async function saveTransaction(run: Run, statement: SaveTransaction): Promise<void> {
  await run.session.tx.save(nameOf(run, statement.name) ?? '');
  run.session.rowCount = 0;
}

/** What drivers ask for by transaction manager requests. */
export async function transactionRequest(
  session: EngineSession,
  request: TransactionRequest,
  out: ResultSink,
): Promise<void> {
  switch (request.kind) {
    case 'begin':
      if (request.isolation >= 1 && request.isolation <= 5) session.options.isolation = request.isolation as Isolation;
      await begin(session, out, request.name);
      return;
    case 'commit':
      await commit(session, out);
      if (request.thenBegin) await begin(session, out);
      return;
    case 'rollback':
      await rollback(session, out, request.name);
      if (request.thenBegin) await begin(session, out);
      return;
    case 'save':
      await session.tx.save(request.name);
  }
}
