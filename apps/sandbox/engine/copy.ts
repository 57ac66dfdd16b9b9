import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { SqlType } from '#conversion';
import type { TdsValue } from '../session.ts';
import type { PgLink } from './pg-link.ts';
import { textPieces } from './storage-text.ts';
import { encoderFor } from './storage-type.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const CHUNK = 64 * 1024;
/** A field above this many characters or bytes is written in pieces. */
const LONG_FIELD = 256 * 1024;

/** A value on its way into a table: text of the storage type, or the bytes of a binary one, whose text is made while it is written. */
export type CopyValue = string | Buffer | null;

/** One field of COPY's text format. */
export function copyField(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return `\\\\x${value.toString('hex')}`;
  return /[\\\n\r\t]/.test(value) ? value.replaceAll(/[\\\n\r\t]/g, (ch) => ESCAPES[ch] ?? ch) : value;
}

/** A long field in pieces. */
function* piecesOf(value: string | Buffer): Generator<string> {
  if (typeof value === 'string') {
    for (const piece of textPieces(value, LONG_FIELD)) yield copyField(piece);
    return;
  }
  yield '\\\\x';
  for (let at = 0; at < value.length; at += LONG_FIELD) yield value.toString('hex', at, at + LONG_FIELD);
}

/** Turns the values of a column into what is copied: as {@link encoderFor}, but bytes stay bytes. */
export function copyEncoderFor(type: SqlType): (value: TdsValue) => CopyValue {
  const encode = encoderFor(type);
  if (type.name !== 'varbinary' && type.name !== 'image') return encode;
  return (value) => (Buffer.isBuffer(value) ? value : encode(value));
}

const isLong = (value: CopyValue): value is string | Buffer => value !== null && value.length > LONG_FIELD;

/** The row as pieces of COPY's text format: one, unless a field is long. */
function* rowPieces(row: readonly CopyValue[]): Generator<string> {
  if (!row.some(isLong)) {
    yield `${row.map(copyField).join('\t')}\n`;
    return;
  }
  for (const [index, field] of row.entries()) {
    if (index > 0) yield '\t';
    if (isLong(field)) yield* piecesOf(field);
    else yield copyField(field);
  }
  yield '\n';
}

/** Copies rows into a table; resolves with their number. What is held is a chunk, and the row that is being written. */
export async function copyRows(
  link: PgLink,
  target: string,
  rows: AsyncIterable<readonly CopyValue[]> | Iterable<readonly CopyValue[]>,
): Promise<number> {
  const stream = link.client.query(copyFrom(`COPY ${target} FROM STDIN`));
  const ended = once(stream, 'finish');
  let failed: unknown;
  ended.catch((error: unknown) => {
    failed = error;
  });
  let buffer = '';
  let count = 0;
  try {
    for await (const row of rows) {
      count += 1;
      for (const piece of rowPieces(row)) {
        buffer += piece;
        if (buffer.length < CHUNK) continue;
        const room = stream.write(buffer);
        buffer = '';
        if (!room) await Promise.race([once(stream, 'drain'), ended]);
        if (failed !== undefined) break;
      }
      if (failed !== undefined) break;
    }
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  stream.end(buffer);
  await ended;
  return count;
}
