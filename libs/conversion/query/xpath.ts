/** What an XQuery expression gives. */
export type XPathKind = 'nodes' | 'string' | 'number' | 'boolean';

/** An XQuery expression that means the same in XPath 1.0, as such: {@link CONTEXT} stands for the item that it is applied to. */
export interface XPath {
  readonly text: string;
  readonly kind: XPathKind;
  /** At most one item, as far as the text alone tells. */
  readonly single: boolean;
  /** Whether the last step gives attributes. */
  readonly attributes: boolean;
  /** Prefixes of the prolog with their namespaces; that of elements without a prefix has one that the text does not use. */
  readonly namespaces: readonly (readonly [string, string])[];
}

/** What a reading takes from around the expression. */
export interface XPathOptions {
  /** The namespace of elements without a prefix, where the prolog names none. */
  readonly elementNamespace?: string;
  /** Whether a server has taken the expression before: that a node is alone may then follow from its schema, and is not asked for. */
  readonly isTaken?: boolean;
}

/** Stands in the text for the path of the context item. */
export const CONTEXT = '\u0001';

/** An expression that is not read: `number` is SQL Server's where it has one for it, absent where only the sandbox refuses it. */
export class XPathFault extends Error {
  constructor(
    message: string,
    readonly number?: number,
  ) {
    super(message);
  }
}

type Part = Omit<XPath, 'namespaces'>;

const NAME = String.raw`[\p{L}_][\p{L}\p{N}_.-]*`;
const TOKEN = new RegExp(
  String.raw`\s*(?:(?<string>"(?:[^"]|"")*"|'(?:[^']|'')*')|(?<number>\d+(?:\.\d+)?)|(?<name>${NAME}(?::(?!:)(?:${NAME}|\*))?)|(?<mark>\/\/|::|\.\.|!=|<=|>=|[/@().,*=<>\[\]]))`,
  'uy',
);
const DECLARATION = new RegExp(
  String.raw`^\s*declare\s+(?:namespace\s+(?<prefix>${NAME})\s*=|default\s+element\s+namespace\s*=?)\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)')\s*;`,
  'u',
);

const AXES = new Set(['child', 'attribute', 'self', 'parent', 'descendant', 'descendant-or-self']);
const NODE_TESTS = new Set(['text', 'node', 'comment', 'processing-instruction']);

/** Functions: what they give, the kinds of their arguments (`single`: a string or at most one node), and how many must be given. */
const FUNCTIONS: Readonly<
  Record<string, { readonly kind: XPathKind; readonly args: readonly string[]; readonly least?: number }>
> = {
  count: { kind: 'number', args: ['nodes'] },
  sum: { kind: 'number', args: ['nodes'] },
  position: { kind: 'number', args: [] },
  last: { kind: 'number', args: [] },
  'string-length': { kind: 'number', args: ['single'], least: 0 },
  number: { kind: 'number', args: ['single'], least: 0 },
  string: { kind: 'string', args: ['single'], least: 0 },
  'local-name': { kind: 'string', args: ['single'], least: 0 },
  'namespace-uri': { kind: 'string', args: ['single'], least: 0 },
  concat: { kind: 'string', args: Array.from({ length: 20 }, () => 'single'), least: 2 },
  substring: { kind: 'string', args: ['single', 'number', 'number'], least: 2 },
  contains: { kind: 'boolean', args: ['single', 'single'] },
  not: { kind: 'boolean', args: ['condition'] },
  true: { kind: 'boolean', args: [] },
  false: { kind: 'boolean', args: [] },
};

/** Reads a path, a condition or a call as XQuery has it; throws {@link XPathFault} for what XPath 1.0 does not say in the same words. */
export function readXPath(source: string, options: XPathOptions = {}): XPath {
  const namespaces: (readonly [string, string])[] = [];
  let body = source;
  let own = options.elementNamespace;
  for (let match = DECLARATION.exec(body); match !== null; match = DECLARATION.exec(body)) {
    const { prefix, double, single } = match.groups ?? {};
    const uri = double ?? single ?? '';
    if (prefix === undefined) own = uri;
    else namespaces.push([prefix, uri]);
    body = body.slice(match[0].length);
  }
  if (own === undefined || own === '') return { ...new XPathReader(body, options).whole(), namespaces };
  const elements = unusedPrefix(source);
  const part = new XPathReader(body, options, `${elements}:`).whole();
  return { ...part, namespaces: [...namespaces, [elements, own]] };
}

