import type { Clause, ClauseValue } from '../ast/index.ts';
import { keyword } from './values.ts';
import type { Reader } from '../parser/reader.ts';

type Token = Reader['token'];

interface Draft {
  readonly start: Token;
  end: Token;
  words: string;
  assigned: boolean;
  /** Whether an equals sign was the last thing read: a word behind it is its value. */
  awaits: boolean;
  readonly values: ClauseValue[];
  list?: Draft[][];
  enclosed: boolean;
}

/** Gathers the clauses of one statement while its syntax is gone through. */
export class ClauseBuilder {
  private readonly r: Reader;
  private readonly root: Draft[] = [];
  private current: Draft[] = this.root;
  /** Whether what comes next belongs to the last draft of `current`. */
  private open = false;

  constructor(r: Reader) {
    this.r = r;
  }

  /** Takes a word of the syntax, or an equals sign. */
  word(upper: string): void {
    const last = this.open ? this.current.at(-1) : undefined;
    if (last?.awaits === true && upper !== '=') {
      if (!this.r.is(upper)) this.r.fail();
      this.value(keyword(this.r));
      return;
    }
    const isNew = last === undefined || (upper !== '=' && (last.values.length > 0 || last.list !== undefined));
    const draft = isNew ? this.draft() : last;
    const token = this.r.expect(upper);
    if (upper === '=') {
      draft.assigned = true;
      draft.awaits = true;
    } else draft.words += draft.words === '' ? upper : ` ${upper}`;
    draft.end = token;
  }

  /** Adds a value that was read. */
  value(value: ClauseValue, start: Token = this.r.previous()): void {
    const draft = this.attachable(start);
    draft.values.push(value);
    draft.awaits = false;
    draft.end = this.r.previous();
  }

  /** Reads a list with `read`, which is called once for each item; `enclosed` takes the parentheses around it. */
  list(enclosed: boolean, items: (next: () => void) => void): void {
    const { r, current: outer } = this;
    const last = this.open ? outer.at(-1) : undefined;
    const draft = last === undefined || last.list !== undefined ? this.draft() : last;
    if (enclosed) r.expect('(');
    const list: Draft[][] = [];
    draft.list = list;
    draft.enclosed = enclosed;
    draft.awaits = false;
    items(() => {
      this.current = [];
      this.open = false;
      list.push(this.current);
    });
    if (enclosed) r.expect(')');
    draft.end = r.previous();
    this.current = outer;
    this.open = false;
  }

  /** The clauses gathered. */
  finish(): Clause[] {
    return this.root.map(clauseOf);
  }

  private attachable(start: Token): Draft {
    const last = this.open ? this.current.at(-1) : undefined;
    const isFull = last === undefined || last.list !== undefined || (last.assigned && !last.awaits);
    return isFull ? this.draft(start) : last;
  }

  private draft(start: Token = this.r.token): Draft {
    const draft: Draft = { start, end: start, words: '', assigned: false, awaits: false, values: [], enclosed: false };
    this.current.push(draft);
    this.open = true;
    return draft;
  }
}

function clauseOf(draft: Draft): Clause {
  const { start, line, column } = draft.start;
  return {
    kind: 'clause',
    words: draft.words,
    assigned: draft.assigned,
    values: draft.values,
    ...(draft.list && { list: draft.list.map((item) => item.map(clauseOf)) }),
    enclosed: draft.enclosed,
    span: { start, end: Math.max(draft.end.end, start), line, column },
  };
}
