import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { startTestSandbox, type TestSandbox, type TestSession } from './test-sandbox.ts';

let sandbox: TestSandbox;
let session: TestSession;
const database = `engine_${randomBytes(4).toString('hex')}`;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  session = await sandbox.session(database);
});

afterAll(() => sandbox.close());

const numbers = (sink: { errors: readonly { number: number }[] }): number[] => sink.errors.map((error) => error.number);

describe('errors of constraints', () => {
  beforeAll(async () => {
    await session.run(`
      CREATE TABLE parent (id int NOT NULL CONSTRAINT pk_parent PRIMARY KEY, v varchar(10) NULL);
      CREATE TABLE child (id int NOT NULL PRIMARY KEY, pid int NOT NULL CONSTRAINT fk_child REFERENCES parent(id),
        n nvarchar(5) NOT NULL CONSTRAINT ck_n CHECK (n <> N'bad'));
      CREATE UNIQUE INDEX ux_n ON child (n);
      INSERT parent VALUES (1, 'a'), (2, 'b');
      INSERT child VALUES (1, 1, N'x')`);
  });

  test.each([
    [
      547,
      "INSERT child VALUES (2, 9, N'y')",
      'The INSERT statement conflicted with the FOREIGN KEY constraint "fk_child".',
    ],
    [
      2627,
      "INSERT parent VALUES (1, 'again')",
      "Violation of PRIMARY KEY constraint 'pk_parent'. Cannot insert duplicate key in object 'dbo.parent'. The duplicate key value is (1).",
    ],
    [
      2601,
      "INSERT child VALUES (3, 1, N'X')",
      "Cannot insert duplicate key row in object 'dbo.child' with unique index 'ux_n'. The duplicate key value is (X).",
    ],
    [547, "INSERT child VALUES (3, 1, N'bad')", 'CHECK constraint "ck_n"'],
    [515, 'INSERT child VALUES (3, 1, NULL)', "Cannot insert the value NULL into column 'n'"],
    [2628, "INSERT child VALUES (3, 1, N'too long')", 'String or binary data would be truncated'],
    [547, 'DELETE parent WHERE id = 1', 'The DELETE statement conflicted with the REFERENCE constraint "fk_child".'],
    [8134, 'SELECT 1 / 0', 'Divide by zero error encountered.'],
    [8115, 'INSERT parent (id) SELECT 2147483647 + id FROM parent', 'Arithmetic overflow error'],
    [207, 'SELECT nothing FROM parent', "Invalid column name 'nothing'."],
    [208, 'SELECT * FROM nowhere', "Invalid object name 'nowhere'."],
    [2812, 'EXEC nowhere', "Could not find stored procedure 'nowhere'."],
    [
      3701,
      'DROP TABLE nowhere',
      "Cannot drop the table 'nowhere', because it does not exist or you do not have permission.",
    ],
    [2714, 'CREATE TABLE parent (id int)', "There is already an object named 'parent' in the database."],
    [102, 'SELECT * FROM', 'Incorrect syntax near'],
    [245, "SELECT CAST('abc' AS int)", "Conversion failed when converting the varchar value 'abc' to data type int."],
    [911, 'USE nowhere', "Database 'nowhere' does not exist."],
    [137, 'SELECT @undeclared', 'Must declare the scalar variable "@undeclared".'],
  ])('%i for %s', async (number, sql, text) => {
    const sink = await session.run(sql);
    expect(numbers(sink)).toEqual([number]);
    expect(sink.errors[0]?.message).toContain(text);
  });

  test('a failed statement does not stop the next one', async () => {
    const sink = await session.run("INSERT parent VALUES (1, 'x'); SELECT @@ERROR AS e");
    expect(numbers(sink)).toEqual([2627]);
    expect(sink.answers[0]?.rows).toEqual([[2627]]);
  });

  test('a failed conversion ends the batch', async () => {
    const sink = await session.run("SELECT CAST('abc' AS int); SELECT 2 AS two");
    expect(sink.answers.every((answer) => answer.columns[0]?.name !== 'two')).toBe(true);
  });

  test('the line of the error is that in the batch', async () => {
    const sink = await session.run("SELECT 1\n\nINSERT parent VALUES (1, 'x')");
    expect(sink.errors[0]?.line).toBe(3);
  });
});

