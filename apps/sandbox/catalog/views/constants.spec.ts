import { expect, test } from '@jest/globals';
import { constantColumns, listedColumns, reasonsOf, sharedColumns } from './constants.ts';
import { VIEW_DEFINITIONS } from './index.ts';

const constants = VIEW_DEFINITIONS.flatMap((view) => {
  const name = `${view.schema}.${view.name}`;
  return constantColumns(view).map((column) => ({ name, column }));
});

test('a column that says the same of every row is listed with one reason', () => {
  const unlisted = constants.filter(({ name, column }) => reasonsOf(name, column).length !== 1);
  expect(unlisted.map(({ name, column }) => `${name} ${column}`)).toEqual([]);
});

test('no column is listed that a view tells something of', () => {
  const known = new Set(constants.map(({ name, column }) => `${name} ${column}`));
  expect(listedColumns().filter((one) => !known.has(one))).toEqual([]);
  const names = new Set(constants.map(({ column }) => column));
  expect(sharedColumns().filter((one) => !names.has(one))).toEqual([]);
});
