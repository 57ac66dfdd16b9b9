import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { TranslatedDatabase, type Variables } from './test-database.ts';

let db: TranslatedDatabase;

beforeAll(async () => {
  db = await TranslatedDatabase.open({
    orders: {
      id: { name: 'int', identity: true },
      customer: { name: 'varchar', length: 20 },
      total: { name: 'decimal', precision: 10, scale: 2 },
      paid: { name: 'bit' },
      at: { name: 'datetime2', scale: 7 },
      guid: { name: 'uniqueidentifier' },
      parent: { name: 'int' },
    },
    lines: {
      order_id: { name: 'int', notNull: true },
      n: { name: 'smallint', notNull: true },
      item: { name: 'nvarchar', length: 10 },
      price: { name: 'money' },
      code: { name: 'char', length: 5 },
    },
  });
  db.addView('paid_orders', 'SELECT id, customer AS who, total * 2 AS twice FROM orders WHERE paid = 1');
});

beforeEach(async () => {
  await db.raw('TRUNCATE u.t1, u.t2 RESTART IDENTITY');
  await db.run(`INSERT INTO orders (customer, total, paid, at, guid, parent) VALUES
    ('Bob', 10, 1, '2020-01-02 03:04:05.1234567', '6F9619FF-8B86-D011-B42D-00C04FC964FF', NULL),
    ('alice ', 2.5, 0, '20200103', '00000000-0000-0000-0000-10C04FC964FF', 1),
    ('BOB', 7.255, NULL, NULL, NULL, 2)`);
  await db.run(
    `INSERT lines (order_id, n, item, price, code) VALUES (1, 1, N'Ünit', 1.99, 'ab'), (1, 2, N'b', $3, 'cd'), (2, 1, NULL, 5, NULL)`,
  );
});

afterAll(async () => {
  await db.close();
});

const VARIABLES: Variables = {
  '@k1': { type: { name: 'int' }, value: '1' },
  '@k2': { type: { name: 'varchar', length: 20 }, value: 'bob' },
  '@n': { type: { name: 'bigint' }, value: '1' },
};

