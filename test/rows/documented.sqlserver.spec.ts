import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SourceDatabase } from '#testing';
import { readGroups } from '../semantics/case-file.ts';
import { comparedRows, ConvertedCases, modelWith, rowCases, tellingCodes } from './converted.ts';

/**
 * The expressions of the whole semantics suite, converted: an answer that is not SQL Server's has an issue, or stands in differences.txt with its reason. What that
 * list holds beyond need is no fault, for a rule may get better any day.
 */

const DIFFERENCES = new Set(
  readFileSync(join(import.meta.dirname, 'differences.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')),
);

const GROUPS = readGroups(join(import.meta.dirname, '../semantics/cases')).filter(
  (group) =>
    group.setup.length === 0 &&
    !group.undo &&
    group.cases.every(({ batches }) => batches.length === 1 && /^SELECT\b[^;]*$/.test(batches[0] ?? '')),
);
const CASES = rowCases(GROUPS);

let source: SourceDatabase;
let made: ConvertedCases;

beforeAll(async () => {
  source = await SourceDatabase.create('COLLATE SQL_Latin1_General_CP1_CI_AS');
  const database = await (await source.source()).catalog.readDatabase();
  made = await ConvertedCases.open(modelWith(database, CASES, GROUPS), 18, 'lower');
});

afterAll(async () => {
  await made?.close();
  await source?.drop();
});

test('an expression is answered as SQL Server answers it, or has an issue, or is a difference that is listed', async () => {
  const silent: string[] = [];
  for (const one of CASES) {
    const { expected, actual } = comparedRows(one.case.answer, await made.run(one));
    const isTold = tellingCodes(made, one).length > 0 || DIFFERENCES.has(one.case.name);
    if (!isTold && !isDeepStrictEqual(expected, actual)) silent.push(one.case.name);
  }
  expect(CASES.length).toBeGreaterThan(1_000);
  expect(silent).toEqual([]);
});
