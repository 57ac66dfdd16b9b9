import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ISSUE_CODES } from '#conversion';
import type { DatabaseModel } from '#schema';
import { SourceDatabase } from '#testing';
import { readGroups } from '../semantics/case-file.ts';
import {
  codesAlone,
  comparedRows,
  ConvertedCases,
  type Given,
  modelWith,
  type RowCase,
  rowCases,
} from './converted.ts';

/**
 * The expressions of the whole semantics suite, converted: an answer that is not SQL Server's is raised with its issue, or stands in differences.txt with the
 * code that tells of it, and the conversion of that expression alone tells that code. A line too many is no fault as long as its expression is there, for a
 * rule may get better any day.
 */

/** Expressions and the codes that tell how they differ; a line without a code, or with one that is none, is a fault. */
const DIFFERENCES: ReadonlyMap<string, string> = new Map(
  readFileSync(join(import.meta.dirname, 'differences.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, code = '', expression = ''] = /^(SL\d{4}) (.+)$/.exec(line) ?? [];
      if (!(code in ISSUE_CODES)) throw new Error(`differences.txt: no issue code before ${line}`);
      return [expression, code];
    }),
);

const GROUPS = readGroups(join(import.meta.dirname, '../semantics/cases')).filter(
  (group) =>
    group.setup.length === 0 &&
    !group.undo &&
    group.cases.every(({ batches }) => batches.length === 1 && /^SELECT\b[^;]*$/.test(batches[0] ?? '')),
);
const CASES = rowCases(GROUPS);

let source: SourceDatabase;
let database: DatabaseModel;
let made: ConvertedCases;

beforeAll(async () => {
  source = await SourceDatabase.create('COLLATE SQL_Latin1_General_CP1_CI_AS');
  database = await (await source.source()).catalog.readDatabase();
  made = await ConvertedCases.open(modelWith(database, CASES, GROUPS), 18, 'lower');
});

afterAll(async () => {
  await made?.close();
  await source?.drop();
});

/** What was not converted says so when it runs; what reads tables of another group's set-up fails as in a source without them. */
const isRaised = (one: RowCase, { error }: Given): boolean =>
  error !== undefined &&
  (/^SL\d{4}: /.test(error) || made.codesOf(one).some((code) => code === 'SL1079' || code === 'SL1091'));

/** What is wrong with an expression that differs; undefined: its code tells of it. */
function fault(one: RowCase): string | undefined {
  const { name } = one.case;
  const code = DIFFERENCES.get(name);
  const told = codesAlone(database, one, 18, 'lower');
  if (code !== undefined && told.includes(code)) return undefined;
  return `${name} differs ${code === undefined ? 'and differences.txt has no line with its code' : `without ${code}`} (told: ${told.join(', ')})`;
}

test('an expression is answered as SQL Server answers it, or raises its issue, or differs as its code tells', async () => {
  const faults: string[] = [];
  for (const one of CASES) {
    const given = await made.run(one);
    const { expected, actual } = comparedRows(one.case.answer, given);
    const isOther = !isDeepStrictEqual(expected, actual) && !isRaised(one, given);
    const found = isOther ? fault(one) : undefined;
    if (found !== undefined) faults.push(found);
  }
  expect(CASES.length).toBeGreaterThan(1_000);
  expect(faults).toEqual([]);
});

test('every line of the differences is an expression of the suite', () => {
  const names = new Set(CASES.map((one) => one.case.name));
  expect([...DIFFERENCES.keys()].filter((name) => !names.has(name))).toEqual([]);
});
