import { describe, expect, test } from '@jest/globals';
import { CASE_FAMILIES } from './cases/index.ts';
import { parseBatch } from './parse.ts';

describe('SQL Server 2022 statements are read without an error', () => {
  for (const [family, cases] of Object.entries(CASE_FAMILIES)) {
    describe(family, () => {
      test.each(cases)('$sql', ({ kind, sql }) => {
        const { statements, errors } = parseBatch(sql);
        expect(errors).toEqual([]);
        expect(statements.map((statement) => statement.kind)).toEqual(kind.split(', '));
      });
    });
  }
});
