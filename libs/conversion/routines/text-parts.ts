import type { Case, Declare, Execute, Expression, If, SelectAssign, SetVariable, Statement, TryCatch } from '#tsql';
import { findAll, walk } from '#tsql';
import { isConstant, replaced } from './text-replace.ts';
import { questionOf } from './text-questions.ts';
import { added, ALL, allBeginWith, beginsOrGoesOn, leadingCut, WHERE_ALL, wholeWithin } from './where-texts.ts';

/** A piece of a text that a routine puts together: constant, a value known when it runs, one of two by an IF, one of several by a CASE, or NULL. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hole'; readonly node: Expression; readonly isPredicate?: true }
  | { readonly kind: 'choice'; readonly by: If; readonly then: Text; readonly otherwise: Text }
  | { readonly kind: 'case'; readonly by: Case; readonly arms: readonly Text[]; readonly otherwise: Text }
  | { readonly kind: 'null' };

export type Text = readonly TextPart[];

/** What the texts that a routine executes consist of. */
export interface DynamicTexts {
  /** By EXEC: the text; of sp_executesql also the declaration of its parameters. */
  readonly texts: ReadonlyMap<Execute, { readonly text: Text; readonly declared?: Text }>;
}

/** Texts of variables at a place of the routine; a variable that is not among them is only known when it runs. */
type State = Map<string, Text>;

/** Names of variables are the same in any case. */
export const keyOf = (name: string): string => name.toLowerCase();

/** Follows the variables of a body from statement to statement. Linear in the body. */
export function dynamicTexts(
  body: readonly Statement[],
  parameters: ReadonlySet<string>,
  isNumber: (node: Expression) => boolean,
): DynamicTexts {
  return new Follower(parameters, isNumber).whole(body);
}

/** No text at all. */
export const NULL_TEXT: Text = [{ kind: 'null' }];

/** What a function of a text gives that has no text of its own. */
const CONSTANT_CALLS: Readonly<Record<string, (code: number) => string>> = {
  char: String.fromCharCode,
  nchar: String.fromCharCode,
};

class Follower {
  readonly #texts = new Map<Execute, { text: Text; declared?: Text }>();
  #state: State = new Map();
  /** IFs on every path to here, by what they ask: what asks the same again, of variables that keep their values, chooses the same. */
  #asked: ReadonlyMap<string, If> = new Map();
  #ended = false;

  constructor(
    readonly parameters: ReadonlySet<string>,
    readonly isNumber: (node: Expression) => boolean,
  ) {}

  whole(body: readonly Statement[]): DynamicTexts {
    this.#list(body);
    return { texts: this.#texts };
  }

  #list(list: readonly Statement[]): void {
    for (const one of list) this.#statement(one);
  }

