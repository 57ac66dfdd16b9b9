/** Statements of several texts that differ in pieces, as one text with its choices: what every way of it gives is compared with what the whole way gives. */

/** A word or a sign of SQL with the blanks before it. */
interface Token {
  readonly blank: string;
  readonly text: string;
}

const TOKENS = /(\s*)('(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\d[\w.]*|::|[<>!=|]+|\S)/gu;

const tokensOf = (sql: string): readonly Token[] =>
  [...sql.matchAll(TOKENS)].map(([, blank = '', text = '']) => ({ blank, text }));

const textOf = (tokens: readonly Token[]): string => tokens.map((one) => one.blank + one.text).join('');

/** A stretch of the first way's tokens, and what another way has there. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly tokens: readonly Token[];
}

/** A stretch that a choice changes: what stands there with each of its arms. */
interface Region {
  readonly unit: number;
  readonly from: number;
  readonly to: number;
  readonly arms: readonly (readonly Token[])[];
}

/** What a choice gives: the statement of each of its arms, all other choices as in the first way; null where there is none. */
export type Arms = readonly (string | null)[];

/** A piece of a composed statement: text, or one of several texts by a choice; null is no statement at all. */
export type Composed = string | { readonly unit: number; readonly arms: readonly (string | null)[] };

/** Two choices that change the same place, by their numbers. */
export interface Clash {
  readonly clash: readonly [number, number];
}

/** The statement with its choices, changes of one choice that are near to each other as one; or which two of them change the same place. */
export function composed(first: string, units: readonly Arms[]): readonly Composed[] | Clash {
  const made = composedWith(first, units, NEAR);
  return 'clash' in made ? composedWith(first, units, 0) : made;
}

/** So many tokens between two changes go with them. */
const NEAR = 3;

function composedWith(first: string, units: readonly Arms[], near: number): readonly Composed[] | Clash {
  const base = tokensOf(first);
  const regions: Region[] = [];
  for (const [unit, arms] of units.entries()) {
    const made = regionsOf(base, { unit, arms, near });
    regions.push(...made);
  }
  regions.sort((a, b) => a.from - b.from || a.to - b.to || a.unit - b.unit);
  const pieces: Composed[] = [];
  let at = 0;
  let before: Region | undefined;
  for (const one of regions) {
    if (before && one.from < at) return { clash: [before.unit, one.unit] };
    before = one;
    const isNull = (arm: number): boolean => units[one.unit]?.[arm] === null;
    const arms = one.arms.map((tokens, arm) => (isNull(arm) ? null : textOf(tokens)));
    // Blanks that all have stand before the choice.
    const blanks = new Set(arms.flatMap((arm) => (arm === null ? [] : [/^\s*/.exec(arm)?.[0] ?? ''])));
    const [blank = ''] = blanks.size === 1 ? blanks : [];
    pieces.push(textOf(base.slice(at, one.from)) + blank);
    pieces.push({ unit: one.unit, arms: arms.map((arm) => arm?.slice(blank.length) ?? null) });
    at = one.to;
  }
  pieces.push(textOf(base.slice(at)));
  return pieces.filter((one) => one !== '');
}

/** What a composed statement is with an arm of each choice; null where one of them is none. */
export function taken(pieces: readonly Composed[], arms: readonly number[]): string | null {
  const texts = pieces.map((one) => (typeof one === 'string' ? one : (one.arms[arms[one.unit] ?? 0] ?? null)));
  return texts.includes(null) ? null : texts.join('');
}

/** Whether two statements are the same but for blanks. */
export const sameStatement = (a: string, b: string): boolean => {
  const [left, right] = [tokensOf(a), tokensOf(b)];
  return left.length === right.length && left.every((one, index) => one.text === right[index]?.text);
};

/** The stretches of a choice: where its arms change several that touch, they are one. */
function regionsOf(
  base: readonly Token[],
  { unit, arms, near }: { readonly unit: number; readonly arms: Arms; readonly near: number },
): readonly Region[] {
  const changes = arms.map((sql) => (sql === null ? [] : changesOf(base, tokensOf(sql))));
  const spans: { from: number; to: number }[] = [];
  for (const one of changes.flat().sort((a, b) => a.from - b.from || a.to - b.to)) {
    const last = spans.at(-1);
    if (last && one.from <= last.to + near) last.to = Math.max(last.to, one.to);
    else spans.push({ from: one.from, to: one.to });
  }
  // A choice that only takes the statement away stands at its end.
  if (spans.length === 0 && arms.includes(null)) spans.push({ from: base.length, to: base.length });
  return spans.map(({ from, to }) => ({
    unit,
    from,
    to,
    arms: changes.map((all) => within(base, all, from, to)),
  }));
}

/** What a way has in a stretch. */
function within(base: readonly Token[], changes: readonly Change[], from: number, to: number): readonly Token[] {
  const out: Token[] = [];
  let at = from;
  for (const one of changes) {
    if (one.from < from || one.to > to) continue;
    out.push(...base.slice(at, one.from), ...one.tokens);
    at = one.to;
  }
  return [...out, ...base.slice(at, to)];
}

/** Whether two ways share a token: blanks before it are before both or before none. */
const same = (a: Token | undefined, b: Token | undefined): boolean =>
  a?.text === b?.text && (a?.blank === '') === (b?.blank === '');

/** What another way has otherwise. */
function changesOf(base: readonly Token[], other: readonly Token[]): readonly Change[] {
  let head = 0;
  while (head < base.length && head < other.length && same(base[head], other[head])) head += 1;
  let tail = 0;
  const most = Math.min(base.length, other.length) - head;
  while (tail < most && same(base.at(-1 - tail), other.at(-1 - tail))) tail += 1;
  const [left, right] = [base.slice(head, base.length - tail), other.slice(head, other.length - tail)];
  if (left.length === 0 && right.length === 0) return [];
  return stretches(left, right).map((one) => leftmost(base, { ...one, from: one.from + head, to: one.to + head }));
}

/** What is only added, or only taken away, as far to the left as it can stand: so that several stand one behind the other. */
function leftmost(base: readonly Token[], change: Change): Change {
  let { from, to } = change;
  const tokens = [...change.tokens];
  if (tokens.length > 0 && to > from) return change;
  for (let last = base[from - 1]; last; last = base[from - 1]) {
    const end = tokens.length > 0 ? tokens.at(-1) : base[to - 1];
    if (!same(last, end)) break;
    if (tokens.pop()) tokens.unshift(last);
    from -= 1;
    to -= 1;
  }
  return { from, to, tokens };
}

/** The stretches between what both have in the same order: the longest such row. */
function stretches(left: readonly Token[], right: readonly Token[]): readonly Change[] {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1)
    for (let j = right.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = same(left[i], right[j])
        ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const found: Change[] = [];
  let [i, j, from, start] = [0, 0, 0, 0];
  const close = (): void => {
    if (i > from || j > start) found.push({ from, to: i, tokens: right.slice(start, j) });
  };
  while (i < left.length && j < right.length) {
    if (same(left[i], right[j])) {
      close();
      [i, j] = [i + 1, j + 1];
      [from, start] = [i, j];
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  [i, j] = [left.length, right.length];
  close();
  return found;
}
