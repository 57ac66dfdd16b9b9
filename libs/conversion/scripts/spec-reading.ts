import { expect } from '@jest/globals';
import type { DatabaseModel, TableModel } from '#schema';
import { readScripts, type ScriptOptions, type ScriptReading } from './read-scripts.ts';

/** Test support: scripts read as one database. */
export function read(text: string | readonly string[], options: Partial<ScriptOptions> = {}): ScriptReading {
  const texts = typeof text === 'string' ? [text] : text;
  return readScripts(
    texts.map((one, at) => ({ path: `${at + 1}.sql`, text: one })),
    { database: 'app', ...options },
  );
}

export const modelOf = (text: string | readonly string[], options?: Partial<ScriptOptions>): DatabaseModel => {
  const { database, issues } = read(text, options);
  expect(issues.filter((one) => one.severity !== 'info')).toEqual([]);
  return database;
};

export const tableOf = (model: DatabaseModel, name = 't'): TableModel => {
  const found = model.tables.find((table) => table.name === name);
  if (!found) throw new Error(`no table ${name}`);
  return found;
};

export const columnsOf = (table: TableModel): string[] =>
  table.columns.map(({ name, sourceType, nullable }) => `${name} ${sourceType.name}${nullable ? '' : ' not null'}`);

export const issuesOf = ({ issues }: ScriptReading): string[] =>
  issues.map((one) => `${one.code} ${one.file}:${one.line} ${one.message}`);
