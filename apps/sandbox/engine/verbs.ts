import type { Statement } from '#tsql';

const VERBS: Partial<Record<Statement['kind'], string>> = {
  setVariable: 'SET',
  setOption: 'SET',
  createTable: 'CREATE TABLE',
  alterTable: 'ALTER TABLE',
  createIndex: 'CREATE INDEX',
  dropIndex: 'DROP INDEX',
  dropObject: 'DROP',
  execute: 'EXECUTE',
  insertBulk: 'INSERT BULK',
  truncate: 'TRUNCATE TABLE',
  waitFor: 'WAITFOR',
};

/** How messages name a statement: INSERT, ALTER TABLE …; names of kinds without one are spelt out. */
export function verbOf(statement: Statement): string {
  if (statement.kind === 'unknown' || statement.kind === 'serverStatement') return statement.verb;
  return VERBS[statement.kind] ?? statement.kind.replaceAll(/([A-Z])/g, ' $1').toUpperCase();
}
