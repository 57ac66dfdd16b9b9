import { beforeAll, describe, expect, test } from '@jest/globals';
import { Position, type EventTable, type WindowRecord } from '#events';
import { freshName, testRegistry } from '#testing';
import type { SourceRow, ValueType } from '#values';
import { ByteWriter } from './byte-writer.ts';
import { decodeFramed, generalType } from './decoder.ts';
import { schemaIdOf } from './framing.ts';
import { PlainDecoder } from './plain-decoder.ts';
import { recordCodec, type DeadLetterRecord, type SchemaChangeRecord } from './records.ts';
import { envelopeSchema } from './schema-builder.ts';
import { SchemaRegistry } from './schema-registry.ts';
import { ReaderCache, tableEncoder } from './table-codec.ts';

const TYPES: readonly ValueType[] = [
  { kind: 'int', bits: 32 },
  { kind: 'decimal', precision: 38, scale: 10 },
  { kind: 'timestamp', digits: 7 },
  { kind: 'date' },
  { kind: 'time', digits: 6 },
  { kind: 'uuid' },
  { kind: 'xml' },
];

function tableOf(name: string, types: readonly ValueType[], version = 1): EventTable {
  return {
    job: 'shop',
    database: 'Shop',
    schema: 'dbo',
    name,
    version,
    columns: types.map((type, index) => ({ id: index + 1, name: `Spalte "${index}"`, type, nullable: index > 0 })),
    key: [{ index: 0, fold: 'exact' }],
  };
}