describe('transactions', () => {
  beforeEach(async () => {
    await session.run('DROP TABLE IF EXISTS t; CREATE TABLE t (id int NOT NULL PRIMARY KEY)');
  });

  test('a statement that fails inside a transaction undoes itself only', async () => {
    const sink = await session.run(
      'BEGIN TRAN; INSERT t VALUES (1); INSERT t VALUES (1); INSERT t VALUES (2); COMMIT; SELECT COUNT(*) FROM t',
    );
    expect(numbers(sink)).toEqual([2627]);
    expect(sink.answers.at(-1)?.rows).toEqual([[2]]);
  });

  test('SET XACT_ABORT ON rolls the transaction back and ends the batch', async () => {
    const sink = await session.run(
      'SET XACT_ABORT ON; BEGIN TRAN; INSERT t VALUES (1); INSERT t VALUES (1); INSERT t VALUES (2); COMMIT',
    );
    expect(numbers(sink)).toEqual([2627]);
    await session.run('SET XACT_ABORT OFF');
    expect(await session.rows('SELECT @@TRANCOUNT, COUNT(*) FROM t')).toEqual([[0, 0]]);
  });

  test('BEGIN counts, COMMIT counts down, ROLLBACK ends all', async () => {
    expect(await session.rows('BEGIN TRAN; BEGIN TRAN; INSERT t VALUES (1); COMMIT; SELECT @@TRANCOUNT')).toEqual([
      [1],
    ]);
    expect(await session.rows('ROLLBACK; SELECT @@TRANCOUNT, COUNT(*) FROM t')).toEqual([[0, 0]]);
  });

  test('a savepoint takes back what came after it', async () => {
    const rows = await session.rows(
      'BEGIN TRAN; INSERT t VALUES (1); SAVE TRAN s; INSERT t VALUES (2); ROLLBACK TRAN s; COMMIT; SELECT id FROM t',
    );
    expect(rows).toEqual([[1]]);
  });

  test('DDL is rolled back with its transaction', async () => {
    const sink = await session.run(
      'BEGIN TRAN; CREATE TABLE made (id int); INSERT made VALUES (1); SELECT * FROM made; ROLLBACK; SELECT * FROM made',
    );
    expect(sink.answers[0]?.rows).toEqual([[1]]);
    expect(numbers(sink)).toEqual([208]);
  });

  test('COMMIT without a transaction is error 3902, ROLLBACK 3903', async () => {
    expect(numbers(await session.run('COMMIT'))).toEqual([3902]);
    expect(numbers(await session.run('ROLLBACK'))).toEqual([3903]);
  });

  test('CATCH sees the error, and the state of the transaction', async () => {
    const rows = await session.rows(`
      BEGIN TRY
        BEGIN TRAN; INSERT t VALUES (1); INSERT t VALUES (1); COMMIT
      END TRY
      BEGIN CATCH
        DECLARE @state smallint = XACT_STATE();
        ROLLBACK;
        SELECT ERROR_NUMBER(), ERROR_SEVERITY(), @state, @@TRANCOUNT
      END CATCH`);
    expect(rows).toEqual([[2627, 14, 1, 0]]);
  });

  test('after XACT_ABORT a CATCH can only roll back', async () => {
    const sink = await session.run(`
      SET XACT_ABORT ON;
      BEGIN TRY BEGIN TRAN; INSERT t VALUES (1); INSERT t VALUES (1) END TRY
      BEGIN CATCH SELECT XACT_STATE(); INSERT t VALUES (9) END CATCH`);
    expect(sink.answers[0]?.rows).toEqual([[-1]]);
    expect(numbers(sink)).toContain(3930);
    await session.run('IF @@TRANCOUNT > 0 ROLLBACK; SET XACT_ABORT OFF');
  });

  test('another session does not see what is not committed', async () => {
    const other = await sandbox.session(database);
    await session.run('BEGIN TRAN; INSERT t VALUES (1)');
    expect(await other.rows('SELECT COUNT(*) FROM t')).toEqual([[0]]);
    await session.run('COMMIT');
    expect(await other.rows('SELECT COUNT(*) FROM t')).toEqual([[1]]);
    await other.session.close();
  });

  test('the wire is told of begin and end with one descriptor', async () => {
    const sink = await session.run('BEGIN TRAN; ROLLBACK');
    expect(sink.changes.map((change) => change.kind)).toEqual(['begin', 'rollback']);
    const [begin, end] = sink.changes;
    expect(
      begin !== undefined &&
        'descriptor' in begin &&
        end !== undefined &&
        'descriptor' in end &&
        begin.descriptor === end.descriptor,
    ).toBe(true);
  });
});

