import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect as tlsConnect } from 'node:tls';
import { stripVTControlCharacters } from 'node:util';
import sql from 'mssql';
import { Connection } from 'tedious';
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

async function start(
  options: Partial<TdsServerOptions> = {},
): Promise<{ script: ScriptedServer; tds: TdsServer; config: sql.config }> {
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

/** A client of its own, since the drivers here know all or nothing: TLS for LOGIN7, then a batch in the clear. Resolves with what came in the clear. */
async function loginEncryptedOnly(port: number): Promise<Buffer> {
  const socket = createConnection(port, '127.0.0.1');
  const { login, batch, prelogin } = clientPackets();
  socket.write(prelogin);
  await once(socket, 'data');
  let encrypting = true;
  let clear: Buffer = Buffer.alloc(0);
  const wire = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.write(encrypting ? packet(0x12, chunk) : chunk);
      done();
    },
  });
  const secure = tlsConnect({ socket: wire, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
  const answers = await new Promise<Buffer>((resolve, reject) => {
    secure.on('error', reject);
    secure.once('secureConnect', () => {
      encrypting = false;
      secure.write(login);
    });
    socket.on('data', (data: Buffer) => {
      if (encrypting) return void wire.push(data.subarray(8));
      if (clear.length === 0) socket.write(batch);
      clear = Buffer.concat([clear, data]);
      if (clear.includes(ROW)) resolve(clear);
    });
  });
  socket.destroy();
  return answers;
}

/** ROW with the integer 1, then a DONE. */
const ROW = Buffer.from([0xd1, 4, 1, 0, 0, 0, 0xfd]);

function packet(type: number, body: Buffer): Buffer {
  const header = Buffer.from([type, 1, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(body.length + 8, 2);
  return Buffer.concat([header, body]);
}

function clientPackets(): { login: Buffer; batch: Buffer; prelogin: Buffer } {
  const prelogin = packet(0x12, Buffer.from('00000b0006' + '0100110001' + 'ff' + '000000000000' + '00', 'hex'));
  const fixed = Buffer.alloc(94);
  fixed.writeUInt32LE(0x74000004, 4);
  const texts: Buffer[] = [];
  const put = (at: number, text: Buffer): void => {
    fixed.writeUInt16LE(94 + texts.reduce((size, each) => size + each.length, 0), at);
    fixed.writeUInt16LE(text.length / 2, at + 2);
    texts.push(text);
  };
  const hidden = Buffer.from('Secret123!', 'utf16le').map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5);
  put(40, Buffer.from('sa', 'utf16le'));
  put(44, Buffer.from(hidden));
  const body = Buffer.concat([fixed, ...texts]);
  body.writeUInt32LE(body.length, 0);
  const headers = Buffer.from('160000001200000002000000000000000000' + '01000000', 'hex');
  return {
    login: packet(0x10, body),
    batch: packet(1, Buffer.concat([headers, Buffer.from('go', 'utf16le')])),
    prelogin,
  };
}

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

  test.each([512, 4096, 16_384, 32_767])('agrees to packets of %i bytes', async (packetSize) => {
    const { tds } = await start();
    const connection = new Connection({
      server: '127.0.0.1',
      authentication: { type: 'default', options: { userName: 'sa', password: 'Secret123!' } },
      options: {
        port: tds.port,
        encrypt: false,
        packetSize,
        debug: { token: true, data: false, packet: false, payload: false },
      },
    });
    const tokens: string[] = [];
    connection.on('debug', (text) => tokens.push(text));
    connection.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    connection.close();
    expect(stripVTControlCharacters(tokens.join('\n'))).toContain(`newValue: ${packetSize}`);
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

  test('covers the login packet alone for a client that offers no more (ENCRYPT_OFF)', async () => {
    const { script, tds } = await start();
    answerOne(script);
    const answers = await loginEncryptedOnly(tds.port);
    expect(script.logins[0]).toMatchObject({ user: 'sa', password: 'Secret123!' });
    // In the clear again: LOGINACK and the row of the batch can be read from the socket.
    const program = Buffer.concat([Buffer.from('Microsoft SQL Server', 'utf16le'), Buffer.from([16, 0])]);
    expect(answers.includes(program)).toBe(true);
    expect(answers.includes(ROW)).toBe(true);
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
