import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import sql from 'mssql';
import { Connection, Request, TYPES } from 'tedious';
import { SqlError, type ResultSink, type TdsColumn, type TdsParameter } from '../session.ts';
import { ScriptedServer } from './scripted-server.ts';
import { TdsServer } from './server.ts';

const script = new ScriptedServer();
const tds = new TdsServer({ server: script, port: 0 });
const column = (name: string): TdsColumn => ({ name, type: { name: 'int' }, nullable: true });
let pool: sql.ConnectionPool;
let config: sql.config;

beforeAll(async () => {
  const port = await tds.listen();
  config = {
    server: '127.0.0.1',
    port,
    user: 'sa',
    password: 'Secret123!',
    database: 'Shop',
    options: { encrypt: false, trustServerCertificate: true },
    pool: { max: 1 },
  };
  pool = await new sql.ConnectionPool(config).connect();
});

afterAll(async () => {
  await pool.close();
  await tds.close();
});

afterEach(() => {
  script.script = {};
  script.calls.length = 0;
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Rows until the client cancels or drops. */
async function endless(out: ResultSink, signal: AbortSignal): Promise<number> {
  out.columns([column('n'), { name: 's', type: { name: 'nvarchar', length: 200 }, nullable: true }]);
  let sent = 0;
  const text = 'x'.repeat(200);
  while (!signal.aborted) {
    sent++;
    if (!out.row([sent, text])) await out.drained();
  }
  return sent;
}

describe('a batch', () => {
  test('answers with several result sets and row counts', async () => {
    script.script = {
      batch: async (_sql, out) => {
        out.columns([column('a')]);
        out.row([1]);
        out.row([2]);
        out.done(2n, 0xc1);
        out.done(5n, 0xc5);
        out.done(undefined);
        out.columns([column('b'), column('c')]);
        out.row([3, null]);
        out.done(1n, 0xc1);
      },
    };
    const result = await pool.request().batch('…');
    expect(result.recordsets).toEqual([[{ a: 1 }, { a: 2 }], [{ b: 3, c: null }]]);
    expect(result.rowsAffected).toEqual([2, 5, 1]);
  });

  test('may be empty, or hold an empty result set', async () => {
    expect((await pool.request().batch('')).recordsets).toEqual([]);
    script.script = {
      batch: async (_sql, out) => {
        out.columns([column('a')]);
        out.done(0n, 0xc1);
      },
    };
    expect((await pool.request().batch('…')).recordsets).toEqual([[]]);
  });

  test('ends with the error that was thrown: number, state, class, line, procedure', async () => {
    script.script = {
      batch: async () => {
        throw new SqlError(2627, "Violation of PRIMARY KEY constraint 'PK'.", 14, 3, 7, 'dbo.Put');
      },
    };
    await expect(pool.request().batch('…')).rejects.toMatchObject({
      number: 2627,
      state: 3,
      class: 14,
      lineNumber: 7,
      procName: 'dbo.Put',
      serverName: 'SLUICE-SANDBOX',
      message: "Violation of PRIMARY KEY constraint 'PK'.",
    });
    script.script = {};
    expect((await pool.request().batch('')).recordsets).toEqual([]);
  });

  test('goes on after an error that ended a statement only', async () => {
    script.script = {
      batch: async (_sql, out) => {
        out.error(new SqlError(8134, 'Divide by zero error encountered.', 16));
        out.done(undefined);
        out.columns([column('a')]);
        out.row([1]);
        out.done(1n);
      },
    };
    await expect(pool.request().batch('…')).rejects.toMatchObject({ number: 8134 });
  });

  test('brings PRINT and RAISERROR of low severity as information', async () => {
    script.script = {
      batch: async (_sql, out) => {
        out.info(new SqlError(0, 'printed é🐢', 0, 1, 3));
        out.done(undefined);
        out.info(new SqlError(50000, 'low', 10, 2));
        out.done(undefined);
      },
    };
    const seen: unknown[] = [];
    const request = pool.request();
    request.on('info', (info) => seen.push(info));
    await request.batch('…');
    expect(seen).toMatchObject([
      { message: 'printed é🐢', number: 0, lineNumber: 3 },
      // Clients are told of severity 10 as 0.
      { message: 'low', number: 50000, class: 0, state: 2 },
    ]);
  });

  test('names a defect of the session and serves on', async () => {
    script.script = {
      batch: async (_sql, out) => {
        out.columns([column('a')]);
        out.row(['not a number']);
      },
    };
    await expect(pool.request().batch('…')).rejects.toThrow('BUG: a string given for int');
    script.script = {};
    expect((await pool.request().batch('')).recordsets).toEqual([]);
  });

  test('leaves no half token behind when a column cannot be described', async () => {
    script.script = {
      batch: async (_sql, out) => {
        out.columns([
          column('a'),
          { name: 'b', type: { name: 'varchar', length: 5, collation: 'No_such_CI_AS' }, nullable: true },
        ]);
      },
    };
    await expect(pool.request().batch('…')).rejects.toThrow('BUG: unknown collation No_such_CI_AS');
    script.script = {};
    expect((await pool.request().batch('')).recordsets).toEqual([]);
  });

  test('follows a change of the database', async () => {
    script.script = {
      batch: async (_sql, out) => {
        out.envChange({ kind: 'database', name: 'Other', old: 'Shop' });
        out.done(undefined);
      },
    };
    const connection = await connect();
    const changes: string[] = [];
    connection.on('databaseChange', (name) => changes.push(name));
    await run(connection, new Request('use Other', () => undefined), 'execSqlBatch');
    expect(changes).toEqual(['Other']);
    connection.close();
  });
});

function connect(options: Record<string, unknown> = {}): Promise<Connection> {
  const connection = new Connection({
    server: '127.0.0.1',
    authentication: { type: 'default', options: { userName: 'sa', password: 'Secret123!' } },
    options: { port: tds.port, encrypt: false, trustServerCertificate: true, ...options },
  });
  return new Promise((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve(connection))));
}

function run(
  connection: Connection,
  request: Request,
  how: 'execSql' | 'execSqlBatch' | 'callProcedure' | 'prepare' | 'unprepare',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const { callback } = request;
    request.callback = (error: Error | null | undefined, ...rest: unknown[]) => {
      (callback as (...all: unknown[]) => void).call(request, error, ...rest);
      if (error) reject(error);
      else resolve();
    };
    if (how === 'prepare') {
      request.once('prepared', () => resolve());
      request.once('error', reject);
    }
    connection[how](request);
  });
}