/** Queries with their rows, as SQL Server gives them. */
const QUERIES: readonly (readonly [string, string, readonly (readonly (string | null)[])[]])[] = [
  [
    'compares strings without case and trailing blanks',
    `SELECT id FROM orders WHERE customer = 'bob ' ORDER BY id`,
    [['1'], ['3']],
  ],
  ['compares fixed-length strings with shorter ones', `SELECT n FROM lines WHERE code = 'AB'`, [['1']]],
  ['sorts NULLs lowest', 'SELECT id FROM orders ORDER BY paid, id', [['3'], ['2'], ['1']]],
  ['sorts NULLs last when descending', 'SELECT id FROM orders ORDER BY paid DESC, id', [['1'], ['2'], ['3']]],
  [
    'sorts GUIDs by their last six bytes first',
    'SELECT id FROM orders WHERE guid IS NOT NULL ORDER BY guid',
    [['1'], ['2']],
  ],
  [
    'reads pages by composite keys',
    'SELECT TOP (@n) id, customer FROM orders WHERE (id > @k1) OR (id = @k1 AND customer > @k2) ORDER BY id, customer',
    [['2', 'alice ']],
  ],
  [
    'keeps integer division',
    'SELECT id / 2, -id / 2 FROM orders ORDER BY id',
    [
      ['0', '0'],
      ['1', '-1'],
      ['1', '-1'],
    ],
  ],
  ['averages integers as integers', 'SELECT AVG(id), AVG(n) FROM orders JOIN lines ON order_id = id', [['1', '1']]],
  ['averages decimals with six digits', 'SELECT AVG(total) FROM orders', [['6.586666']]],
  [
    'groups without case',
    'SELECT COUNT(*), SUM(total) FROM orders GROUP BY customer ORDER BY 2',
    [
      ['1', '2.50'],
      ['2', '17.26'],
    ],
  ],
  ['filters groups', 'SELECT UPPER(customer) FROM orders GROUP BY customer HAVING COUNT(*) > 1', [['BOB']]],
  ['counts distinct strings without case', 'SELECT COUNT(DISTINCT customer) FROM orders', [['2']]],
  ['keeps one of equal strings', `SELECT COUNT(*) FROM (SELECT DISTINCT customer FROM orders) d`, [['2']]],
  [
    'joins outer',
    'SELECT o.id, l.price FROM orders o LEFT JOIN lines l ON l.order_id = o.id AND l.n = 2 ORDER BY o.id',
    [
      ['1', '3.0000'],
      ['2', null],
      ['3', null],
    ],
  ],
  [
    'applies',
    'SELECT o.id, x.n FROM orders o CROSS APPLY (SELECT TOP 1 n FROM lines WHERE order_id = o.id ORDER BY n DESC) x ORDER BY 1',
    [
      ['1', '2'],
      ['2', '1'],
    ],
  ],
  [
    'applies outer',
    'SELECT o.id, x.n FROM orders o OUTER APPLY (SELECT TOP 1 n FROM lines WHERE order_id = o.id ORDER BY n DESC) x ORDER BY 1',
    [
      ['1', '2'],
      ['2', '1'],
      ['3', null],
    ],
  ],
  ['expands views', `SELECT who, twice FROM paid_orders WHERE who LIKE 'B%'`, [['Bob', '20.00']]],
  [
    'recurses',
    `WITH t AS (SELECT id, parent, CAST(customer AS varchar(200)) AS path FROM orders WHERE parent IS NULL UNION ALL SELECT o.id, o.parent, CAST(t.path + '/' + o.customer AS varchar(200)) FROM orders o JOIN t ON t.id = o.parent) SELECT id, path FROM t ORDER BY id`,
    [
      ['1', 'Bob'],
      ['2', 'Bob/alice '],
      ['3', 'Bob/alice /BOB'],
    ],
  ],
  [
    'recurses over decimals',
    'WITH t(n, d) AS (SELECT 1, CAST(1 AS decimal(9,2)) UNION ALL SELECT n + 1, CAST(d / 2 AS decimal(9,2)) FROM t WHERE n < 3) SELECT n, d FROM t ORDER BY n',
    [
      ['1', '1.00'],
      ['2', '0.50'],
      ['3', '0.25'],
    ],
  ],
  [
    'numbers rows',
    'SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY total DESC) FROM orders ORDER BY id',
    [
      ['1', '1'],
      ['2', '1'],
      ['3', '2'],
    ],
  ],
  [
    'sums over a frame',
    'SELECT SUM(n) OVER (ORDER BY order_id, n ROWS UNBOUNDED PRECEDING) FROM lines ORDER BY order_id, n',
    [['1'], ['3'], ['4']],
  ],
  [
    'unites with the wider type',
    `SELECT id FROM orders WHERE id = 1 UNION ALL SELECT total FROM orders WHERE id = 1 ORDER BY 1`,
    [['1.00'], ['10.00']],
  ],
  ['unites equal strings of different case', `SELECT 'bob' UNION SELECT 'BOB '`, [['bob']]],
  ['subtracts', 'SELECT id FROM orders EXCEPT SELECT order_id FROM lines', [['3']]],
  ['pages with OFFSET', 'SELECT id FROM orders ORDER BY id OFFSET 1 ROWS FETCH NEXT 1 ROWS ONLY', [['2']]],
  ['takes a percentage', 'SELECT TOP 34 PERCENT id FROM orders ORDER BY id', [['1'], ['2']]],
  ['takes ties', 'SELECT TOP 1 WITH TIES order_id FROM lines ORDER BY order_id', [['1'], ['1']]],
  [
    'treats bits as numbers of a condition',
    'SELECT CASE WHEN paid = 1 THEN 1 WHEN paid = 0 THEN 0 ELSE -1 END FROM orders ORDER BY id',
    [['1'], ['0'], ['-1']],
  ],
  [
    'pivots',
    'SELECT [1], [2] FROM (SELECT n, price FROM lines) s PIVOT (SUM(price) FOR n IN ([1], [2])) p',
    [['6.9900', '3.0000']],
  ],
  [
    'unpivots',
    'SELECT what, v FROM (SELECT id a, parent b FROM orders WHERE id < 3) s UNPIVOT (v FOR what IN (a, b)) u ORDER BY v, what',
    [
      ['a', '1'],
      ['b', '1'],
      ['a', '2'],
    ],
  ],
  [
    'rolls up',
    'SELECT order_id, SUM(n) FROM lines GROUP BY ROLLUP (order_id) ORDER BY 1',
    [
      [null, '4'],
      ['1', '3'],
      ['2', '1'],
    ],
  ],
  [
    'makes JSON',
    'SELECT id, customer AS [who.name] FROM orders WHERE id < 3 ORDER BY id FOR JSON PATH',
    [['[{"id":1,"who":{"name":"Bob"}},{"id":2,"who":{"name":"alice "}}]']],
  ],
  [
    'concatenates by FOR XML PATH',
    `SELECT STUFF((SELECT ', ' + item FROM lines WHERE item IS NOT NULL ORDER BY n FOR XML PATH('')), 1, 2, '')`,
    [['Ünit, b']],
  ],
  [
    'aggregates strings in order',
    `SELECT STRING_AGG(customer, ';') WITHIN GROUP (ORDER BY id DESC) FROM orders`,
    [['BOB;alice ;Bob']],
  ],
  [
    'reads JSON with a schema',
    `SELECT * FROM OPENJSON('[{"a":1,"b":"x"},{"a":2}]') WITH (a int, b nvarchar(10) '$.b')`,
    [
      ['1', 'x'],
      ['2', null],
    ],
  ],
  ['splits an empty string into one', `SELECT value, ordinal FROM STRING_SPLIT('', ',', 1)`, [['', '1']]],
  [
    'holds instants of different offsets equal',
    `SELECT COUNT(*) FROM (SELECT DISTINCT CAST(x AS datetimeoffset) d FROM (VALUES ('2020-01-01 12:00 +00:00'), ('2020-01-01 14:00 +02:00')) v(x)) q`,
    [['1']],
  ],
  ['splits strings', `SELECT value FROM STRING_SPLIT('a,b', ',')`, [['a'], ['b']]],
  [
    'matches patterns that come from a variable',
    `SELECT id FROM orders WHERE customer LIKE @k2 + '%' ORDER BY id`,
    [['1'], ['3']],
  ],
  ['compares with ALL', 'SELECT id FROM orders WHERE total >= ALL (SELECT total FROM orders)', [['1']]],
  [
    'keeps 100 ns',
    `SELECT CONVERT(varchar(30), DATEADD(nanosecond, 200, at), 121) FROM orders WHERE id = 1`,
    [['2020-01-02 03:04:05.1234569']],
  ],
  ['takes the last word of VALUES as the wider type', 'SELECT x FROM (VALUES (1), (2.5)) v(x)', [['1.0'], ['2.5']]],
  [
    'sees NOT IN with NULL as unknown',
    'SELECT COUNT(*) FROM orders WHERE id NOT IN (SELECT parent FROM orders)',
    [['0']],
  ],
];

