/** A syntax as a tree, as the rules of this folder write it down. */
export type Pattern =
  | { readonly kind: 'word'; readonly upper: string }
  | { readonly kind: 'reference'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | { readonly kind: 'optional'; readonly part: Pattern }
  | { readonly kind: 'list'; readonly part: Pattern }
  | { readonly kind: 'repeat'; readonly part: Pattern };

/** A statement's syntax: the words it begins with, and what follows them. */
export interface StatementRule {
  readonly words: readonly string[];
  readonly rest: readonly Pattern[];
}

const TOKEN = /,\.\.\.|\.\.\.|<\w+>|::|[A-Z][A-Z0-9_]*|[=(){}[\]|]/g;

/**
 * Reads a syntax in the notation of Microsoft's pages: `[x]` may be left out, `{a | b}` is one of them, `{x},...` is one or
 * more between commas, `{x}...` one or more, `<x>` is another rule or a value, everything else stands for itself.
 */
export function patternOf(text: string): readonly Pattern[] {
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.join('') !== text.replace(/\s+/g, '')) throw new RangeError(`BUG: not a syntax: ${text}`);
  let at = 0;
  const sequence = (): Pattern => {
    const options: Pattern[] = [];
    let parts: Pattern[] = [];
    for (; at < tokens.length && tokens[at] !== ']' && tokens[at] !== '}';) {
      const token = tokens[at++] ?? '';
      if (token === '|') {
        options.push({ kind: 'sequence', parts });
        parts = [];
      } else parts.push(behind(token));
    }
    if (options.length === 0) return { kind: 'sequence', parts };
    return { kind: 'choice', options: [...options, { kind: 'sequence', parts }] };
  };
  const behind = (token: string): Pattern => {
    if (token.startsWith('<')) return { kind: 'reference', name: token.slice(1, -1) };
    if (token !== '[' && token !== '{') return { kind: 'word', upper: token };
    const part = sequence();
    at++;
    if (token === '[') return { kind: 'optional', part };
    if (tokens[at] === ',...') return { kind: 'list', part: ((at += 1), part) };
    if (tokens[at] === '...') return { kind: 'repeat', part: ((at += 1), part) };
    return part;
  };
  const whole = sequence();
  if (at < tokens.length) throw new RangeError(`BUG: unbalanced syntax: ${text}`);
  return whole.kind === 'sequence' ? whole.parts : [whole];
}

/** Reads one statement's syntax, which begins with fixed words. */
export function statementRule(text: string): StatementRule {
  const parts = patternOf(text);
  const words: string[] = [];
  for (const part of parts) {
    if (part.kind !== 'word' || !/^[A-Z]/.test(part.upper)) break;
    words.push(part.upper);
  }
  return { words, rest: parts.slice(words.length) };
}

/** Reads a list of rules, one a paragraph: `name = syntax`. */
export function namedRules(text: string): Map<string, Pattern> {
  const rules = new Map<string, Pattern>();
  for (const paragraph of paragraphs(text)) {
    const at = paragraph.indexOf(':');
    rules.set(paragraph.slice(0, at).trim(), { kind: 'sequence', parts: patternOf(paragraph.slice(at + 1)) });
  }
  return rules;
}

/** The rules of a text: each begins at the start of a line, its further lines begin with a blank. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n(?=\S)/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '');
}
