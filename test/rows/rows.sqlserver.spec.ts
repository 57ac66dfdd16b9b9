import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DatabaseModel } from '#schema';
import { hasPostgres, POSTGRES_VERSIONS } from '#stack';
import { SourceDatabase } from '#testing';
import { ConvertedCases, comparedRows, modelWith, tellingCodes } from './converted.ts';
import { CASES, ROW_GROUPS } from './row-cases.ts';

/**
 * The rows' cases, converted and run in each version of PostgreSQL that there is, beside their recorded answers. Catalog and tables come from the sandbox, which
 * gives the same answers to the same text in test/semantics.
 */

let source: SourceDatabase;
let model: DatabaseModel;

beforeAll(async () => {
  source = await SourceDatabase.create('COLLATE SQL_Latin1_General_CP1_CI_AS');
  for (const batch of ROW_GROUPS.flatMap((group) => group.setup)) await source.run(batch);
  const database = await (await source.source()).catalog.readDatabase();
  model = modelWith(database, CASES, ROW_GROUPS);
});

afterAll(() => source?.drop());

/** With columns of a collation without case on the version that refuses most of one. */
const TARGETS = [
  ...POSTGRES_VERSIONS.map((version) => ({ version, caseInsensitive: 'lower' as const })),
  { version: 15 as const, caseInsensitive: 'icu' as const },
];

for (const { version, caseInsensitive } of TARGETS) {
  const isHere = hasPostgres(version);
  if (!isHere) process.stderr.write(`skipped: PostgreSQL ${version} is not installed (npm ci)\n`);

  (isHere ? describe : describe.skip)(`PostgreSQL ${version}, ${caseInsensitive}`, () => {
    let made: ConvertedCases;

    beforeAll(async () => {
      made = await ConvertedCases.open(model, version, caseInsensitive);
    });

    afterAll(() => made?.close());

    test('takes every statement', () => {
      expect(made.refused).toEqual([]);
    });

    test.each(CASES.map((one) => [one.group.name, one.case.name, one] as const))('%s › %s', async (_, _name, one) => {
      const { answer, converted } = one.case;
      const given = await made.run(one);
      const right = comparedRows(answer, given);
      const isOther = converted !== undefined && version < (converted.before ?? Infinity);
      // What has an issue may still be right where the catalog allows it; it never answers something else.
      if (!isOther || isDeepStrictEqual(right.expected, right.actual))
        return expect({ is: right.actual, of: made.textOf(one) }).toEqual({ is: right.expected, of: made.textOf(one) });
      const codes = tellingCodes(made, one);
      expect(codes).not.toEqual([]);
      // Another issue than the one that was meant has another answer, if it has one.
      if (!codes.includes(converted.code)) return;
      const told = comparedRows(converted.answer ?? { errors: [0], said: [converted.code] }, given);
      expect(told.actual).toEqual(told.expected);
    });
  });
}