describe('queries', () => {
  test('a recursive part of another type is error 240', async () => {
    const sql = 'WITH t(d) AS (SELECT CAST(1 AS decimal(9,2)) UNION ALL SELECT d / 2 FROM t) SELECT d FROM t';
    await expect(db.run(sql)).rejects.toMatchObject({ problem: { number: 240 } });
  });

  test('strings that differ by trailing blanks are one group, one distinct value, and one row of a union', async () => {
    await db.run(`INSERT orders (customer) VALUES ('bob  ')`);
    expect(await db.run('SELECT COUNT(*), MAX(total) FROM orders GROUP BY customer ORDER BY customer')).toEqual([
      ['1', '2.50'],
      ['3', '10.00'],
    ]);
    expect(await db.run('SELECT LEN(customer) FROM orders o GROUP BY customer HAVING COUNT(*) > 2')).toEqual([['3']]);
    expect(await db.run('SELECT DISTINCT customer FROM orders ORDER BY customer DESC')).toHaveLength(2);
    expect(await db.run('SELECT customer FROM orders UNION SELECT customer FROM orders')).toHaveLength(2);
    const nested =
      'SELECT (SELECT COUNT(*) FROM orders i WHERE i.customer = o.customer) FROM orders o GROUP BY customer ORDER BY 1';
    expect(await db.run(nested)).toEqual([['1'], ['3']]);
  });

  test.each(QUERIES)('%s', async (_name, sql, rows) => {
    expect(await db.run(sql, VARIABLES)).toEqual(rows);
  });

  test('variables accumulate from row to row', async () => {
    const variables: Variables = {
      '@s': { type: { name: 'varchar', length: 100 }, value: '' },
      '@n': { type: { name: 'int' }, value: '0' },
    };
    const sql = "SELECT @s = @s + customer + ';', @n += id FROM orders WHERE id <> 2 ORDER BY id DESC";
    expect(await db.run(sql, variables)).toEqual([['BOB;Bob;', '4']]);
    expect(await db.run("SELECT @s = COALESCE(@s + ',', '') + customer FROM orders WHERE id > 9", variables)).toEqual([
      [''],
    ]);
  });

  test('a page by key is one index scan', async () => {
    await db.raw('CREATE UNIQUE INDEX ON u.t2 (c1, c2)');
    await db.raw('SET enable_seqscan = off');
    const plan = await db.plan(
      'SELECT TOP (2) * FROM lines WHERE order_id = @k1 AND n > @k1 ORDER BY order_id, n',
      VARIABLES,
    );
    await db.raw('RESET enable_seqscan');
    expect(plan).toMatch(/Index Scan/);
    expect(plan).not.toMatch(/Sort/);
  });

  test('a page by a string key uses an index on the key as it is compared', async () => {
    await db.raw('CREATE INDEX ON u.t1 (rtrim(c2))');
    await db.raw('SET enable_seqscan = off');
    const plan = await db.plan('SELECT id FROM orders WHERE customer = @k2', VARIABLES);
    await db.raw('RESET enable_seqscan');
    expect(plan).toMatch(/Index/);
  });
});

