/** What a token is; quoted names keep their quotes in `text`. `unclosed` is a string or quoted name that the text ends in. */
export type TokenType =
  | 'word'
  | 'bracket'
  | 'dquote'
  | 'string'
  | 'nstring'
  | 'int'
  | 'decimal'
  | 'float'
  | 'money'
  | 'binary'
  | 'variable'
  | 'global'
  | 'symbol'
  | 'go'
  | 'bad'
  | 'unclosed'
  | 'end';

/** One token. `upper` is the upper-case form of a word, the text of a symbol, and empty for all others: what the parser compares. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly upper: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  /** Whether it is the first thing on its line that is not white space or a comment. */
  readonly lineStart: boolean;
}
