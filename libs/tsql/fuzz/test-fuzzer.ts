import { Random } from '#samples';
import { parseBatch, parseExpression, parseScript } from '../parse.ts';
import { printStatements } from '../printer/index.ts';
import { differenceOf } from '../test-meaning.ts';
import { walk } from '../walk.ts';
import { CHAINS, NESTS } from './test-corpus.ts';

/** Processor time that a text of this many characters may take, in ms: a floor for what else the process does, and a line. */
const FLOOR_MS = 150;
const MICROS_PER_CHARACTER = 20;
/** Times a slow text is tried again: what is slow by nature is slow each time. */
const RETRIES = 3;

const PIECES = [
  ...[
    '(',
    ')',
    ',',
    ';',
    "'",
    '"',
    '[',
    ']',
    '/*',
    '*/',
    '--',
    '\n',
    'GO\n',
    '.',
    '@',
    '$',
    '0x',
    '=',
    '*',
    '::',
    '+',
    '-',
    '<',
    '!',
  ],
  ...[
    'BEGIN',
    'END',
    'CASE',
    'ELSE',
    'SELECT',
    'AS',
    'FROM',
    'WHERE',
    'ON',
    'OVER',
    'WITH',
    'INTO',
    'NULL',
    'NOT',
    'IN',
    'SET',
  ],
  ...[
    '\u0000',
    '\uD800',
    '\uFEFF',
    '\u00A0',
    '1e',
    '9'.repeat(50),
    "N'",
    '@@',
    '#',
    '##',
    ':r x\n',
    'GO 99999999999\n',
  ],
] as const;

/** What was wrong with a text. `kind` is what a smaller text must repeat. */
export interface Fault {
  readonly kind: 'throw' | 'span' | 'slow' | 'print' | 'meaning';
  readonly what: string;
}

/** Makes texts from seeds and checks what the parser does with each. The same seed and number give the same text. */
export class StatementFuzzer {
  /** Texts that the parser took without a fault, hence printed and read again. */
  accepted = 0;
  characters = 0;

  constructor(
    private readonly texts: readonly string[],
    private readonly seed: number,
    private readonly longest = 400_000,
  ) {}

  /** The text of one number. */
  text(number: number): string {
    const random = new Random(Math.imul(this.seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
    const way = random.next();
    if (way < 0.0015) return this.nested(random);
    if (way < 0.003) return this.chained(random);
    if (way < 0.05) return noise(random);
    if (way < 0.35) return this.spliced(random);
    return this.mutated(random);
  }

  /** Undefined where all is well. */
  check(text: string): Fault | undefined {
    this.characters += text.length;
    const fault = this.faultOf(text);
    if (fault?.kind !== 'slow') return fault;
    for (let again = 0; again < RETRIES; again++) if (this.faultOf(text)?.kind !== 'slow') return undefined;
    return fault;
  }

  /** A smaller text with the same kind of fault: pieces are left out for as long as it stays. */
  shrink(text: string, { kind }: Fault, deadlineMs = 8_000): string {
    const end = Date.now() + deadlineMs;
    let smallest = text;
    for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < smallest.length;) {
        if (Date.now() > end) return smallest;
        const less = smallest.slice(0, at) + smallest.slice(at + size);
        if (this.check(less)?.kind === kind) smallest = less;
        else at += size;
      }
    }
    return smallest;
  }

  private faultOf(text: string): Fault | undefined {
    const began = process.cpuUsage();
    try {
      const { statements, errors } = parseBatch(text);
      const script = parseScript(text);
      parseExpression(text);
      const { user, system } = process.cpuUsage(began);
      const ms = (user + system) / 1000;
      if (ms > FLOOR_MS + (3 * MICROS_PER_CHARACTER * text.length) / 1000)
        return { kind: 'slow', what: `${Math.round(ms)} ms for ${text.length} characters` };
      const outside =
        spanOutside(text, statements) ?? script.batches.map((b) => spanOutside(text, b.statements)).find((s) => s);
      if (outside !== undefined) return { kind: 'span', what: outside };
      if (errors.length > 0 || hasUnknown(statements)) return undefined;
      this.accepted++;
      return roundTrip(statements);
    } catch (error) {
      return { kind: 'throw', what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }

  private mutated(random: Random): string {
    let text = random.pick(this.texts);
    if (random.chance(0.4)) text = `${text}\n${random.pick(this.texts)}`;
    for (let changes = random.int(1, 5); changes > 0; changes--) {
      const at = random.int(0, text.length);
      const way = random.next();
      const piece =
        way < 0.35 ? '' : way < 0.8 ? ` ${random.pick(PIECES)} ` : String.fromCharCode(random.int(0, 0x3000));
      text = text.slice(0, at) + piece + text.slice(at + (way < 0.6 ? random.int(0, 11) : 0));
    }
    return text;
  }

  /** Words of one text where words of another stood. */
  private spliced(random: Random): string {
    const words = random.pick(this.texts).split(/(\s+|\b)/);
    const others = random.pick(this.texts).split(/(\s+|\b)/);
    const from = random.int(0, others.length - 1);
    const piece = others.slice(from, from + random.int(1, 12));
    words.splice(random.int(0, words.length - 1), random.int(0, 6), ...piece);
    return words.join('');
  }

  private nested(random: Random): string {
    const [open, inside, close] = random.pick(NESTS);
    const depth = Math.min(random.pick([10, 100, 1_000, 3_000, 20_000]), Math.floor(this.longest / open.length));
    const closed = random.chance(0.7) ? close.repeat(depth) : '';
    return `${open.repeat(depth)}${inside}${closed}`;
  }

  private chained(random: Random): string {
    const [first, next] = random.pick(CHAINS);
    const count = Math.min(random.pick([100, 2_000, 20_000, 100_000]), Math.floor(this.longest / next.length));
    return first + next.repeat(count);
  }
}

function noise(random: Random): string {
  const most = random.pick([128, 256, 0x3000, 0xffff]);
  return Array.from({ length: random.int(0, 600) }, () => String.fromCharCode(random.int(0, most))).join('');
}

type Statements = ReturnType<typeof parseBatch>['statements'];

function hasUnknown(statements: Statements): boolean {
  let found = false;
  walk(statements, (node) => {
    found ||= node.kind === 'unknown';
  });
  return found;
}

/** The first node whose place does not lie within the text. */
function spanOutside(text: string, statements: Statements): string | undefined {
  let found: string | undefined;
  walk(statements, (node) => {
    const { start, end, line, column } = node.span;
    if (start >= 0 && end >= start && end <= text.length && line >= 1 && column >= 1) return;
    found ??= `${node.kind} has the span ${JSON.stringify(node.span)}`;
  });
  return found;
}

function roundTrip(statements: Statements): Fault | undefined {
  const printed = printStatements(statements);
  const again = parseBatch(printed);
  const [error] = again.errors;
  if (error !== undefined) return { kind: 'print', what: `${error.message} in ${printed.slice(0, 2_000)}` };
  const differs = differenceOf(again.statements, statements);
  if (differs === undefined) return undefined;
  return { kind: 'meaning', what: `${differs}: printed as ${printed.slice(0, 2_000)}` };
}