describe('control flow and variables', () => {
  test('WHILE with BREAK and CONTINUE', async () => {
    const rows = await session.rows(`
      DECLARE @i int = 0, @s varchar(100) = '';
      WHILE 1 = 1 BEGIN
        SET @i += 1;
        IF @i = 2 CONTINUE;
        IF @i > 4 BREAK;
        SET @s = @s + CAST(@i AS varchar(10)) + ',';
      END
      SELECT @s`);
    expect(rows).toEqual([['1,3,4,']]);
  });

  test('GOTO finds its label', async () => {
    expect(await session.rows('DECLARE @n int = 0; again: SET @n += 1; IF @n < 3 GOTO again; SELECT @n')).toEqual([
      [3],
    ]);
  });

  test('SELECT assigns the last row, and leaves the variable where there is none', async () => {
    const rows = await session.rows(
      'DECLARE @v int = 7; SELECT @v = x FROM (VALUES (1)) AS t(x) WHERE x > 1; SELECT @v',
    );
    expect(rows).toEqual([[7]]);
  });

  test('THROW ends the batch, RAISERROR does not', async () => {
    const raised = await session.run("RAISERROR('%s is %d', 16, 3, 'x', 5); SELECT 1");
    expect(raised.errors[0]).toMatchObject({ number: 50_000, message: 'x is 5', state: 3 });
    expect(raised.answers).toHaveLength(1);
    const thrown = await session.run("THROW 50001, 'stop', 2; SELECT 1");
    expect(thrown.errors[0]).toMatchObject({ number: 50_001, message: 'stop', state: 2 });
    expect(thrown.answers).toHaveLength(0);
  });

  test('PRINT is a message', async () => {
    const sink = await session.run("PRINT 'a' + 'b'");
    expect(sink.infos.map((info) => info.message)).toEqual(['ab']);
  });
});

describe('procedures', () => {
  test('parameters, defaults, OUTPUT and status', async () => {
    await session.run(`CREATE PROCEDURE dbo.twice @n int, @by int = 2, @result int OUTPUT AS
      BEGIN SET NOCOUNT ON; SET @result = @n * @by; RETURN 5 END`);
    const rows = await session.rows(
      'DECLARE @r int, @s int; EXEC @s = twice @n = 21, @result = @r OUTPUT; SELECT @r, @s',
    );
    expect(rows).toEqual([[42, 5]]);
    const sink = await session.call('dbo.twice', [
      { name: '@n', type: { name: 'int' }, value: 4, output: false },
      { name: '@by', type: { name: 'int' }, value: 3, output: false },
      { name: '@result', type: { name: 'int' }, value: null, output: true },
    ]);
    expect(sink.status).toBe(5);
    expect(sink.values.map((value) => value.value)).toEqual([12]);
    expect(numbers(await session.run('EXEC twice'))).toEqual([201]);
    expect(numbers(await session.run('EXEC twice @what = 1'))).toEqual([8145]);
  });

  test('sp_executesql gives OUTPUT back', async () => {
    const rows = await session.rows(
      "DECLARE @o int; EXEC sp_executesql N'SET @b = @a + 1', N'@a int, @b int OUTPUT', @a = 1, @b = @o OUTPUT; SELECT @o",
    );
    expect(rows).toEqual([[2]]);
  });

  test('INSERT … EXEC takes the rows of a procedure', async () => {
    await session.run('CREATE TABLE taken (a int, b nvarchar(10))');
    const sink = await session.run("INSERT taken EXEC('SELECT 1, ''x'' UNION ALL SELECT 2, ''y''')");
    expect(numbers(sink)).toEqual([]);
    expect(await session.rows('SELECT a, b FROM taken ORDER BY a')).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
  });

  test('an AFTER trigger sees inserted and deleted, and its error undoes the change', async () => {
    await session.run(
      'CREATE TABLE watched (id int IDENTITY PRIMARY KEY, v int); CREATE TABLE seen (id int, old int, new int)',
    );
    await session.run(
      'CREATE TRIGGER watch ON watched AFTER UPDATE AS INSERT seen SELECT i.id, d.v, i.v FROM inserted i JOIN deleted d ON d.id = i.id',
    );
    await session.run('INSERT watched (v) VALUES (1), (2); UPDATE watched SET v = v * 10');
    expect(await session.rows('SELECT id, old, new FROM seen ORDER BY id')).toEqual([
      [1, 1, 10],
      [2, 2, 20],
    ]);
    await session.run("ALTER TRIGGER watch ON watched AFTER UPDATE AS THROW 50002, 'no', 1");
    expect(numbers(await session.run('UPDATE watched SET v = 0'))).toEqual([50_002]);
    expect(await session.rows('SELECT MIN(v) FROM watched')).toEqual([[10]]);
  });

  test('an INSTEAD OF trigger runs in place of the change', async () => {
    await session.run('CREATE TABLE guarded (id int)');
    await session.run('CREATE TRIGGER guard ON guarded INSTEAD OF INSERT AS RETURN');
    const sink = await session.run('INSERT guarded VALUES (1)');
    expect(sink.errors).toEqual([]);
    expect(await session.rows('SELECT COUNT(*) FROM guarded')).toEqual([[0]]);
  });
});

