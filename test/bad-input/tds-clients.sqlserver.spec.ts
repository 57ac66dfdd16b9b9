import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import sql from 'mssql';
import { until } from '#testing';
import { openSandbox, type SandboxProcess } from '../harness/index.ts';
import { headers, packet, plainClient, RawClient, recorded } from './raw-tds.ts';

/** Clients of the sandbox that break the rules of the wire, or leave: no crash, no leak, and the others are served. */

let sandbox: SandboxProcess;
let close: () => Promise<void>;
let onlooker: sql.ConnectionPool;
let login: Buffer[];
const MB = 1024 * 1024;

beforeAll(async () => {
  ({ sandbox, close } = await openSandbox());
  onlooker = await new sql.ConnectionPool(plainClient(sandbox.port)).connect();
  await onlooker.request().batch(`SELECT TOP 20000 a.object_id AS id, REPLICATE('x', 800) AS pad INTO dbo.wide
    FROM sys.all_columns a CROSS JOIN sys.all_columns b`);
  const packets = await recorded(sandbox.port, (pool) => pool.request().batch('SELECT 1'));
  login = packets.slice(0, packets.findIndex((one) => one[0] === 0x10) + 1);
});

afterAll(async () => {
  await onlooker.close();
  await close();
});

/** Whatever was done: the process lives, complains of no fault of its own and serves. */
afterEach(async () => {
  expect(sandbox.process.alive).toBe(true);
  expect((await onlooker.request().query('SELECT 1 AS a')).recordset).toEqual([{ a: 1 }]);
  expect(sandbox.process.output()).not.toMatch(/unhandled|uncaught|BUG:/i);
});

/** A raw client behind its login. */
async function loggedIn(): Promise<RawClient> {
  const client = await RawClient.open(sandbox.port);
  for (const message of login) {
    client.send(message);
    await until(() => client.complete);
  }
  return client;
}

async function sessions(): Promise<number> {
  const { recordset } = await onlooker
    .request()
    .query<{ n: number }>('SELECT COUNT(*) AS n FROM sys.dm_exec_sessions WHERE session_id <> @@SPID');
  return recordset[0]?.n ?? -1;
}

const ucs2 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const batch = (text: string): Buffer => packet(0x01, Buffer.concat([headers(), ucs2(text)]));

/** An RPC by name whose parameters are the given bytes. */
function rpc(name: string, parameters: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(name.length);
  return packet(0x03, Buffer.concat([headers(), length, ucs2(name), Buffer.alloc(2), Buffer.from(parameters, 'hex')]));
}

describe('a login', () => {
  test('that never comes costs its connection, not more', async () => {
    const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(sandbox.port)));
    // Some say half a PRELOGIN, some a whole one.
    clients.slice(0, 20).forEach((client) => client.send(Buffer.from('1201002f', 'hex')));
    clients.slice(20, 40).forEach((client) => client.send(login[0] ?? Buffer.alloc(0)));
    await until(() => clients.every((client) => client.closed), { timeoutMs: 30_000 });
  });

  test.each([
    ['with offsets outside of it', (bytes: Buffer) => bytes.fill(0xff, 44, 80)],
    ['with a length that lies', (bytes: Buffer) => bytes.writeUInt32LE(0x7fffffff, 8)],
    ['of a protocol that nobody speaks', (bytes: Buffer) => bytes.writeUInt32LE(0x12345678, 12)],
    ['full of zeros', (bytes: Buffer) => bytes.fill(0, 8)],
  ])('%s is refused', async (_name, spoil) => {
    const client = await RawClient.open(sandbox.port);
    client.send(login[0] ?? Buffer.alloc(0));
    await until(() => client.complete);
    const bytes = Buffer.from(login[1] ?? []);
    spoil(bytes);
    client.send(bytes);
    await until(() => client.closed || client.complete);
    client.drop();
    await until(async () => (await sessions()) === 0);
  });
});

