import { lex } from '../lexer/lexer.ts';
import type { Token } from '../lexer/token.ts';

/** What a text may have or leave out with the same meaning, or what has two spellings of which the printer knows one. */
const NOISE = new Set(
  'AS INTO INNER OUTER PROC PROCEDURE TRAN TRANSACTION EXEC EXECUTE ASC ALL FROM FOR TO WITH BEGIN END OUTPUT OUT FOREIGN FIRST NEXT ROW ROWS FN SYSTEM WORK ONLY ; ( ) , . = != !< !> :: { }'.split(
    ' ',
  ),
);

function keyOf({ type, text, upper }: Token): string {
  if (upper !== '') return upper;
  const isQuoted = type === 'string' || type === 'nstring' || type === 'dquote' || type === 'bracket';
  return (isQuoted ? text.replace(/^N/i, '').slice(1, -1) : text).toUpperCase();
}

function counted(text: string): Map<string, number> {
  const words = new Map<string, number>();
  for (const token of lex(text.replace(/\\\r?\n/g, ''), false).tokens) {
    const key = keyOf(token);
    if (key !== '' && !NOISE.has(key)) words.set(key, (words.get(key) ?? 0) + 1);
  }
  return words;
}

/** The words of a statement that its printed form lacks: what the tree forgot. */
export function lostWords(source: string, printed: string): string[] {
  const there = counted(printed);
  return [...counted(source)].filter(([word, count]) => (there.get(word) ?? 0) < count).map(([word]) => word);
}