describe('changes', () => {
  test('INSERT returns the identities it made', async () => {
    expect(await db.run(`INSERT orders (customer) VALUES ('x'), ('y')`)).toEqual([['4'], ['5']]);
  });

  test('INSERT … SELECT converts to the columns', async () => {
    await db.run(
      'INSERT lines (order_id, n, item, price, code) SELECT id, 9, customer, total, 7 FROM orders WHERE id = 3',
    );
    expect(await db.run('SELECT item, price, code FROM lines WHERE n = 9')).toEqual([['BOB', '7.2600', '7    ']]);
  });

  test('a string too long for its column is error 2628, trailing blanks do not count', async () => {
    expect((await db.error(`INSERT lines (order_id, n, item) VALUES (9, 9, '12345678901')`))?.number).toBe(2628);
    await db.run(`INSERT lines (order_id, n, item) VALUES (9, 9, '1234567890   ')`);
    expect(await db.value('SELECT item FROM lines WHERE n = 9')).toBe('1234567890');
  });

  test('UPDATE gives old and new values', async () => {
    const rows = await db.run('UPDATE orders SET total += 1 OUTPUT deleted.total, inserted.total WHERE id = 1');
    expect(rows).toEqual([['10.00', '11.00']]);
  });

  test('UPDATE … FROM changes the rows that the join finds', async () => {
    await db.run('UPDATE o SET total = l.price FROM orders o JOIN lines l ON l.order_id = o.id WHERE l.n = 2');
    expect(await db.run('SELECT id, total FROM orders ORDER BY id')).toEqual([
      ['1', '3.00'],
      ['2', '2.50'],
      ['3', '7.26'],
    ]);
  });

  test('UPDATE … FROM with an outer join changes rows without a partner', async () => {
    await db.run('UPDATE orders SET parent = l.n FROM orders o LEFT JOIN lines l ON l.order_id = o.id AND l.n = 2');
    expect(await db.run('SELECT parent FROM orders ORDER BY id')).toEqual([['2'], [null], [null]]);
  });

  test('DELETE … FROM deletes the rows that the join finds', async () => {
    const rows = await db.run(
      'DELETE l OUTPUT deleted.n FROM lines l JOIN orders o ON o.id = l.order_id WHERE o.paid = 0',
    );
    expect(rows).toEqual([['1']]);
    expect(await db.value('SELECT COUNT(*) FROM lines')).toBe('2');
  });

  test('DELETE TOP deletes so many', async () => {
    await db.run('DELETE TOP (2) FROM lines');
    expect(await db.value('SELECT COUNT(*) FROM lines')).toBe('1');
  });

  test('duplicates are deleted through a common table expression', async () => {
    await db.run(
      'WITH d AS (SELECT id, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY id) AS rn FROM orders) DELETE FROM d WHERE rn > 1',
    );
    expect(await db.run('SELECT id FROM orders ORDER BY id')).toEqual([['1'], ['2']]);
  });

  test('UPDATE through a common table expression, a view, and a derived table', async () => {
    await db.run(
      'WITH q AS (SELECT TOP 1 id, total AS t FROM orders ORDER BY id DESC) UPDATE q SET t = 99 OUTPUT inserted.id',
    );
    await db.run(`UPDATE paid_orders SET who = 'via view' WHERE id = 1`);
    await db.run(
      'UPDATE d SET p = 2 FROM (SELECT id, parent AS p FROM orders) d JOIN lines l ON l.order_id = d.id AND l.n = 2',
    );
    expect(await db.run('SELECT customer, total, parent FROM orders ORDER BY id')).toEqual([
      ['via view', '10.00', '2'],
      ['alice ', '2.50', '1'],
      ['BOB', '99.00', '2'],
    ]);
  });

  test('INSERT and DELETE through a view', async () => {
    expect(await db.run(`INSERT paid_orders (who) VALUES ('v')`)).toEqual([['4']]);
    await db.run('DELETE FROM paid_orders WHERE id = 1');
    expect(await db.run('SELECT id FROM orders ORDER BY id')).toEqual([['2'], ['3'], ['4']]);
  });

  test('MERGE updates, inserts, deletes, and says what it did', async () => {
    const rows = await db.run(`MERGE orders AS t USING (VALUES (1, 'merged'), (99, 'new')) AS s(id, name) ON t.id = s.id
      WHEN MATCHED THEN UPDATE SET customer = s.name
      WHEN NOT MATCHED THEN INSERT (customer, total) VALUES (s.name, 1)
      WHEN NOT MATCHED BY SOURCE THEN DELETE
      OUTPUT $action, inserted.customer, deleted.customer;`);
    expect(rows.toSorted()).toEqual([
      ['DELETE', null, 'BOB'],
      ['DELETE', null, 'alice '],
      ['INSERT', 'new', null],
      ['UPDATE', 'merged', 'Bob'],
    ]);
  });
});
