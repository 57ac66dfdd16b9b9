import { expect, test } from '@jest/globals';
import type { EventTable } from '#events';
import type { ValueType } from '#values';
import { tableTopicSpec } from './topic-specs.ts';

const settings = {
  replicationFactor: 1,
  minInsyncReplicas: 1,
  partitions: 4,
  maxMessageBytes: 8388608,
  compactionLagMs: 0,
};

function cleanupOf(type: ValueType, key: EventTable['key'] = [{ index: 0, fold: 'exact' }]): string | undefined {
  const columns: EventTable['columns'] = [
    { id: 1, name: 'Id', type: { kind: 'int', bits: 32 }, nullable: false },
    { id: 2, name: 'Value', type, nullable: true },
  ];
  const table: EventTable = { job: 'j', database: 'd', schema: 'dbo', name: 't', version: 1, columns, key };
  return tableTopicSpec(settings, table, 4).config?.['cleanup.policy'];
}

test('rule 8: the topic of a table whose events may lack columns is not compacted', () => {
  expect(cleanupOf({ kind: 'string', length: 50 })).toBe('compact');
  expect(cleanupOf({ kind: 'string' })).toBe('delete');
  expect(cleanupOf({ kind: 'bytes' })).toBe('delete');
  expect(cleanupOf({ kind: 'xml' })).toBe('delete');
  expect(cleanupOf({ kind: 'text', of: 'geography' })).toBe('delete');
  expect(cleanupOf({ kind: 'text', of: 'hierarchyid' })).toBe('compact');
});

test('rule 6: the topic of a table without a key is not compacted', () => {
  expect(cleanupOf({ kind: 'boolean' }, [])).toBe('delete');
});
