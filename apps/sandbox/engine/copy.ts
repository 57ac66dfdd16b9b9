import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import type { PgLink } from './pg-link.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const CHUNK = 64 * 1024;

/** One field of COPY's text format. */
export function copyField(value: string | null): string {
  return value === null
    ? '\\N'
    : /[\\\n\r\t]/.test(value)
      ? value.replaceAll(/[\\\n\r\t]/g, (ch) => ESCAPES[ch] ?? ch)
      : value;
}

/** Copies rows of storage text into a table; resolves with their number. */
export async function copyRows(
  link: PgLink,
  target: string,
  rows: AsyncIterable<readonly (string | null)[]> | Iterable<readonly (string | null)[]>,
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
      buffer += `${row.map(copyField).join('\t')}\n`;
      count += 1;
      if (buffer.length < CHUNK) continue;
      const room = stream.write(buffer);
      buffer = '';
      if (!room) await Promise.race([once(stream, 'drain'), ended]);
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
