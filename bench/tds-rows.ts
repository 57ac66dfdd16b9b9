/**
 * Micro benchmark of the sandbox's row encoder: rows of eight small columns into packets, on one thread, no engine and no client behind it, then the
 * same over a loopback socket to a client that throws the bytes away. Prints one JSON line.
 * `node dist/bench/tds-rows.js [rows]`.
 */
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import type { TdsColumn, TdsValue } from '../apps/sandbox/session.ts';
import { PacketWriter } from '../apps/sandbox/tds/packet-writer.ts';
import { Response } from '../apps/sandbox/tds/response.ts';

const COLUMNS: readonly TdsColumn[] = [
  { name: 'id', type: { name: 'bigint' }, nullable: false },
  { name: 'customer', type: { name: 'int' }, nullable: false },
  { name: 'code', type: { name: 'varchar', length: 20 }, nullable: false },
  { name: 'name', type: { name: 'nvarchar', length: 50 }, nullable: true },
  { name: 'price', type: { name: 'decimal', precision: 19, scale: 4 }, nullable: false },
  { name: 'placed', type: { name: 'datetime2', scale: 7 }, nullable: false },
  { name: 'open', type: { name: 'bit' }, nullable: false },
  { name: 'note', type: { name: 'nvarchar', length: 50 }, nullable: true },
];

const VALUES: readonly (readonly TdsValue[])[] = Array.from({ length: 1000 }, (_, index) => [
  BigInt(index) * 1_000_003n,
  index,
  `CODE-${index}`,
  `Customer name ${index}`,
  `${index * 17}.2500`,
  '2024-02-29 12:34:56.1234567',
  index % 2 === 0,
  index % 3 === 0 ? null : 'a short note',
]);

async function encode(writer: PacketWriter, rows: number): Promise<number> {
  const signal = new AbortController().signal;
  const out = new Response({ writer, serverName: 'bench', nullBitmap: true, signal, rpc: false });
  const started = performance.now();
  out.columns(COLUMNS);
  for (let index = 0; index < rows; index++) {
    if (!out.row(VALUES[index % 1000] ?? [])) await out.drained();
  }
  out.done(BigInt(rows));
  out.finishBatch();
  return rows / ((performance.now() - started) / 1000);
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

async function overSocket(rows: number): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createConnection((server.address() as AddressInfo).port, '127.0.0.1').resume();
  const [socket] = (await once(server, 'connection')) as [Socket];
  const rate = await encode(new PacketWriter(socket), rows);
  socket.end();
  await once(client, 'close');
  server.close();
  return rate;
}

const rows = Number(process.argv[2] ?? 1_000_000);
await encode(new PacketWriter(nowhere()), 50_000);
const encoder = await encode(new PacketWriter(nowhere()), rows);
const socket = await overSocket(rows);
console.log(
  JSON.stringify({
    bench: 'tds-rows',
    rows,
    columns: COLUMNS.length,
    rowsPerSecond: Math.round(encoder),
    rowsPerSecondOverSocket: Math.round(socket),
  }),
);
