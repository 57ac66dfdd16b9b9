import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EnvChange, SqlError, TdsColumn, TdsValue } from '../session.ts';
import { RecordingSink, startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

/** Writes the answer down as words, in the order of its tokens. */
class TokenSink extends RecordingSink {
  readonly tokens: string[] = [];

  override columns(columns: readonly TdsColumn[]): void {
    this.tokens.push('columns');
    super.columns(columns);
  }

  override row(values: readonly TdsValue[]): boolean {
    this.tokens.push(`row ${values.join(' ')}`);
    return true;
  }

  override done(rowCount: bigint | undefined): void {
    this.tokens.push(rowCount === undefined ? 'done' : `done ${rowCount}`);
  }

  override info(message: SqlError): void {
    this.tokens.push(`info ${place(message)}${message.number === 0 ? ` ${message.message}` : ''}`);
  }

  override error(error: SqlError): void {
    this.tokens.push(`error ${place(error)}`);
  }

  override returnStatus(status: number): void {
    this.tokens.push(`status ${status}`);
  }

  override envChange(change: EnvChange): void {
    this.tokens.push(change.kind);
  }
}

/** Number, severity, state, line and procedure. */
function place({ number, severity, state, line, procedure }: SqlError): string {
  return `${number}:${severity}:${state} @${line}${procedure === '' ? '' : ` ${procedure}`}`;
}

let sandbox: TestSandbox;
let session: TestSession;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  session = await sandbox.session('said');
});

afterAll(() => sandbox.close());

async function tokens(batch: string): Promise<readonly string[]> {
  const sink = new TokenSink();
  await session.session.batch(batch, sink, new AbortController().signal);
  return sink.tokens;
}

const WARNED = (line: number): string => `info 8153:10:1 @${line}`;

describe('a NULL that an aggregate passes over', () => {
  beforeAll(async () => {
    await session.run(`CREATE TABLE dbo.n (id int NOT NULL PRIMARY KEY, v int NULL, t varchar(10) NULL);
      INSERT dbo.n VALUES (1, 1, 'a'), (2, NULL, NULL), (3, 3, 'c')`);
  });

  test('is warned of once a statement, between its rows and its count', async () => {
    expect(await tokens('SELECT SUM(v) AS s, COUNT(v) AS c, MAX(v) AS m FROM dbo.n')).toEqual([
      'columns',
      'row 4 2 3',
      WARNED(1),
      'done 1',
    ]);
    expect(await tokens('SELECT id % 2 AS g, MIN(t) AS t FROM dbo.n GROUP BY id % 2 ORDER BY g')).toEqual([
      'columns',
      'row 0 ',
      'row 1 a',
      WARNED(1),
      'done 2',
    ]);
    expect(await tokens('SELECT 1 AS a\nSELECT AVG(v) AS a FROM dbo.n\nSELECT AVG(v) AS a FROM dbo.n')).toEqual([
      ...['columns', 'row 1', 'done 1'],
      ...['columns', 'row 2', WARNED(2), 'done 1'],
      ...['columns', 'row 2', WARNED(3), 'done 1'],
    ]);
  });

  test.each([
    'SUM(v)',
    'AVG(v)',
    'MIN(v)',
    'MAX(v)',
    'COUNT(v)',
    'COUNT(DISTINCT v)',
    'COUNT_BIG(v)',
    'STDEV(v)',
    'STDEVP(v)',
    'VAR(v)',
    'VARP(v)',
    'SUM(CASE WHEN id = 1 THEN id END)',
    'SUM(SUM(v)) OVER ()',
  ])('%s warns', async (aggregate) => {
    expect(await tokens(`SELECT ${aggregate} AS a FROM dbo.n`)).toContain(WARNED(1));
  });

  test.each([
    'SELECT COUNT(*) FROM dbo.n',
    'SELECT SUM(id), MAX(id) FROM dbo.n',
    'SELECT SUM(v) FROM dbo.n WHERE v IS NOT NULL',
    'SELECT SUM(ISNULL(v, 0)) FROM dbo.n',
    "SELECT STRING_AGG(t, ',') FROM dbo.n",
    'SELECT LAG(v) OVER (ORDER BY id) FROM dbo.n',
    'SELECT MAX(v) FROM dbo.n WHERE id < 0',
  ])('%s does not', async (query) => {
    expect((await tokens(query)).filter((one) => one.startsWith('info'))).toEqual([]);
  });

  test('is found wherever the aggregate stands', async () => {
    expect(await tokens('DECLARE @x int\nSET @x = (SELECT SUM(v) FROM dbo.n)')).toEqual([WARNED(2)]);
    expect(await tokens("IF (SELECT SUM(v) FROM dbo.n) = 4\nPRINT 'x'")).toEqual([WARNED(1), 'info 0:0:1 @2 x']);
    expect(
      await tokens('SELECT SUM(n.id) AS s FROM (VALUES (1), (9)) AS w (id) LEFT JOIN dbo.n AS n ON n.id = w.id'),
    ).toContain(WARNED(1));
    expect(await tokens('UPDATE dbo.n SET v = (SELECT MAX(v) FROM dbo.n) WHERE id = 3')).toEqual([WARNED(1), 'done 1']);
    await session.run('CREATE VIEW dbo.nv AS SELECT MAX(v) AS m FROM dbo.n');
    expect(await tokens('SELECT m FROM dbo.nv')).toContain(WARNED(1));
    await session.run('CREATE PROCEDURE dbo.np AS\nSELECT 1 AS a\nSELECT SUM(v) AS a FROM dbo.n');
    expect(await tokens('EXEC dbo.np')).toContain('info 8153:10:1 @3 dbo.np');
  });

  test('is not told with SET ANSI_WARNINGS OFF', async () => {
    expect(await tokens('SET ANSI_WARNINGS OFF; SELECT SUM(v) AS a FROM dbo.n; SET ANSI_WARNINGS ON')).toEqual([
      'columns',
      'row 4',
      'done 1',
    ]);
    expect(await tokens('SET NOCOUNT ON; SELECT SUM(v) AS a FROM dbo.n; SET NOCOUNT OFF')).toEqual([
      'columns',
      'row 4',
      WARNED(1),
      'done',
    ]);
  });
});

