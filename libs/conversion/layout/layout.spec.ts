import { describe, expect, it } from '@jest/globals';
import { layOut } from './index.ts';

const laid = (sql: string): string => layOut(sql).join('\n');

describe('a short statement', () => {
  it('stays on its line', () => {
    expect(laid('SELECT a FROM t WHERE a = 1')).toBe('SELECT a FROM t WHERE a = 1');
  });

  it('loses the parentheses that change nothing', () => {
    expect(laid('SELECT a FROM t WHERE ((a = 1) AND (b = 2))')).toBe('SELECT a FROM t WHERE a = 1 AND b = 2');
    expect(laid('DELETE FROM t WHERE (NOT EXISTS (SELECT 1))')).toBe('DELETE FROM t WHERE NOT EXISTS (SELECT 1)');
    expect(laid('SELECT (CASE WHEN (a = 1) THEN 2 END) AS x')).toBe('SELECT CASE WHEN a = 1 THEN 2 END AS x');
    expect(laid('(SELECT a FROM t) UNION ALL (SELECT b FROM u)')).toBe('SELECT a FROM t UNION ALL SELECT b FROM u');
  });

  it('loses those of the queries of a UNION that a loop walks through', () => {
    expect(laid('FOR r IN (SELECT a FROM t) UNION (SELECT b FROM u)')).toBe(
      'FOR r IN SELECT a FROM t UNION SELECT b FROM u',
    );
    expect(laid('SELECT 1 WHERE a IN (SELECT b FROM t) UNION SELECT 2')).toContain('IN (SELECT b FROM t)');
  });

  it('keeps the parentheses of rows, lists and definitions around a CASE', () => {
    const kept = [
      'INSERT INTO t (a) VALUES (CASE WHEN b THEN 1 END), (CASE WHEN c THEN 2 END)',
      'SELECT 1 WHERE a IN (CASE WHEN b THEN 1 END)',
      'ALTER TABLE t ADD a integer GENERATED ALWAYS AS (CASE WHEN b THEN 1 END) STORED',
    ];
    expect(kept.map(laid)).toEqual(kept);
  });

  it('loses casts that are made already, and parentheses around what is cast', () => {
    expect(laid("SELECT (sum(a.b))::int::integer, (p_x)::bigint, ('x')::text FROM t")).toBe(
      "SELECT sum(a.b)::integer, p_x::bigint, 'x'::text FROM t",
    );
    const kept = 'SELECT f(x)::text, (a + b)::text, (SELECT a)::text, x::text::varchar(3), x::int::int[]';
    expect(laid(kept)).toBe(kept.replaceAll('\n', ' '));
  });

  it.each([
    'SELECT a FROM t WHERE (a = 1 OR b = 2) AND c = 3',
    'SELECT a FROM t WHERE (a, b) = (c, d)',
    'SELECT a FROM t WHERE (a = 1) IS NULL',
    'SELECT a FROM t WHERE a BETWEEN (b = 1) AND (c = 2)',
    'SELECT a FROM t WHERE a = ALL (SELECT b FROM u)',
    'SELECT (CASE WHEN a THEN 1 END)::text',
    'IF (CASE WHEN a THEN 1 END) = 2 AND (b = CASE WHEN a THEN 1 END) THEN',
    '(SELECT a FROM t LIMIT 1) UNION ALL (SELECT b FROM u ORDER BY b)',
    '(SELECT a FROM t EXCEPT SELECT b FROM u) EXCEPT SELECT c FROM v',
    'SELECT DISTINCT ON (a) a FROM t',
  ])('keeps those that mean something: %s', (sql) => {
    expect(laid(sql)).toBe(sql);
  });

  it('keeps text within quotes as it is', () => {
    const sql = `v_a := 'two\nlines  (x)' || E'\\'(\\n' || "odd (name" || $q$ WHERE (a) $q$`;
    expect(laid(sql)).toBe(sql);
  });
});

describe('a long statement', () => {
  it('has a line for each clause, item, join and condition', () => {
    const sql = `SELECT order_lines.order_id, order_lines.product_id, sum(order_lines.quantity) AS ordered_quantity FROM order_lines LEFT JOIN products ON ((products.id = order_lines.product_id) AND (products.is_still_sold IS NOT DISTINCT FROM true)) WHERE ((order_lines.order_id = p_order_id) OR (p_order_id IS NULL)) GROUP BY order_lines.order_id, order_lines.product_id`;
    expect(laid(sql)).toBe(`SELECT
  order_lines.order_id,
  order_lines.product_id,
  sum(order_lines.quantity) AS ordered_quantity
FROM order_lines
LEFT JOIN products
  ON products.id = order_lines.product_id
    AND products.is_still_sold IS NOT DISTINCT FROM true
WHERE order_lines.order_id = p_order_id OR p_order_id IS NULL
GROUP BY order_lines.order_id, order_lines.product_id`);
  });

  it('has its subqueries and its CASE indented', () => {
    const sql = `WITH recent(id) AS (SELECT orders.id FROM orders WHERE (orders.ordered_at > (now() - interval '30 days'))) UPDATE customers SET state = CASE WHEN EXISTS (SELECT 1 FROM recent JOIN order_owners ON (order_owners.id = recent.id) WHERE (order_owners.customer_id = customers.id)) THEN 'active' ELSE 'quiet' END`;
    expect(laid(sql)).toBe(`WITH recent(id) AS (
  SELECT orders.id FROM orders WHERE orders.ordered_at > (now() - interval '30 days')
)
UPDATE customers
SET state = CASE
  WHEN EXISTS (
    SELECT 1
    FROM recent
    JOIN order_owners ON order_owners.id = recent.id
    WHERE order_owners.customer_id = customers.id
  )
    THEN 'active'
  ELSE 'quiet'
END`);
  });

  it('fills lines with the columns and values of an INSERT', () => {
    const sql = `INSERT INTO addresses (first_line, second_line, postal_code, city, country_code, valid_from, valid_until) VALUES (p_first_line, p_second_line, p_postal_code, p_city, p_country_code, p_valid_from, p_valid_until)`;
    expect(laid(sql)).toBe(`INSERT INTO addresses (
  first_line, second_line, postal_code, city, country_code, valid_from, valid_until
)
VALUES (
  p_first_line, p_second_line, p_postal_code, p_city, p_country_code, p_valid_from,
  p_valid_until
)`);
  });

  it('is left as it is where it holds comments or does not close', () => {
    const sql = `SELECT a -- ${'x'.repeat(100)}\nFROM t WHERE (b`;
    expect(layOut(sql)).toEqual([sql]);
  });
});
