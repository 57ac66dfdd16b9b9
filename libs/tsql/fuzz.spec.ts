import { describe, expect, test } from '@jest/globals';
import { CASE_FAMILIES } from './cases/index.ts';
import { parseBatch, parseScript } from './parse.ts';
import { walk } from './walk.ts';

/** A small generator of its own (mulberry32), so that a failure can be repeated by its seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SEEDS = 1_500;
const CORPUS = Object.values(CASE_FAMILIES).flatMap((cases) => cases.map((c) => c.sql));
const PIECES = [
  '(',
  ')',
  ',',
  ';',
  "'",
  '"',
  '[',
  ']',
  '/*',
  '*/',
  '--',
  '\n',
  'GO\n',
  'BEGIN',
  'END',
  'CASE',
  'ELSE',
  'SELECT',
  'AS',
  '.',
  '@',
  '$',
  '0x',
  '\u0000',
  '\ud800',
  '=',
  '*',
  '::',
];

function mutated(next: () => number): string {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)];
  let text = `${pick(CORPUS)}\n${pick(CORPUS)}`;
  for (let changes = Math.floor(next() * 5) + 1; changes > 0; changes--) {
    const at = Math.floor(next() * text.length);
    const length = Math.floor(next() * 12);
    const way = next();
    const piece = way < 0.4 ? '' : way < 0.8 ? pick(PIECES) : String.fromCharCode(Math.floor(next() * 0x3000));
    text = text.slice(0, at) + piece + text.slice(at + (way < 0.6 ? length : 0));
  }
  return text;
}

/** Every span lies within the text, and every node has a line and a column that fit its offset. */
function checkSpans(text: string, nodes: Parameters<typeof walk>[0]): void {
  walk(nodes, (node) => {
    const { start, end, line, column } = node.span;
    const good = start >= 0 && end >= start && end <= text.length && line >= 1 && column >= 1;
    if (!good) throw new Error(`${node.kind} has the span ${JSON.stringify(node.span)}`);
  });
}

describe('any bytes survive', () => {
  test(`${SEEDS} broken scripts are read without a throw, with spans that fit`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const text = mutated(random(seed));
      try {
        const { batches, errors } = parseScript(text);
        for (const batch of batches) checkSpans(text, batch.statements);
        for (const e of errors) expect(e.span.end).toBeLessThanOrEqual(text.length);
      } catch (error) {
        throw new Error(`seed ${seed}: ${JSON.stringify(text)}`, { cause: error });
      }
    }
  });

  test('random characters too', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const text = Array.from({ length: 400 }, () =>
        String.fromCharCode(Math.floor(next() * (seed % 2 ? 128 : 65536))),
      ).join('');
      const { statements } = parseBatch(text);
      checkSpans(text, statements);
    }
  });

  test('time grows with the length, not faster', () => {
    const piece = "insert t (a, b) values (1, 'x')\nupdate t set a = (select 1 where (b = 2 and\n";
    const time = (n: number): number => {
      const begin = performance.now();
      parseBatch(piece.repeat(n));
      return performance.now() - begin;
    };
    time(500);
    const small = time(1_000);
    expect(time(8_000)).toBeLessThan(Math.max(small, 5) * 40);
  });
});
