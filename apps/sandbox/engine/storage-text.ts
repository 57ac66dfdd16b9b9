/**
 * Text that PostgreSQL cannot hold (U+0000, unpaired surrogates) stored by a reversible escape into plane-16 private use: surrogate
 * U+D800–U+DFFF becomes U+10F000 + n, U+0000 becomes U+10F800, and the characters of that range itself stand behind U+10F801.
 */
const SUSPECT = /[\0\ud800-\udfff]/;
const ESCAPED = /[\udbfc-\udbfe]/;
const FIRST = 0x10f000;
const NUL = 0x10f800;
const QUOTE = 0x10f801;

/** The stored form of a UTF-16 string; the same string where nothing needs an escape. */
export function escapeText(text: string): string {
  if (!SUSPECT.test(text)) return text;
  let out = '';
  for (const ch of text) {
    const code = ch.codePointAt(0) ?? 0;
    if (code === 0) out += String.fromCodePoint(NUL);
    else if (code >= 0xd800 && code <= 0xdfff) out += String.fromCodePoint(FIRST + code - 0xd800);
    else if (code >= FIRST && code <= QUOTE) out += String.fromCodePoint(QUOTE) + ch;
    else out += ch;
  }
  return out;
}

/** Undoes {@link escapeText}. */
export function unescapeText(text: string): string {
  return ESCAPED.test(text) ? unescapePiece(text, false).text : text;
}

/** Undoes {@link escapeText} for a piece of a text that cuts no surrogate pair; `quoted` says whether the piece before it ended with a quoting character. */
export function unescapePiece(text: string, quotedBefore: boolean): { text: string; quoted: boolean } {
  if (!quotedBefore && !ESCAPED.test(text)) return { text, quoted: false };
  let out = '';
  let quoted = quotedBefore;
  for (const ch of text) {
    const code = ch.codePointAt(0) ?? 0;
    if (quoted || code < FIRST || code > QUOTE) {
      out += ch;
      quoted = false;
    } else if (code === QUOTE) quoted = true;
    else if (code === NUL) out += '\0';
    else out += String.fromCharCode(code - FIRST + 0xd800);
  }
  return { text: out, quoted };
}

/** A text in pieces of about `size` characters, none of which ends between the halves of a surrogate pair. */
export function* textPieces(text: string, size: number): Generator<string> {
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = Math.min(at + size, text.length);
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last < 0xdc00 && end < text.length) end += 1;
    yield text.slice(at, end);
  }
}
