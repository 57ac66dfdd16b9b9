import { describe, expect, test } from '@jest/globals';
import { sketch } from './cases/sketch.ts';
import { parseExpression } from './parse.ts';

function shape(text: string): string {
  const { expression, errors } = parseExpression(text);
  expect(errors).toEqual([]);
  return expression === undefined ? '' : sketch(expression);
}

describe('operators bind as the documentation says', () => {
  test.each([
    ['a + b * c', '(+ a (* b c))'],
    ['(a + b) * c', '(* (+ a b) c)'],
    ['a - b - c', '(- (- a b) c)'],
    ['a / b % c', '(% (/ a b) c)'],
    ['a & b + c | d', '(| (+ (& a b) c) d)'],
    ['a ^ b & c', '(& (^ a b) c)'],
    ['~a + b', '(+ (~ a) b)'],
    ['-a + b', '(+ (- a) b)'],
    ['-a * b', '(- (* a b))'],
    ['-100.0 / -100.0 * 10.0', '(- (/ 100.0 (- (* 100.0 10.0))))'],
    ['a = 1 and b = 2 or c = 3', '(or (and (= a 1) (= b 2)) (= c 3))'],
    ['a = 1 or b = 2 and c = 3', '(or (= a 1) (and (= b 2) (= c 3)))'],
    ['not a = 1 and b = 2', '(and (not (= a 1)) (= b 2))'],
    ['not (a = 1 or b = 2)', '(not (or (= a 1) (= b 2)))'],
    ['a + 1 between b - 1 and c * 2 and d = 1', '(and (between (+ a 1) (- b 1) (* c 2)) (= d 1))'],
    ["a + b like 'x' + c escape '!'", "(like (+ a b) (+ 'x' c) '!')"],
    ['a not in (1, 2 + 3)', '(notIn a 1 (+ 2 3))'],
    ['a is not null and b is null', '(and (notNull a) (null b))'],
    ['sysstat & 0xf = 4', '(= (& sysstat 0xf) 4)'],
    ['a collate X + b', '(+ (collate a X) b)'],
    ["a at time zone 'UTC' at time zone z", "(zone (zone a 'UTC') z)"],
    ['a != 1', '(<> a 1)'],
    ['a !< 1', '(>= a 1)'],
    ['a ! > 1', '(<= a 1)'],
    ['a *= b', '(*= a b)'],
    ['a =* b', '(=* a b)'],
    ['case a when 1 then 2 else 3 end + 1', '(+ (case a 1:2 3) 1)'],
  ])('%s', (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

describe('a dotted name with parentheses is a function or a method', () => {
  test.each([
    ['dbo.f(1)', 'f(1)'],
    ["t.x.value('a', 'int')", "t.x->value('a' 'int')"],
    ["x.query('a').value('b', 'int')", "x->query('a')->value('b' 'int')"],
    ["@x.exist('a')", "@x->exist('a')"],
    ['h.GetAncestor(1).ToString()', 'h->GetAncestor(1)->ToString()'],
    ['@g.Lat', '@g->Lat'],
    ['t.g.STX', 't.g.STX'],
    ["hierarchyid::Parse('/')", "hierarchyid::Parse('/')"],
    ['geography::Null', 'geography::Null'],
    ['a.b.c.d', 'a.b.c.d'],
    ['a..c', 'a..c'],
    ['count(*)', 'count(*)'],
    ['t.*', 't.*'],
  ])('%s', (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

describe('constants keep their spelling, their type and their value', () => {
  test.each([
    ['1', 'int', '1'],
    ['2147483647', 'int', '2147483647'],
    ['2147483648', 'decimal', '2147483648'],
    ['0000000000001', 'int', '0000000000001'],
    ['1.', 'decimal', '1.'],
    ['.50', 'decimal', '.50'],
    ['1.5', 'decimal', '1.5'],
    ['1e5', 'float', '1e5'],
    ['1.5E-10', 'float', '1.5E-10'],
    ['1E', 'float', '1E'],
    ['$1.5', 'money', '1.5'],
    ['$', 'money', ''],
    ['€2', 'money', '2'],
    ['$-3.5', 'money', '-3.5'],
    ["'it''s'", 'string', "it's"],
    ["''", 'string', ''],
    ["N'x'", 'nstring', 'x'],
    ["n'ü'", 'nstring', 'ü'],
    ["'a\\\nb'", 'string', 'ab'],
    ["'a\\b'", 'string', 'a\\b'],
    ['0x', 'binary', ''],
    ['0xAb1', 'binary', 'Ab1'],
    ['0x12\\\r\n34', 'binary', '1234'],
    ['NULL', 'null', ''],
  ])('%s', (text, type, value) => {
    expect(parseExpression(text).expression).toMatchObject({ kind: 'literal', type, value, text });
  });
});

describe('what is no expression is refused', () => {
  test.each([
    ['', 102],
    ['a +', 102],
    ['(a', 102],
    ['a = b = c', 102],
    ['(a = b) = c', 102],
    ['a b', 102],
    ['select 1', 156],
    ['case when a = 1 then', 102],
    ['a between 1', 102],
    ["'abc", 105],
    ['[abc', 105],
    ['f(1,)', 102],
    ['a in ()', 102],
    ['a ? b', 102],
    ['cast(a int)', 102],
    ['/* x', 113],
  ])('%s', (text, number) => {
    const { expression, errors } = parseExpression(text);
    expect(errors[0]?.number).toBe(number);
    if (number !== 113) expect(expression).toBeUndefined();
  });
});
