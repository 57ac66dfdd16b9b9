import { describe, expect, test } from '@jest/globals';
import { type EventTable, Position } from '#events';
import type { CaptureInstance } from './capture-instances.ts';
import { ChangePage } from './change-page.ts';

const table: EventTable = {
  job: 'j',
  database: 'd',
  schema: 'dbo',
  name: 't',
  version: 1,
  key: [{ index: 0, fold: 'exact' }],
  columns: [
    { id: 1, name: 'id', type: { kind: 'int', bits: 32 }, nullable: false },
    { id: 2, name: 'n', type: { kind: 'int', bits: 32 }, nullable: true },
    { id: 3, name: 'body', type: { kind: 'string' }, nullable: true },
  ],
};
const instance: CaptureInstance = {
  name: 'dbo_t',
  objectId: 1,
  sourceObjectId: 2,
  startLsn: '0'.repeat(20),
  columnNames: ['id', 'n', 'body'],
  role: null,
};

function row(lsn: number, seq: number, operation: number, mask: number, values: unknown[]): unknown[] {
  const ten = (n: number): Buffer => Buffer.from(n.toString(16).padStart(20, '0'), 'hex');
  return [ten(lsn), ten(seq), 1, operation, Buffer.from([mask]), ...values];
}

describe('change page', () => {
  test('before- and after-image of an update are one change, at the place of the second', () => {
    const page = new ChangePage(
      0,
      table,
      instance,
      [row(1, 1, 3, 2, [7, 1, null]), row(1, 1, 4, 2, [7, 2, 'x'])],
      false,
    );
    const [change, ...rest] = page.changesUpTo(Position.endOfCommit('f'.repeat(20)));
    expect(rest).toEqual([]);
    expect(change).toMatchObject({ op: 'u', before: [7, 1, null], after: [7, 2, 'x'] });
    expect(change?.position.text.endsWith('-04')).toBe(true);
  });

  test('A18: a large value that an update left alone is absent; one set to NULL is null', () => {
    const page = new ChangePage(
      0,
      table,
      instance,
      [row(1, 1, 4, 0b010, [7, 2, null]), row(2, 1, 4, 0b100, [7, 2, null])],
      false,
    );
    const changes = page.changesUpTo(Position.endOfCommit('f'.repeat(20)));
    expect(changes[0]?.after).toEqual([7, 2, undefined]);
    expect(changes[1]?.after).toEqual([7, 2, null]);
  });

  test('A7: a page cut between the two images of an update is complete only up to the change before it', () => {
    const page = new ChangePage(
      0,
      table,
      instance,
      [row(1, 1, 2, 7, [1, 1, 'a']), row(1, 2, 3, 2, [1, 1, null])],
      true,
    );
    const ceiling = page.limit(Position.endOfCommit('f'.repeat(20)));
    expect(ceiling.text).toContain(`${'1'.padStart(20, '0')}-${'1'.padStart(20, '0')}-00000001-02`);
    expect(page.changesUpTo(ceiling)).toHaveLength(1);
  });
});
