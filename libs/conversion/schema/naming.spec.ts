import { describe, expect, test } from '@jest/globals';
import { Naming } from './naming.ts';

describe('naming policy', () => {
  test.each([
    ['CustomerID', 'customer_id'],
    ['Order Details', 'order_details'],
    ['XMLHttpRequest', 'xml_http_request'],
    ['already_snake', 'already_snake'],
    ['naïve.dotted; --', 'naïve_dotted'],
    ['[]', '_'],
    ['Ünïcode😀', 'ünïcode😀'],
    ['Address2Line', 'address2_line'],
  ])('snake_case: %s becomes %s', (name, expected) => {
    expect(new Naming('snake_case').name('s', name)).toBe(expected);
  });

  test('C21: names longer than 63 bytes with a common beginning stay apart, within 63 bytes, on whole characters', () => {
    const naming = new Naming('preserve');
    const names = ['ü'.repeat(40) + 'a', 'ü'.repeat(40) + 'b'].map((name) => naming.name('s', name));
    expect(new Set(names).size).toBe(2);
    for (const name of names) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
      expect(name.isWellFormed()).toBe(true);
    }
  });

  test('C22: the same index name on two tables gives two names in one schema', () => {
    const naming = new Naming('lower');
    const first = naming.name('relations public', 'IX_1', 'constraint dbo.a.IX_1');
    const second = naming.name('relations public', 'IX_1', 'constraint dbo.b.IX_1');
    expect(first).toBe('ix_1');
    expect(second).not.toBe(first);
  });

  test('C23: names that fold to one are kept apart, and asked again they are the same', () => {
    const naming = new Naming('snake_case');
    const names = ['Order', 'order', 'ORDER'].map((name) => naming.name('s', name));
    expect(new Set(names).size).toBe(3);
    expect(['Order', 'order', 'ORDER'].map((name) => naming.name('s', name))).toEqual(names);
  });
});
