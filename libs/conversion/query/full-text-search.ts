import { quoted } from './sql-text.ts';

/** The farthest that NEAR is written out for, each distance in both directions. */
const FARTHEST = 10;

/** The parts of a search condition: quoted terms, words, operators and parentheses. */
const TOKEN = /"((?:[^"]|"")*)"|&!|[&|!~(),]|[^\s"&|!~(),]+/g;

/**
 * The condition of CONTAINS as an expression of type tsquery: words, "phrases", "prefix*", AND, OR, AND NOT, FORMSOF(INFLECTIONAL, …), NEAR of two terms. undefined: ISABOUT, the thesaurus,
 * NEAR of more terms within a distance, or what is no condition.
 */
export function convertSearch(condition: string, configuration: string): string | undefined {
  const tokens = [...condition.matchAll(TOKEN)].map((match) => match[0]);
  const search = new Search(tokens, configuration);
  const made = search.either();
  return search.isAtEnd ? made : undefined;
}

const all = (terms: readonly string[]): string => `(${terms.join(' && ')})`;

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
    return this.chain(() => this.near(), ['AND', '&', '&!'], '&&');
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

  /** `a NEAR b`: all of them are there, however far apart; only their rank tells how near. */
  private near(): string | undefined {
    return this.chain(() => this.term(), ['NEAR', '~'], '&&');
  }

  private term(): string | undefined {
    const token = this.next();
    if (/^NEAR$/i.test(token)) return this.within();
    if (token === '(') {
      const inner = this.either();
      return this.accept(')') ? inner : undefined;
    }
    if (/^(ISABOUT|AND|OR|NOT|)$/i.test(token) || /^[&|!~),]/.test(token)) return undefined;
    if (/^FORMSOF$/i.test(token)) return this.forms();
    return this.leaf(token);
  }

  /** `NEAR((a, b), 5)`: at most five words between them, in any order, or in theirs with TRUE; `NEAR(a, b, c)`, and MAX: all of them are there. */
  private within(): string | undefined {
    if (!this.accept('(')) return undefined;
    const isListed = this.accept('(');
    const terms: string[] = [];
    do {
      const token = this.next();
      if (token === '' || /^[&|!~(),]/.test(token)) return undefined;
      terms.push(this.leaf(token));
    } while (this.accept(','));
    if (!isListed) return this.accept(')') ? all(terms) : undefined;
    if (!this.accept(')')) return undefined;
    const distance = this.accept(',') ? this.next().toUpperCase() : 'MAX';
    const isOrdered = this.accept(',') && this.accept('TRUE');
    if (!isOrdered) this.accept('FALSE');
    if (!this.accept(')')) return undefined;
    if (distance === 'MAX') return isOrdered ? undefined : all(terms);
    const [a, b, ...more] = terms;
    const most = Number(distance);
    const isPhrase = terms.some((one) => one.startsWith('phraseto_tsquery'));
    if (!a || !b || more.length > 0 || isPhrase || !/^\d+$/.test(distance) || most > FARTHEST) return undefined;
    const phrases = Array.from({ length: most + 1 }, (_, n) => [
      `tsquery_phrase(${a}, ${b}, ${n + 1})`,
      ...(isOrdered ? [] : [`tsquery_phrase(${b}, ${a}, ${n + 1})`]),
    ]);
    return `(${phrases.flat().join(' || ')})`;
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