/** XPath 1.0 knows no namespace of elements without a prefix: they get one. */
function unusedPrefix(source: string): string {
  let prefix = 'e';
  for (let n = 1; source.includes(`${prefix}:`) || new RegExp(String.raw`\b${prefix}\s*=`).test(source); n += 1)
    prefix = `e${n}`;
  return prefix;
}

class XPathReader {
  readonly #tokens: { readonly type: string; readonly text: string }[] = [];
  #at = 0;
  /** How many predicates are open: within one the context is its node. */
  #depth = 0;

  constructor(
    readonly source: string,
    private readonly options: XPathOptions = {},
    /** Before the names of elements that have no prefix. */
    private readonly elements = '',
  ) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < source.trimEnd().length) {
      const groups = TOKEN.exec(source)?.groups;
      const found = Object.entries(groups ?? {}).find(([, text]) => text !== undefined);
      if (found === undefined) throw this.#fault();
      this.#tokens.push({ type: found[0], text: found[1] ?? '' });
    }
  }

  whole(): Part {
    const part = this.#condition();
    if (this.#at < this.#tokens.length) throw this.#fault();
    return part;
  }

  #fault(): XPathFault {
    return new XPathFault(`The XQuery expression '${this.source.trim()}'`);
  }

  #peek(text: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token !== undefined && token.type !== 'string' && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#fault();
  }

  #condition(): Part {
    return this.#joined('or', () => this.#joined('and', () => this.#comparison()));
  }

  #joined(word: string, next: () => Part): Part {
    const parts = [next()];
    while (this.#take(word)) parts.push(next());
    const [first] = parts;
    if (first !== undefined && parts.length === 1) return first;
    return { text: parts.map((one) => one.text).join(` ${word} `), kind: 'boolean', single: true, attributes: false };
  }

  #comparison(): Part {
    const left = this.#operand();
    const op = ['=', '!=', '<=', '>=', '<', '>'].find((one) => this.#take(one));
    if (op === undefined) return left;
    const right = this.#operand();
    // XPath compares by < as numbers, XQuery strings as strings.
    const ordered = op !== '=' && op !== '!=';
    const numeric = left.kind === 'number' || right.kind === 'number';
    const kinds = [left.kind, right.kind];
    const mixed = kinds.includes('number') && kinds.includes('string');
    if ((ordered && !numeric) || mixed || kinds.includes('boolean')) throw this.#fault();
    return { text: `${left.text} ${op} ${right.text}`, kind: 'boolean', single: true, attributes: false };
  }

  #operand(): Part {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#fault();
    if (token.type === 'string') {
      this.#at += 1;
      return scalar(this.#literal(token.text), 'string');
    }
    if (token.type === 'number') {
      this.#at += 1;
      return scalar(token.text, 'number');
    }
    if (token.type === 'name' && this.#peek('(', 1) && !NODE_TESTS.has(token.text))
      return this.#first(this.#call(token.text));
    return this.#path();
  }

  /** XPath 1.0 has no way to write a quote within quotes of its kind. */
  #literal(text: string): string {
    const quote = text.charAt(0);
    const inner = text.slice(1, -1).replaceAll(quote + quote, quote);
    if (/&/.test(inner) || (inner.includes('"') && inner.includes("'"))) throw this.#fault();
    return inner.includes('"') ? `'${inner}'` : `"${inner}"`;
  }

  #call(name: string): Part {
    this.#at += 2;
    const args: Part[] = [];
    if (!this.#take(')')) {
      do args.push(this.#condition());
      while (this.#take(','));
      this.#expect(')');
    }
    if (name === 'data' && args[0] !== undefined && args.length === 1) return args[0];
    if (name === 'empty' && args[0]?.kind === 'nodes' && args.length === 1)
      return scalar(`not(${args[0].text})`, 'boolean');
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (known === undefined || args.length > known.args.length || args.length < (known.least ?? known.args.length))
      throw this.#fault();
    for (const [index, arg] of args.entries()) this.#checkArgument(name, known.args[index] ?? '', arg);
    if (args.length === 0 && this.#depth === 0 && !['true', 'false'].includes(name)) throw this.#fault();
    return scalar(`${name}(${args.map((one) => one.text).join(', ')})`, known.kind);
  }

  /** `[1]` of what is one value anyway. */
  #first(part: Part): Part {
    if (part.kind === 'nodes' || !this.#peek('[') || !this.#peek('1', 1) || !this.#peek(']', 2)) return part;
    this.#at += 3;
    return part;
  }

  #checkArgument(name: string, wanted: string, arg: Part): void {
    if (wanted === 'nodes' && arg.kind !== 'nodes') throw this.#fault();
    if (wanted === 'number' && arg.kind !== 'number') throw this.#fault();
    if (wanted === 'condition' && !['boolean', 'nodes'].includes(arg.kind)) throw this.#fault();
    if (wanted === 'single' && !arg.single && !this.options.isTaken) {
      const message = `XQuery [value()]: '${name}()' requires a singleton (or empty sequence), found operand of type 'xdt:untypedAtomic *'`;
      throw new XPathFault(message, 2389);
    }
  }

  #path(): Part {
    let part: Part;
    if (this.#take('(')) {
      const inner = this.#condition();
      this.#expect(')');
      if (inner.kind !== 'nodes') return { ...inner, text: `(${inner.text})` };
      part = this.#predicates({ ...inner, text: `(${inner.text})` }, true);
    } else if (this.#peek('/') || this.#peek('//')) {
      part = { text: '/sbx', kind: 'nodes', single: true, attributes: false };
      if (this.#peek('/') && !this.#startsStep(1)) {
        this.#at += 1;
        return part;
      }
    } else {
      const context = this.#depth === 0 ? `${CONTEXT}/` : '';
      if (context !== '' && this.#take('.')) part = { text: CONTEXT, kind: 'nodes', single: true, attributes: false };
      else part = this.#step({ text: context, kind: 'nodes', single: true, attributes: false });
    }
    for (;;) {
      const slash = ['//', '/'].find((one) => this.#take(one));
      if (slash === undefined) return part;
      part = this.#step({ ...part, text: `${part.text}${slash}`, single: part.single && slash === '/' });
    }
  }

  #startsStep(ahead: number): boolean {
    const token = this.#tokens[this.#at + ahead];
    return token?.type === 'name' || ['*', '@', '.', '..'].some((one) => this.#peek(one, ahead));
  }

  /** One step behind what stands before it; `before.single` says whether it starts from one node. */
  #step(before: Part): Part {
    const done = (text: string, single: boolean, attributes: boolean): Part =>
      this.#predicates(
        { text: `${before.text}${text}`, kind: 'nodes', single: before.single && single, attributes },
        before.single,
      );
    if (this.#take('..')) return done('..', true, false);
    if (this.#take('.')) return done('.', true, before.attributes);
    if (this.#take('@')) {
      const wild = this.#peek('*');
      return done(`@${this.#nodeTest(false)}`, !wild, true);
    }
    const axis = this.#peek('::', 1) ? (this.#tokens[this.#at]?.text ?? '') : '';
    if (axis === '') return done(this.#nodeTest(true), false, false);
    if (!AXES.has(axis)) throw this.#fault();
    this.#at += 2;
    return done(
      `${axis}::${this.#nodeTest(axis !== 'attribute')}`,
      axis === 'self' || axis === 'parent',
      axis === 'attribute',
    );
  }

  #nodeTest(isElement: boolean): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw this.#fault();
    this.#at += 1;
    if (token.text === '*' && token.type === 'mark') return '*';
    if (token.type !== 'name') throw this.#fault();
    if (!NODE_TESTS.has(token.text) || !this.#take('('))
      return isElement && !token.text.includes(':') ? `${this.elements}${token.text}` : token.text;
    this.#expect(')');
    return `${token.text}()`;
  }

  /** A position picks one node of a path in parentheses, or of a step from one node. */
  #predicates(path: Part, fromOne: boolean): Part {
    let made = path;
    while (this.#take('[')) {
      this.#depth += 1;
      const inner = this.#condition();
      this.#depth -= 1;
      this.#expect(']');
      if (inner.kind === 'string') throw this.#fault();
      const single = made.single || (inner.kind === 'number' && fromOne);
      made = { ...made, text: `${made.text}[${inner.text}]`, single };
    }
    return made;
  }
}

const scalar = (text: string, kind: XPathKind): Part => ({ text, kind, single: true, attributes: false });
