import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { productRoot } from '#stack';
import { CASES, ROW_GROUPS, ROW_NAMES } from './row-cases.ts';

const DESIGN = join(productRoot(), '../shared/design');
const isHere = existsSync(join(DESIGN, 'conversion.md'));
if (!isHere) process.stderr.write(`skipped: the tables of conversion.md and functions.tsv are not at ${DESIGN}\n`);
const testDesign = isHere ? test : test.skip;

test('every row of the tables has a case, and every case a row that there is', () => {
  const tried = new Set(ROW_GROUPS.flatMap((group) => (group.cases.length > 0 ? group.rows : [])));
  expect(ROW_NAMES.filter((name) => !tried.has(name))).toEqual([]);
  expect([...tried].filter((name) => !ROW_NAMES.includes(name))).toEqual([]);
});

testDesign('the list of rows is that of the tables of functions, queries and procedural code', () => {
  const lines = readFileSync(join(DESIGN, 'conversion.md'), 'utf8').split('\n');
  const rows: string[] = [];
  let section = '';
  for (const line of lines) {
    section = /^#+ (\d(?:\.\d)?)[ .]/.exec(line)?.[1] ?? section;
    const isRow = ['3', '4.1', '4.2'].includes(section) && line.startsWith('| ') && !line.startsWith('| T-SQL');
    if (!isRow) continue;
    const cell = (line.slice(2).split(' | ')[0] ?? '').replaceAll('✔', '').replaceAll(/\s+/g, ' ');
    rows.push(`${section}/${cell.replaceAll(' ,', ',').trim()}`);
  }
  expect(ROW_NAMES).toEqual(rows);
});

testDesign('every pair of functions.tsv is a case', () => {
  const lines = readFileSync(join(DESIGN, 'functions.tsv'), 'utf8').split('\n');
  const pairs = lines.flatMap((line) => (line === '' || line.startsWith('#') ? [] : [line.split('\t')[0] ?? '']));
  const names = CASES.map(({ case: { name } }) => name);
  expect(pairs).toHaveLength(172);
  // Some are written within a CONVERT, so that a driver's form of the value does not matter.
  expect(pairs.filter((pair) => !names.some((name) => name.includes(pair)))).toEqual([]);
});
