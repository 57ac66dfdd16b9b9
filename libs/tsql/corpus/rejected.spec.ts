import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseBatch, parseScript } from '../parse.ts';
import { corpusCases, corpusFiles } from './test-cases.ts';

const FOLDER = join(process.cwd(), 'libs/tsql/corpus/rejected');
const TEXTS = corpusFiles(FOLDER).flatMap((name) => corpusCases(FOLDER, name).map(({ sql }) => sql));

/** Texts whose fault is that they never end take all behind them with them. */
const isOpen = (sql: string): boolean => /^SELECT N?['[""]abc$|^BEGIN$|BEGIN CATCH$/.test(sql);

/** What SQL Server's parser says of a syntax that it does not know. */
const NUMBERS = [102, 105, 156];

describe('what SQL Server does not accept costs one error', () => {
  test('hundreds of texts, each alone', () => {
    const problems = TEXTS.map((sql) => ({ sql, numbers: parseBatch(sql).errors.map((error) => error.number) })).filter(
      ({ numbers }) => numbers.length !== 1 || !NUMBERS.includes(numbers[0] ?? 0),
    );
    expect(problems).toEqual([]);
    expect(new Set(TEXTS).size).toBe(TEXTS.length);
    expect(TEXTS.length).toBeGreaterThanOrEqual(450);
  });

  test('and leaves the statements before and behind it alone', () => {
    const problems = TEXTS.filter((sql) => !isOpen(sql))
      .map((sql) => ({ sql, parsed: parseBatch(`SELECT 1;\n${sql};\nSELECT 2;\nPRINT 3`) }))
      .map(({ sql, parsed }) => ({
        sql,
        errors: parsed.errors.length,
        kinds: parsed.statements.map(({ kind }) => kind),
      }))
      .filter(
        ({ errors, kinds }) => errors !== 1 || kinds[0] !== 'select' || kinds.slice(-2).join(' ') !== 'select print',
      );
    expect(problems).toEqual([]);
  });

  test('not the file: all of them in one batch, good statements between them', () => {
    const bad = TEXTS.filter((sql) => !isOpen(sql));
    const { statements, errors } = parseBatch(bad.map((sql) => `PRINT 'good';\n${sql};\n`).join(''));
    expect(errors).toHaveLength(bad.length);
    expect(statements.filter(({ kind }) => kind === 'print').length).toBeGreaterThanOrEqual(bad.length);
  });

  test('nor another batch: all of them in a script', () => {
    const bad = TEXTS.filter((sql) => !/^SELECT N?['["]abc$/.test(sql));
    const { batches, errors } = parseScript(bad.map((sql) => `PRINT 'good'\nGO\n${sql}\nGO\n`).join(''));
    expect(errors).toHaveLength(bad.length);
    expect(batches.filter((batch) => batch.errors.length === 0)).toHaveLength(bad.length);
  });

  test('the place of the error lies within the text or at its end', () => {
    for (const sql of TEXTS)
      for (const { span } of parseBatch(sql).errors) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(sql.length);
      }
  });
});
