/**
 * Pairs the lines of two texts: for each line of `left` its index in `right`, or -1; pairs never cross. Lines that are alike at both ends pair first, then lines that occur once on
 * both sides (patience diff), and between them the same again; what has no such line pairs by the longest common subsequence where it is short, else not at all. Time is linear but for sorting.
 */
export function matchLines(left: readonly string[], right: readonly string[]): Int32Array {
  const pairs = new Int32Array(left.length).fill(-1);
  const waiting: Range[] = [{ a: 0, aEnd: left.length, b: 0, bEnd: right.length }];
  for (let range = waiting.pop(); range !== undefined; range = waiting.pop()) {
    const inner = trimEnds(left, right, range, pairs);
    if (inner.a === inner.aEnd || inner.b === inner.bEnd) continue;
    const anchors = anchorsOf(left, right, inner);
    if (anchors.length === 0) pairShort(left, right, inner, pairs);
    let { a, b } = inner;
    for (const anchor of anchors) {
      pairs[anchor.a] = anchor.b;
      waiting.push({ a, aEnd: anchor.a, b, bEnd: anchor.b });
      a = anchor.a + 1;
      b = anchor.b + 1;
    }
    if (anchors.length > 0) waiting.push({ a, aEnd: inner.aEnd, b, bEnd: inner.bEnd });
  }
  return pairs;
}

interface Range {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

interface Pair {
  readonly a: number;
  readonly b: number;
}

/** Cells of the table of a longest common subsequence that are worth it. */
const MAX_CELLS = 4_000_000;

function trimEnds(left: readonly string[], right: readonly string[], range: Range, pairs: Int32Array): Range {
  let { a, aEnd, b, bEnd } = range;
  for (; a < aEnd && b < bEnd && left[a] === right[b]; a++, b++) pairs[a] = b;
  for (; a < aEnd && b < bEnd && left[aEnd - 1] === right[bEnd - 1]; aEnd--, bEnd--) pairs[aEnd - 1] = bEnd - 1;
  return { a, aEnd, b, bEnd };
}

/** Lines that occur once on both sides, the longest run of them that does not cross. */
function anchorsOf(left: readonly string[], right: readonly string[], range: Range): Pair[] {
  const once = new Map<string, number>();
  for (let b = range.b; b < range.bEnd; b++) once.set(right[b] ?? '', once.has(right[b] ?? '') ? -1 : b);
  const seen = new Map<string, number>();
  for (let a = range.a; a < range.aEnd; a++) seen.set(left[a] ?? '', seen.has(left[a] ?? '') ? -1 : a);
  const pairs: Pair[] = [];
  for (const [line, a] of seen) {
    const b = once.get(line);
    if (a >= 0 && b !== undefined && b >= 0) pairs.push({ a, b });
  }
  return longestRising(pairs);
}

/** The longest run of pairs, given in the order of `a`, whose `b` rises. */
function longestRising(pairs: readonly Pair[]): Pair[] {
  const ends: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  const bOf = (index: number | undefined): number => pairs[index ?? -1]?.b ?? -1;
  for (const [index, pair] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bOf(ends[middle]) < pair.b) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = index;
  }
  const run: Pair[] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) {
    const pair = pairs[index];
    if (pair) run.push(pair);
  }
  return run.toReversed();
}

function pairShort(left: readonly string[], right: readonly string[], range: Range, pairs: Int32Array): void {
  const [rows, columns] = [range.aEnd - range.a, range.bEnd - range.b];
  if (rows * columns > MAX_CELLS) return;
  const width = columns + 1;
  const longest = new Int32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const at = row * width + column;
      longest[at] =
        left[range.a + row] === right[range.b + column]
          ? (longest[at + width + 1] ?? 0) + 1
          : Math.max(longest[at + width] ?? 0, longest[at + 1] ?? 0);
    }
  }
  for (let [row, column] = [0, 0]; row < rows && column < columns;) {
    const at = row * width + column;
    if (left[range.a + row] === right[range.b + column]) pairs[range.a + row++] = range.b + column++;
    else if ((longest[at + width] ?? 0) >= (longest[at + 1] ?? 0)) row++;
    else column++;
  }
}
