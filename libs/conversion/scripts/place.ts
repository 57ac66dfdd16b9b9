import type { Span } from '#tsql';
import { type Issue, issue, type IssueCode } from '../schema/issue.ts';

/** Where something stands in the scripts; 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Scripts have passwords in them; issues do not. */
const SECRETS = /\b((?:OLD_)?PASSWORD|SECRET)(\s*=\s*)(?:N?'(?:[^']|'')*'|0x[0-9a-f]+)/gi;

/** One text that is being read: a batch's script, or what a statement of it holds as a string. Positions are those of the file. */
export class Source {
  constructor(
    readonly file: string,
    readonly text: string,
    /** Lines of the file before the first of the text. */
    private readonly linesBefore = 0,
  ) {}

  place(span: Span): Place {
    return { file: this.file, line: span.line + this.linesBefore, column: span.column };
  }

  /** The text of a node, as its author wrote it. */
  cut(span: Pick<Span, 'start' | 'end'>): string {
    return this.text.slice(span.start, span.end);
  }

  /** What stands in a string at `span` and is read as a text of its own: a place in it is only known by its line. */
  within(text: string, span: Span): Source {
    return new Source(this.file, text, this.linesBefore + span.line - 1);
  }

  issue(code: IssueCode, object: string, message: string, span: Span): Issue {
    const { file, line, column } = this.place(span);
    return {
      ...issue(code, object, message, { line, column, excerpt: this.cut(span).trim().replaceAll(SECRETS, "$1$2'…'") }),
      file,
    };
  }
}
