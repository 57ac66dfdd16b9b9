import { expect, test } from '@jest/globals';
import type { Cell, TrialOutcome } from './outcome.ts';
import { toldBy } from './told.ts';

const outcome = (of: Partial<TrialOutcome>): TrialOutcome => ({
  ...{ error: null, sets: [], returnCode: undefined, outputs: new Map(), rows: new Map() },
  ...of,
});
const cell = (value: Cell): TrialOutcome => outcome({ sets: [[[value]]] });
const error = (sort: 'value' | 'raised' | 'other', message = 'no'): TrialOutcome =>
  outcome({ error: { sort, message } });
const ALL = new Set(Array.from({ length: 13 }, (_, at) => `SL${1101 + at}`).concat('SL1069', 'SL1075'));

test.each([
  ['the seventh digit', '2024-03-05 15:07:09.1234567', '2024-03-05 15:07:09.1234560', ['SL1101', 'SL1102']],
  ['a step of datetime', '2024-01-01 00:00:00.003', '2024-01-01 00:00:00.001', ['SL1102']],
  ['another second', '2024-01-01 00:00:01', '2024-01-01 00:00:00', []],
  ['a document written anew', '<a k="1"><b/></a>', `<a  k='1'><b></b> </a>`, ['SL1113']],
  ['another document', '<a>1</a>', '<a>2</a>', []],
  ['case', 'Bob', 'BOB', ['SL1069', 'SL1075', 'SL1111']],
  ['another name', 'Bob', 'Rob', []],
  ['a NULL', null, 'Bob', []],
])('%s', (_, source, target, codes) => {
  expect(toldBy(ALL, cell(source), cell(target)).filter((one) => one !== 'SL1109')).toEqual(codes);
});

test('only codes that the object has tell of it, and only of what differs', () => {
  const [source, target] = [cell('2024-01-01 00:00:00.003'), cell('2024-01-01 00:00:00.001')];
  expect(toldBy(new Set(['SL1113']), source, target)).toEqual([]);
  const [two, other] = [
    outcome({ sets: [[['2024-01-01 00:00:00.003', 'a']]] }),
    outcome({ sets: [[['2024-01-01 00:00:00.001', 'b']]] }),
  ];
  expect(toldBy(new Set(['SL1102']), two, other)).toEqual([]);
});

test('an error on one side is told by what SQL Server refuses, one that a routine raises is not', () => {
  const codes = new Set(['SL1105', 'SL1111']);
  expect(toldBy(codes, error('value'), cell('12'))).toEqual(['SL1105']);
  expect(toldBy(codes, error('raised'), cell('12'))).toEqual([]);
  expect(toldBy(ALL, error('other', 'It is not supported.'), cell('12'))).toEqual([]);
  const message = 'Invalid length parameter passed to the RIGHT function.';
  expect(toldBy(ALL, error('other', message), cell('12'))).toEqual(['SL1106']);
  expect(toldBy(codes, cell('12'), error('value'))).toEqual([]);
  expect(toldBy(new Set(['SL1107']), cell('0'), error('value'))).toEqual(['SL1107']);
});

test('rows more or less are told by groups and blanks, where the texts are the same', () => {
  const [source, target] = [
    outcome({ sets: [[['a', '2']]] }),
    outcome({
      sets: [
        [
          ['a', '1'],
          ['A', '1'],
        ],
      ],
    }),
  ];
  expect(toldBy(new Set(['SL1075', 'SL1102']), source, target)).toEqual(['SL1075']);
  expect(toldBy(new Set(['SL1102']), source, target)).toEqual([]);
  const more = outcome({
    sets: [
      [
        ['a', '1'],
        ['b', '1'],
      ],
    ],
  });
  expect(toldBy(new Set(['SL1075']), source, more)).toEqual([]);
});
