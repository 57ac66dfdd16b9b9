import type { Expression, Span, Statement } from '#tsql';
import { asWritten, builtAtRunTime, composeStatement } from './built-statement.ts';
import { type Clash, composed, type Composed, sameStatement, taken as takenOf } from './composed-statements.ts';
import { type ConditionFacts, conditions, isSet } from './dynamic-conditions.ts';
import { Unreadable } from './dynamic-holes.ts';
import { choosing, pathsOf, type Taken, withTaken } from './dynamic-ways.ts';
import type { Sample } from './body-facts.ts';
import type { Emitter } from './emitter.ts';
import type { Text } from './text-parts.ts';

/** A text with more ways than are written one by one: one statement that is executed, its choices within its text. */

const TOO_MANY = 'too many ways';

/** As many arms as all choices of a text may have. */
const MOST_ARMS = 96;

/** Ways that are compared with what their choices give together. */
const COMPARED = 6;

/** What is needed of the text that is written. */
export interface WaysOfText {
  readonly text: Text;
  readonly facts: ConditionFacts;
  readonly span: Span;
  /** The statements of a text in which only added conditions are open; undefined where it is NULL. */
  readonly read: (text: Text) => readonly Statement[] | undefined;
}

/** A choice, or several that hang on each other: the ways through it. */
type Unit = readonly (readonly Taken[])[];

/** As many ways as choices that change the same place may have together. */
const MOST_TOGETHER = 32;

/** Writes the statement; what cannot be composed is {@link Unreadable}. */
export function writeComposed(e: Emitter, { text, facts, span, read }: WaysOfText): void {
  const ways = new Map<string, Sample | undefined>();
  const way = (taken: readonly Taken[]): Sample | undefined => {
    const key = taken.map(({ part, arm }) => `${text.indexOf(part)}.${arm}`).join(' ');
    if (!ways.has(key) || key.includes('-1')) {
      const made = read(withTaken(text, taken));
      ways.set(key, made && sampled(e, made));
    }
    return ways.get(key);
  };
  let units: readonly Unit[] = choosing(text)
    .filter((one) => !conditions(facts, one))
    .map((one) => pathsOf(one));
  for (;;) {
    const made = composedOf(units, way);
    if (!('clash' in made)) {
      const tests = units.map((paths) => paths.slice(0, -1).map((path) => e.condition(testOf(facts, path, span))));
      for (const { sql, pieces } of made.statements) composeStatement(e, sql, { pieces, conditions: tests });
      return write(e, read(withTaken(text, made.first)) ?? [], made.all);
    }
    units = together(units, made.clash);
  }
}

/** Units of which two are one. */
function together(units: readonly Unit[], [a, b]: readonly [number, number]): readonly Unit[] {
  const [one = [], other = []] = [units[Math.min(a, b)], units[Math.max(a, b)]];
  if (a === b || one.length * other.length > MOST_TOGETHER) throw new Unreadable(`${TOO_MANY}, which change one place`);
  const joined = one.flatMap((path) => other.map((more) => [...path, ...more]));
  return units.flatMap((unit, index) => (index === Math.min(a, b) ? [joined] : index === Math.max(a, b) ? [] : [unit]));
}

interface ComposedWays {
  readonly first: readonly Taken[];
  readonly statements: readonly { readonly sql: string; readonly pieces: readonly Composed[] }[];
  readonly all: readonly [Sample, ...Sample[]];
}

