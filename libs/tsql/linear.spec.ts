import { afterEach, describe, expect, test } from '@jest/globals';
import { parseBatch, parseScript } from './parse.ts';
import { Reader } from './parser/reader.ts';

const methods = Reader.prototype;
const { next, peek, peekIs } = methods;
const { charCodeAt, indexOf } = String.prototype;

/** Puts the counting methods away again. */
function restore(): void {
  Object.assign(methods, { next, peek, peekIs });
  Object.assign(String.prototype, { charCodeAt, indexOf });
}

afterEach(restore);

/** How much a reading does: tokens that the parser looks at and characters that the lexer looks at. */
function workOf(read: () => void): number {
  let work = 0;
  methods.next = function (): ReturnType<Reader['next']> {
    work++;
    return next.call(this);
  };
  methods.peek = function (ahead?: number): ReturnType<Reader['peek']> {
    work++;
    return peek.call(this, ahead);
  };
  methods.peekIs = function (upper: string, ahead?: number): boolean {
    work++;
    return peekIs.call(this, upper, ahead);
  };
  String.prototype.charCodeAt = function (at: number): number {
    work++;
    return charCodeAt.call(this, at);
  };
  String.prototype.indexOf = function (what: string, from = 0): number {
    const at = indexOf.call(this, what, from);
    work += Math.max(1, (at < 0 ? this.length : at) - from);
    return at;
  };
  try {
    read();
  } finally {
    restore();
  }
  return work;
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('');

/** Texts that grow with a number, as scripts in the wild do. */
const GROWING: Readonly<Record<string, (n: number) => string>> = {
  'statements of a procedure': (n) =>
    `CREATE PROCEDURE p AS\nBEGIN\n${lines(n, (i) => `  UPDATE hr.t SET a = a + ${i} WHERE b = 'x' AND c IN (1, 2);\n`)}END`,
  'statements in one line': (n) => lines(n, (i) => `INSERT t VALUES (${i}, N'it''s', [a b]); `),
  'strings in one line': (n) => `SELECT 'a'${", 'b'".repeat(n)}`,
  'rows of one INSERT': (n) => `INSERT t (a, b) VALUES (0, 'x')${lines(n, (i) => `,\n(${i}, 'y')`)}`,
  'columns of a table': (n) => `CREATE TABLE t (a int${lines(n, (i) => `, c${i} varchar(10) NOT NULL DEFAULT ''`)})`,
  'ELSE IF': (n) => `${lines(Math.min(n, 400), (i) => `IF @a = ${i} PRINT 1 ELSE `)}PRINT 2`,
  'common table expressions': (n) =>
    `WITH a AS (SELECT 1 AS x)${lines(n, (i) => `, a${i} AS (SELECT x FROM a)`)} SELECT * FROM a`,
  joins: (n) => `SELECT * FROM a${lines(n, (i) => ` JOIN t${i} ON t${i}.x = a.x`)}`,
  comments: (n) => `${'-- a\n/* b */ '.repeat(n)}SELECT 1`,
  semicolons: (n) => `${';'.repeat(n)}SELECT 1${';;'.repeat(n)}`,
  'bad statements': (n) => lines(n, (i) => `SELEC ${i} FROM t WHERE;\nSELECT ${i};\n`),
  'parentheses that never close': (n) => 'SELECT (1;\n'.repeat(n),
  'CASE that never ends': (n) => 'SELECT CASE WHEN a;\n'.repeat(n),
  'SQLCMD variables that never close': (n) => 'SELECT $(a '.repeat(n),
  'events of a session': (n) =>
    `CREATE EVENT SESSION s ON SERVER ADD EVENT a.b${', ADD EVENT a.b (WHERE x = 1)'.repeat(n)}`,
  'words of a permission': (n) => `GRANT SELECT${', UPDATE (a, b)'.repeat(n)} ON t TO u`,
};

describe('work grows as the text does', () => {
  test.each(Object.keys(GROWING))('%s', (name) => {
    const text = GROWING[name] ?? String;
    const work = (n: number): number => workOf(() => parseBatch(text(n)));
    work(10);
    const [one, four] = [work(400), work(1_600)];
    expect(one).toBeGreaterThan(0);
    expect(four / one).toBeLessThan(4.2);
  });

  test('a script of four times as many objects', () => {
    const script = (n: number): string =>
      lines(n, (i) => `CREATE VIEW hr.v${i} AS\nSELECT a FROM hr.t${i} WHERE b = ${i}\nGO\n`);
    const work = (n: number): number => workOf(() => parseScript(script(n)));
    expect(work(2_000) / work(500)).toBeLessThan(4.2);
  });
});

describe('large scripts are read whole', () => {
  test('a procedure of 100,000 lines', () => {
    const body = lines(100_000, (i) => `SET @n += ${i};\n`);
    const { statements, errors } = parseBatch(`CREATE PROCEDURE p AS\nBEGIN\n${body}END`);
    expect(errors).toEqual([]);
    const [module] = statements;
    const [block] = module?.kind === 'createProcedure' ? module.body : [];
    expect(block?.kind === 'block' ? block.statements.length : 0).toBe(100_000);
  });

  test('a file of 20,000 objects', () => {
    const { batches, errors } = parseScript(
      lines(20_000, (i) => `CREATE FUNCTION f${i} (@a int) RETURNS int AS BEGIN RETURN @a END\nGO\n`),
    );
    expect(errors).toEqual([]);
    expect(batches).toHaveLength(20_000);
  });
});
