import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sql from 'mssql';
import { selfSignedKeys, type TlsKeys } from './certificate.ts';
import { ScriptedServer } from './scripted-server.ts';
import { TdsServer, type TdsServerOptions } from './server.ts';

let keys: TlsKeys;
const servers: TdsServer[] = [];

beforeAll(async () => {
  keys = await selfSignedKeys();
});

afterAll(async () => {
  for (const server of servers) await server.close();
});

async function start(options: Partial<TdsServerOptions> = {}): Promise<{ script: ScriptedServer; tds: TdsServer; config: sql.config }> {
  const script = new ScriptedServer();
  const tds = new TdsServer({ server: script, port: 0, tls: keys, ...options });
  servers.push(tds);
  const port = await tds.listen();
  const config = {
    server: '127.0.0.1',
    port,
    user: 'sa',
    password: 'Secret123!',
    database: 'Shop',
    options: { encrypt: false, trustServerCertificate: true, appName: 'spec' },
    pool: { max: 1 },
  };
  return { script, tds, config };
}

async function one(config: sql.config): Promise<unknown> {
  const pool = await new sql.ConnectionPool(config).connect();
  try {
    const result = await pool.request().batch('select 1 as a');
    return result.recordset[0];
  } finally {
    await pool.close();
  }
}

const answerOne = (script: ScriptedServer): void => {
  script.script = {
    batch: async (_sql, out) => {
      out.columns([{ name: 'a', type: { name: 'int' }, nullable: false }]);
      out.row([1]);
      out.done(1n, 0xc1);
    },
  };
};

describe('the login', () => {
  test('hands user, password, database and names to the server', async () => {
    const { script, config } = await start();
    answerOne(script);
    expect(await one(config)).toEqual({ a: 1 });
    expect(script.logins[0]).toMatchObject({
      user: 'sa',
      password: 'Secret123!',
      database: 'Shop',
      appName: 'spec',
      readOnlyIntent: false,
      clientAddress: '127.0.0.1',
    });
  });

  test('tells of a read-only intent', async () => {
    const { script, config } = await start();
    answerOne(script);
    await one({ ...config, options: { ...config.options, readOnlyIntent: true } });
    expect(script.logins[0]?.readOnlyIntent).toBe(true);
  });

  test('fails with 18456 for a wrong password', async () => {
    const { config } = await start();
    await expect(one({ ...config, password: 'wrong' })).rejects.toMatchObject({ code: 'ELOGIN' });
    await expect(one({ ...config, password: 'wrong' })).rejects.toThrow("Login failed for user 'sa'.");
  });

  test('fails for a database that is not there', async () => {
    const { config } = await start();
    await expect(one({ ...config, database: 'missing' })).rejects.toThrow(/Login failed|Cannot open database/);
  });

  test('reports SQL Server 2022 and the packet size asked for', async () => {
    for (const packetSize of [512, 4096, 16_384, 32_767]) {
      const { script, config } = await start();
      answerOne(script);
      expect(await one({ ...config, options: { ...config.options, packetSize } } as sql.config)).toEqual({ a: 1 });
    }
  });
});

describe('encryption', () => {
  test('covers everything when the client asks for it', async () => {
    const { script, config } = await start();
    answerOne(script);
    expect(await one({ ...config, options: { ...config.options, encrypt: true } })).toEqual({ a: 1 });
  });

  test('reports a failed login over TLS too', async () => {
    const { config } = await start();
    const wrong = { ...config, password: 'wrong', options: { ...config.options, encrypt: true } };
    await expect(one(wrong)).rejects.toThrow("Login failed for user 'sa'.");
  });

  test('is demanded by a server that requires it', async () => {
    const { script, config } = await start({ encryption: 'required' });
    answerOne(script);
    expect(await one({ ...config, options: { ...config.options, encrypt: true } })).toEqual({ a: 1 });
    await expect(one(config)).rejects.toThrow();
  });

  test('is refused by a server without it', async () => {
    const { script, config } = await start({ encryption: 'unsupported' });
    answerOne(script);
    expect(await one(config)).toEqual({ a: 1 });
    await expect(one({ ...config, options: { ...config.options, encrypt: true } })).rejects.toThrow();
  });

  test('verifies against the generated certificate, which is kept in its directory', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tds-'));
    const first = await selfSignedKeys(directory);
    const second = await selfSignedKeys(directory);
    expect(second).toEqual(first);
    const ca = await readFile(join(directory, 'tds-cert.pem'), 'utf8');
    const { script, config } = await start({ tls: second });
    answerOne(script);
    const verified = {
      ...config,
      server: 'localhost',
      options: { encrypt: true, trustServerCertificate: false, cryptoCredentialsDetails: { ca } },
    };
    expect(await one(verified)).toEqual({ a: 1 });
  });
});
