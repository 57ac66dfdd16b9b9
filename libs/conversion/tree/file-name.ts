import { createHash } from 'node:crypto';

/** Most file systems take 255 bytes; what is added behind (`.sql`, a hash) has to fit too. */
const MAX_BYTES = 200;

/** Names that Windows keeps for devices, with any ending. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * A name as a file or folder on every system: letters, digits, `_`, `-`, `$` and inner dots stay, all else is `%` and the hexadecimal digits of its UTF-8 bytes. It is never
 * empty, `.` or `..`, and holds no separator, whatever the server calls its objects.
 */
export function safeFileName(name: string): string {
  const plain = [...name.normalize('NFC')]
    .map((character) => (/^[\p{L}\p{N}_$-]$/u.test(character) ? character : escape(character)))
    .join('');
  const dotted = plain.replaceAll('%2E', '.').replace(/^\./, '%2E').replace(/\.$/, '%2E');
  const safe = dotted === '' ? '%' : DEVICES.test(dotted.split('.')[0] ?? '') ? `%${dotted}` : dotted;
  if (Buffer.byteLength(safe) <= MAX_BYTES) return safe;
  let cut = '';
  for (const character of safe) {
    if (Buffer.byteLength(cut) + Buffer.byteLength(character) > MAX_BYTES - 9) break;
    cut += character;
  }
  return `${cut}~${hashOf(name)}`;
}

function escape(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** Eight hexadecimal digits, the same for the same text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
