import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readGroups } from '../semantics/case-file.ts';
import { rowCases } from './converted.ts';

/** The rows of the tables of functions and statements that the conversion is built after: `section/first cell`. */
export const ROW_NAMES: readonly string[] = readFileSync(join(import.meta.dirname, 'row-names.txt'), 'utf8')
  .split('\n')
  .filter((name) => name !== '');

/** The groups of the semantics suite that try a row, and those of recorded answers. The suite asks the sandbox the same cases. */
export const ROW_GROUPS = readGroups(join(import.meta.dirname, '../semantics/cases')).filter(
  (group) => group.rows.length > 0 || group.name.startsWith('recorded: '),
);

/** All cases of the rows. */
export const CASES = rowCases(ROW_GROUPS);