describe('remote calls', () => {
  test('run procedures with output parameters and a return status', async () => {
    script.script = {
      procedure: async (_name, parameters, out) => {
        out.columns([column('a')]);
        out.row([1]);
        out.done(1n, 0xc1);
        out.returnStatus(-7);
        for (const parameter of parameters) {
          if (parameter.output)
            out.returnValue({ ...parameter, value: parameter.name === '@total' ? '12.50' : 'größer 🐢' });
        }
      },
    };
    const result = await pool
      .request()
      .input('id', sql.Int, 5)
      .output('total', sql.Decimal(9, 2))
      .output('text', sql.NVarChar(50), 'in')
      .execute('dbo.[Put order]');
    expect(result.returnValue).toBe(-7);
    expect(result.output).toEqual({ total: 12.5, text: 'größer 🐢' });
    expect(result.recordset).toEqual([{ a: 1 }]);
    expect(script.calls).toEqual(['procedure dbo.[Put order]']);
  });

  test('name a defect in an output value and serve on', async () => {
    script.script = {
      procedure: async (_name, parameters, out) => {
        for (const parameter of parameters) out.returnValue({ ...parameter, value: true });
      },
    };
    await expect(pool.request().output('n', sql.Int).execute('p')).rejects.toThrow('BUG: a boolean given for int');
    expect((await pool.request().batch('')).recordsets).toEqual([]);
  });

  test('return large output values', async () => {
    const large = 'é'.repeat(1_000_000);
    script.script = {
      procedure: async (_name, parameters, out) => {
        const [parameter] = parameters;
        if (parameter) out.returnValue({ ...parameter, value: large });
      },
    };
    const result = await pool.request().output('text', sql.NVarChar(sql.MAX)).execute('p');
    expect(result.output.text === large).toBe(true);
  });

  test('prepare once, execute often, unprepare', async () => {
    const seen: (readonly TdsParameter[])[] = [];
    script.script = {
      execute: async (_sql, parameters, out) => {
        seen.push(parameters);
        out.columns([column('a')]);
        out.row([Number(parameters[0]?.value)]);
        out.done(1n, 0xc1);
      },
    };
    const statement = new sql.PreparedStatement(pool);
    statement.input('id', sql.Int);
    await statement.prepare('select @id as a');
    for (const id of [1, 2, 3]) expect((await statement.execute({ id })).recordset).toEqual([{ a: id }]);
    await statement.unprepare();
    expect(seen[0]).toMatchObject([{ name: '@id', declared: 'int', value: 1 }]);
    expect(script.calls).toEqual(['execute select @id as a', 'execute select @id as a', 'execute select @id as a']);
  });

  test('know no handle that was not prepared', async () => {
    const connection = await connect();
    const request = new Request('sp_execute', () => undefined);
    request.addParameter('handle', TYPES.Int, 99);
    await expect(run(connection, request, 'callProcedure')).rejects.toMatchObject({ number: 8179 });
    connection.close();
  });

  test('want every declared parameter', async () => {
    const connection = await connect();
    const request = new Request('sp_executesql', () => undefined);
    request.addParameter('statement', TYPES.NVarChar, 'select @a, @b');
    request.addParameter('params', TYPES.NVarChar, '@a int, @b int');
    request.addParameter('a', TYPES.Int, 1);
    await expect(run(connection, request, 'callProcedure')).rejects.toMatchObject({ number: 8178 });
    connection.close();
  });

  test('report an error and keep the connection', async () => {
    script.script = {
      execute: async () => {
        throw new SqlError(547, 'The INSERT statement conflicted with a constraint.', 16, 0, 2);
      },
    };
    await expect(pool.request().query('…')).rejects.toMatchObject({ number: 547, lineNumber: 2 });
    script.script = {};
    await pool.request().query('…');
  });
});