describe('identity, rowversion, sequences, temporary tables', () => {
  test('IDENTITY_INSERT moves the counter, SCOPE_IDENTITY follows', async () => {
    await session.run('CREATE TABLE ident (id int IDENTITY(10, 5) PRIMARY KEY, v int)');
    expect(await session.rows('INSERT ident (v) VALUES (1), (2); SELECT SCOPE_IDENTITY()')).toEqual([['15']]);
    expect(numbers(await session.run('INSERT ident (id, v) VALUES (100, 1)'))).toEqual([544]);
    await session.run('SET IDENTITY_INSERT ident ON; INSERT ident (id, v) VALUES (100, 1)');
    expect(numbers(await session.run('INSERT ident (v) VALUES (1)'))).toEqual([545]);
    await session.run('SET IDENTITY_INSERT ident OFF');
    expect(await session.rows("INSERT ident (v) VALUES (3); SELECT @@IDENTITY, IDENT_CURRENT('ident')")).toEqual([
      ['105', '105'],
    ]);
  });

  test('a rowversion grows with every write', async () => {
    await session.run('CREATE TABLE versioned (id int PRIMARY KEY, rv rowversion)');
    const [first] = await session.rows('INSERT versioned (id) VALUES (1); SELECT rv FROM versioned');
    const [second] = await session.rows('UPDATE versioned SET id = 1; SELECT rv FROM versioned');
    expect(Buffer.compare(first?.[0] as Buffer, second?.[0] as Buffer)).toBe(-1);
  });

  test('a temporary table lives in its session and procedure', async () => {
    await session.run("CREATE TABLE #t (a int IDENTITY, b nvarchar(10)); INSERT #t (b) VALUES (N'x')");
    expect(await session.rows('SELECT a, b FROM #t')).toEqual([[1, 'x']]);
    const other = await sandbox.session(database);
    expect(numbers(await other.run('SELECT * FROM #t'))).toEqual([208]);
    await other.session.close();
    await session.run('DROP TABLE #t');
    expect(numbers(await session.run('SELECT * FROM #t'))).toEqual([208]);
  });

  test('a table variable takes OUTPUT INTO', async () => {
    await session.run('CREATE TABLE src (id int PRIMARY KEY); INSERT src VALUES (1), (2), (3)');
    expect(
      await session.rows(
        'DECLARE @gone TABLE (id int); DELETE src OUTPUT deleted.id INTO @gone WHERE id > 1; SELECT id FROM @gone ORDER BY id',
      ),
    ).toEqual([[2], [3]]);
  });

  test('bulk load converts, checks and counts', async () => {
    await session.run('CREATE TABLE loaded (id int NOT NULL, name nvarchar(3) NULL)');
    async function* rows(values: readonly (readonly [number, string])[]): AsyncGenerator<readonly [number, string]> {
      yield* values;
    }
    const columns = [
      { name: 'id', type: { name: 'int' as const }, nullable: false },
      { name: 'name', type: { name: 'nvarchar' as const, length: 10 }, nullable: true },
    ];
    const signal = new AbortController().signal;
    const sql = 'INSERT BULK loaded (id int, name nvarchar(10))';
    expect(
      await session.session.bulkLoad(
        sql,
        columns,
        rows([
          [1, 'a'],
          [2, 'b\tc'],
        ]),
        signal,
      ),
    ).toBe(2n);
    expect(await session.rows('SELECT id, name FROM loaded ORDER BY id')).toEqual([
      [1, 'a'],
      [2, 'b\tc'],
    ]);
    await expect(session.session.bulkLoad(sql, columns, rows([[3, 'too long']]), signal)).rejects.toMatchObject({
      number: 2628,
    });
  });
});

