import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sql from 'mssql';
import { until } from '#testing';
import { openSandbox, type SandboxProcess } from '../harness/index.ts';
import { AnswerCounter, headers, packet, plainClient, RawClient, recorded } from './raw-tds.ts';

/** Large values in both directions: memory grows by the value itself, not by copies of the message, and not at all by a load of rows. */

const MB = 1024 * 1024;
const PACKET = 32_000;

let sandbox: SandboxProcess;
let close: () => Promise<void>;
let onlooker: sql.ConnectionPool;
let login: Buffer[];

beforeAll(async () => {
  ({ sandbox, close } = await openSandbox());
  onlooker = await new sql.ConnectionPool(plainClient(sandbox.port)).connect();
  await onlooker.request().batch('CREATE TABLE dbo.big (id int NOT NULL, v varbinary(max) NULL)');
  const packets = await recorded(sandbox.port, async (pool) => pool.request().batch('SELECT 1'));
  login = packets.slice(0, packets.findIndex((one) => one[0] === 0x10) + 1);
});

afterAll(async () => {
  await onlooker.close();
  await close();
});

async function loggedIn(): Promise<RawClient> {
  const client = await RawClient.open(sandbox.port);
  for (const message of login) {
    client.send(message);
    await until(() => client.complete);
  }
  return client;
}

/** Writes a message of any length as packets, as fast as it is taken. */
class MessageWriter {
  private pending = Buffer.alloc(0);

  constructor(
    private readonly client: RawClient,
    private readonly type: number,
  ) {}

  async write(bytes: Buffer): Promise<void> {
    const all = this.pending.length === 0 ? bytes : Buffer.concat([this.pending, bytes]);
    let at = 0;
    for (; all.length - at > PACKET; at += PACKET) await this.packet(all.subarray(at, at + PACKET), 0);
    this.pending = Buffer.from(all.subarray(at));
  }

  async end(): Promise<void> {
    await this.packet(this.pending, 1);
  }

  private async packet(payload: Buffer, status: number): Promise<void> {
    const header = Buffer.from([this.type, status, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(payload.length + 8, 2);
    this.client.socket.write(header);
    if (!this.client.socket.write(Buffer.from(payload))) await once(this.client.socket, 'drain');
  }
}

const residentMb = async (): Promise<number> => (await sandbox.memory()) / MB;

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};
const ucs2 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const nvarchar = (text: string): Buffer =>
  Buffer.concat([
    Buffer.from('0000e7401f0904d00034', 'hex'),
    Buffer.from(Uint16Array.of(text.length * 2).buffer),
    ucs2(text),
  ]);

/** The beginning of sp_executesql with a parameter @v varbinary(max), up to the value. */
function opening(statement: string): Buffer {
  return Buffer.concat([
    headers(),
    Buffer.from('ffff0a000000', 'hex'),
    nvarchar(statement),
    nvarchar('@v varbinary(max)'),
    Buffer.from([2]),
    ucs2('@v'),
    Buffer.from('00a5ffff', 'hex'),
  ]);
}

async function sendValue(client: RawClient, statement: string, bytes: number): Promise<void> {
  client.send();
  const out = new MessageWriter(client, 3);
  await out.write(opening(statement));
  await out.write(u64(BigInt(bytes)));
  const piece = Buffer.alloc(MB, 0x61);
  for (let left = bytes; left > 0; left -= piece.length) {
    await out.write(u32(Math.min(left, piece.length)));
    await out.write(piece.subarray(0, left));
  }
  await out.write(u32(0));
  await out.end();
  await until(() => client.complete, { timeoutMs: 120_000 });
}

/** A bulk load of rows (id int, v varbinary(max)), the value in pieces. */
async function bulkLoad(client: RawClient, rows: number, value: readonly Buffer[]): Promise<void> {
  client.send(batchOf('INSERT BULK dbo.big (id int, v varbinary(max))'));
  await until(() => client.complete);
  client.send();
  const out = new MessageWriter(client, 7);
  // COLMETADATA: id of INTN, v of BIGVARBINARYTYPE(max).
  await out.write(Buffer.from('810200' + '00000000' + '0100' + '2604' + '026900' + '6400', 'hex'));
  await out.write(Buffer.from('00000000' + '0100' + 'a5ffff' + '017600', 'hex'));
  const size = value.reduce((sum, piece) => sum + piece.length, 0);
  for (let row = 0; row < rows; row++) {
    await out.write(Buffer.concat([Buffer.from('d104', 'hex'), u32(row), u64(BigInt(size))]));
    for (const piece of value) {
      await out.write(u32(piece.length));
      await out.write(piece);
    }
    await out.write(u32(0));
  }
  await out.end();
  await until(() => client.complete, { timeoutMs: 170_000 });
}

function batchOf(text: string): Buffer {
  return packet(0x01, Buffer.concat([headers(), ucs2(text)]));
}

/** Number of the first ERROR token of the answer; undefined where it has none. */
function errorOf(client: RawClient): number | undefined {
  const bytes = client.answered;
  return bytes[8] === 0xaa ? bytes.readInt32LE(11) : undefined;
}

async function ask(text: string): Promise<unknown[]> {
  return (await onlooker.request().query(text)).recordset;
}

/** What the process took at most while `work` ran, beyond what it had, in MB. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  const before = await residentMb();
  const highest = await watchPeak(before);
  await work();
  return (await highest()) - before;
}

/** Linux tells the highest mark itself; elsewhere it is looked at many times. */
async function watchPeak(from: number): Promise<() => Promise<number>> {
  const { pid } = sandbox.process;
  try {
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    return async () => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    };
  } catch {
    let highest = from;
    const look = async (): Promise<void> => void (highest = Math.max(highest, await residentMb()));
    const timer = setInterval(() => void look(), 50);
    return async () => {
      clearInterval(timer);
      await look();
      return highest;
    };
  }
}

