import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SANDBOX_PASSWORD, openSandbox, type SandboxProcess } from '../harness/index.ts';
import { join } from 'node:path';
import sql from 'mssql';
import { python } from './python.ts';

/** python-tds (pure Python) and pymssql (FreeTDS' db-lib) from PyPI, driven by python/clients.py. */
const clients = await python();
const when = clients === undefined ? describe.skip : describe;

type Step = Readonly<Record<string, unknown>>;

when('a Python program', () => {
  let sandbox: SandboxProcess;
  let close: () => Promise<void>;
  const seen = new Map<unknown, Step>();

  beforeAll(async () => {
    ({ sandbox, close } = await openSandbox());
    const pool = await new sql.ConnectionPool({
      server: '127.0.0.1',
      port: sandbox.port,
      user: 'sa',
      password: SANDBOX_PASSWORD,
      options: { encrypt: false, trustServerCertificate: true },
    }).connect();
    await pool.request().batch('CREATE DATABASE python');
    await pool.close();
    const cafile = join(sandbox.dataDir, 'tds-cert.pem');
    const options = { port: sandbox.port, password: SANDBOX_PASSWORD, database: 'python', cafile };
    for (const step of (await clients?.run('clients.py', options)) ?? [])
      seen.set((step as Step)['step'], step as Step);
  });

  afterAll(() => close());

  /** What a step said, without its name. */
  function facts(step: string): Step {
    return Object.fromEntries(Object.entries(seen.get(step) ?? {}).filter(([name]) => name !== 'step'));
  }

  test('runs to its end', () => {
    expect(seen.has('end')).toBe(true);
  });

  test('sends values of every type and reads them again', () => {
    expect(facts('pytds types')).toEqual({ tried: 20, wrong: [] });
    expect(facts('pymssql types')).toEqual({ tried: 15, wrong: [] });
  });

  test('calls procedures with output parameters, a status and result sets', () => {
    expect(facts('pytds procedure')).toEqual({
      outputs: ['start ж', '7.5'],
      status: 12,
      first: [[6]],
      second: [['two']],
    });
    expect(facts('pymssql procedure')).toEqual({ outputs: ['start ж', 42, 6], status: 12 });
    expect(facts('pymssql result sets')).toEqual({ sets: [[[6]], [['two']]] });
  });

  test('inserts many rows and loads in bulk', () => {
    expect(facts('pytds executemany')).toEqual({ row: [500, 124_750, 'v99'] });
    expect(facts('pymssql executemany')).toEqual({ row: [500, 124_750, 'v99'] });
    expect(facts('pytds bulk')).toEqual({
      row: ['20000', '199990000', '16000', '24998750', '490000', '2024-02-29 12:34:56.123456'],
    });
    expect(facts('pytds bulk of text')).toEqual({
      rows: [
        ['20000', 'from text', '1.5'],
        ['20001', 'ä', '2.5'],
      ],
    });
    expect(facts('pymssql bulk')).toEqual({ row: { n: 1000, m: 'b999' } });
  });

  test.each(['pytds', 'pymssql'])('commits and rolls back, and goes on after a row that is refused (%s)', (name) => {
    expect(facts(`${name} transactions`)).toEqual({ rows: [1, 3], number: 2627 });
  });

  test('gives up in time, cancels in mid-result, and is served over TLS', () => {
    expect(facts('pytds time-out')).toEqual({ failed: true, soon: true });
    expect(facts('pymssql time-out')).toEqual({ failed: true, soon: true });
    expect(facts('pytds cancel')).toEqual({ first: 3, after: 5 });
    expect(facts('pytds over TLS')).toEqual({ row: 'tls' });
  });
});