describe('errors in triggers', () => {
  beforeAll(async () => {
    await session.run('CREATE TABLE strict (id int)');
    await session.run(
      "CREATE TRIGGER strict_i ON strict AFTER INSERT AS IF EXISTS (SELECT 1 FROM inserted WHERE id < 0) BEGIN RAISERROR('negative', 16, 1); ROLLBACK END",
    );
  });

  test('ROLLBACK in a trigger ends the batch with 3609', async () => {
    const sink = await session.run('INSERT strict VALUES (-1); SELECT 1');
    expect(numbers(sink)).toEqual([50_000, 3609]);
    expect(sink.answers).toHaveLength(0);
    expect(await session.rows('SELECT COUNT(*), @@TRANCOUNT FROM strict')).toEqual([[0, 0]]);
  });

  test('RAISERROR alone lets the change stand', async () => {
    await session.run('CREATE TABLE loud (id int)');
    await session.run("CREATE TRIGGER loud_i ON loud AFTER INSERT AS RAISERROR('heard', 16, 1)");
    expect(numbers(await session.run('INSERT loud VALUES (1)'))).toEqual([50_000]);
    expect(await session.rows('SELECT COUNT(*) FROM loud')).toEqual([[1]]);
  });
});

describe('keys and computed columns', () => {
  test('an UPDATE may move keys through each other, until a foreign key refers to them', async () => {
    await session.run('CREATE TABLE moved (id int PRIMARY KEY); INSERT moved VALUES (1), (2), (3)');
    expect(numbers(await session.run('UPDATE moved SET id = id + 1'))).toEqual([]);
    expect(await session.rows('SELECT id FROM moved ORDER BY id')).toEqual([[2], [3], [4]]);
    expect(numbers(await session.run('UPDATE moved SET id = 7'))).toEqual([2627]);
    expect(
      numbers(await session.run('CREATE TABLE refers (m int REFERENCES moved(id)); INSERT refers VALUES (9)')),
    ).toEqual([547]);
  });

  test('computed columns are read, indexed and checked, persisted or not', async () => {
    const made = await session.run(`
      CREATE TABLE computed (a int, twice AS a * 2, plus AS (a + 1) PERSISTED NOT NULL, CONSTRAINT ck_twice CHECK (twice < 100));
      CREATE INDEX ix_twice ON computed (twice);
      INSERT computed (a) VALUES (5)`);
    expect(numbers(made)).toEqual([]);
    expect(await session.rows('SELECT a, twice, plus FROM computed WHERE twice = 10')).toEqual([[5, 10, 6]]);
    expect(numbers(await session.run('INSERT computed (a) VALUES (50)'))).toEqual([547]);
    expect(numbers(await session.run('INSERT computed (a, twice) VALUES (1, 2)'))).toEqual([271]);
  });

  test('functions, scalar and table, work inside queries', async () => {
    await session.run('CREATE TABLE facts (id int, v int); INSERT facts VALUES (1, 10), (2, 20)');
    await session.run(
      'CREATE FUNCTION dbo.best(@id int) RETURNS int AS BEGIN RETURN (SELECT MAX(v) FROM facts WHERE id <= @id) END',
    );
    await session.run(
      'CREATE FUNCTION dbo.upto(@max int) RETURNS TABLE AS RETURN (SELECT id, v FROM facts WHERE id <= @max)',
    );
    expect(await session.rows('SELECT id, dbo.best(id) FROM facts ORDER BY id')).toEqual([
      [1, 10],
      [2, 20],
    ]);
    expect(
      await session.rows('SELECT f.id, COUNT(*) FROM facts f CROSS APPLY dbo.upto(f.id) u GROUP BY f.id ORDER BY f.id'),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await session.run('CREATE FUNCTION dbo.loops(@n int) RETURNS int AS BEGIN DECLARE @i int = @n; RETURN @i END');
    expect(await session.rows('SELECT dbo.loops(7)')).toEqual([[7]]);
  });
});

describe('properties of spatial columns', () => {
  test('with and without the name of the table before the column', async () => {
    await session.run(
      'CREATE TABLE places (id int, place geography); INSERT places VALUES (1, geography::Point(52.5, 13.4, 4326))',
    );
    expect(
      await session.rows('SELECT place.STSrid, p.place.STSrid, p.place.Lat, place.AsTextZM() FROM places p'),
    ).toEqual([[4326, 4326, 52.5, 'POINT (13.4 52.5)']]);
    expect(numbers(await session.run('SELECT nothing.STSrid FROM places'))).toEqual([4104]);
  });
});