function composedOf(
  units: readonly Unit[],
  way: (taken: readonly Taken[]) => Sample | undefined,
): ComposedWays | Clash {
  if (units.flat().length > MOST_ARMS) throw new Unreadable(TOO_MANY);
  const take = (arms: readonly number[]): readonly Taken[] =>
    units.flatMap((paths, unit) => paths[arms[unit] ?? 0] ?? []);
  const first = units.map((paths) =>
    Math.max(
      0,
      paths.findLastIndex((path) => !givesNull(path)),
    ),
  );
  const base = way(take(first));
  if (!base) throw new Unreadable(TOO_MANY);
  const arms = units.map((paths, unit) => paths.map((_, arm) => way(take(first.with(unit, arm)))));
  const others = arms.flat().filter((one) => one !== undefined);
  if (others.some((one) => one.lines.join('\n') !== base.lines.join('\n')))
    throw new Unreadable(`${TOO_MANY}, which differ in more than one statement`);
  const statements: { sql: string; pieces: readonly Composed[] }[] = [];
  for (const [index, sql] of base.statements.entries()) {
    const parts = arms.map((unit) => unit.map((one) => writtenOf(one, index)));
    const pieces = composed(asWritten(sql), parts);
    if ('clash' in pieces) return pieces;
    statements.push({ sql, pieces });
  }
  const isMade = (chosen: readonly number[]): boolean => {
    const whole = way(take(chosen));
    return statements.every(({ pieces }, index) => isSame(takenOf(pieces, chosen), writtenOf(whole, index)));
  };
  const wrong = comparedWays(units.map((one) => one.length)).find((chosen) => !isMade(chosen));
  if (wrong) return { clash: hangTogether(first, wrong, isMade) };
  return { first: take(first), statements, all: [base, ...others] };
}

const writtenOf = (sample: Sample | undefined, index: number): string | null => {
  const found = sample?.statements[index];
  return found === undefined ? null : asWritten(found);
};

/** Writes the first way's statements, which the others are within. */
function write(e: Emitter, statements: readonly Statement[], all: readonly Sample[]): void {
  e.statements(statements);
  e.results.push(...all.slice(1).flatMap((one) => one.results));
  const told = new Set(e.issues.map((one) => `${one.code} ${one.message}`));
  for (const one of all.flatMap((sample) => sample.issues)) {
    if (!told.has(`${one.code} ${one.message}`)) e.issues.push(one);
    told.add(`${one.code} ${one.message}`);
  }
  const line = e.current?.span.line ?? 1;
  for (const sql of new Set(all.flatMap((one) => one.statements)))
    e.pieces.push({ kind: 'statement', sql: builtAtRunTime(e, sql, NOWHERE)?.planned ?? sql, line });
}

const NOWHERE: Span = { start: 0, end: 0, line: 1, column: 1 };

function sampled(e: Emitter, statements: readonly Statement[]): Sample {
  const made = e.sampled(statements);
  const refused = made.issues.find((one) => one.severity === 'manual');
  if (refused) throw new Unreadable(refused.message);
  return made;
}

const givesNull = (path: readonly Taken[]): boolean =>
  path.some(({ part, arm }) => {
    const arms =
      part.kind === 'choice' ? [part.then, part.otherwise] : part.kind === 'case' ? [...part.arms, part.otherwise] : [];
    return arms[arm]?.some((one) => one.kind === 'null') ?? false;
  });

/** Ways that are none of those that were composed: each choice's arms in turn. */
const comparedWays = (sizes: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: COMPARED }, (_, turn) =>
    sizes.map((size, unit) => (turn < 2 ? turn * (size - 1) : turn * (unit + 1) + (unit >> 1)) % size),
  );

const isSame = (made: string | null, meant: string | null): boolean =>
  made === null || meant === null ? made === meant : sameStatement(made, meant);

/** The first two choices of a way that together give another statement than what each of them changes. */
function hangTogether(
  first: readonly number[],
  wrong: readonly number[],
  isMade: (arms: readonly number[]) => boolean,
): readonly [number, number] {
  const changed = wrong.flatMap((arm, unit) => (arm === first[unit] ? [] : [unit]));
  for (const a of changed)
    for (const b of changed) if (a < b && !isMade(first.with(a, wrong[a] ?? 0).with(b, wrong[b] ?? 0))) return [a, b];
  throw new Unreadable(`${TOO_MANY}, which hang on each other`);
}

/** When a path is taken, of those behind which it stands none. */
function testOf(facts: ConditionFacts, path: readonly Taken[], span: Span): Expression {
  const tests = path.flatMap(({ part, arm }): readonly Expression[] => {
    if (part.kind === 'choice') return arm === 0 ? [isSet(facts, part.by, span)] : [];
    if (part.kind !== 'case') return [];
    const when = part.by.whens[arm]?.when;
    const { operand } = part.by;
    if (!when) return [];
    return [operand ? { kind: 'binary', op: '=', left: operand, right: when, span } : when];
  });
  const [only, ...more] = tests;
  if (!only) throw new Unreadable(TOO_MANY);
  return more.reduce((left, right) => ({ kind: 'binary', op: 'and', left, right, span }), only);
}
