import { describe, expect, test } from '@jest/globals';
import { parseBatch } from '../parse.ts';
import { printStatements } from '../printer/index.ts';
import { ownCorpus } from './test-corpus.ts';
import { StatementFuzzer } from './test-fuzzer.ts';

const TEXTS = 5_000;
const SEED = 20_240_229;

describe('any text is read', () => {
  const fuzzer = new StatementFuzzer(ownCorpus(), SEED, 40_000);

  test(`${TEXTS} of them without a throw, in time that its length allows, and what is accepted is printed and read as the same (seed ${SEED})`, () => {
    for (let number = 0; number < TEXTS; number++) {
      const text = fuzzer.text(number);
      const fault = fuzzer.check(text);
      if (fault !== undefined) throw new Error(`${fault.kind}: ${fault.what}\nin ${fuzzer.shrink(text, fault)}`);
    }
    expect(fuzzer.accepted).toBeGreaterThan(TEXTS / 20);
  });

  test('ten megabytes of statements take nothing like the square of what one megabyte takes', () => {
    const piece = "INSERT INTO dbo.t (a, b) VALUES (1, N'some text'), (2, N'other text');\n";
    const micros = (megabytes: number): number => {
      const text = piece.repeat(Math.ceil((megabytes * 1_048_576) / piece.length));
      const began = process.cpuUsage();
      expect(parseBatch(text).errors).toEqual([]);
      const { user, system } = process.cpuUsage(began);
      return user + system;
    };
    micros(0.5);
    // Linear is 10 and, with collections of the larger heap, up to 25 on a busy machine; the square is 100.
    expect(Math.min(micros(10), micros(10))).toBeLessThan(50 * Math.max(micros(1), 50_000));
  });
});

describe('what fuzzing found', () => {
  test.each([
    ['a comparison as a value of a select list', 'SELECT a = b = 1', 102],
    ['an option without a name', 'CREATE STATISTICS s ON t (a) WITH = 1', 102],
    ['a method of nothing in SET', "UPDATE t SET y('')", 102],
    ['a setting in parentheses', 'SET LOCK_TIMEOUT (5 - 1)', 102],
    ['nothing behind IF', 'IF @a = 1;', 102],
    ['a hint without its number', 'SELECT * FROM t WITH (SPATIAL_WINDOW_MAX_CELLS)', 102],
    ['a number before an assignment', 'SET @a 5 = 1', 102],
    ['an unknown national type', 'CREATE TABLE t (a national x)', 102],
    ['a query hint with an equals sign that it has not', 'SELECT 1 OPTION (RECOMPILE = 1)', 102],
    ['an index named by a reserved word', 'DROP INDEX t.AS', 102],
    ['a login option with a list', 'CREATE LOGIN l WITH a(2)', 102],
    ['a star with a name', 'SELECT a = *, b', 102],
    ['a quoted setting', 'SET "NOCOUNT" ON', 102],
    ['a function as an argument', 'EXEC p {fn NOW()}', 102],
    ['an XML index that uses nothing', 'CREATE XML INDEX x ON t (x) USING', 102],
    ['a grant without its share', 'SELECT 1 OPTION (MIN_GRANT_PERCENT)', 102],
    ['a column list with a reserved word', 'INSERT t (t.DESC) VALUES (1)', 102],
  ])('%s is a fault of syntax', (_name, text, number) => {
    expect(parseBatch(text).errors.map((error) => error.number)).toEqual([number]);
  });
});

test('blocks within blocks are printed in time that their number allows: the cube would take minutes', () => {
  const depth = 800;
  const { statements } = parseBatch(`${'BEGIN '.repeat(depth)}PRINT 1${' END'.repeat(depth)}`);
  const began = process.cpuUsage();
  expect(printStatements(statements).length).toBeLessThan(depth * 200);
  expect(process.cpuUsage(began).user).toBeLessThan(20_000_000);
});
