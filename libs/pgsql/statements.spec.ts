import { describe, expect, test } from '@jest/globals';
import { alteredBy, isTransactional, madeBy, splitStatements } from './statements.ts';

describe('a script in statements', () => {
  test.each([
    ['SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
    [
      `SELECT ';', ";", E'\\';' ; -- ; no\n/* ; /* ; */ */ SELECT 2`,
      [`SELECT ';', ";", E'\\';'`, '-- ; no\n/* ; /* ; */ */ SELECT 2'],
    ],
    [
      'CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN $$;$$; END $body$; SELECT 1',
      ['CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN $$;$$; END $body$', 'SELECT 1'],
    ],
    [
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3',
      ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END', 'SELECT 3'],
    ],
    ['-- nothing\n;;  ;', []],
    ['SELECT $1; SELECT a$b$c', ['SELECT $1', 'SELECT a$b$c']],
  ])('%s', (script, statements) => {
    expect(splitStatements(script)).toEqual(statements);
  });

  test('a long script is split in linear time', () => {
    const script = `SELECT 'a;b', (1 + (2)) /* ; */;\n`.repeat(50_000);
    const begin = performance.now();
    expect(splitStatements(script)).toHaveLength(50_000);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe('what a statement makes', () => {
  test.each([
    ['-- a comment\nCREATE TABLE "public"."Order" (\n  id int)', 'relation', 'public', 'Order', null],
    ['create view Sales.V as select 1', 'relation', 'sales', 'v', null],
    ['CREATE UNIQUE INDEX "IX" ON "a"."b c" ("x")', 'index', null, 'IX', '"a"."b c"'],
    ['CREATE OR REPLACE FUNCTION plain(p int)', 'routine', null, 'plain', null],
    [
      'CREATE OR REPLACE TRIGGER "t"\nAFTER UPDATE OF a, b ON public.orders\nFOR EACH STATEMENT',
      'trigger',
      null,
      't',
      'public.orders',
    ],
    ['ALTER TABLE "a"."b" ADD CONSTRAINT "c""d" CHECK (true)', 'constraint', null, 'c"d', '"a"."b"'],
    ['CREATE SCHEMA IF NOT EXISTS "s"', 'schema', null, 's', null],
    ['CREATE TYPE "s"."t" AS (a int)', 'type', 's', 't', null],
    ['CREATE COLLATION IF NOT EXISTS "s"."ci" (provider = icu)', 'collation', 's', 'ci', null],
    ['CREATE MATERIALIZED VIEW m AS SELECT 1', 'relation', null, 'm', null],
  ])('%s', (statement, type, schema, name, parent) => {
    expect(madeBy(statement)).toEqual({ type, schema, name, parent });
  });

  test.each([
    'CREATE TEMP TABLE t (a int)',
    'COMMENT ON TABLE t IS $$x$$',
    'GRANT SELECT ON t TO a',
    'ALTER TABLE t ADD COLUMN a int',
  ])('%s makes nothing that is dropped by itself', (statement) => {
    expect(madeBy(statement)).toBeNull();
  });

  test('the table that is altered, and statements that do not stand in a transaction', () => {
    expect(alteredBy('ALTER TABLE ONLY "a"."b" ADD COLUMN c int')).toBe('"a"."b"');
    expect(['commit', '/* x */ BEGIN', 'create index concurrently i on t (a)', 'VACUUM t'].every(isTransactional)).toBe(
      true,
    );
    expect(['CREATE TABLE begin_t ()', 'SELECT 1'].some(isTransactional)).toBe(false);
  });
});
