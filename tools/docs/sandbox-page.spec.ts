import { describe, expect, test } from '@jest/globals';
import { conformanceOf, readCases } from './sandbox/conformance.ts';
import { inventory } from './sandbox/inventory.ts';
import { coveredUse, usesOf, type Use } from './sandbox/uses.ts';

const groups = readCases();
const tried = conformanceOf(groups);

const isTold = (use: Use): boolean => {
  const found = tried.get(use);
  return found !== undefined && (found.cases > 0 || found.refused.length > 0);
};

describe('the conformance list', () => {
  test('has a case for every statement, clause, function, view, procedure and CDC object that there is', () => {
    expect(inventory().filter((use) => !isTold(use))).toEqual([]);
  });

  test('knows no third state: a refused case is refused by an error', () => {
    const answered = groups
      .flatMap((group) => group.cases)
      .filter((one) => one.refusal !== undefined && one.refusal.errors.length === 0);
    expect(answered.map((one) => one.name)).toEqual([]);
  });
});

describe('what a batch uses', () => {
  test('is its statements, functions, clauses, views and procedures', () => {
    const uses = [...usesOf('EXEC sp_columns t; SELECT TOP 1 LEN(name) FROM sys.tables; DROP TABLE t')];
    expect(uses).toEqual(
      expect.arrayContaining([
        ...['statement EXECUTE procedure', 'procedure sp_columns', 'statement SELECT', 'clause TOP', 'function LEN'],
        ...['view sys.tables', 'statement DROP TABLE'],
      ]),
    );
  });

  test('names objects of change data capture without their capture instance', () => {
    const all = "SELECT * FROM cdc.fn_cdc_get_all_changes_dbo_t(sys.fn_cdc_get_max_lsn(), NULL, N'all'), cdc.dbo_t_CT";
    expect([...usesOf(all)].filter((use) => use.startsWith('cdc '))).toEqual([
      'cdc fn_cdc_get_all_changes',
      'cdc fn_cdc_get_max_lsn',
      'cdc <capture_instance>_CT',
    ]);
  });
});

test('a `# covers:` entry is spelt as the list spells it', () => {
  expect(coveredUse('function dateadd')).toBe('function DATEADD');
  expect(coveredUse('procedure sys.sp_cdc_enable_db')).toBe('cdc sp_cdc_enable_db');
  expect(coveredUse('view INFORMATION_SCHEMA.COLUMNS')).toBe('view INFORMATION_SCHEMA.COLUMNS');
  expect(() => coveredUse('nothing here')).toThrow(/covers/);
});
