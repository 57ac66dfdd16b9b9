import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseBatch } from '../parse.ts';
import { printStatements } from '../printer/index.ts';
import { differenceOf } from '../test-meaning.ts';
import { walk } from '../walk.ts';
import { corpusCases, corpusFiles, type CorpusCase } from './test-cases.ts';
import { lostWords } from './test-lost-words.ts';

const FOLDER = join(process.cwd(), 'libs/tsql/corpus/accepted');
const FILES = corpusFiles(FOLDER);

/** Forms of SQL Server 2022 that the parser does not take: none. What other products and versions take is in `rejected/other-products.sql`. */
const NOT_READ: readonly string[] = [];

/** What is wrong with a case, if anything. */
function problemOf({ sql }: CorpusCase): string | undefined {
  const { statements, errors } = parseBatch(sql);
  if (errors[0] !== undefined) return errors[0].message;
  let isKeptAsWords = false;
  walk(statements, ({ kind }) => {
    isKeptAsWords ||= kind === 'unknown';
  });
  if (isKeptAsWords) return 'kept as words';
  const printed = printStatements(statements);
  const again = parseBatch(printed);
  if (again.errors[0] !== undefined) return `${again.errors[0].message} in ${printed}`;
  const differs = differenceOf(again.statements, statements);
  if (differs !== undefined) return `${differs} differs in ${printed}`;
  const lost = lostWords(sql, printed);
  return lost.length > 0 ? `lost ${lost.join(' ')} in ${printed}` : undefined;
}

describe('every form of the documentation is read, and printed from its tree with nothing lost', () => {
  test.each(FILES)('%s', (name) => {
    const problems = corpusCases(FOLDER, name)
      .filter(({ sql }) => !NOT_READ.includes(sql))
      .map((one) => ({ sql: one.sql, problem: problemOf(one) }))
      .filter(({ problem }) => problem !== undefined);
    expect(problems).toEqual([]);
  });

  test('the corpus is large, without repetition, and every case cites its page', () => {
    const cases = FILES.flatMap((name) => corpusCases(FOLDER, name));
    const pages = new Set(cases.map(({ page }) => page));
    expect(new Set(cases.map(({ sql }) => sql)).size).toBe(cases.length);
    expect(pages.has('')).toBe(false);
    expect({ cases: cases.length >= 3_000, pages: pages.size >= 540 }).toEqual({ cases: true, pages: true });
  });
});
