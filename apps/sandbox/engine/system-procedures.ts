import type { SqlType } from '#conversion';
import { systemProcedure, type PgQuerier, type ProcedureArgument, type ProcedureContext } from '../catalog/index.ts';
import type { TdsType } from '../session.ts';
import { ownProcedure } from './own-procedures.ts';
import type { CallArgument } from './call-arguments.ts';
import { runText, type CallResult } from './procedure-call.ts';
import { describeFirst } from './describe.ts';
import { undeclaredParameters } from './undeclared-parameters.ts';
import { Frame } from './frame.ts';
import { localTable, type Run } from './run.ts';
import { TEMPDB } from './server.ts';
import { decoderFor, encoderFor } from './storage-type.ts';

function asArgument(run: Run, argument: CallArgument): ProcedureArgument {
  const type = argument.type as TdsType;
  const value = inTempdb(run, argument.value);
  return { name: argument.name, type, value: value === null ? null : decoderFor(type)(value), output: argument.output };
}

/** In tempdb the name of a `#` table of the session means that of its object. */
function inTempdb(run: Run, value: string | null): string | null {
  const { session } = run;
  if (value === null || session.catalogDatabase.id !== TEMPDB || !value.startsWith('#')) return value;
  const local = localTable(run, value);
  return (local && session.locals.entryOf(local)?.catalogName) ?? value;
}

/** What a system procedure may use of the session. */
async function contextFor(run: Run): Promise<ProcedureContext> {
  const { session } = run;
  const database = session.catalogDatabase;
  return {
    pg: session.link.client as PgQuerier,
    outside: async (work) => {
      const client = await database.admin.connect();
      try {
        return await work(client as PgQuerier);
      } finally {
        client.release();
      }
    },
    ddl: (work) => session.ddl((writer) => work(writer)),
    catalog: database.catalog,
    snapshot: await session.snapshot(),
    physicalDatabase: database.physical,
    user: session.login.user.toLowerCase() === 'sa' ? 'dbo' : session.login.user,
    login: session.login.user,
    spid: session.spid,
    transactionCount: session.tx.depth,
    out: run.out,
    batch: (sql, parameters = []) => {
      const frame = new Frame('', 0, run.frame.level + 1, run.frame);
      for (const parameter of parameters) {
        frame.variables.set(parameter.name.toLowerCase(), {
          type: parameter.type as SqlType,
          value: encoderFor(parameter.type)(parameter.value),
        });
      }
      return runText(run, sql, frame);
    },
    describe: (sql, parameters) => describeFirst(run, sql, parameters),
    describeParameters: (sql, parameters) => undeclaredParameters(run, sql, parameters),
    signal: run.signal,
  };
}

const SHOWS_SESSIONS = /^sp_(who|who2|lock)$/;

/** Calls a procedure of the system; undefined where there is none of that name. */
export async function systemCall(
  run: Run,
  name: readonly string[],
  args: readonly CallArgument[],
): Promise<CallResult | undefined> {
  const last = (name.at(-1) ?? '').toLowerCase();
  const procedure = ownProcedure(last, run.session.server.messages) ?? systemProcedure(last);
  if (procedure === undefined) return undefined;
  if (run.session.catalogDatabase.id === TEMPDB) await run.session.server.temporaryNames(run.session.locals);
  if (SHOWS_SESSIONS.test(last)) await run.session.server.reportSessions(run.session.link);
  const result = await procedure(
    await contextFor(run),
    args.map((argument) => asArgument(run, argument)),
  );
  const outputs = new Map<string, { type: SqlType; value: string | null }>();
  for (const [key, output] of Object.entries(result.outputs ?? {})) {
    const value = { type: output.type as SqlType, value: encoderFor(output.type)(output.value) };
    outputs.set(key.toLowerCase(), value);
    args.forEach((argument, index) => {
      if (argument.name.toLowerCase() === key.toLowerCase()) outputs.set(`#${index}`, value);
    });
  }
  run.out.done(undefined);
  return { status: result.status, outputs };
}
