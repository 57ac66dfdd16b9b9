import type { Clause, ServerStatement } from '../ast/index.ts';
import { objectName } from '../parser/names.ts';
import type { Reader } from '../parser/reader.ts';
import { AVAILABILITY_RULES, AVAILABILITY_PARTS } from './availability.ts';
import { BROKER_PARTS, BROKER_RULES } from './broker.ts';
import { ClauseBuilder } from './clause-builder.ts';
import { EVENT_PARTS, EVENT_RULES } from './events.ts';
import { EXTERNAL_PARTS, EXTERNAL_RULES } from './external.ts';
import { namedRules, paragraphs, statementRule, type Pattern, type StatementRule } from './grammar.ts';
import { KEY_PARTS, KEY_RULES } from './keys.ts';
import { RESOURCE_PARTS, RESOURCE_RULES } from './resources.ts';
import { SEARCH_PARTS, SEARCH_RULES } from './search.ts';
import { VALUE_KINDS } from './values.ts';

const STATEMENTS: ReadonlyMap<string, readonly StatementRule[]> = byFirstWord(
  [AVAILABILITY_RULES, BROKER_RULES, EVENT_RULES, EXTERNAL_RULES, KEY_RULES, RESOURCE_RULES, SEARCH_RULES].flatMap(
    paragraphs,
  ),
);
const PARTS: ReadonlyMap<string, Pattern> = namedRules(
  [AVAILABILITY_PARTS, BROKER_PARTS, EVENT_PARTS, EXTERNAL_PARTS, KEY_PARTS, RESOURCE_PARTS, SEARCH_PARTS].join('\n'),
);

/** The rules by their first word; those with more words first, so that the longest that fits is found. */
function byFirstWord(texts: readonly string[]): Map<string, StatementRule[]> {
  const found = new Map<string, StatementRule[]>();
  for (const text of texts) {
    const rule = statementRule(text);
    const key = rule.words[0] ?? '';
    found.set(key, [...(found.get(key) ?? []), rule]);
  }
  for (const rules of found.values()) rules.sort((a, b) => b.words.length - a.words.length);
  return found;
}

/** The rule for a statement whose first word is `first` and whose other words follow at `ahead`. */
function ruleFor(r: Reader, first: string, ahead: number): StatementRule | undefined {
  return STATEMENTS.get(first)?.find((rule) =>
    rule.words.every((word, index) => index === 0 || r.peekIs(word, ahead + index - 1)),
  );
}

/** Whether a statement of this folder begins at the next token. */
export function startsServerStatement(r: Reader): boolean {
  return ruleFor(r, r.token.upper, 1) !== undefined;
}

/** Reads a statement of this folder whose first word was already taken, or nothing if it is none. */
export function serverStatement(r: Reader, start: Reader['token']): ServerStatement | undefined {
  const rule = ruleFor(r, start.upper, 0);
  if (rule === undefined) return undefined;
  for (const word of rule.words.slice(1)) r.expect(word);
  const [first, ...others] = rule.rest;
  const isNamed = first?.kind === 'reference' && first.name === 'target';
  const name = isNamed ? objectName(r) : undefined;
  const builder = new ClauseBuilder(r);
  for (const part of isNamed ? others : rule.rest) follow(r, part, builder);
  return {
    kind: 'serverStatement',
    verb: rule.words.join(' '),
    ...(name && { name }),
    clauses: builder.finish(),
    span: r.span(start),
  };
}

/** Reads one of the named parts where another statement has it. */
export function clausesOf(r: Reader, name: string): readonly Clause[] {
  const builder = new ClauseBuilder(r);
  follow(r, partOf(name), builder);
  return builder.finish();
}

/** Reads what a part of a syntax stands for. Nothing is read twice: what comes next decides. */
function follow(r: Reader, pattern: Pattern, into: ClauseBuilder): void {
  switch (pattern.kind) {
    case 'word':
      into.word(pattern.upper);
      return;
    case 'reference': {
      const value = VALUE_KINDS.get(pattern.name);
      if (value === undefined) follow(r, partOf(pattern.name), into);
      else {
        const start = r.token;
        into.value(value.read(r), start);
      }
      return;
    }
    case 'sequence':
      followSequence(r, pattern.parts, into);
      return;
    case 'choice':
      follow(r, pattern.options.find((option) => fits(r, [option], 0, 0)) ?? r.fail(), into);
      return;
    case 'optional':
      if (fits(r, [pattern.part], 0, 0)) follow(r, pattern.part, into);
      return;
    case 'list':
      into.list(false, (next) => followItems(r, pattern.part, into, next));
      return;
    case 'repeat':
      do follow(r, pattern.part, into);
      while (fits(r, [pattern.part], 0, 0));
  }
}

/** A parenthesis and all up to its partner make a list; what is between commas at once within it are its items. */
function followSequence(r: Reader, parts: readonly Pattern[], into: ClauseBuilder): void {
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at];
    if (part === undefined) continue;
    if (part.kind !== 'word' || part.upper !== '(') {
      follow(r, part, into);
      continue;
    }
    const close = closing(parts, at);
    const inside = parts.slice(at + 1, close);
    const [first, ...others] = inside;
    into.list(true, (next) => {
      if (first?.kind === 'list') followItems(r, first.part, into, next);
      else if (inside.length > 0) {
        next();
        followSequence(r, inside, into);
      }
      if (first?.kind === 'list') followSequence(r, others, into);
    });
    at = close;
  }
}

function followItems(r: Reader, item: Pattern, into: ClauseBuilder, next: () => void): void {
  do {
    next();
    follow(r, item, into);
  } while (r.is(',') && fits(r, [item], 1, 1) && r.accept(','));
}

function closing(parts: readonly Pattern[], from: number): number {
  let depth = 0;
  for (let at = from; at < parts.length; at++) {
    const part = parts[at];
    if (part?.kind !== 'word') continue;
    if (part.upper === '(') depth++;
    else if (part.upper === ')' && --depth === 0) return at;
  }
  throw new RangeError('BUG: a syntax has a parenthesis without its partner');
}

function partOf(name: string): Pattern {
  const found = PARTS.get(name);
  if (found === undefined) throw new RangeError(`BUG: no rule <${name}>`);
  return found;
}

/** Whether the tokens from `ahead` on can begin these parts; words are compared as far as they go, a value by its first token. */
function fits(r: Reader, parts: readonly Pattern[], ahead: number, from: number): boolean {
  const [first, ...rest] = parts;
  if (first === undefined) return true;
  switch (first.kind) {
    case 'word':
      // An equals sign never tells two ways apart: the fault is reported where it is missing.
      if (ahead > from && first.upper === '=') return true;
      return r.peekIs(first.upper, ahead) && fits(r, rest, ahead + 1, from);
    case 'reference': {
      const value = VALUE_KINDS.get(first.name);
      if (value === undefined) return fits(r, [partOf(first.name), ...rest], ahead, from);
      return value.starts(r, r.peek(ahead), ahead);
    }
    case 'sequence':
      return fits(r, [...first.parts, ...rest], ahead, from);
    case 'choice':
      return first.options.some((option) => fits(r, [option, ...rest], ahead, from));
    case 'optional':
      return fits(r, [first.part, ...rest], ahead, from) || fits(r, rest, ahead, from);
    case 'list':
    case 'repeat':
      return fits(r, [first.part], ahead, from);
  }
}
