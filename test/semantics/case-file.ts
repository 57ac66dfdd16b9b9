import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One value that a case expects. */
export type Expected =
  | { readonly kind: 'any' }
  | { readonly kind: 'null' }
  | { readonly kind: 'text'; readonly text: string }
  /** `places`: decimals given behind `~`; absent where the number is exact. */
  | { readonly kind: 'number'; readonly text: string; readonly places?: number }
  | { readonly kind: 'bytes'; readonly text: string }
  | { readonly kind: 'time'; readonly text: string };

/** What a run must answer. */
export interface Answer {
  /** Rows of the last result set; undefined where the case does not look at rows. */
  readonly rows?: readonly (readonly Expected[])[];
  /** Numbers of the errors in their order. */
  readonly errors: readonly number[];
  /** Parts of what PRINT, RAISERROR and errors said, each in one message. */
  readonly said: readonly string[];
  /** Declaration of the first column, as the driver's metadata tell it. */
  readonly type?: string;
}

/** `?! SL1040`, `?! <16 SL1040`, `?! SL1002 answer`: the issue of a case that PostgreSQL does not answer, or not alike. */
export interface ConvertedAnswer {
  readonly code: string;
  /** The first version of PostgreSQL that does without the issue. */
  readonly before?: number;
  /** Absent where the converted text raises the issue. */
  readonly answer?: Answer;
}

/** A statement or batch and its documented answer. */
export interface Case {
  readonly name: string;
  readonly batches: readonly string[];
  readonly answer: Answer;
  /** The error with which the sandbox refuses the case; a server gives {@link answer}. */
  readonly refusal?: Answer;
  /** What the conversion tells of it, where PostgreSQL does not give {@link answer}. */
  readonly converted?: ConvertedAnswer;
}

/** Cases that stand on one page of the documentation. */
export interface Group {
  readonly name: string;
  readonly cite: string;
  /** What the cases try, as `kind name`: `function DATEADD`, `statement MERGE`, `view sys.tables`, `procedure sp_columns`. */
  readonly covers: readonly string[];
  /** Rows of test/rows/row-names.txt whose conversion the cases try. */
  readonly rows: readonly string[];
  /** Run once before the cases. */
  readonly setup: readonly string[];
  /** Put in front of each case's last batch. */
  readonly before: string;
  /** Each case runs in a transaction that is rolled back. */
  readonly undo: boolean;
  readonly cases: readonly Case[];
}

const CITE = /^https:\/\/learn\.microsoft\.com\//;

/** Reads all `*.cases` files of a folder, in the order of their names. Throws on a line that it cannot read. */
export function readGroups(folder: string): Group[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cases'))
    .sort()
    .flatMap((name) => groupsOf(name, readFileSync(join(folder, name), 'utf8')));
}

interface Draft {
  name: string;
  cite: string;
  covers: string[];
  rows: string[];
  setup: string[];
  before: string;
  undo: boolean;
  expressions: boolean;
  cases: Case[];
}

function groupsOf(file: string, text: string): Group[] {
  const groups: Draft[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('##')) continue;
    const place = `${file}:${at + 1}`;
    const directive = /^# (\w+):?\s*(.*)$/.exec(line);
    if (directive?.[1] === 'group') groups.push(newDraft(directive[2] ?? ''));
    else {
      const group = groups.at(-1);
      if (group === undefined) throw new Error(`${place}: a line before the first group`);
      if (directive !== null) direct(group, directive[1] ?? '', directive[2] ?? '', place);
      else group.cases.push(caseOf(line, group.expressions, place));
    }
  }
  for (const group of groups) {
    if (!CITE.test(group.cite)) throw new Error(`${file}: the group '${group.name}' cites no page`);
  }
  return groups;
}

const newDraft = (name: string): Draft => ({
  name,
  cite: '',
  covers: [],
  rows: [],
  setup: [],
  before: '',
  undo: false,
  expressions: false,
  cases: [],
});

