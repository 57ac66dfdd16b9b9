import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import sql from 'mssql';
import { ScriptedServer } from './scripted-server.ts';
import { TdsServer } from './server.ts';

const script = new ScriptedServer();
const tds = new TdsServer({ server: script, port: 0, loginTimeoutMs: 1500, maxRequestBytes: 1_000_000 });
const failures: unknown[] = [];
const onFailure = (error: unknown): void => void failures.push(error);
let pool: sql.ConnectionPool;
let recorded: { login: Buffer; requests: Buffer[] };

beforeAll(async () => {
  process.on('uncaughtException', onFailure);
  process.on('unhandledRejection', onFailure);
  await tds.listen();
  pool = await new sql.ConnectionPool(clientConfig(tds.port)).connect();
  recorded = await record();
});

afterAll(async () => {
  await pool.close();
  await tds.close();
  process.off('uncaughtException', onFailure);
  process.off('unhandledRejection', onFailure);
});

beforeEach(() => {
  script.script = {
    batch: async (_sql, out) => {
      out.columns([{ name: 'a', type: { name: 'int' }, nullable: true }]);
      out.row([1]);
      out.done(1n, 0xc1);
    },
    bulkLoad: async (_sql, _columns, rows) => {
      let count = 0n;
      for await (const row of rows) if (row) count++;
      return count;
    },
  };
});

/** Whatever a hostile client did: no fault escaped, and another client is served. */
afterEach(async () => {
  expect(failures).toEqual([]);
  const { recordset } = await pool.request().batch('select 1');
  expect(recordset).toEqual([{ a: 1 }]);
});

function clientConfig(port: number): sql.config {
  return {
    server: '127.0.0.1',
    port,
    user: 'sa',
    password: 'Secret123!',
    options: { encrypt: false, trustServerCertificate: true },
    pool: { max: 1 },
  };
}

