import { expect, test } from '@jest/globals';
import { createLog } from '#telemetry';
import { AlteredValues } from './altered-values.ts';

test('C4 C10 C11: what a policy altered is told by table, once for each growth, and at the end', () => {
  const lines: Record<string, unknown>[] = [];
  const altered = new AlteredValues(
    createLog({ write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) }),
  );
  const counters = altered.countersOf('dbo.a');
  expect(altered.countersOf('dbo.a')).toBe(counters);
  altered.countersOf('dbo.b');
  altered.report();
  expect(lines).toEqual([]);
  counters.textAltered += 2;
  counters.digit7Reduced += 1;
  altered.report();
  altered.report();
  expect(lines).toMatchObject([{ table: 'dbo.a', textAltered: 2, digit7Reduced: 1 }]);
  counters.textAltered += 1;
  altered.close();
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatchObject({ table: 'dbo.a', textAltered: 3 });
});