function direct(group: Draft, name: string, value: string, place: string): void {
  switch (name) {
    case 'cite':
      group.cite = value;
      return;
    case 'covers':
      group.covers.push(...value.split(';').map((one) => one.trim()));
      return;
    case 'row':
      group.rows.push(value);
      return;
    case 'setup':
      group.setup.push(...batchesOf(value));
      return;
    case 'before':
      group.before += `${value} `;
      return;
    case 'undo':
      group.undo = true;
      return;
    case 'expressions':
      group.expressions = true;
      return;
    default:
      throw new Error(`${place}: '${name}' is no directive`);
  }
}

const batchesOf = (text: string): string[] => text.split(/\s+GO(?:\s+|$)/).filter((batch) => batch.trim() !== '');

function caseOf(line: string, expression: boolean, place: string): Case {
  const at = line.lastIndexOf(' => ');
  if (at < 0) throw new Error(`${place}: no ' => '`);
  const statement = line.slice(0, at).trim();
  const [told = '', converted] = line.slice(at + 4).split(' ?! ');
  const [answer = '', refusal] = told.split(' ?? ');
  const batches = expression ? [`SELECT ${statement}`] : batchesOf(statement);
  try {
    return {
      name: statement,
      batches,
      answer: answerOf(answer),
      ...(refusal === undefined ? {} : { refusal: answerOf(refusal) }),
      ...(converted === undefined ? {} : { converted: convertedOf(converted) }),
    };
  } catch (error) {
    throw new Error(`${place}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function convertedOf(text: string): ConvertedAnswer {
  const [, before, code, answer = ''] = /^(?:<(\d+) )?(SL\d{4})\s*(.*)$/.exec(text.trim()) ?? [];
  if (code === undefined) throw new Error(`no issue code in ${text}`);
  return {
    code,
    ...(before === undefined ? {} : { before: Number(before) }),
    ...(answer === '' ? {} : { answer: answerOf(answer) }),
  };
}

const TOKEN =
  /\s*(?:(?<text>N?'(?:[^']|'')*')|(?<error>![0-9]+)|(?<said>>'(?:[^']|'')*')|(?<type>::.*$)|(?<mark>[(),])|(?<word>[^\s(),]+))/y;

/** `(1, 'a') (2, NULL)` rows, `5` one value, `()` no row, `!8134` an error, `>'text'` a message, `:: int` the type. */
function answerOf(text: string): Answer {
  const rows: Expected[][] = [];
  const errors: number[] = [];
  const said: string[] = [];
  let type: string | undefined;
  let open: Expected[] | undefined;
  let looked = false;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw new Error(`cannot read the answer ${text}`);
    const { error, said: message, mark } = groups;
    if (error !== undefined) errors.push(Number(error.slice(1)));
    else if (message !== undefined) said.push(unquoted(message.slice(1)));
    else if (groups['type'] !== undefined) type = groups['type'].slice(2).trim();
    else if (mark === '(') {
      open = [];
      looked = true;
    } else if (mark === ')') {
      if (open !== undefined && open.length > 0) rows.push(open);
      open = undefined;
    } else if (mark === undefined) {
      const value = expectedOf(groups['text'], groups['word'] ?? '');
      looked = true;
      if (open === undefined) rows.push([value]);
      else open.push(value);
    }
  }
  return { errors, said, ...(looked ? { rows } : {}), ...(type === undefined ? {} : { type }) };
}

const unquoted = (text: string): string => text.replace(/^N?'([^]*)'$/, '$1').replaceAll("''", "'");

function expectedOf(text: string | undefined, word: string): Expected {
  if (text !== undefined) return { kind: 'text', text: unquoted(text) };
  if (word === '*') return { kind: 'any' };
  if (/^null$/i.test(word)) return { kind: 'null' };
  if (/^0x[0-9a-f]*$/i.test(word)) return { kind: 'bytes', text: word.slice(2).toUpperCase() };
  if (/^\d{4}-\d\d-\d\d|^\d\d:\d\d/.test(word)) return { kind: 'time', text: word };
  const number = /^(~?)(-?\d+(?:\.(\d+))?(?:e[+-]?\d+)?)$/i.exec(word);
  if (number === null) throw new Error(`cannot read the value ${word}`);
  const [, about, digits = '', decimals = ''] = number;
  return { kind: 'number', text: digits, ...(about === '~' ? { places: decimals.length } : {}) };
}
