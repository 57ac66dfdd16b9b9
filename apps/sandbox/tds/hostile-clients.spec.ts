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

/** Sends and waits until the server has answered something or hung up; then leaves. */
async function say(bytes: Buffer): Promise<void> {
  const socket = await open();
  const answered = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('data', () => setImmediate(resolve));
  });
  socket.write(bytes);
  await answered;
  socket.destroy();
}

/** Sends all and reads until that many messages have come back, or the server hung up. */
async function converse(parts: readonly Buffer[], answers: number): Promise<void> {
  const socket = createConnection(tds.port, '127.0.0.1');
  socket.on('error', () => undefined);
  let received: Buffer = Buffer.alloc(0);
  const done = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (split(received).filter((packet) => packet[1] === 1).length >= answers) resolve();
    });
  });
  for (const part of parts) socket.write(part);
  await done;
  socket.destroy();
}

async function closedByServer(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** A small generator of numbers from a seed (mulberry32), so that a failure can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
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

  test('a request larger than the server takes', async () => {
    const socket = await open();
    socket.write(recorded.login);
    const packet = Buffer.alloc(4096, 0x20);
    packet.set([1, 0, 0x10, 0, 0, 0, 1, 0]);
    for (let index = 0; index < 300; index++) socket.write(packet);
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

describe('seeded fuzzing:', () => {
  const seed = Number(process.env.TDS_FUZZ_SEED ?? 20_240_229);
  const rounds = Number(process.env.TDS_FUZZ_ROUNDS ?? 400);

  test(`random bytes before the login (seed ${seed})`, async () => {
    const next = random(seed);
    for (let round = 0; round < rounds; round++) {
      const bytes = Buffer.from(Array.from({ length: 1 + Math.floor(next() * 200) }, () => Math.floor(next() * 256)));
      const socket = await open();
      socket.end(bytes);
      await closedByServer(socket);
    }
  });

  test(`logins with broken bytes (seed ${seed})`, async () => {
    const next = random(seed + 1);
    for (let round = 0; round < rounds; round++) await say(damage(recorded.login, next));
  });

  test(`requests with broken bytes (seed ${seed})`, async () => {
    const next = random(seed + 2);
    const calls = script.calls.length;
    for (let round = 0; round < rounds; round++) {
      const count = 1 + Math.floor(next() * 3);
      const requests = Array.from({ length: count }, () => {
        const request = recorded.requests[Math.floor(next() * recorded.requests.length)] ?? Buffer.alloc(0);
        return mended(damage(request, next), request[0] ?? 1);
      });
      await converse([recorded.login, ...requests], 2 + count);
    }
    // The damage is behind the packet headers: requests do reach the session.
    expect(script.calls.length - calls).toBeGreaterThan(rounds / 4);
    while (script.openSessions > 1) await new Promise((resolve) => setImmediate(resolve));
  });

  /** A whole message in one packet, whatever its content. */
  function mended(bytes: Buffer, type: number): Buffer {
    const whole = Buffer.concat([bytes, Buffer.alloc(Math.max(0, 8 - bytes.length))]).subarray(0, 32_000);
    whole[0] = type;
    whole[1] = 1 | ((whole[1] ?? 0) & 0x18);
    whole.writeUInt16BE(whole.length, 2);
    return whole;
  }

  /** Flips, cuts, doubles; the packet's length is sometimes mended so that the damage reaches the reader behind it. */
  function damage(bytes: Buffer, next: () => number): Buffer {
    let damaged: Buffer = Buffer.from(bytes);
    const edits = 1 + Math.floor(next() * 6);
    for (let edit = 0; edit < edits; edit++) {
      const at = Math.floor(next() * damaged.length);
      const kind = next();
      if (kind < 0.7) damaged[at] = Math.floor(next() * 256);
      else if (kind < 0.85) damaged = damaged.subarray(0, Math.max(8, at));
      else damaged = Buffer.concat([damaged.subarray(0, at), damaged.subarray(at >> 1)]);
    }
    damaged = Buffer.from(damaged);
    if (damaged.length >= 8 && damaged.length < 32_768 && next() < 0.8) {
      damaged[0] = bytes[0] ?? 1;
      damaged[1] = 1;
      damaged.writeUInt16BE(damaged.length, 2);
    }
    return damaged;
  }
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
