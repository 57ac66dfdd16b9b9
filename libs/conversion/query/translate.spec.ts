import { describe, expect, test } from '@jest/globals';
import { parseExpression } from '#tsql';
import type { Relation, SqlType, TranslationProblem } from './api.ts';
import { sandboxProfile, targetProfile } from './profile.ts';
import { indexKey, translateDml, translateExpression, translatePredicate, translateQuery } from './translate.ts';
import { scopeOf, statementOf } from './test-database.ts';

const column = (name: string, sql: string, type: SqlType): Relation['columns'][number] => ({
  name,
  sql,
  type,
  nullable: true,
});

const stored: Relation = {
  kind: 'table',
  schema: 'dbo',
  name: 'Orders',
  sql: 'u.t1',
  columns: [
    { name: 'Id', sql: 'c1', type: { name: 'int' }, nullable: false },
    column('Customer', 'c2', { name: 'varchar', length: 20 }),
    column('Guid', 'c3', { name: 'uniqueidentifier' }),
    { ...column('Twice', '', { name: 'int' }), expression: expressionOf('[Id] * 2') },
  ],
};

const target: Relation = {
  kind: 'table',
  schema: 'dbo',
  name: 'Orders',
  sql: '"public"."orders"',
  columns: [
    { name: 'Id', sql: '"id"', type: { name: 'int' }, nullable: false },
    column('Customer', '"customer"', { name: 'varchar', length: 20 }),
    column('Paid', '"paid"', { name: 'bit' }),
    column('At', '"at"', { name: 'datetime' }),
    column('Price', '"price"', { name: 'money' }),
  ],
};

function expressionOf(text: string): NonNullable<ReturnType<typeof parseExpression>['expression']> {
  const { expression } = parseExpression(text);
  if (!expression) throw new Error(`not an expression: ${text}`);
  return expression;
}

function sandbox(sql: string): string {
  const statement = statementOf(sql);
  const context = {
    profile: sandboxProfile(),
    scope: scopeOf([stored], {
      '@k': { type: { name: 'int' }, value: '1' },
      '@s': { type: { name: 'varchar', length: 20 }, value: 'x' },
    }),
  };
  if (statement.kind === 'select') return translateQuery(statement.query, context).sql;
  if (statement.kind !== 'insert' && statement.kind !== 'update' && statement.kind !== 'delete')
    throw new Error(statement.kind);
  return translateDml(statement, context)?.sql ?? '';
}

function converted(
  sql: string,
  kind: 'query' | 'condition' | 'value' = 'query',
): { sql: string; problems: TranslationProblem[] } {
  const problems: TranslationProblem[] = [];
  const context = {
    profile: targetProfile(problems, { name: (name) => name.toLowerCase() }),
    scope: scopeOf([target]),
  };
  if (kind === 'query') {
    const statement = statementOf(sql);
    if (statement.kind !== 'select') throw new Error(statement.kind);
    return { sql: translateQuery(statement.query, context).sql, problems };
  }
  const made = kind === 'condition' ? translatePredicate : translateExpression;
  return { sql: made(expressionOf(sql), context, { table: target }).sql, problems };
}

