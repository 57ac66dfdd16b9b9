/**
 * Client CPU of reading the source, per row: `node dist/bench/source.js [rows]`. Order lines of the workload from the sandbox, through the chunk reader alone, then with
 * the encoder behind it. The server's own CPU does not count.
 */
import { ByteWriter, RowEncoder } from '#avro-codec';
import { Secret } from '#config';
import { type EventTable, Position } from '#events';
import { SqlServerSource } from '#source-sqlserver';
import type { ValueType } from '#values';
import { lines } from './dataset.ts';
import { readOptions } from './options.ts';
import { Place } from './place.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const types: readonly (readonly [string, ValueType])[] = [
  ['order_id', { kind: 'long' }],
  ['line', { kind: 'int', bits: 16 }],
  ['product_id', { kind: 'int', bits: 32 }],
  ['quantity', { kind: 'int', bits: 32 }],
  ['price', { kind: 'decimal', precision: 12, scale: 4 }],
  ['discount', { kind: 'decimal', precision: 5, scale: 4 }],
  ['description', { kind: 'string', length: 100 }],
  ['changed', { kind: 'timestamp', digits: 3 }],
];
const table: EventTable = {
  job: 'bench',
  database: 'Bench',
  schema: 'dbo',
  name: 'order_lines',
  version: 1,
  columns: types.map(([name, type], index) => ({ id: index + 1, name, type, nullable: false })),
  key: [
    { index: 0, fold: 'exact' },
    { index: 1, fold: 'exact' },
  ],
};

const say = (line: string): void => void process.stderr.write(`bench: ${line}\n`);
const place = await Place.open(readOptions(['load', '--no-durable']), say);
try {
  await place.fill([lines(rows)]);
  const { host, port, user, password, database } = place.server;
  const settings = { host, port, user, database, password: new Secret(password), encrypt: false };
  const source = new SqlServerSource({ ...settings, trustServerCertificate: true });
  const encoder = new RowEncoder({
    table,
    ids: { key: 1, value: 2, reservedKey: 3 },
    connector: 'sqlserver',
    version: '0.1.0',
  });
  const meta = { commitMs: 1, tsMs: 2, snapshot: 'true', position: Position.sqlServerZero } as const;
  const key = new ByteWriter();
  const value = new ByteWriter();
  for (const encode of [false, true, false, true]) {
    const reader = await source.openChunkReader();
    const used = process.cpuUsage();
    const began = performance.now();
    let seen = 0;
    for await (const block of reader.read(table, { lower: null, upper: null }, new AbortController().signal)) {
      seen += block.rows.length;
      if (!encode) continue;
      for (const row of block.rows) {
        key.reset();
        value.reset();
        encoder.encodeKey(key, row);
        encoder.encodeEnvelope(value, 'r', null, row, meta);
      }
    }
    const { user: u, system } = process.cpuUsage(used);
    const rowsPerSecond = Math.round((seen / (performance.now() - began)) * 1000);
    const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    const line = {
      stage: encode ? 'read and encode' : 'read',
      seen,
      rowsPerSecond,
      micros: (u + system) / seen,
      peakRssMb,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    await reader.close();
  }
  await source.close();
} finally {
  await place.close();
}
process.exit(0);
