import { quoted } from './sql-text.ts';

/** The parts of a search condition: quoted terms, words, operators and parentheses. */
const TOKEN = /"((?:[^"]|"")*)"|&!|[&|!~(),]|[^\s"&|!~(),]+/g;

/**
 * The condition of CONTAINS as an expression of type tsquery: words, "phrases", "prefix*", AND, OR, AND NOT, FORMSOF(INFLECTIONAL, …). undefined: NEAR, ISABOUT, the thesaurus,
 * or what is no condition.
 */
export function convertSearch(condition: string, configuration: string): string | undefined {
  const tokens = [...condition.matchAll(TOKEN)].map((match) => match[0]);
  const search = new Search(tokens, configuration);
  const made = search.either();
  return search.isAtEnd ? made : undefined;
}

class Search {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly configuration: string,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  /** OR binds least, NOT most. */
  either(): string | undefined {
    return this.chain(() => this.both(), ['OR', '|'], '||');
  }

  private both(): string | undefined {
    return this.chain(() => this.term(), ['AND', '&', '&!'], '&&');
  }

  private chain(part: () => string | undefined, words: readonly string[], operator: string): string | undefined {
    let made = part();
    while (made !== undefined && words.includes(this.peek())) {
      const word = this.next().toUpperCase();
      const isNot = word === '&!' || (word !== 'OR' && word !== '|' && this.accept('NOT', '!'));
      const right = part();
      made = right === undefined ? undefined : `(${made} ${operator} ${isNot ? '!!' : ''}${right})`;
    }
    return made;
  }

  private term(): string | undefined {
    const token = this.next();
    if (token === '(') {
      const inner = this.either();
      return this.accept(')') ? inner : undefined;
    }
    if (/^(NEAR|ISABOUT|AND|OR|NOT|)$/i.test(token) || /^[&|!~),]/.test(token)) return undefined;
    if (/^FORMSOF$/i.test(token)) return this.forms();
    return this.leaf(token);
  }

  /** FORMSOF (INFLECTIONAL, word, …): what stemming does anyway. */
  private forms(): string | undefined {
    if (!this.accept('(') || !this.accept('INFLECTIONAL')) return undefined;
    const words: string[] = [];
    while (this.accept(',')) words.push(this.leaf(this.next()));
    return this.accept(')') && words.length > 0 ? `(${words.join(' || ')})` : undefined;
  }

  private leaf(token: string): string {
    const isQuoted = token.startsWith('"');
    const text = isQuoted ? token.slice(1, -1).replaceAll('""', '"') : token;
    if (isQuoted && text.endsWith('*')) return this.prefix(text);
    return `${/\s/.test(text.trim()) ? 'phraseto_tsquery' : 'plainto_tsquery'}(${this.configuration}, ${quoted(text)})`;
  }

  /** `"local wine*"`: every word of it is a beginning. */
  private prefix(text: string): string {
    const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
    return `to_tsquery(${this.configuration}, ${quoted(words.map((word) => `${word}:*`).join(' <-> '))})`;
  }

  private peek(): string {
    return (this.tokens[this.at] ?? '').toUpperCase();
  }

  private next(): string {
    return this.tokens[this.at++] ?? '';
  }

  private accept(...words: readonly string[]): boolean {
    if (!words.includes(this.peek())) return false;
    this.at++;
    return true;
  }
}
