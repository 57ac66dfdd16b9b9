import { describe, expect, test } from '@jest/globals';
import { parseBatch, parseScript } from './parse.ts';
import { printStatements } from './printer/index.ts';

function outcome(text: string): { kinds: string[]; errors: number } {
  const { statements, errors } = parseBatch(text);
  return { kinds: statements.map((s) => s.kind), errors: errors.length };
}

describe('one bad statement costs one error', () => {
  test.each([
    ['select 1\nselec 1\nselect 2\nprint 3', ['select', 'unknown', 'select', 'print']],
    ['select 1; select from; select 3', ['select', 'unknown', 'select']],
    ['create table t (a int,\n b varchar(10\n)\nselect 1', ['unknown', 'select']],
    ['update t set\nwhere a = 1\ndelete t', ['unknown', 'delete']],
    ['if @a = \nselect 1\nselect 2', ['unknown', 'select', 'select']],
    ['select case when a then 1 else 2 end from\nprint 1', ['unknown', 'print']],
    ['exec p @a = ,\nprint 1', ['unknown', 'print']],
    ['end\nselect 1', ['unknown', 'select']],
    ['else select 1', ['unknown']],
    ["select 'abc", ['unknown']],
    ['select 1 + ? from t\nselect 2', ['unknown', 'select']],
    ['create table t (a int) on\nGRANT SELECT ON t TO u', ['unknown', 'permission']],
  ])('%j', (text, kinds) => {
    expect(outcome(text)).toEqual({ kinds, errors: 1 });
  });

  test('within a block, a TRY and a procedure, where the rest stays as it is', () => {
    const text =
      'create proc p as\nbegin try\n  selec 1\n  select 2\nend try\nbegin catch\n  throw\nend catch\nselect 3';
    const { statements, errors } = parseBatch(text);
    expect(errors).toHaveLength(1);
    expect(statements).toMatchObject([
      {
        kind: 'createProcedure',
        body: [
          { kind: 'tryCatch', body: [{ kind: 'unknown' }, { kind: 'select' }], handler: [{ kind: 'throw' }] },
          { kind: 'select' },
        ],
      },
    ]);
  });

  test('ELSE goes on with its IF behind a bad statement', () => {
    expect(parseBatch('if @a = 1 selec 1 else print 1\nprint 2').statements).toMatchObject([
      { kind: 'if', then: { kind: 'unknown' }, otherwise: { kind: 'print' } },
      { kind: 'print' },
    ]);
  });

  test('blocks that never end are one error, however many', () => {
    expect(outcome('begin '.repeat(50) + 'select 1').errors).toBe(1);
    expect(outcome('create proc p as begin try begin select 1').errors).toBe(1);
  });

  test('a bad batch leaves the next one alone', () => {
    const { batches, errors } = parseScript('create table (\nGO\nselect 1\nGO\nselect (\nGO\nselect 3');
    expect(errors).toHaveLength(2);
    expect(batches.map((b) => b.errors.length)).toEqual([1, 0, 1, 0]);
  });
});

describe('faults are worded as SQL Server words them', () => {
  test.each([
    ['select * from', 102, 'Incorrect syntax near the end of the statement.'],
    ['select * from where', 156, "Incorrect syntax near the keyword 'where'."],
    ['select a b c', 102, "Incorrect syntax near 'c'."],
    ["select 'abc", 105, "Unclosed quotation mark after the character string 'abc'."],
    ['select [abc', 105, "Unclosed quotation mark after the character string 'abc'."],
    ['select 1 /* abc', 113, "Missing end comment mark '*/'."],
  ])('%s', (text, number, message) => {
    expect(parseBatch(text).errors[0]).toMatchObject({ number, message });
  });

  test('the place is that of the token at fault', () => {
    expect(parseBatch('select 1\n  from where').errors[0]?.span).toEqual({ start: 16, end: 21, line: 2, column: 8 });
  });

  test('a long token is shortened', () => {
    expect(parseBatch(`select a b '${'x'.repeat(5000)}'`).errors[0]?.message.length).toBeLessThan(120);
  });
});