describe('with a real registry', () => {
  let registry: SchemaRegistry;

  beforeAll(async () => {
    registry = new SchemaRegistry(await testRegistry());
    await registry.check();
  });

  test('a table’s schemas are registered once, and its events are read with what the registry has', async () => {
    const topic = freshName('shop.dbo.orders');
    const table = tableOf('orders', TYPES);
    const options = { topic, connector: 'sqlserver', version: '0.1.0' } as const;
    const encoder = await tableEncoder(registry, table, options);
    const row: SourceRow = [
      7,
      '-1234567890123456789012345678.0123456789',
      '9999-12-31 23:59:59.9999999',
      '0001-01-01',
      '23:59:59.999999',
      '6F9619FF-8B86-D011-B42D-00C04FC964FF',
      '<a/>',
    ];
    const out = new ByteWriter();
    const meta = { commitMs: 1, tsMs: 2, snapshot: 'true', position: Position.sqlServerZero } as const;
    encoder.encodeEnvelope(out, 'r', null, row, meta);
    const bytes = out.take();
    const other = new SchemaRegistry(await testRegistry());
    expect((await other.latest(`${topic}-value`))?.id).toBe(schemaIdOf(bytes));
    const schema = await other.getById(schemaIdOf(bytes));
    expect(decodeFramed(generalType(schema), bytes)).toEqual(decodeFramed(generalType(envelopeSchema(table)), bytes));
    const again = await tableEncoder(other, table, options);
    const second = new ByteWriter();
    again.encodeEnvelope(second, 'r', null, row, meta);
    expect(second.take()).toEqual(bytes);
    const reader = await new ReaderCache(other).loadEnvelope(schemaIdOf(bytes));
    reader.read(bytes, 0);
    expect(reader.fields.map((field) => [field.column, field.columnId])).toEqual(
      table.columns.map((column) => [column.name, column.id]),
    );
    expect(reader.after.isPresent).toBe(true);
    expect(await new PlainDecoder(other).decode(bytes)).toMatchObject({
      before: null,
      after: {
        'Spalte "0"': 7,
        'Spalte "1"': '-1234567890123456789012345678.0123456789',
        'Spalte "2"': '9999-12-31 23:59:59.999999',
        'Spalte "3"': '0001-01-01',
        'Spalte "4"': '23:59:59.999999',
        'Spalte "5"': '6f9619ff-8b86-d011-b42d-00c04fc964ff',
        'Spalte "6"': '<a/>',
      },
      source: { commit_lsn: '00000000:00000000:0000', snapshot: 'true', txId: null },
      op: 'r',
      ts_ms: 2,
      transaction: null,
    });
    await expect(new PlainDecoder(other).decode(Buffer.from('text'))).rejects.toMatchObject({ kind: 'TopicMismatch' });
  });

  test('D17: added, dropped and renamed columns pass BACKWARD and FULL compatibility', async () => {
    const subject = freshName('evolving') + '-value';
    const { url } = await testRegistry();
    const first = tableOf('evolving', TYPES.slice(0, 4));
    await registry.register(subject, envelopeSchema(first));
    const response = await fetch(`${url}/config/${subject}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ compatibility: 'FULL' }),
    });
    expect(response.status).toBe(200);
    const added = { ...first, columns: [...first.columns, ...tableOf('x', TYPES).columns.slice(4)] };
    const dropped = { ...added, columns: added.columns.filter((_, index) => index !== 2) };
    const renamed = { ...dropped, columns: dropped.columns.map((c, i) => (i === 1 ? { ...c, name: 'new name' } : c)) };
    const ids = new Set<number>();
    for (const table of [added, dropped, renamed]) ids.add(await registry.register(subject, envelopeSchema(table)));
    expect(ids.size).toBe(3);
    const retyped = {
      ...renamed,
      columns: renamed.columns.map((c, i) => (i === 1 ? { ...c, type: { kind: 'boolean' as const } } : c)),
    };
    await expect(registry.register(subject, envelopeSchema(retyped))).rejects.toMatchObject({
      kind: 'RegistryRefused',
      facts: { subject },
    });
  });

  test('a schema that is none is refused in the registry’s words', async () => {
    await expect(registry.register(freshName('bad'), { type: 'record', name: 'X' })).rejects.toMatchObject({
      kind: 'RegistryRefused',
    });
    await expect(registry.getById(2_000_000_000)).rejects.toMatchObject({ kind: 'SchemaMissing' });
  });

  test('window records come back as they were, keys too', async () => {
    const topic = freshName('windows');
    const window: WindowRecord = {
      windowId: 9_007_199_254_740_991,
      job: 'shop',
      from: Position.sqlServerZero.text,
      to: Position.endOfCommit('0'.repeat(19) + '1').text,
      firstCommitMs: null,
      lastCommitMs: 1_700_000_000_000,
      transactions: 3,
      partial: true,
      partitions: [{ topic: 't', partition: 3, firstOffset: '9223372036854775807', lastOffset: '0', records: 12 }],
      holds: [{ table: 'dbo.orders', hold: 'h1', s0: Position.sqlServerZero.text }],
      journals: [{ hold: 'h1', nextOffset: '42' }],
      tsMs: 1_700_000_000_001,
    };
    const codec = await recordCodec(registry, 'window', `${topic}-value`);
    expect(await codec.decode(codec.encode(window))).toEqual(window);
    const empty = { ...window, partitions: [], holds: [], journals: [], lastCommitMs: null };
    expect(await codec.decode(codec.encode(empty))).toEqual(empty);
    const keys = await recordCodec(registry, 'window-key', `${topic}-key`);
    const key = { job: 'shop', windowId: 5 };
    expect(await keys.decode(keys.encode(key))).toEqual(key);
  });

  test('schema changes, dead letters and heartbeats come back as they were', async () => {
    const topic = freshName('rare');
    const change: SchemaChangeRecord = {
      job: 'shop',
      table: 'dbo.orders',
      version: 2,
      before: '{}',
      after: null,
      ddl: 'ALTER TABLE …',
      position: Position.sqlServerZero.text,
      fills: [{ columnId: 5, value: null }],
      reload: false,
      endOffsets: [{ topic: 't', partition: 0, offset: '12' }],
      tsMs: 5,
    };
    const changes = await recordCodec(registry, 'schema-change', `${topic}-change-value`);
    expect(await changes.decode(changes.encode(change))).toEqual(change);
    const letter: DeadLetterRecord = {
      job: 'shop',
      table: 'dbo.orders',
      topic: 't',
      partition: 1,
      offset: '77',
      position: null,
      key: Buffer.from([0, 1, 255]),
      value: null,
      error: 'RowRejected',
      message: 'does not fit',
      tsMs: 6,
    };
    const letters = await recordCodec(registry, 'dead-letter', `${topic}-dead-value`);
    expect(await letters.decode(letters.encode(letter))).toEqual(letter);
    const beat = { job: 'shop', app: 'poller', position: null, tsMs: 7 };
    const beats = await recordCodec(registry, 'heartbeat', `${topic}-beat-value`);
    expect(await beats.decode(beats.encode(beat))).toEqual(beat);
  });
});