describe('transactions', () => {
  test('begin, save, commit and roll back through the transaction manager', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin(sql.ISOLATION_LEVEL.SNAPSHOT);
    await transaction.request().batch('insert');
    await transaction.commit();
    const second = new sql.Transaction(pool);
    await second.begin();
    await second.rollback();
    expect(script.calls.map((call) => call.trim())).toEqual([
      'transaction begin',
      'batch insert',
      'transaction commit',
      'transaction begin',
      'transaction rollback',
    ]);
  });

  test('rolled back by the server are known to the driver', async () => {
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    let rolledBack = false;
    transaction.on('rollback', () => (rolledBack = true));
    script.script = {
      batch: async (_sql, out) => {
        out.envChange({ kind: 'rollback', descriptor: 0x1234567890n });
        throw new SqlError(1205, 'Deadlock victim.', 13, 51);
      },
    };
    await expect(transaction.request().batch('…')).rejects.toMatchObject({ number: 1205 });
    expect(rolledBack).toBe(true);
  });

  test('savepoints carry their name', async () => {
    const connection = await connect();
    await new Promise<void>((resolve, reject) =>
      connection.beginTransaction((error) => (error ? reject(error) : resolve()), 'outer'),
    );
    await new Promise<void>((resolve, reject) =>
      connection.saveTransaction((error) => (error ? reject(error) : resolve()), 'point'),
    );
    expect(script.calls).toEqual(['transaction begin outer', 'transaction save point']);
    connection.close();
  });
});

describe('a reset of the connection', () => {
  test('comes before the next request', async () => {
    const connection = await connect();
    await new Promise<void>((resolve, reject) => connection.reset((error) => (error ? reject(error) : resolve())));
    expect(script.calls).toContain('reset');
    connection.close();
  });
});

describe('cancelling', () => {
  test('ends a request in the middle of its rows and leaves the connection usable', async () => {
    let ended = false;
    script.script = {
      batch: async (_sql, out, signal) => {
        await endless(out, signal);
        ended = true;
      },
    };
    const request = pool.request();
    request.stream = true;
    let rows = 0;
    const failed = new Promise<Error>((resolve) => request.on('error', resolve));
    request.on('row', () => {
      if (++rows === 1000) request.cancel();
    });
    void request.batch('…');
    expect(await failed).toMatchObject({ code: 'ECANCEL' });
    await until(() => ended);
    script.script = {};
    expect((await pool.request().batch('')).recordsets).toEqual([]);
  });

  test('ends a request that is waiting without rows', async () => {
    script.script = {
      batch: async (_sql, _out, signal) => {
        await new Promise<void>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('cancelled'))),
        );
      },
    };
    const request = pool.request();
    const running = request.batch('waitfor');
    const failure = expect(running).rejects.toMatchObject({ code: 'ECANCEL' });
    await until(() => script.calls.includes('batch waitfor'));
    request.cancel();
    await failure;
    script.script = {};
    expect((await pool.request().batch('')).recordsets).toEqual([]);
  });

  test('races with the end of the request many times and never loses the connection', async () => {
    script.script = {
      batch: async (_sql, out) => {
        out.columns([column('a')]);
        out.row([1]);
        out.done(1n);
      },
    };
    for (let round = 0; round < 200; round++) {
      const request = pool.request();
      const running = request.batch('…').catch((error: Error) => error);
      const ticks = round % 12;
      for (let tick = 0; tick < ticks; tick++)
        await (tick % 2 ? Promise.resolve() : new Promise((resolve) => setImmediate(resolve)));
      request.cancel();
      await running;
    }
    expect((await pool.request().batch('…')).recordset).toEqual([{ a: 1 }]);
  });
});

