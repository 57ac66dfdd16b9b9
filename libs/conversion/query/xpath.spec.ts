import { describe, expect, test } from '@jest/globals';
import { CONTEXT, readXPath, XPathFault } from './xpath.ts';

const textOf = (source: string): string => readXPath(source).text.replaceAll(CONTEXT, '.');

describe('an XQuery expression as XPath 1.0', () => {
  test.each([
    ['(/Root/P/@id)[1]', '(/sbx/Root/P/@id)[1]'],
    ['//n', '/sbx//n'],
    ['n[1]/text()', './n[1]/text()'],
    ['.', '.'],
    ['count(/a[b = "x" and not(c)])', 'count(/sbx/a[b = "x" and not(c)])'],
    ['data((a)[1])', '(./a)[1]'],
    ['declare namespace p="urn:x"; p:a', './p:a'],
    ['declare default element namespace "urn:x"; /a/@b[../p:c/text()]', '/sbx/e:a/@b[../p:c/text()]'],
    ['declare default element namespace "urn:x"; e:a/descendant::b', './e:a/descendant::e1:b'],
    ['string(.)[1]', 'string(.)'],
  ])('%s', (source, text) => {
    expect(textOf(source)).toBe(text);
  });

  test('says whether it gives one item at most', () => {
    expect(readXPath('(/a/b)[1]').single).toBe(true);
    expect(readXPath('@id').single).toBe(true);
    expect(readXPath('a[1]/b[2]').single).toBe(true);
    expect(readXPath('/a/b').single).toBe(false);
    expect(readXPath('//b[1]').single).toBe(false);
    expect(readXPath('a[b = 1]').single).toBe(false);
  });

  test.each(['for $i in /a return $i', '/a + 1', '/a[b < "x"]', 'upper-case("a")', '/a[', '', 'a eq 1', '"a&amp;b"'])(
    'refuses %s',
    (source) => {
      expect(() => readXPath(source)).toThrow(XPathFault);
    },
  );

  test('refuses more than one node where a function takes one by the number that SQL Server gives', () => {
    expect(() => readXPath('contains(/a/b, "x")')).toThrow(expect.objectContaining({ number: 2389 }));
  });
});
