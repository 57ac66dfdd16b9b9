import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import sql from 'mssql';

const HEADER = 8;
const LOGIN7 = 0x10;

/** Who logs in, and where. */
export interface Login {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** What a well-behaved driver sent: PRELOGIN and LOGIN7, then whole messages, each with its packets' headers. */
export interface Recording {
  readonly login: Buffer;
  readonly messages: readonly Buffer[];
}

/** Settings of a driver without encryption, so that what it sends can be read. */
export function driverConfig({ port, user, password, database }: Login): sql.config {
  return {
    server: '127.0.0.1',
    ...{ port, user, password, database },
    requestTimeout: 30_000,
    pool: { min: 1, max: 1 },
    options: { encrypt: false, trustServerCertificate: true },
  };
}

/** Takes down a session in which each kind of message comes once at least, by a proxy between a driver and the server. */
export async function record(login: Login): Promise<Recording> {
  const connections: Buffer[][] = [];
  const proxy = createServer((client) => {
    const upstream = createConnection(login.port, '127.0.0.1');
    const chunks: Buffer[] = [];
    connections.push(chunks);
    client.on('data', (data: Buffer) => chunks.push(data));
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  const pool = await new sql.ConnectionPool(driverConfig({ ...login, port })).connect();
  try {
    for (const talk of TALKS) await talk(pool);
  } finally {
    await pool.close();
    proxy.close();
  }
  const [first, ...others] = connections.map((chunks) => split(Buffer.concat(chunks)));
  if (first === undefined) throw new Error('BUG: the driver did not connect');
  return { login: first.login, messages: [first, ...others].flatMap(({ messages }) => messages) };
}

function split(bytes: Buffer): Recording {
  const messages: Buffer[] = [];
  let from = 0;
  let loginEnd = 0;
  for (let at = 0; at + HEADER <= bytes.length;) {
    const end = at + bytes.readUInt16BE(at + 2);
    if (((bytes[at + 1] ?? 0) & 1) !== 0) {
      if (bytes[at] === LOGIN7) loginEnd = end;
      else if (loginEnd > 0) messages.push(bytes.subarray(from, end));
      from = end;
    }
    at = end;
  }
  return { login: bytes.subarray(0, loginEnd), messages };
}

/** A server may refuse what is asked (a scripted one knows no tables): the recording is of what was asked. */
async function asked(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}

const DDL = `IF TYPE_ID('dbo.fuzz_rows') IS NULL CREATE TYPE dbo.fuzz_rows AS TABLE (id int NOT NULL, name nvarchar(40) NULL)`;

const TALKS: readonly ((pool: sql.ConnectionPool) => Promise<void>)[] = [
  (pool) => asked(pool.request().batch(DDL)),
  (pool) =>
    asked(
      pool
        .request()
        .batch('CREATE TABLE dbo.fuzz (id int NOT NULL, name nvarchar(max) NULL, amount decimal(12, 3) NULL)'),
    ),
  (pool) =>
    asked(
      pool
        .request()
        .batch(`SELECT N'Grüße' AS a, 1 AS b, CAST(1.5 AS decimal(9, 2)) AS c; PRINT 'x'; RAISERROR('y', 10, 1)`),
    ),
  (pool) =>
    asked(
      pool
        .request()
        .batch(
          `SELECT TOP (2000) a.number, REPLICATE(N'x', 100) FROM (VALUES (1), (2), (3)) AS a (number) CROSS JOIN (VALUES (1), (2)) AS b (n)`,
        ),
    ),
  (pool) => asked(everyType(pool)),
  (pool) => asked(nulls(pool)),
  (pool) =>
    asked(
      pool
        .request()
        .input('a', sql.Int, 1)
        .output('b', sql.NVarChar(20), 'x')
        .query("SET @b = @b + N'y'; SELECT @a AS a"),
    ),
  (pool) => asked(prepared(pool)),
  (pool) => asked(pool.request().input('objname', sql.NVarChar(100), 'dbo.fuzz').execute('sp_help')),
  (pool) => asked(pool.request().input('table_name', sql.NVarChar(100), 'fuzz').execute('sp_columns')),
  bulk,
  (pool) => asked(tableValued(pool)),
  transaction,
  (pool) => asked(cancelled(pool)),
];

async function everyType(pool: sql.ConnectionPool): Promise<void> {
  const moment = new Date(1_700_000_000_123);
  await pool
    .request()
    .input('a', sql.Bit, true)
    .input('b', sql.TinyInt, 255)
    .input('c', sql.SmallInt, -2)
    .input('d', sql.Int, -3)
    .input('e', sql.BigInt, '9223372036854775807')
    .input('f', sql.Decimal(38, 10), 12345.678)
    .input('g', sql.Numeric(9, 2), -1.25)
    .input('h', sql.Money, 12.34)
    .input('i', sql.SmallMoney, -1.5)
    .input('j', sql.Float, 1e300)
    .input('k', sql.Real, 1.5)
    .input('l', sql.Date, moment)
    .input('m', sql.Time(7), moment)
    .input('n', sql.DateTime2(7), moment)
    .input('o', sql.DateTimeOffset(3), moment)
    .input('p', sql.DateTime, moment)
    .input('q', sql.SmallDateTime, moment)
    .input('r', sql.UniqueIdentifier, '6F9619FF-8B86-D011-B42D-00C04FC964FF')
    .input('s', sql.Char(10), 'char')
    .input('t', sql.VarChar(sql.MAX), 'v'.repeat(9000))
    .input('u', sql.NChar(5), 'né')
    .input('v', sql.NVarChar(50), '日本')
    .input('w', sql.Binary, Buffer.from([1, 2, 3, 4]))
    .input('x', sql.VarBinary(sql.MAX), Buffer.alloc(10_000, 7))
    .input('y', sql.Text, 'text')
    .input('z', sql.NText, 'ntext')
    .query(`SELECT @a, @b, @c, @d, @e, @f, @g, @h, @i, @j, @k, @l, @m, @n, @o, @p, @q, @r, @s, @t, @u, @v, @w, @x`);
}

async function nulls(pool: sql.ConnectionPool): Promise<void> {
  await pool
    .request()
    .input('a', sql.Int, null)
    .input('b', sql.NVarChar(sql.MAX), null)
    .input('c', sql.Decimal(10, 2), null)
    .input('d', sql.VarBinary(10), null)
    .input('e', sql.DateTime2(3), null)
    .query('SELECT @a, @b, @c, @d, @e');
}

async function prepared(pool: sql.ConnectionPool): Promise<void> {
  const statement = new sql.PreparedStatement(pool);
  statement.input('id', sql.Int);
  await statement.prepare('SELECT @id AS id');
  await statement.execute({ id: 1 });
  await statement.execute({ id: 2 });
  await statement.unprepare();
}

async function bulk(pool: sql.ConnectionPool): Promise<void> {
  const table = new sql.Table('dbo.fuzz');
  table.columns.add('id', sql.Int, { nullable: false });
  table.columns.add('name', sql.NVarChar(sql.MAX), { nullable: true });
  table.columns.add('amount', sql.Decimal(12, 3), { nullable: true });
  for (let id = 0; id < 20; id++) table.rows.add(id, id % 3 === 0 ? null : `name ${id}`, id / 8);
  await asked(pool.request().bulk(table));
}

async function tableValued(pool: sql.ConnectionPool): Promise<void> {
  const rows = new sql.Table('dbo.fuzz_rows');
  rows.columns.add('id', sql.Int, { nullable: false });
  rows.columns.add('name', sql.NVarChar(40), { nullable: true });
  rows.rows.add(1, 'one');
  rows.rows.add(2, null);
  await pool.request().input('rows', rows).query('SELECT * FROM @rows');
}

async function transaction(pool: sql.ConnectionPool): Promise<void> {
  const one = new sql.Transaction(pool);
  await one.begin();
  await asked(new sql.Request(one).query("INSERT dbo.fuzz (id, name) VALUES (1, N'in a transaction')"));
  await asked(one.commit());
  const other = new sql.Transaction(pool);
  await other.begin();
  await asked(other.rollback());
}

async function cancelled(pool: sql.ConnectionPool): Promise<void> {
  const request = pool.request();
  const waiting = request.batch("WAITFOR DELAY '00:00:00.300'");
  // Before the driver has sent it there is nothing to cancel.
  const sent = request as unknown as { readonly _currentRequest?: object };
  while (sent._currentRequest === undefined) await new Promise((resolve) => setImmediate(resolve));
  request.cancel();
  await waiting;
}