describe('the place of an error', () => {
  const PROCEDURE = `
-- a comment
CREATE PROCEDURE dbo.placed
  @a int = 1
AS
BEGIN
  PRINT 'in'
  SELECT 1 /
    0
  EXEC ('

SELECT 1/0')
  RAISERROR(
    'raised', 16, 2)
  EXEC
    dbo.missing
END`;

  beforeAll(async () => {
    await session.run('CREATE TABLE dbo.p (id int NOT NULL PRIMARY KEY, v int NULL)');
    await session.run(PROCEDURE);
    await session.run('CREATE PROCEDURE dbo.needs @a int, @b int = 1 AS SELECT @a');
    await session.run('CREATE PROCEDURE dbo.leaves AS BEGIN TRANSACTION');
    await session.run(
      "CREATE TRIGGER dbo.placing ON dbo.p AFTER DELETE AS\nBEGIN\n  PRINT 'trigger'\n  RAISERROR('told', 11, 7)\nEND",
    );
    await session.run('INSERT dbo.p VALUES (1, 1)');
  });

  const errors = async (batch: string): Promise<readonly string[]> =>
    (await tokens(batch)).filter((one) => /^(error|info)/.test(one));

  test('is the first line of its statement, whatever line of it is at fault', async () => {
    const batch = `
SELECT
  1 / 0
IF 1 =
  1 / 0
  PRINT 'x'
WHILE (
  1 / 0) = 1 BREAK
DECLARE @i int =
  1 / 0
SET @i =
  1 / 0
INSERT INTO dbo.p
  (id, v)
SELECT 1, 1 / 0
UPDATE dbo.p
SET v =
 1 / 0
EXEC
  dbo.missing;
RAISERROR(
  'x', 16, 3);
THROW
  50001, 'thrown', 4`;
    expect(await errors(batch)).toEqual([
      ...[2, 4, 7, 9, 11, 13, 16].map((line) => `error 8134:16:1 @${line}`),
      'error 2812:16:62 @19',
      'error 50000:16:3 @21',
      'error 50001:16:4 @23',
    ]);
  });

  test('counts from the batch that made the procedure, and from the text of dynamic SQL', async () => {
    expect(await errors("PRINT 'a'\n\nEXEC dbo.placed")).toEqual([
      'info 0:0:1 @1 a',
      'info 0:0:1 @7 dbo.placed in',
      'error 8134:16:1 @8 dbo.placed',
      'error 8134:16:1 @3',
      'error 50000:16:2 @13 dbo.placed',
      'error 2812:16:62 @15 dbo.placed',
    ]);
  });

  test('is line 0 of the procedure where the call itself is wrong', async () => {
    expect(await errors('\nEXEC dbo.needs')).toEqual(['error 201:16:4 @0 dbo.needs']);
    expect(await errors('\nEXEC dbo.needs 1, 2, 3')).toEqual(['error 8144:16:2 @0 dbo.needs']);
    expect(await errors("\nEXEC dbo.needs 'x'")).toEqual(['error 8114:16:5 @0 dbo.needs']);
    expect(await errors('\nEXEC dbo.leaves; ROLLBACK')).toEqual(['error 266:16:2 @0 dbo.leaves']);
  });

  test('is the module that a batch makes, where its text is wrong', async () => {
    expect(await errors('CREATE PROCEDURE dbo.wrong AS\nSELECT 1\nSELECT FROM')).toEqual(['error 156:15:1 @3 wrong']);
    expect(await errors('CREATE PROCEDURE dbo.wrong AS\n\nSELECT @x')).toEqual(['error 137:15:2 @3 wrong']);
    expect(await errors('\nSELECT 1\nSELECT FROM')).toEqual(['error 156:15:1 @3']);
  });

  test('is inside a trigger where the trigger raised it', async () => {
    expect((await errors('\nDELETE dbo.p')).slice(0, 2)).toEqual([
      'info 0:0:1 @3 dbo.placing trigger',
      'error 50000:11:7 @4 dbo.placing',
    ]);
  });
});

test('FETCH and DBCC USEROPTIONS send no counts with NOCOUNT ON', async () => {
  await session.run('CREATE TABLE dbo.f (id int NOT NULL PRIMARY KEY)');
  const sent = await tokens(
    'SET NOCOUNT ON; DECLARE c CURSOR FOR SELECT id FROM dbo.f; OPEN c; FETCH NEXT FROM c; DBCC USEROPTIONS WITH NO_INFOMSGS; DEALLOCATE c; SET NOCOUNT OFF',
  );
  expect(sent.filter((one) => /^done \d/.test(one))).toEqual([]);
});