const DEEP: Readonly<Record<string, (n: number) => string>> = {
  parentheses: (n) => `select ${'('.repeat(n)}1${')'.repeat(n)}`,
  NOT: (n) => `select 1 where ${'not '.repeat(n)}a = 1`,
  signs: (n) => `select ${'- '.repeat(n)}1`,
  calls: (n) => `select ${'f('.repeat(n)}1${')'.repeat(n)}`,
  CASE: (n) => `select ${'case when 1 = 1 then '.repeat(n)}1${' end'.repeat(n)}`,
  subqueries: (n) => `select ${'(select '.repeat(n)}1${')'.repeat(n)}`,
  'derived tables': (n) => `select * from ${'(select * from '.repeat(n)}t${') x'.repeat(n)}`,
  joins: (n) => `select * from ${'a join '.repeat(n)}b${' on 1 = 1'.repeat(n)}`,
  blocks: (n) => `${'begin '.repeat(n)}print 1${' end'.repeat(n)}`,
  'ELSE IF': (n) => `${'if 1 = 1 print 1 else '.repeat(n)}print 1`,
  'graph patterns': (n) => `select 1 from a where match(${'('.repeat(n)}a-(e)->b${')+'.repeat(n)})`,
  'TRY blocks': (n) => `${'begin try '.repeat(n)}print 1${' end try begin catch end catch'.repeat(n)}`,
  'WHILE bodies': (n) => `${'while 1 = 1 '.repeat(n)}print 1`,
  WAITFOR: (n) => 'waitfor ('.repeat(n),
  'OR chains': (n) => `select 1 where a = 1${' or a = 1'.repeat(n)}`,
  'UNION chains': (n) => `select 1${' union select 1'.repeat(n)}`,
  methods: (n) => `select @x${'.a()'.repeat(n)}`,
  options: (n) => `create table t (a int) with (${'a = ('.repeat(n)}`,
};

describe('depth has a limit instead of a stack overflow', () => {
  test.each(Object.keys(DEEP))('200 %s are fine', (name) => {
    const errors = parseBatch(DEEP[name]?.(200) ?? '').errors.filter((e) => e.number === 191);
    expect(errors).toEqual([]);
  });

  test.each(Object.keys(DEEP))('50,000 %s are one error, at once', (name) => {
    const begin = performance.now();
    const { errors } = parseBatch(DEEP[name]?.(50_000) ?? '');
    expect(errors.map((e) => e.number)).toEqual([191]);
    expect(performance.now() - begin).toBeLessThan(30_000);
  });

  test.each([
    'CREATE FUNCTION f() RETURNS TABLE AS RETURN WITH a AS (SELECT 1 AS x) SELECT x FROM a',
    'SELECT 10 / -3 * -(2 - 1)',
    'CREATE TABLE t (a int, b AS a + 1)',
    'CREATE TABLE t (a AS (WITH c AS (SELECT 1 AS x) SELECT x FROM c))',
    'SELECT 1 FROM a JOIN b JOIN (SELECT (((1))) AS x) c ON 1 = 1 ON 1 = 1',
    'SELECT 1 FROM a JOIN (SELECT (((1))) AS x) b PIVOT (SUM(x) FOR y IN (z)) p ON 1 = 1',
    'SELECT TOP ((WITH c AS (SELECT 1 AS x) SELECT x FROM c)) 1 FROM t',
  ])('%s is not printed deeper than it was read', (text) => {
    const isRead = (sql: string, maxDepth: number): boolean => parseBatch(sql, { maxDepth }).errors.length === 0;
    const depth = Array.from({ length: 50 }, (_, at) => at + 1).find((one) => isRead(text, one)) ?? 0;
    expect(depth).toBeGreaterThan(1);
    expect(isRead(printStatements(parseBatch(text).statements), depth)).toBe(true);
  });

  test.each([
    'WITH a AS (SELECT 1 AS x) (WITH b AS (SELECT 2 AS y) SELECT y FROM b)',
    '(SELECT TOP (1) x FROM t ORDER BY x) ORDER BY y',
  ])('%s has two of what a query has once, and none is put aside', (text) => {
    expect(parseBatch(text).errors).toHaveLength(1);
  });

  test('a lower limit can be set', () => {
    expect(parseBatch('select ((((1))))', { maxDepth: 4 }).errors[0]?.number).toBe(191);
  });
});
