import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { textPieces } from './storage-text.ts';

/** A parameter of a PostgreSQL statement: text of its type, or the bytes of a bytea. */
export type PgValue = string | Buffer | null;

/** Parameters above this many characters or bytes are sent in pieces. */
const LARGE = 256 * 1024;
const PIECE = 256 * 1024;

/** Whether the driver's way of sending, which makes two copies of all values, would cost too much. */
export function isLarge(values: readonly PgValue[]): boolean {
  return values.some((value) => value !== null && value.length > LARGE);
}

/**
 * Sends Bind for the unnamed statement and portal (PostgreSQL's protocol, "Message Formats") with its values piece by piece, as fast as the server takes
 * them: of a long value nothing is held twice. Resolves early when the connection has ended, whose loss the driver tells.
 */
export async function sendBind(stream: Writable, values: readonly PgValue[]): Promise<void> {
  const lengths = values.map((value) =>
    value === null ? -1 : typeof value === 'string' ? Buffer.byteLength(value) : value.length,
  );
  const size = lengths.reduce((sum, length) => sum + 4 + Math.max(length, 0), 0);
  const head = Buffer.alloc(1 + 4 + 2 + 2 + 2 * values.length + 2);
  head.write('B', 0, 'latin1');
  head.writeInt32BE(head.length - 1 + size + 2, 1);
  head.writeInt16BE(values.length, 7);
  values.forEach((value, index) => head.writeInt16BE(Buffer.isBuffer(value) ? 1 : 0, 9 + 2 * index));
  head.writeInt16BE(values.length, 9 + 2 * values.length);
  stream.write(head);
  for (const [index, value] of values.entries()) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(lengths[index] ?? -1);
    stream.write(length);
    if (value === null) continue;
    for (const piece of pieces(value)) {
      if (stream.destroyed) return;
      if (!stream.write(piece)) await writable(stream);
    }
  }
  // No result formats: all are text.
  stream.write(Buffer.alloc(2));
}

function* pieces(value: string | Buffer): Generator<Buffer> {
  if (typeof value === 'string') for (const piece of textPieces(value, PIECE)) yield Buffer.from(piece);
  else for (let at = 0; at < value.length; at += PIECE) yield value.subarray(at, at + PIECE);
}

/** Resolves when the stream takes more, or has ended. */
async function writable(stream: Writable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]);
  } catch {
    // A connection that failed is closed; its driver says why.
  } finally {
    over.abort();
  }
}