describe('after its login a client', () => {
  test.each([
    ['a batch without its headers', packet(0x01, ucs2('SELECT 1'))],
    ['a batch whose headers are longer than it', packet(0x01, Buffer.from('ffffff7f', 'hex'))],
    ['a batch of half a character', packet(0x01, Buffer.concat([headers(), Buffer.from([0x41])]))],
    ['an RPC of nothing', packet(0x03, headers())],
    ['an RPC whose name is cut off', packet(0x03, Buffer.concat([headers(), Buffer.from('ff00410042', 'hex')]))],
    ['an RPC of an unknown number', packet(0x03, Buffer.concat([headers(), Buffer.from('ffffff7f0000', 'hex')]))],
    ['an int parameter of three bytes', rpc('sp_who', '0000260403010203')],
    ['an int parameter of a length that is none', rpc('sp_who', '00002603030102')],
    ['a parameter of an unknown type', rpc('sp_who', '0000f904')],
    ['a decimal of precision 99', rpc('sp_who', '00006a1163000501010000000')],
    ['a time of scale 9', rpc('sp_who', '000029090000')],
    ['an nvarchar longer than its message', rpc('sp_who', '0000e740 1f0904d00034 ff7f4100'.replaceAll(' ', ''))],
    ['chunks that never end', rpc('sp_who', '0000e7ffff0904d00034feffffffffffffffffffff7f41')],
    ['a table of 60,000 columns without them', rpc('sp_who', '0000f30000000060ea')],
    ['a transaction request of an unknown kind', packet(0x0e, Buffer.concat([headers(), Buffer.from('ff00', 'hex')]))],
    ['bulk rows without INSERT BULK', packet(0x07, Buffer.from('810100', 'hex'))],
  ])('that sends %s gets an error, or loses its own connection', async (_name, bytes) => {
    const client = await loggedIn();
    client.send(bytes);
    await until(() => client.closed || client.complete);
    if (!client.closed) {
      client.send(batch('SELECT 1'));
      await until(() => client.closed || client.complete);
    }
    client.drop();
    await until(async () => (await sessions()) === 0);
  });

  test('that sends values of types the procedure cannot take gets errors and is served on', async () => {
    const pool = await new sql.ConnectionPool(plainClient(sandbox.port)).connect();
    const calls = [
      pool.request().input('handle', sql.NVarChar, 'no number').execute('sp_execute'),
      pool.request().input('stmt', sql.Int, 5).execute('sp_executesql'),
      pool.request().input('stmt', sql.VarBinary, Buffer.alloc(9)).execute('sp_executesql'),
      pool
        .request()
        .input('cursor', sql.UniqueIdentifier, '00000000-0000-0000-0000-000000000000')
        .execute('sp_cursorfetch'),
      pool.request().input('handle', sql.Bit, null).execute('sp_unprepare'),
      pool.request().input('table', sql.DateTime2, new Date()).execute('sp_columns'),
    ];
    const ends = await Promise.allSettled(calls);
    expect(ends.slice(0, 5).map((end) => end.status)).toEqual(Array.from({ length: 5 }, () => 'rejected'));
    const rejected = ends
      .filter((end) => end.status === 'rejected')
      .map((end) => (end.reason as sql.RequestError).number);
    expect(rejected.every((number) => Number.isInteger(number) && number !== 50_000)).toBe(true);
    expect((await pool.request().query('SELECT 2 AS b')).recordset).toEqual([{ b: 2 }]);
    await pool.close();
  });

  test('that falls silent in the middle of a request leaves nothing when it goes', async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => loggedIn()));
    const half = batch(`SELECT '${'x'.repeat(3000)}'`);
    for (const client of clients) client.send(half.subarray(0, 2000));
    expect((await onlooker.request().query('SELECT 3 AS c')).recordset).toEqual([{ c: 3 }]);
    expect(await sessions()).toBe(10);
    for (const client of clients) client.drop();
    await until(async () => (await sessions()) === 0);
  });
});

test('clients that stop reading in mid-result hold the server to bounded memory, and others are served', async () => {
  const before = await sandbox.memory();
  const clients = await Promise.all(Array.from({ length: 8 }, () => loggedIn()));
  for (const client of clients) {
    client.send(batch('SELECT a.id, a.pad FROM dbo.wide a CROSS JOIN (VALUES (1), (2), (3), (4), (5)) v (n)'));
    client.socket.pause();
  }
  let highest = 0;
  for (let look = 0; look < 20; look += 1) {
    const began = Date.now();
    await onlooker.request().query("WAITFOR DELAY '00:00:00.100'; SELECT COUNT(*) AS n FROM dbo.wide");
    expect(Date.now() - began).toBeLessThan(30_000);
    highest = Math.max(highest, await sandbox.memory());
  }
  // Each result is 80 MB.
  expect(highest - before).toBeLessThan(150 * MB);
  for (const client of clients) client.drop();
  await until(async () => (await sessions()) === 0);
});

test('ten thousand connections opened and dropped leave no handle and no memory behind', async () => {
  const ways: readonly ((client: RawClient) => void)[] = [
    () => undefined,
    (client) => client.send(Buffer.from('12', 'hex')),
    (client) => client.send(login[0] ?? Buffer.alloc(0)),
    (client) => client.send(Buffer.from('GET / HTTP/1.1\r\n\r\n')),
    (client) => client.send(...login),
  ];
  const wave = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 50) {
      const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(sandbox.port)));
      // A login costs a session of PostgreSQL: one in fifty tries it.
      clients.forEach((client, index) => ways[index === 49 ? 4 : index % 4]?.(client));
      for (const client of clients) client.drop();
      if (done % 1000 === 0) await onlooker.request().query('SELECT 4 AS d');
    }
    await until(async () => (await sessions()) === 0);
  };
  await wave(1000);
  const [memory, handles] = [await sandbox.memory(), await sandbox.handles()];
  await wave(9000);
  await until(async () => ((await sandbox.handles()) ?? 0) <= (handles ?? 0) + 5);
  expect((await sandbox.memory()) - memory).toBeLessThan(100 * MB);
});
