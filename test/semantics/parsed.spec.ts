import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseBatch, printStatements } from '#tsql';
import { readGroups } from './case-file.ts';

/** What SQL Server's parser answers to a text that is not T-SQL. */
const SYNTAX = new Set([102, 105, 156, 191, 319]);

const CASES = readGroups(join(process.cwd(), 'test/semantics/cases')).flatMap(({ cases }) => cases);

/** What is wrong with a batch that SQL Server reads, if anything. */
function problemOf(sql: string): string | undefined {
  const { statements, errors } = parseBatch(sql);
  if (errors[0] !== undefined) return errors[0].message;
  const printed = printStatements(statements);
  const again = parseBatch(printed);
  if (again.errors[0] !== undefined) return `${again.errors[0].message} in ${printed}`;
  return printStatements(again.statements) === printed ? undefined : `is not printed the same way twice: ${printed}`;
}

describe('the statements of the semantics suite', () => {
  test('are read and printed again, but for those that are no T-SQL', () => {
    const batches = CASES.filter(({ answer }) => !answer.errors.some((number) => SYNTAX.has(number))).flatMap(
      (one) => one.batches,
    );
    const problems = batches
      .map((sql) => ({ sql, problem: problemOf(sql) }))
      .filter(({ problem }) => problem !== undefined);
    expect(problems).toEqual([]);
    expect(batches.length).toBeGreaterThan(3_500);
  });
});