/** What a value of `mb` MB on the wire costs the process while a client reads it. */
async function readingCosts(select: string, mb: number): Promise<number> {
  const client = await loggedIn();
  const answer = new AnswerCounter(client);
  const grown = await peakOf(async () => {
    client.send(batchOf(select));
    await until(() => answer.complete, { timeoutMs: 120_000 });
  });
  client.drop();
  expect(answer.bytes).toBeGreaterThan(mb * MB);
  return grown;
}

/** Twice what a value of 500 MB took when this was written, and far less than the value. */
const MOST_READING_MB = 160;

describe('to the client', () => {
  test('varbinary(max) of 500 MB costs some packets', async () => {
    const bytes = `CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'x'), ${500 * MB}))`;
    expect(await readingCosts(`SELECT 1 AS a, ${bytes} AS v, NULL AS b`, 500)).toBeLessThan(MOST_READING_MB);
  });

  test('nvarchar(max) of 300 MB costs some packets', async () => {
    const text = `REPLICATE(CONVERT(nvarchar(max), N'é'), ${150 * MB})`;
    expect(await readingCosts(`SELECT ${text} AS v`, 300)).toBeLessThan(MOST_READING_MB);
  });

  test('a client that stops reading in the middle of a value holds PostgreSQL back, and can go', async () => {
    const client = await loggedIn();
    const answer = new AnswerCounter(client);
    const grown = await peakOf(async () => {
      client.send(batchOf(`SELECT REPLICATE(CONVERT(varchar(max), 'x'), ${200 * MB}) AS v`));
      await until(() => answer.bytes > MB);
      client.socket.pause();
      for (let turn = 0; turn < 200; turn++) await ask('SELECT 1 AS a');
    });
    expect(answer.complete).toBe(false);
    client.drop();
    expect(grown).toBeLessThan(MOST_READING_MB);
    expect(await ask('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });

  test('a value that is cancelled in its middle ends as a value, and the connection goes on', async () => {
    const pool = await new sql.ConnectionPool(plainClient(sandbox.port)).connect();
    const request = pool.request();
    request.stream = true;
    // Columns come in the packet in which the value begins.
    request.on('recordset', () => request.cancel());
    const ended = new Promise((resolve) => request.on('error', resolve));
    request
      .query(`SELECT 1 AS a, REPLICATE(CONVERT(nvarchar(max), N'x'), ${200 * MB}) AS v, 2 AS b`)
      .catch(() => undefined);
    expect(await ended).toMatchObject({ code: 'ECANCEL' });
    expect((await pool.request().query('SELECT 1 AS a')).recordset).toEqual([{ a: 1 }]);
    await pool.close();
  });

  test('long values are what they are, among others, cut as SET TEXTSIZE says', async () => {
    // U+0000, half of a pair and what stands for them in storage; pieces end at any byte of a character.
    const odd = `N'a' + NCHAR(0) + NCHAR(55357) + N'é€😀' + NCHAR(0xDBFC) + NCHAR(0xDC01)`;
    const text = `REPLICATE(CONVERT(nvarchar(max), ${odd}), 300000)`;
    const { recordset } = await onlooker.request().query<
      Record<string, unknown>
    >(`SELECT n, CASE n WHEN 2 THEN NULL ELSE v END AS v,
      b, CONVERT(varchar(max), REPLICATE(CONVERT(varchar(max), 'é€'), 700000)) AS c, 'last' AS d, CONVERT(xml, N'<a>' + REPLICATE(CONVERT(nvarchar(max), N'é'), 800000) + N'</a>') AS x
      FROM (VALUES (1), (2)) AS r (n) CROSS JOIN (SELECT ${text} AS v, CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'xyz'), 500001)) AS b) AS s ORDER BY n`);
    const row = {
      b: Buffer.from('xyz'.repeat(500_001)),
      c: 'é€'.repeat(700_000),
      d: 'last',
      x: `<a>${'é'.repeat(800_000)}</a>`,
    };
    const v = 'a\0\ud83dé€😀\udbfc\udc01'.repeat(300_000);
    expect(recordset[0]?.['v'] === v).toBe(true);
    for (const [name, value] of Object.entries(row))
      expect([name, isSame(recordset[0]?.[name], value)]).toEqual([name, true]);
    expect(recordset[1]?.['v']).toBeNull();
    expect(isSame(recordset[1]?.['x'], row.x)).toBe(true);
    const cut = await onlooker.request().batch<{ v: string; b: Buffer }>(`SET TEXTSIZE 1000001;
      SELECT REPLICATE(CONVERT(nvarchar(max), N'é'), 900000) AS v, CONVERT(varbinary(max), REPLICATE(CONVERT(varchar(max), 'x'), 2000000)) AS b;
      SET TEXTSIZE 2147483647`);
    expect(cut.recordset[0]?.v).toHaveLength(500_000);
    expect(cut.recordset[0]?.b).toHaveLength(1_000_001);
  });

  test('rows that a change returns come as they are stored', async () => {
    await onlooker
      .request()
      .batch('CREATE TABLE dbo.kept (id int IDENTITY NOT NULL PRIMARY KEY, v nvarchar(max) NULL)');
    const text = 'é'.repeat(600_000);
    const made = await onlooker
      .request()
      .input('v', sql.NVarChar(sql.MAX), text)
      .query<{ id: number; v: string }>(
        'INSERT dbo.kept (v) OUTPUT inserted.id, inserted.v VALUES (@v), (@v); SELECT SCOPE_IDENTITY() AS i',
      );
    expect(made.recordset.map(({ id, v }) => [id, v === text])).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(made.recordsets[1]?.[0]).toEqual({ i: 2 });
    const changed = await onlooker
      .request()
      .query<{ v: string }>(`UPDATE dbo.kept SET v = v + N'x' OUTPUT deleted.v, inserted.id WHERE id = 2`);
    expect(changed.recordset.map(({ v }) => v === text)).toEqual([true]);
    expect(changed.rowsAffected).toEqual([1]);
  });
});

function isSame(actual: unknown, expected: unknown): boolean {
  if (Buffer.isBuffer(expected)) return Buffer.isBuffer(actual) && expected.equals(actual);
  return actual === expected;
}

describe('from the client', () => {
  test('a parameter of 200 MB costs its own size, and some packets', async () => {
    const client = await loggedIn();
    const grown = await peakOf(() => sendValue(client, 'INSERT dbo.big VALUES (1, @v)', 200 * MB));
    client.drop();
    expect(await ask('SELECT id, DATALENGTH(v) AS n, SUBSTRING(v, 209715197, 5) AS rest FROM dbo.big')).toEqual([
      { id: 1, n: String(200 * MB), rest: Buffer.from('aaaa') },
    ]);
    // 1,770 MB where the message was gathered, and its value turned into text before it was sent on.
    expect(grown).toBeLessThan(360);
  });

  test('a bulk load of 500 MB costs no more than its packets', async () => {
    const client = await loggedIn();
    const grown = await peakOf(() => bulkLoad(client, 10_000, [Buffer.alloc(50_000, 0x62)]));
    client.drop();
    expect(await ask('SELECT COUNT(*) AS n FROM dbo.big WHERE DATALENGTH(v) = 50000')).toEqual([{ n: 10_000 }]);
    expect(grown).toBeLessThan(150);
  });

  test('a bulk load of rows of 60 MB costs one row at a time', async () => {
    const client = await loggedIn();
    const piece = Buffer.alloc(MB, 0x63);
    const grown = await peakOf(() =>
      bulkLoad(
        client,
        4,
        Array.from({ length: 60 }, () => piece),
      ),
    );
    client.drop();
    expect(await ask(`SELECT COUNT(*) AS n FROM dbo.big WHERE DATALENGTH(v) = ${60 * MB}`)).toEqual([{ n: 4 }]);
    expect(grown).toBeLessThan(300);
  });

  test('a length that lies reserves nothing, and one above the limit is 7119', async () => {
    const client = await loggedIn();
    const grown = await peakOf(async () => {
      client.send();
      const out = new MessageWriter(client, 3);
      await out.write(opening('SELECT DATALENGTH(@v) AS n'));
      await out.write(Buffer.concat([u64(250n * BigInt(MB)), u32(4), u32(0), u32(0)]));
      await out.end();
      await until(() => client.complete);
    });
    expect(errorOf(client)).toBe(4002);
    expect(grown).toBeLessThan(30);
    await sendValue(client, 'SELECT DATALENGTH(@v) AS n', 257 * MB);
    expect(errorOf(client)).toBe(7119);
    await sendValue(client, 'SELECT DATALENGTH(@v) AS n', MB);
    expect(errorOf(client)).toBeUndefined();
    client.drop();
  });

  test('a long value is a value like any other', async () => {
    const v = Buffer.alloc(100_000, 0x61);
    await onlooker.request().batch(`CREATE TYPE dbo.Blobs AS TABLE (id int, v varbinary(max))`);
    await onlooker.request()
      .batch(`CREATE PROCEDURE dbo.measure @v varbinary(max), @n bigint OUTPUT, @t varchar(10) OUTPUT AS
      BEGIN SET @n = DATALENGTH(@v); SET @t = CONVERT(varchar(10), SUBSTRING(@v, 1, 3)); SET @v = 0x01; SELECT @v AS v END`);
    const { recordset } = await onlooker.request().input('v', sql.VarBinary(sql.MAX), v).query<
      Record<string, unknown>
    >(`DECLARE @w varbinary(max) = @v, @x varbinary(5) = @v, @s varchar(max) = CONVERT(varchar(max), @v), @n bigint;
      SET @v = @v + 0x62;
      EXEC sp_executesql N'SET @n = DATALENGTH(@p)', N'@p varbinary(max), @n bigint OUTPUT', @v, @n OUTPUT;
      SELECT DATALENGTH(@v) AS n, DATALENGTH(@w) AS w, @x AS x, LEN(@s) AS s, RIGHT(@s, 1) AS r, @n AS inner_n, IIF(@w = SUBSTRING(@v, 1, 100000), 1, 0) AS same`);
    expect(recordset).toEqual([
      { n: '100001', w: '100000', x: Buffer.from('aaaaa'), s: '100000', r: 'a', inner_n: '100001', same: 1 },
    ]);
    const called = await onlooker
      .request()
      .input('v', sql.VarBinary(sql.MAX), v)
      .output('n', sql.BigInt)
      .output('t', sql.VarChar(10))
      .execute('dbo.measure');
    expect(called.output).toEqual({ n: '100000', t: 'aaa' });
    expect(called.recordset).toEqual([{ v: Buffer.from([1]) }]);
    const table = new sql.Table('dbo.Blobs');
    table.columns.add('id', sql.Int);
    table.columns.add('v', sql.VarBinary(sql.MAX));
    for (let id = 0; id < 5; id++) table.rows.add(id, id === 3 ? null : Buffer.alloc(300_000 * id, 0x30 + id));
    const rows = await onlooker
      .request()
      .input('t', sql.TVP, table)
      .query('SELECT id, DATALENGTH(v) AS n, SUBSTRING(v, 300000, 1) AS c FROM @t ORDER BY id');
    expect(rows.recordset).toEqual([
      { id: 0, n: '0', c: Buffer.alloc(0) },
      { id: 1, n: '300000', c: Buffer.from('1') },
      { id: 2, n: '600000', c: Buffer.from('2') },
      { id: 3, n: null, c: null },
      { id: 4, n: '1200000', c: Buffer.from('4') },
    ]);
    const text = 'é\t\\\n😀'.repeat(100_000);
    const texts = await onlooker.request().input('s', sql.NVarChar(sql.MAX), text).query('SELECT @s AS s');
    expect(texts.recordset).toEqual([{ s: text }]);
  });
});
