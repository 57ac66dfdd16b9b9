import type { Expression, Span, Statement } from './ast/index.ts';

/**
 * A fault of syntax, worded as SQL Server words it. `number` is SQL Server's: 102 (near a token), 156 (near a keyword), 105
 * (unclosed string), 113 (unclosed comment), 191 (nested too deeply). `span` is the token at fault; `message` quotes that
 * token only, shortened.
 */
export interface ParseError {
  readonly number: number;
  readonly message: string;
  readonly span: Span;
}

/** A comment, with its marks; `line` comments end before the line's end. */
export interface Comment {
  readonly style: 'line' | 'block';
  readonly text: string;
  readonly span: Span;
}

/** How to read a text. */
export interface ParseOptions {
  /** Whether `"x"` is a name (true, the default) or a string, until a SET QUOTED_IDENTIFIER in the text says otherwise. */
  readonly quotedIdentifier?: boolean;
  /** How deep expressions, queries and blocks may nest before error 191; 2,000 if not given. */
  readonly maxDepth?: number;
}

/** The outcome of parsing one batch. Statements that failed are `unknown` nodes with an error each, in the order of the text. */
export interface ParsedBatch {
  readonly statements: readonly Statement[];
  readonly errors: readonly ParseError[];
  readonly comments: readonly Comment[];
  /** The setting at the end of the batch; it goes on into the next one. */
  readonly quotedIdentifier: boolean;
}

/** One batch of a script: the text between two GO lines. Spans of its statements are positions in the whole script. */
export interface Batch extends ParsedBatch {
  readonly text: string;
  readonly span: Span;
  /** How often to run it: the number after its GO, else 1. */
  readonly repeat: number;
}

/** A line for the SQLCMD client, such as `:setvar name value`; `command` is lower-case and has no colon. */
export interface SqlcmdLine {
  readonly command: string;
  readonly argument: string;
  readonly span: Span;
}

/** The outcome of parsing a script; `errors` are those of all batches. Batches without any statement are left out. */
export interface ParsedScript {
  readonly batches: readonly Batch[];
  readonly errors: readonly ParseError[];
  readonly directives: readonly SqlcmdLine[];
}

/** The outcome of parsing one expression; `expression` is undefined if it could not be read. */
export interface ParsedExpression {
  readonly expression?: Expression;
  readonly errors: readonly ParseError[];
}
