import { setTimeout as pause } from 'node:timers/promises';
import { SqlError, type ResultSink, type TdsParameter } from '../session.ts';
import { startTestSandbox, TEST_PASSWORD } from '../engine/test-sandbox.ts';
import { TdsServer } from '../tds/index.ts';
import { ScriptedServer } from '../tds/scripted-server.ts';
import type { Login } from './test-recording.ts';

/** A server to be fuzzed, in this process. */
export interface FuzzedServer {
  readonly tds: TdsServer;
  readonly login: Login;
  close(): Promise<void>;
}

/** The wire alone, very fast: sessions answer parameters with a row of them. */
export async function scriptedServer(): Promise<FuzzedServer> {
  const server = new ScriptedServer();
  server.script = {
    batch: async (text, out, signal) => {
      if (text.includes('WAITFOR')) await pause(300, undefined, { signal }).catch(() => undefined);
      if (text.length % 97 === 0) throw new SqlError(50_000, text.slice(0, 100));
      out.columns([{ name: 'a', type: { name: 'int' }, nullable: true }]);
      out.row([1]);
      out.done(1n, 0xc1);
    },
    execute: async (_text, parameters, out) => echo(parameters, out),
    procedure: async (_name, parameters, out) => echo(parameters, out),
  };
  const tds = new TdsServer({ server, port: 0, loginTimeoutMs: 2_000, maxRequestBytes: 4_000_000 });
  const port = await tds.listen();
  const login = { port, user: 'sa', password: 'Secret123!', database: 'master' };
  return { tds, login, close: () => tds.close() };
}

function echo(parameters: readonly TdsParameter[], out: ResultSink): void {
  const plain = parameters.filter(({ type }) => type.name !== 'table');
  if (plain.length > 0) {
    out.columns(plain.map(({ name, type }) => ({ name, type, nullable: true })));
    out.row(plain.map(({ value }) => value));
  }
  out.done(1n);
  for (const parameter of plain) if (parameter.output) out.returnValue(parameter);
  out.returnStatus(0);
}

/** The whole sandbox on a PostgreSQL of its own. */
export async function engineServer(): Promise<FuzzedServer> {
  const sandbox = await startTestSandbox();
  await sandbox.server.createDatabase('fuzz');
  const tds = new TdsServer({ server: sandbox.server, port: 0, loginTimeoutMs: 2_000, maxRequestBytes: 4_000_000 });
  const port = await tds.listen();
  const login = { port, user: 'sa', password: TEST_PASSWORD, database: 'fuzz' };
  return {
    tds,
    login,
    close: async () => {
      await tds.close();
      await sandbox.close();
    },
  };
}