  #statement(node: Statement): void {
    switch (node.kind) {
      case 'declare':
        return this.#declare(node);
      case 'setVariable':
        return this.#set(node);
      case 'select':
        return this.#select(node);
      case 'if':
        return this.#if(node);
      case 'while':
        return this.#while(node);
      case 'block':
        return this.#list(node.statements);
      case 'tryCatch':
        return this.#try(node);
      case 'execute':
        return this.#execute(node);
      case 'insert':
        if (node.source.kind === 'insertExecute') this.#execute(node.source.execute);
        return;
      case 'label':
        this.#asked = new Map();
        this.#state.clear();
        this.#ended = false;
        return;
      case 'return':
      case 'throw':
      case 'goto':
      case 'break':
      case 'continue':
        this.#ended = true;
        return;
      default:
        return this.#forget(node);
    }
  }

  /** Variables that something gives a value that is not followed. */
  #forget(node: Statement | Expression): void {
    walk(node, (one) => {
      if (one.kind === 'setVariable' || one.kind === 'selectAssign') this.#assign(one.variable.name, undefined);
      else if (one.kind === 'declareVariable' && one.value) this.#assign(one.name, undefined);
      else if (one.kind === 'setColumn' && one.variable) this.#assign(one.variable.name, undefined);
      else if (one.kind === 'executeArgument' && one.output && one.value.kind === 'variable')
        this.#assign(one.value.name, undefined);
      else if (one.kind === 'execute' && one.result) this.#assign(one.result.name, undefined);
      else if (one.kind === 'fetch') for (const into of one.into) this.#assign(into.name, undefined);
    });
  }

  /** A new value; texts in which the old one stands are no longer known. */
  #assign(name: string, text: Text | undefined): void {
    const key = keyOf(name);
    if ([...this.#asked.values()].some((one) => isUsed(one.condition, key)))
      this.#asked = new Map([...this.#asked].filter(([, one]) => !isUsed(one.condition, key)));
    const before = [...this.#state];
    for (const [other, parts] of before) if (other !== key && uses(parts, key)) this.#state.delete(other);
    if (text && !this.parameters.has(key) && !uses(text, key) && !isAsked(text)) this.#state.set(key, text);
    else this.#state.delete(key);
  }

  #declare(node: Declare): void {
    for (const item of node.items) {
      if (item.kind !== 'declareVariable') continue;
      if (/char$|^text$|^ntext$|^sysname$/.test(item.type.base))
        this.#assign(item.name, item.value ? this.#text(item.value) : NULL_TEXT);
      else if (item.value) this.#assign(item.name, undefined);
    }
  }

  #set(node: SetVariable): void {
    if (node.value.kind === 'cursorDefinition') return;
    this.#assign(node.variable.name, this.#assigned(node.variable.name, node.op, node.value));
  }

  #assigned(name: string, op: string, value: Expression): Text | undefined {
    if (op !== '=' && op !== '+=') return undefined;
    const added = this.#text(value);
    if (op === '=') return added;
    const before = this.#state.get(keyOf(name));
    return before && joined(before, added);
  }

  #select(node: Extract<Statement, { kind: 'select' }>): void {
    const { body } = node.query;
    if (body.kind !== 'selectSpec' || body.from.length > 0 || body.where) return this.#forget(node);
    for (const one of body.items) if (one.kind === 'selectAssign') this.#assign(one.variable.name, this.#selected(one));
  }

  #selected(one: SelectAssign): Text | undefined {
    return this.#assigned(one.variable.name, one.op, one.expression);
  }

  #if(node: If): void {
    const base = this.#state;
    const before = this.#ended;
    const question = questionOf(node);
    const same = question === undefined ? node : (this.#asked.get(question) ?? node);
    const asked: ReadonlyMap<string, If> =
      question === undefined ? this.#asked : new Map([...this.#asked, [question, same]]);
    const kept = new Map(asked);
    const branch = (body: Statement | undefined): { state: State; ended: boolean } => {
      this.#state = new Map(base);
      this.#ended = false;
      this.#asked = asked;
      if (body) this.#statement(body);
      for (const [key] of asked) if (!this.#asked.has(key)) kept.delete(key);
      return { state: this.#state, ended: this.#ended };
    };
    const then = branch(node.then);
    const otherwise = branch(node.otherwise);
    this.#asked = kept;
    this.#ended = before || (then.ended && otherwise.ended);
    if (then.ended) this.#state = otherwise.state;
    else if (otherwise.ended) this.#state = then.state;
    else this.#state = merged(same, then.state, otherwise.state, wholeWithin(node, base, then.state));
  }

  #while(node: Extract<Statement, { kind: 'while' }>): void {
    const asked = this.#asked;
    this.#forget(node);
    this.#statement(node.body);
    this.#forget(node);
    this.#ended = false;
    this.#onlyAsked(asked);
  }

  /** Leaves out IFs that may not have been reached. */
  #onlyAsked(before: ReadonlyMap<string, If>): void {
    this.#asked = new Map([...before].filter(([key, one]) => this.#asked.get(key) === one));
  }

  #try(node: TryCatch): void {
    const asked = this.#asked;
    const before = this.#state;
    this.#list(node.body);
    const after = this.#state;
    const ended = this.#ended;
    // What the block leaves alone is known in its handler.
    const given = new Set(assignedIn(node.body));
    this.#state = new Map([...before].filter(([key, text]) => after.get(key) === text && !given.has(key)));
    this.#ended = false;
    this.#onlyAsked(asked);
    this.#list(node.handler);
    const handled = this.#ended;
    const left = this.#state;
    this.#state = handled ? after : new Map([...after].filter(([key, text]) => left.get(key) === text));
    this.#ended = ended && handled;
  }

  #execute(node: Execute): void {
    if (node.strings)
      this.#texts.set(node, { text: node.strings.reduce<Text>((sum, one) => joined(sum, this.#text(one)), []) });
    else if (node.procedure?.kind === 'objectName' && node.procedure.name.name.toLowerCase() === 'sp_executesql') {
      const [text, declared] = node.args;
      if (text)
        this.#texts.set(node, {
          text: this.#text(text.value),
          ...(declared ? { declared: this.#text(declared.value) } : {}),
        });
    }
    this.#forget(node);
  }

  #text(node: Expression): Text {
    switch (node.kind) {
      case 'literal':
        if (node.type === 'null') return NULL_TEXT;
        return [{ kind: 'text', text: node.value }];
      case 'variable':
        return this.#state.get(keyOf(node.name)) ?? [{ kind: 'hole', node }];
      case 'binary':
        if (node.op === '+' && node.left.kind === 'variable' && beginsOrGoesOn(node.right, node.left.name))
          return added(this.#state.get(keyOf(node.left.name)));
        return node.op === '+' ? joined(this.#text(node.left), this.#text(node.right)) : [{ kind: 'hole', node }];
      case 'case':
        return [
          {
            kind: 'case',
            by: node,
            arms: node.whens.map((one) => this.#text(one.then)),
            otherwise: node.otherwise ? this.#text(node.otherwise) : NULL_TEXT,
          },
        ];
      case 'cast':
        // A number or a date written as text is the value itself.
        return /char$/.test(node.type.base) && node.style === undefined
          ? this.#cast(node.expression)
          : [{ kind: 'hole', node }];
      case 'call':
        return this.#call(node);
      default:
        return [{ kind: 'hole', node }];
    }
  }

  /** REPLACE of a constant in a text of constants and choices: a value that is only known when it runs may have it too. */
  #replace(node: Extract<Expression, { kind: 'call' }>): Text {
    const [first, needle, by] = node.args;
    const hole: Text = [{ kind: 'hole', node }];
    if (!first || !by || needle?.kind !== 'literal' || needle.value === '' || !/^[{<#$%@]/.test(needle.value))
      return hole;
    const within = this.#text(first);
    return isConstant(within, this.isNumber) && within.some((part) => part.kind !== 'null')
      ? replaced(within, needle.value, this.#text(by))
      : hole;
  }

  #cast(node: Expression): Text {
    const inner = this.#text(node);
    return inner.length === 1 && inner[0]?.kind === 'null' ? [{ kind: 'hole', node }] : inner;
  }

  #call(node: Extract<Expression, { kind: 'call' }>): Text {
    const name = node.name.name.name.toLowerCase();
    const [first] = node.args;
    const constant = CONSTANT_CALLS[name];
    if (constant && first?.kind === 'literal') return [{ kind: 'text', text: constant(Number(first.value)) }];
    if (name === 'iif') return this.#text(asCase(node));
    if (name === 'replace') return this.#replace(node);
    if (name === 'concat') return node.args.reduce<Text>((sum, one) => joined(sum, this.#text(one)), []);
    if (first && (name === 'str' || name === 'ltrim' || name === 'rtrim')) {
      const inner = this.#text(first);
      if (inner.every((one) => one.kind === 'hole')) return inner;
    }
    const cut = leadingCut(name, node.args);
    const rest = cut && this.#state.get(keyOf(cut.name));
    if (cut && rest && allBeginWith(rest, cut.length)) return [ALL, ...rest];
    if (first && (name === 'isnull' || name === 'coalesce')) {
      const inner = this.#text(first);
      if (inner.some((one) => one.kind === 'text')) return inner;
    }
    return [{ kind: 'hole', node }];
  }
}

/** Whether a text is the one value that a query gives: it is asked once, and its variable stands for it. */
function isAsked(text: Text): boolean {
  const [only] = text;
  return text.length === 1 && only?.kind === 'hole' && findAll(only.node, 'subquery').length > 0;
}

/** Whether a text has no characters. */
export const isEmpty = (text: Text): boolean => text.every((one) => one.kind === 'text' && one.text === '');

function joined(left: Text, right: Text): Text {
  if (right.length === 0) return left;
  return [...left, ...right];
}

const variablesIn = new WeakMap<Expression, ReadonlySet<string>>();

/** Whether a variable stands in an expression; each expression is looked through once. */
function isUsed(node: Expression, key: string): boolean {
  let names = variablesIn.get(node);
  if (!names) {
    names = new Set(findAll(node, 'variable').map((one) => keyOf(one.name)));
    variablesIn.set(node, names);
  }
  return names.has(key);
}

function uses(text: Text, key: string): boolean {
  return text.some((part) => {
    switch (part.kind) {
      case 'hole':
        return isUsed(part.node, key);
      case 'choice':
        return uses(part.then, key) || uses(part.otherwise, key);
      case 'case':
        return isUsed(part.by, key) || part.arms.some((one) => uses(one, key)) || uses(part.otherwise, key);
      default:
        return false;
    }
  });
}

const cases = new WeakMap<Expression, Case>();

/** IIF is a CASE. */
function asCase(node: Extract<Expression, { kind: 'call' }>): Case {
  const [when, then, otherwise] = node.args;
  const nothing: Expression = { kind: 'literal', type: 'null', text: 'NULL', value: '', span: node.span };
  const made: Case = cases.get(node) ?? {
    kind: 'case',
    whens: [{ when: when ?? nothing, then: then ?? nothing }],
    otherwise: otherwise ?? nothing,
    span: node.span,
  };
  cases.set(node, made);
  return made;
}

/** Variables that statements give a value. */
function assignedIn(body: readonly Statement[]): readonly string[] {
  const found: string[] = [];
  walk(body, (one) => {
    if (one.kind === 'setVariable' || one.kind === 'selectAssign') found.push(keyOf(one.variable.name));
    else if (one.kind === 'declareVariable' && one.value) found.push(keyOf(one.name));
  });
  return found;
}

/** What two branches leave: the text they share stays, what they added is a choice; `whole`: what is added as the first branch has it. */
function merged(node: If, then: State, otherwise: State, whole: ReadonlySet<string>): State {
  const made: State = new Map();
  for (const [key, one] of then) {
    const other = otherwise.get(key);
    if (!other) continue;
    const left = other[0] === WHERE_ALL && isEmpty(one) ? [WHERE_ALL] : one;
    const right = one[0] === WHERE_ALL && isEmpty(other) ? [WHERE_ALL] : other;
    if (left === right) {
      made.set(key, left);
      continue;
    }
    let common = 0;
    while (common < left.length && common < right.length && left[common] === right[common]) common += 1;
    if (whole.has(key) && common === right.length) {
      made.set(key, left);
      continue;
    }
    const choice: TextPart = { kind: 'choice', by: node, then: left.slice(common), otherwise: right.slice(common) };
    made.set(key, [...left.slice(0, common), choice]);
  }
  return made;
}