/** What a well-behaved driver sends, taken down by a proxy: PRELOGIN and LOGIN7, then one message of each kind. */
async function record(): Promise<{ login: Buffer; requests: Buffer[] }> {
  const { createServer } = await import('node:net');
  const chunks: Buffer[] = [];
  const proxy = createServer((client) => {
    const upstream = createConnection(tds.port, '127.0.0.1');
    client.on('data', (data) => chunks.push(data));
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  const client = await new sql.ConnectionPool(
    clientConfig(typeof address === 'object' && address ? address.port : 0),
  ).connect();
  await client.request().input('p', sql.NVarChar(sql.MAX), 'é').input('d', sql.Decimal(10, 2), 1.5).query('select @p');
  await client.request().batch('select 1');
  const table = new sql.Table('t');
  table.columns.add('id', sql.Int, { nullable: true });
  table.columns.add('text', sql.NVarChar(sql.MAX), { nullable: true });
  table.rows.add(1, 'x');
  await client.request().bulk(table);
  const transaction = new sql.Transaction(client);
  await transaction.begin();
  await transaction.commit();
  await client.close();
  proxy.close();
  const packets = split(Buffer.concat(chunks));
  const end = packets.findIndex((packet) => packet[0] === 0x10) + 1;
  return { login: Buffer.concat(packets.slice(0, end)), requests: packets.slice(end) };
}

function split(bytes: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += bytes.readUInt16BE(at + 2))
    packets.push(bytes.subarray(at, at + bytes.readUInt16BE(at + 2)));
  return packets;
}

async function open(): Promise<Socket> {
  const socket = createConnection(tds.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  return socket;
}

async function closedByServer(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

describe('a client that breaks the rules loses its connection only:', () => {
  test('no login in time', async () => {
    await closedByServer(await open());
  });

  test('half a packet, then silence', async () => {
    const socket = await open();
    socket.write(Buffer.from([0x12, 0x01, 0x00]));
    await closedByServer(socket);
  });

  test.each([
    ['an unknown packet type', '4701000800000100'],
    ['a length below the header', '1201000300000100'],
    ['a length beyond every packet size', '1201ffff00000100'],
    ['a PRELOGIN whose options lie outside', '1201000d000001000000ff00ff'],
    ['a PRELOGIN without end', '1201000a0000010000ff'],
    ['a LOGIN7 of nothing', '1001000800000100'],
    ['a request before the login', '0101000a000001004100'],
    ['plain text', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n').toString('hex')],
    ['a TLS hello without PRELOGIN', '160301004a0100004603035f'],
  ])('%s', async (_name, hex) => {
    const socket = await open();
    socket.write(Buffer.from(hex, 'hex'));
    await closedByServer(socket);
  });

  test('requests sent without waiting for answers', async () => {
    script.script = {
      batch: (_sql, _out, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    };
    const socket = await open();
    socket.write(recorded.login);
    const batch = recorded.requests.find((packet) => packet[0] === 1) ?? Buffer.alloc(0);
    for (let index = 0; index < 50; index++) socket.write(batch);
    await closedByServer(socket);
    script.script = {
      batch: async (_sql, out) => (
        out.columns([{ name: 'a', type: { name: 'int' }, nullable: true }]),
        out.row([1]),
        out.done(1n)
      ),
    };
  });

  test('a request larger than the server takes, and no end to it', async () => {
    const socket = await open();
    socket.write(recorded.login);
    const packet = Buffer.alloc(4096, 0x20);
    packet.set([1, 0, 0x10, 0, 0, 0, 1, 0]);
    for (let index = 0; index < 1_600; index++) socket.write(packet);
    await closedByServer(socket);
  });
});

describe('a request that cannot be read is answered with an error', () => {
  async function answer(request: Buffer): Promise<Buffer> {
    const socket = createConnection(tds.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const chunks: Buffer[] = [];
    let messages = 0;
    const third = new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        chunks.push(data);
        messages = split(Buffer.concat(chunks)).filter((packet) => packet[1] === 1).length;
        if (messages >= 3) resolve();
      });
      socket.on('close', () => resolve());
    });
    socket.write(recorded.login);
    socket.write(request);
    await third;
    socket.destroy();
    return Buffer.concat(split(Buffer.concat(chunks)).slice(2));
  }

  test.each([
    ['headers longer than the message', '010100100000010064000000' + '00000000'],
    ['an RPC without a call', '0301000c0000010004000000'],
    ['an RPC cut inside a parameter', '0301001500000100' + '04000000' + 'ffff0a000000' + '00002604'],
    ['a parameter of an unknown type', '0301001500000100' + '04000000' + 'ffff0a000000' + '000099'],
    ['bulk rows that nobody asked for', '07010009000001' + '0081'],
  ])('%s', async (_name, hex) => {
    const request = Buffer.from(hex, 'hex');
    request.writeUInt16BE(request.length, 2);
    const bytes = await answer(request);
    expect(bytes.includes(Buffer.from('TDS', 'utf16le'))).toBe(true);
    expect(bytes.readInt32LE(8 + 3)).toBe(4002);
  });
});

describe('what is too long is answered with an error, and the connection serves on', () => {
  const spoken = [
    ['a batch', 701, (request: sql.Request) => request.batch(`SELECT '${'x'.repeat(600_000)}'`)],
    ['a value', 7119, (request: sql.Request) => request.input('v', Buffer.alloc(1_100_000)).query('SELECT @v')],
    ['a text', 7119, (request: sql.Request) => request.input('v', 'x'.repeat(550_000)).query('SELECT @v')],
    [
      'many values',
      701,
      (request: sql.Request) =>
        request.input('a', Buffer.alloc(600_000)).input('b', Buffer.alloc(600_000)).query('SELECT @a, @b'),
    ],
  ] as const;
  test.each(spoken)('%s', async (_name, number, work) => {
    await expect(work(pool.request())).rejects.toMatchObject({ number });
    expect((await pool.request().batch('SELECT 1')).recordsets).toBeDefined();
  });
});

describe('many connections', () => {
  test('opened and dropped leave no connection and no session', async () => {
    const count = Number(process.env.TDS_DROP_COUNT ?? 2_000);
    for (let done = 0; done < count; done += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const socket = await open();
          if (index % 3 === 0) socket.write(recorded.login.subarray(0, 20 + index));
          socket.destroy();
        }),
      );
    }
    while (tds.connectionCount > 1 || script.openSessions > 1) await new Promise((resolve) => setImmediate(resolve));
  });
});