describe('streaming', () => {
  test('stops the session while the client does not read', async () => {
    let sent = 0;
    let waiting = false;
    script.script = {
      batch: async (_sql, out, signal) => {
        out.columns([{ name: 's', type: { name: 'nvarchar', length: 4000 }, nullable: true }]);
        const text = 'x'.repeat(4000);
        for (; sent < 20_000 && !signal.aborted; sent++) {
          if (!out.row([text])) {
            waiting = true;
            await out.drained();
            waiting = false;
          }
        }
        out.done(20_000n);
      },
    };
    const request = pool.request();
    request.stream = true;
    let rows = 0;
    let paused = false;
    const done = new Promise<void>((resolve, reject) => {
      request.on('done', () => resolve());
      request.on('error', reject);
    });
    request.on('row', () => {
      rows++;
      if (rows === 100) {
        paused = true;
        request.pause();
      }
    });
    void request.batch('…');
    await until(() => paused && waiting);
    // 20,000 rows are 160 MB: what the sockets hold is far less.
    let still = sent;
    for (let round = 0; round < 50; round++) await new Promise((resolve) => setImmediate(resolve));
    while (still !== sent) {
      still = sent;
      for (let round = 0; round < 200; round++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(10_000);
    request.resume();
    await done;
    expect(rows).toBe(20_000);
  });

  test.each([512, 4096, 32_767])('passes rows over packets of %i bytes', async (packetSize) => {
    const small = await new sql.ConnectionPool({
      ...config,
      options: { ...config.options, packetSize },
    } as sql.config).connect();
    script.script = {
      batch: async (_sql, out) => {
        out.columns([column('n'), { name: 's', type: { name: 'varchar', length: 8000 }, nullable: true }]);
        for (let n = 0; n < 2000; n++) if (!out.row([n, 'y'.repeat(n)])) await out.drained();
        out.done(2000n);
      },
    };
    const { recordset } = await small.request().batch<{ n: number; s: string }>('…');
    expect(recordset.length).toBe(2000);
    expect(recordset.every((row, n) => row.n === n && row.s.length === n)).toBe(true);
    await small.close();
  });

  test('passes rows over TLS', async () => {
    const secure = await new sql.ConnectionPool({ ...config, options: { ...config.options, encrypt: true } }).connect();
    script.script = {
      batch: async (_sql, out) => {
        out.columns([{ name: 's', type: { name: 'nvarchar', length: -1 }, nullable: true }]);
        for (let n = 0; n < 200; n++) if (!out.row(['🐢'.repeat(20_000)])) await out.drained();
        out.done(200n);
      },
    };
    const { recordset } = await secure.request().batch<{ s: string }>('…');
    expect(recordset.length).toBe(200);
    expect(recordset.every((row) => row.s.length === 40_000)).toBe(true);
    await secure.close();
  });
});

describe('a bulk load', () => {
  test('that fails is answered after its rows have passed', async () => {
    script.script = {
      bulkLoad: async (_sql, _columns, rows) => {
        for await (const row of rows)
          if (row[0] === 10) throw new SqlError(2627, 'Violation of PRIMARY KEY constraint.', 14, 1);
        return 0n;
      },
    };
    const table = new sql.Table('t');
    table.columns.add('id', sql.Int, { nullable: false });
    for (let id = 0; id < 50_000; id++) table.rows.add(id);
    await expect(pool.request().bulk(table)).rejects.toMatchObject({ number: 2627 });
    expect((await pool.request().batch('')).recordsets).toEqual([]);
  });
});

describe('a client that drops', () => {
  test('in mid-result ends its session and nobody else’s', async () => {
    let aborted = false;
    script.script = {
      batch: async (text, out, signal) => {
        if (text !== 'endless') return out.done(1n);
        await endless(out, signal);
        aborted = true;
      },
    };
    const before = script.openSessions;
    const connection = await connect();
    const request = new Request('endless', () => undefined);
    let rows = 0;
    const closed = once(connection, 'end');
    request.on('row', () => {
      if (++rows === 50) connection.close();
    });
    connection.execSqlBatch(request);
    await closed;
    await until(() => aborted && script.openSessions === before);
    expect((await pool.request().batch('…')).rowsAffected).toEqual([1]);
  });

  test('before its login leaves nothing behind', async () => {
    const before = tds.connectionCount;
    for (let index = 0; index < 200; index++) {
      const socket = createConnection(tds.port, '127.0.0.1');
      await once(socket, 'connect');
      if (index % 2) socket.write(Buffer.from([0x12, 1, 0, 40]));
      socket.destroy();
    }
    await until(() => tds.connectionCount === before);
  });
});
