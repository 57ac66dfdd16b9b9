import { describe, expect, test } from '@jest/globals';
import { parseBatch } from './parse.ts';
import { findAll, walk, withoutSpans } from './walk.ts';

describe('walking the tree', () => {
  const { statements } = parseBatch(
    'select a, case when b = 1 then c end from t join u on t.d = u.e where f in (select g from v)',
  );

  test('meets every node, parents first, in the order of the text', () => {
    const columns = findAll(statements, 'column').map((c) => c.parts.map((p) => p?.name).join('.'));
    expect(columns).toEqual(['a', 'b', 'c', 't.d', 'u.e', 'f', 'g']);
    expect(findAll(statements, 'table').map((t) => t.name.name.name)).toEqual(['t', 'u', 'v']);
  });

  test('gives each node its parent', () => {
    walk(statements, (node, parent) => {
      if (node.kind === 'selectSpec') expect(parent?.kind).toBe('query');
    });
  });

  test('can skip what is below a node, and stop', () => {
    const seen: string[] = [];
    walk(statements, (node) => {
      seen.push(node.kind);
      if (node.kind === 'in') return 'skip';
      return node.kind === 'case' ? 'stop' : undefined;
    });
    expect(seen.at(-1)).toBe('case');
    let columns = 0;
    walk(statements, (node) => {
      if (node.kind === 'column') columns++;
      return node.kind === 'in' ? 'skip' : undefined;
    });
    expect(columns).toBe(5);
  });

  test('does not recurse: a chain of 4,000 is walked', () => {
    const deep = parseBatch(`select 1${' + 1'.repeat(4_000)}`).statements;
    expect(findAll(deep, 'literal')).toHaveLength(4_001);
  });

  test('two spellings of one statement are equal without their positions', () => {
    const one = withoutSpans(parseBatch('select a from t').statements);
    expect(withoutSpans(parseBatch('SELECT\n a /* x */ FROM   t;').statements)).toEqual(one);
    expect(withoutSpans(parseBatch('select b from t').statements)).not.toEqual(one);
  });
});