describe('the sandbox', () => {
  test('a page by key is a plain query', () => {
    expect(sandbox('SELECT TOP (100) Id, Customer FROM dbo.Orders WHERE Id > @k ORDER BY Id')).toBe(
      'SELECT t1.c1, t1.c2 FROM u.t1 AS t1 WHERE (t1.c1 > $1::integer) ORDER BY t1.c1 LIMIT 100',
    );
  });

  test('the keyset comparison of a composite key becomes a row comparison, which an index answers', () => {
    const where = '(Id > @k) OR (Id = @k AND Customer > @s)';
    expect(sandbox(`SELECT Id FROM Orders WHERE ${where}`)).toBe(
      'SELECT t1.c1 FROM u.t1 AS t1 WHERE ((t1.c1, rtrim(t1.c2)) > ($1::integer, rtrim($2::text) COLLATE sys.ci_as))',
    );
    expect(sandbox(`SELECT Id FROM Orders WHERE Id < @k OR (Customer <= @s AND Id = @k)`)).toContain(
      '(t1.c1, rtrim(t1.c2)) <= (',
    );
    expect(sandbox(`SELECT Id FROM Orders WHERE Id > @k OR (Id = @k AND Customer < @s)`)).toContain(' OR ');
    expect(sandbox(`SELECT Id FROM Orders WHERE Id > @k OR (Id = 7 AND Customer > @s)`)).toContain(' OR ');
  });

  test('names are found whatever their case, and variables share one parameter', () => {
    expect(sandbox('select ID from ORDERS o where o.id = @K or O.Id < @k')).toBe(
      'SELECT t1.c1 FROM u.t1 AS t1 WHERE ((t1.c1 = $1::integer) OR (t1.c1 < $1::integer))',
    );
  });

  test('strings and GUIDs are compared by their index keys', () => {
    const sql = sandbox(
      `SELECT Id FROM Orders WHERE Customer = @s AND Guid < '6F9619FF-8B86-D011-B42D-00C04FC964FF' ORDER BY Guid`,
    );
    expect(sql).toContain(indexKey('t1.c2', { name: 'varchar', length: 20 }));
    expect(sql).toContain(`${indexKey('t1.c3', { name: 'uniqueidentifier' })} <`);
    expect(sql).toContain('COLLATE sys.ci_as');
  });

  test('computed columns that are not stored expand to their expressions', () => {
    expect(sandbox('SELECT Twice FROM Orders')).toBe('SELECT (t1.c1 * 2) FROM u.t1 AS t1');
  });

  test.each([
    ['SELECT nope FROM Orders', 207],
    ['SELECT x.Id FROM Orders', 4104],
    ['SELECT 1 FROM nope', 208],
    ['SELECT @nope', 137],
    ['SELECT nope(1)', 195],
    ['SELECT a.Id FROM Orders a, Orders a', 1011],
    ['SELECT Id FROM Orders a CROSS JOIN Orders b', 209],
    ['SELECT 1 UNION SELECT 1, 2', 205],
    ['SELECT @k = 1, 2', 141],
    ['INSERT Orders (Id) VALUES (1, 2)', 110],
    ['UPDATE Orders SET Twice = 1', 271],
    ["SELECT CHECKSUM('a')", 40515],
    ['SELECT CAST(1 AS uniqueidentifier)', 529],
    ["SELECT CAST('2020-01-01' AS date) + 1", 206],
  ])('%s is error %i', (sql, number) => {
    expect(() => sandbox(sql)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ number }) as unknown }) as unknown as Error,
    );
  });
});

describe('the converter', () => {
  test('a view keeps its names and gains PostgreSQL’s operators', () => {
    expect(
      converted(
        `SELECT o.Id, Customer + '!' AS [Who Is] FROM dbo.Orders o WHERE Paid = 1 AND Customer LIKE 'A%' ORDER BY At DESC`,
      ),
    ).toEqual({
      sql:
        `SELECT "o"."id" AS "id", "o"."customer" || '!' AS "who is" FROM "public"."orders" AS "o" ` +
        `WHERE (("o"."paid" = true) AND ("o"."customer" ILIKE 'A%')) ORDER BY "o"."at" DESC NULLS LAST`,
      problems: [],
    });
  });

  test.each([
    ["([Customer] = 'Bob' OR [Price] >= $0)", `(lower("customer") = 'bob') OR ("price" >= 0.0000)`],
    ["([Customer] LIKE '[A-Z][0-9]%')", `"customer" COLLATE "und-x-icu" ~* '^[A-Z][0-9].*$'`],
    ['([At] <= GETDATE())', '"at" <= localtimestamp(3)'],
    ["([At] >= '20200101')", `"at" >= '20200101'::timestamp(3)`],
    ['(LEN([Customer]) > (3))', `length(rtrim("customer", ' ')) > 3`],
  ])('the check %s becomes %s', (check, sql) => {
    const made = converted(check, 'condition');
    expect(made.sql).toBe(sql);
    expect(made.problems.filter((one) => one.issue === undefined)).toEqual([]);
  });

  test.each([
    ['(newid())', 'gen_random_uuid()'],
    ['(getdate())', 'localtimestamp(3)'],
    ['((-1))', '-1'],
    ["(N'it''s')", `'it''s'`],
    ['([Price] * 2)', 'round("price" * 2, 4)'],
  ])('the expression %s becomes %s', (expression, sql) => {
    expect(converted(expression, 'value').sql).toBe(sql);
  });

  test('what has no translation is a problem with its place, and the rest is still read', () => {
    const { problems } = converted('SELECT CHECKSUM(Customer),\n nope FROM Orders');
    expect(problems.map((one) => [one.severity, one.code, one.span.line])).toEqual([
      ['error', 'unsupported', 1],
      ['error', 'unknown-column', 2],
    ]);
  });
});
