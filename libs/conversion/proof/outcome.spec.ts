import { describe, expect, test } from '@jest/globals';
import {
  difference,
  type Leniency,
  numberCell,
  sourceSort,
  targetSort,
  timeCell,
  type TrialOutcome,
} from './outcome.ts';

const STRICT: Leniency = {
  ...{ anyOrder: false, anyId: false, numbering: new Map([['dbo.Log', [0]]]) },
  session: { source: new Map([['sa', 'user']]), target: new Map([['app', 'user']]) },
};

const outcome = (of: Partial<TrialOutcome>): TrialOutcome => ({
  ...{ error: null, sets: [], returnCode: undefined, outputs: new Map(), rows: new Map() },
  ...of,
});

const failed = (number: number | string, message: string): TrialOutcome =>
  outcome({
    error: { sort: typeof number === 'number' ? sourceSort(number) : targetSort(number, message), message },
  });

describe('difference', () => {
  test('equal outcomes have none', () => {
    const one = outcome({
      sets: [[['1', null]]],
      returnCode: '0',
      outputs: new Map([[0, 'x']]),
      rows: new Map([['t', [['1']]]]),
    });
    expect(difference(one, one, STRICT)).toBeNull();
  });

  test('a value, a NULL, a missing row, a missing set and another return code are told', () => {
    const source = outcome({ sets: [[['1'], ['2']]], returnCode: '0' });
    expect(difference(source, outcome({ ...source, sets: [[['1'], ['3']]] }), STRICT)).toBe(
      'result set 1: row 2 is ["2"] in the source, ["3"] in the target',
    );
    expect(difference(source, outcome({ ...source, sets: [[['1'], [null]]] }), STRICT)).toContain(
      '[null] in the target',
    );
    expect(difference(source, outcome({ ...source, sets: [[['1']]] }), STRICT)).toContain('only in the source: ["2"]');
    expect(difference(source, outcome({ ...source, sets: [] }), STRICT)).toBe(
      '1 result sets in the source, 0 in the target',
    );
    expect(difference(source, outcome({ ...source, returnCode: '1' }), STRICT)).toBe(
      'return code 0 in the source, 1 in the target',
    );
  });

  test('the order of rows counts where it was asked for, their number always', () => {
    const [source, target] = [outcome({ sets: [[['1'], ['2'], ['2']]] }), outcome({ sets: [[['2'], ['1'], ['2']]] })];
    expect(difference(source, target, STRICT)).not.toBeNull();
    expect(difference(source, target, { ...STRICT, anyOrder: true })).toBeNull();
    expect(
      difference(source, outcome({ sets: [[['2'], ['1'], ['1']]] }), { ...STRICT, anyOrder: true }),
    ).not.toBeNull();
  });

  test('an output parameter and rows of a table afterwards are compared', () => {
    const source = outcome({ outputs: new Map([[1, '5']]), rows: new Map([['dbo.T', [['1', 'a']]]]) });
    expect(difference(source, outcome({ outputs: new Map([[1, '6']]), rows: source.rows }), STRICT)).toBe(
      'output parameter 2: 5 in the source, 6 in the target',
    );
    expect(difference(source, outcome({ outputs: source.outputs, rows: new Map([['dbo.T', []]]) }), STRICT)).toContain(
      'rows of dbo.T afterwards',
    );
  });

  test('numbers that rows get as they are inserted may fall to them in another order, not the rest of them', () => {
    const log = (...rows: [string, string][]): TrialOutcome => outcome({ rows: new Map([['dbo.Log', rows]]) });
    expect(difference(log(['1', 'a'], ['2', 'b']), log(['1', 'b'], ['2', 'a']), STRICT)).toBeNull();
    expect(difference(log(['1', 'a'], ['2', 'b']), log(['1', 'a'], ['2', 'c']), STRICT)).not.toBeNull();
  });

  test('errors of one sort are alike; a raised one by its text', () => {
    expect(
      difference(failed(2627, 'Violation of PRIMARY KEY'), failed('23505', 'duplicate key value'), STRICT),
    ).toBeNull();
    expect(difference(failed(50_000, 'no stock'), failed('50000', 'no stock'), STRICT)).toBeNull();
    expect(difference(failed(50_000, 'no stock'), failed('50000', 'none'), STRICT)).toContain('“no stock”');
    expect(
      difference(
        failed(50_000, "Cannot insert the value NULL into column 'c'"),
        failed('P0001', 'null value in column "c"'),
        STRICT,
      ),
    ).toBeNull();
    expect(difference(failed(547, 'conflicted'), failed('23505', 'duplicate key value'), STRICT)).not.toBeNull();
    expect(difference(failed(8134, 'Divide by zero'), outcome({}), STRICT)).toContain('no error in the target');
  });

  test('a name of the session that both copied from a row is no difference, a row without it is one', () => {
    const row = (by: string): TrialOutcome =>
      outcome({ sets: [[['7', by, new Date().toISOString().slice(0, 19).replace('T', ' ')]]] });
    expect(difference(row('sa'), row('sa'), STRICT)).toBeNull();
    expect(difference(row('sa'), row('app'), STRICT)).toBeNull();
    expect(difference(row('sa'), row('somebody'), STRICT)).not.toBeNull();
  });

  test('what a handler writes of an engine’s own error is compared by the sort of the error', () => {
    const log = (...row: string[]): TrialOutcome => outcome({ rows: new Map([['dbo.Errors', [row]]]) });
    const mine = log('12', '515', "Cannot insert the value NULL into column 'Id'", 'hire');
    expect(
      difference(mine, log('12', '515', 'null value in column "id" of relation "pay"', 'hire'), STRICT),
    ).toBeNull();
    expect(difference(mine, log('0', '515', 'null value in column "id"', 'fire'), STRICT)).not.toBeNull();
    expect(difference(mine, log('12', '515', 'division by zero', 'hire'), STRICT)).not.toBeNull();
  });

  test('blanks at the end of a text and the order of a document’s members are no difference, its values are', () => {
    const one = (cell: string): TrialOutcome => outcome({ sets: [[[cell]]] });
    expect(difference(one('mod_cook    '), one('mod_cook'), STRICT)).toBeNull();
    expect(difference(one('{"a":1,"b":[1, 2]}'), one('{"b": [1,2], "a": 1}'), STRICT)).toBeNull();
    expect(difference(one('{"a":1}'), one('{"a": 2}'), STRICT)).not.toBeNull();
    expect(difference(one('[1,2]'), one('[2,1]'), STRICT)).not.toBeNull();
    expect(difference(one('[broken'), one('[broken '), STRICT)).toBeNull();
  });

  test('the time of the call, its session and a GUID that each side makes are no difference', () => {
    const now = new Date().toISOString().slice(0, 19).replace('T', ' ');
    const other = new Date(Date.now() + 5.5 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const id = (digit: string): string => `${digit.repeat(8)}-1111-4111-8111-111111111111`;
    expect(difference(outcome({ sets: [[[now, 'sa']]] }), outcome({ sets: [[[other, 'app']]] }), STRICT)).toBeNull();
    expect(
      difference(
        outcome({ sets: [[['2020-01-01 00:00:00']]] }),
        outcome({ sets: [[['2020-01-01 05:30:00']]] }),
        STRICT,
      ),
    ).not.toBeNull();
    const [mine, theirs] = [outcome({ sets: [[[id('a')]]] }), outcome({ sets: [[[id('b')]]] })];
    expect(difference(mine, theirs, STRICT)).not.toBeNull();
    expect(difference(mine, theirs, { ...STRICT, anyId: true })).toBeNull();
  });
});

test('numbers and times have one form', () => {
  expect(['1.50', '0.1', '-0.00', '12345678901234567890', '1e2', 'NaN'].map(numberCell)).toEqual([
    '1.5',
    '0.1',
    '0',
    '12345678901234567890',
    '100',
    'NaN',
  ]);
  expect(['10:00:00.1234567', '10:00:00.500', '10:00:00'].map(timeCell)).toEqual([
    '10:00:00.123456',
    '10:00:00.5',
    '10:00:00',
  ]);
});
