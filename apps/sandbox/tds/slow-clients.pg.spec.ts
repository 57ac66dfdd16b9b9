import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import sql from 'mssql';
import { driverConfig } from '../fuzz/test-recording.ts';
import { engineServer, type FuzzedServer } from '../fuzz/test-servers.ts';
import { batchMessage, RawClient } from './test-client.ts';

const ROWS = 300_000;
const ROW_BYTES = 400;
/** What may be in memory beyond what was, of 120 MB of rows: sockets' buffers on both sides and packets being made. */
const MOST_MB = 30;

/** 300,000 rows of 400 bytes on the wire. */
const RESULT = `WITH ten (n) AS (SELECT n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v (n))
SELECT REPLICATE(N'x', ${ROW_BYTES / 2}) AS text FROM ten AS a CROSS JOIN ten AS b CROSS JOIN ten AS c CROSS JOIN ten AS d CROSS JOIN ten AS e
CROSS JOIN (VALUES (1), (2), (3)) AS f (n)`;

let server: FuzzedServer;
let pool: sql.ConnectionPool;

beforeAll(async () => {
  server = await engineServer();
  pool = await new sql.ConnectionPool({ ...driverConfig(server.login), pool: { min: 0, max: 9 } }).connect();
});

afterAll(async () => {
  await pool.close();
  await server.close();
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is held, without garbage. */
function usedMb(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}

describe('a client that does not keep up', () => {
  test('holds the server back: rows wait in PostgreSQL, not in memory, and others are served', async () => {
    const { port, user, password, database } = server.login;
    const client = await RawClient.connect(port);
    await client.login(user, password, database);
    const before = usedMb();
    client.socket.write(batchMessage(RESULT));
    client.socket.pause();
    for (let turn = 0; turn < 200; turn++) await pool.request().query('SELECT 1 AS a');
    expect(client.messages).toBe(2);
    const held = usedMb() - before;
    client.socket.resume();
    await client.until(() => client.messages === 3);
    client.close();
    expect(client.received).toBeGreaterThan(ROWS * ROW_BYTES);
    expect(held).toBeLessThan(MOST_MB);
  });

  test('that leaves in the middle of a result ends its statement', async () => {
    const { port, user, password, database } = server.login;
    const client = await RawClient.connect(port);
    await client.login(user, password, database);
    client.socket.write(batchMessage(RESULT));
    await client.until(() => client.received > 1_000_000);
    client.close();
    const connections = server.tds.connectionCount;
    while (server.tds.connectionCount >= connections) await new Promise((resolve) => setImmediate(resolve));
  });
});

test('eight large transactions at once all hold, those rolled back too', async () => {
  await pool.request().batch('CREATE TABLE dbo.large (id int NOT NULL PRIMARY KEY, part int NOT NULL)');
  const parts = Array.from({ length: 8 }, (_, part) => part);
  await Promise.all(
    parts.map(async (part) => {
      const transaction = new sql.Transaction(pool);
      await transaction.begin();
      await new sql.Request(transaction).batch(`DECLARE @i int = 0;
        WHILE @i < 500 BEGIN INSERT dbo.large (id, part) VALUES (${part} * 1000 + @i, ${part}); SET @i += 1 END`);
      await (part % 4 === 3 ? transaction.rollback() : transaction.commit());
    }),
  );
  const { recordset } = await pool
    .request()
    .query('SELECT part, COUNT(*) AS n FROM dbo.large GROUP BY part ORDER BY part');
  expect(recordset).toEqual([0, 1, 2, 4, 5, 6].map((part) => ({ part, n: 500 })));
});
