import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Statement } from './ast/index.ts';
import { CASE_FAMILIES } from './cases/index.ts';
import { decodeScript } from './decode.ts';
import { parseBatch, parseScript } from './parse.ts';
import { printStatements } from './printer/index.ts';
import { differenceOf } from './test-meaning.ts';

function expectRoundTrip(statements: readonly Statement[], quotedIdentifier = true): void {
  const printed = printStatements(statements);
  const again = parseBatch(printed, { quotedIdentifier });
  expect({ printed, errors: again.errors }).toEqual({ printed, errors: [] });
  expect({ printed, differs: differenceOf(again.statements, statements) }).toEqual({ printed, differs: undefined });
}

describe('T-SQL printed from the tree reads as the same tree', () => {
  for (const [family, cases] of Object.entries(CASE_FAMILIES)) {
    describe(family, () => {
      test.each(cases)('$sql', ({ sql }) => {
        expectRoundTrip(parseBatch(sql).statements);
      });
    });
  }

  test('parentheses come back only where the shape needs them', () => {
    const print = (sql: string): string => printStatements(parseBatch(sql).statements);
    expect(print('select ((a + b)) * (c), -(a * b), (-a) * b from t where not (a = 1 and b = 2)')).toContain(
      'SELECT (a + b) * c, -a * b, (-a) * b',
    );
    expect(print('select 1 where (a = 1 or b = 2) and (c = 3 and d = 4)')).toBe(
      'SELECT 1 WHERE (a = 1 OR b = 2) AND (c = 3 AND d = 4);',
    );
  });

  test('blocks are set in, the content of strings is not', () => {
    const text = printStatements(parseBatch("begin if @a = 1 print 'x\ny' else begin print 2 end end").statements);
    expect(text).toBe("BEGIN\n  IF @a = 1\n    PRINT 'x\ny'\n  ELSE\n    BEGIN\n      PRINT 2;\n    END;\nEND;");
  });

  test('long chains are printed without recursion', () => {
    expectRoundTrip(parseBatch(`select 1${' + 1'.repeat(4_000)} where a = 1${' or a = 2'.repeat(4_000)}`).statements);
    expectRoundTrip(parseBatch(`select 1${' union all select 2'.repeat(4_000)}`).statements);
  });
});

const FOLDER = join(process.cwd(), '..', 'shared', 'data');

describe('so do the public sample databases', () => {
  test.each(['northwind.sql', 'pubs.sql', 'chinook.sql'])('%s', (name) => {
    if (!existsSync(FOLDER)) {
      process.stderr.write(`${name}: not run, the folder ../shared/data is not beside the project\n`);
      return;
    }
    let quotedIdentifier = true;
    for (const batch of parseScript(decodeScript(readFileSync(join(FOLDER, name)))).batches) {
      expectRoundTrip(batch.statements, quotedIdentifier);
      quotedIdentifier = batch.quotedIdentifier;
    }
  });
});
