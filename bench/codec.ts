/**
 * CPU of the codec, per record: `node dist/bench/codec.js [records]`. A row of eight columns and about 150 bytes, as in the
 * workload to compare with (issue 3): key, bigint, decimal, two times, three texts.
 */
import { ByteWriter, EnvelopeReader, envelopeSchema, generalType, RowEncoder, type EventMeta } from '#avro-codec';
import { Position, type EventTable } from '#events';
import type { SourceRow, ValueType } from '#values';

const count = Number(process.argv[2] ?? 1_000_000);
const types: ValueType[] = [
  { kind: 'int', bits: 32 },
  { kind: 'long' },
  { kind: 'decimal', precision: 18, scale: 4 },
  { kind: 'timestamp', digits: 3 },
  { kind: 'date' },
  { kind: 'string', length: 40 },
  { kind: 'string', length: 80 },
  { kind: 'string', length: 20 },
];
const table: EventTable = {
  job: 'bench',
  database: 'Shop',
  schema: 'dbo',
  name: 'orders',
  version: 1,
  columns: types.map((type, index) => ({ id: index + 1, name: `column_${index}`, type, nullable: index > 0 })),
  key: [{ index: 0, fold: 'exact' }],
};
const rows: SourceRow[] = Array.from({ length: 1000 }, (_, i) => [
  i,
  String(10_000_000_000 + i),
  `${i}.${String(i % 10_000).padStart(4, '0')}`,
  `2026-11-21 08:${String(i % 60).padStart(2, '0')}:30.${String(i).padStart(3, '0')}`,
  '2026-11-21',
  `Customer number ${i}`,
  `A line of text about the order, long enough to be one, ${i}`,
  `REF-${i}`,
]);
const meta: EventMeta = { commitMs: 1, tsMs: 2, snapshot: 'true', position: Position.sqlServerZero };

function measure(stage: string, work: (row: SourceRow, index: number) => void): void {
  for (let i = 0; i < 50_000; i++) work(rows[i % 1000]!, i);
  const start = process.cpuUsage();
  for (let i = 0; i < count; i++) work(rows[i % 1000]!, i);
  const used = process.cpuUsage(start);
  const cpuMicrosPerRecord = Number(((used.user + used.system) / count).toFixed(3));
  process.stdout.write(`${JSON.stringify({ stage, records: count, cpuMicrosPerRecord })}\n`);
}

const encoder = new RowEncoder({
  table,
  ids: { key: 1, value: 2, reservedKey: 3 },
  connector: 'sqlserver',
  version: '0.1.0',
});
const out = new ByteWriter();

measure('encode key', (row) => {
  out.reset();
  encoder.encodeKey(out, row);
});
measure('encode r', (row) => {
  out.reset();
  encoder.encodeEnvelope(out, 'r', null, row, meta);
});
measure('encode u, new meta each', (row, i) => {
  out.reset();
  encoder.encodeEnvelope(out, 'u', row, row, { ...meta, commitMs: i });
});

const envelopes = rows.map((row) => {
  out.reset();
  encoder.encodeEnvelope(out, 'r', null, row, meta);
  return out.take();
});
const reader = new EnvelopeReader(envelopeSchema(table));
let total = 0;
measure('read r, positions', (_, i) => {
  reader.read(envelopes[i % 1000]!, 0);
  total += reader.after.end[7]!;
});
const general = generalType(envelopeSchema(table));
measure('decode r with avsc, for comparison', (_, i) => {
  general.fromBuffer(envelopes[i % 1000]!.subarray(5));
});
process.stdout.write(`${JSON.stringify({ bytesPerRecord: envelopes[0]!.length, checksum: total })}\n`);
