import type { Cell, TrialOutcome } from './outcome.ts';

type Pair = readonly [Cell, Cell];

/** Whether a cell of the source and that of the target may differ for the reason that a code tells. */
type Reason = (source: string, target: string) => boolean;

const TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?$/;
/** A step of datetime and the rounding to the next. */
const STEP_MS = 10;

const folded = (text: string): string => text.trimEnd().toLowerCase();
const ascii = (text: string): string => text.replaceAll(/[^ -~]/g, '');
const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

/** The same document with empty elements, quotes and blanks between elements written in one way. */
const document = (text: string): string =>
  text
    .replace(/^\s*<\?xml[^>]*\?>/, '')
    .replaceAll(/<!\[CDATA\[(.*?)\]\]>/gs, (_, inside: string) =>
      inside.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    )
    .replaceAll(/<([^\s/>]+)([^>]*)><\/\1>/g, '<$1$2/>')
    .replaceAll("'", '"')
    .replaceAll(/>\s+</g, '><')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Groups that are told apart give other rows and other counts, and the same texts in another case. */
const grouping: Reason = (source, target) =>
  folded(source) === folded(target) || (isNumber(source) && isNumber(target));

const CELLS: Readonly<Record<string, Reason>> = {
  SL1069: grouping,
  SL1075: grouping,
  SL1101: (source, target) => {
    const six = (text: string): string => text.replaceAll(/(\.\d{6})\d/g, '$1');
    return six(source) === six(target);
  },
  SL1102: (source, target) =>
    TIME.test(source) && TIME.test(target) && Math.abs(Date.parse(source) - Date.parse(target)) <= STEP_MS,
  SL1108: (source, target) => source.length >= 4000 && target.startsWith(source),
  SL1109: (source, target) =>
    isNumber(source) && isNumber(target)
      ? Math.max(Number(source), Number(target)) > 127
      : ascii(source) === ascii(target),
  SL1110: (source, target) => /[[\]]/.test(source + target),
  SL1111: grouping,
  SL1113: (source, target) => document(source) === document(target),
};

/** Codes that tell of the same texts in more rows or fewer. */
const ROWS: readonly string[] = ['SL1069', 'SL1075', 'SL1111'];
/** Codes that tell of an error of the source alone: of a value that does not fit, and of an argument. */
const SOURCE_ERRORS: readonly string[] = ['SL1103', 'SL1104', 'SL1105', 'SL1107'];
const ARGUMENT = /^(Invalid length parameter|The second and third arguments|Argument data type|The data types)/;
/** And of the target alone. */
const TARGET_ERRORS: readonly string[] = ['SL1107'];

/**
 * The codes, of those that an object has, that tell of the difference between two outcomes; none where something of it has no code. What differs is looked at, not only that the
 * object has such a code: an object of which SL1102 is told and whose names differ is not explained.
 */
export function toldBy(codes: ReadonlySet<string>, source: TrialOutcome, target: TrialOutcome): readonly string[] {
  const among = (list: readonly string[]): readonly string[] => list.filter((one) => codes.has(one));
  if (source.error && target.error) return [];
  if (source.error?.sort === 'value') return among(SOURCE_ERRORS);
  if (source.error) return ARGUMENT.test(source.error.message) ? among(['SL1106']) : [];
  if (target.error) return target.error.sort === 'value' ? among(TARGET_ERRORS) : [];
  if (source.sets.length !== target.sets.length) return [];
  const sets = source.sets.map((rows, at) => comparedRows(rows, target.sets[at] ?? []));
  const tables = [...source.rows].map(([name, rows]) => comparedRows(rows, target.rows.get(name) ?? []));
  const outputs = [...target.outputs].map(([at, value]): Pair => [source.outputs.get(at) ?? null, value]);
  const code: Pair[] = target.returnCode === undefined ? [] : [[source.returnCode ?? null, target.returnCode]];
  const pairs = [...sets, ...tables].flatMap((one) => one.pairs);
  const others = [...sets, ...tables].filter((one) => one.isCount);
  const found = new Set(others.length > 0 ? among(ROWS) : []);
  if (others.length > 0 && (found.size === 0 || others.some((one) => !one.hasSameTexts))) return [];
  for (const [mine, theirs] of [...pairs, ...outputs, ...code]) {
    if (mine === theirs) continue;
    const why = Object.keys(CELLS).filter((one) => codes.has(one) && isFor(one, mine, theirs));
    if (why.length === 0) return [];
    for (const one of why) found.add(one);
  }
  return [...found].toSorted();
}

const isFor = (code: string, mine: Cell, theirs: Cell): boolean =>
  mine !== null && theirs !== null && CELLS[code]?.(mine, theirs) === true;

type Rows = readonly (readonly Cell[])[];

interface Compared {
  readonly pairs: readonly Pair[];
  readonly isCount: boolean;
  /** Of rows more or less: the texts of each side are those of the other, in another case or with other blanks at their ends. */
  readonly hasSameTexts: boolean;
}

/** Cells of the rows that are on one side alone, in pairs; whether there are more of them on one side. */
function comparedRows(source: Rows, target: Rows): Compared {
  const form = (row: readonly Cell[]): string => JSON.stringify(row);
  const others = Map.groupBy(target, form);
  const mine = source.filter((row) => others.get(form(row))?.pop() === undefined);
  const theirs = [...others.values()].flat();
  const isCount = mine.length !== theirs.length;
  const hasSameTexts = isCount && isWithin(mine, textsOf(target)) && isWithin(theirs, textsOf(source));
  const pairs = mine.flatMap((row, at) => row.map((cell, column): Pair => [cell, theirs[at]?.[column] ?? null]));
  return { pairs: isCount ? [] : pairs, isCount, hasSameTexts };
}

const textsOf = (rows: Rows): Set<string> =>
  new Set(rows.flat().flatMap((cell) => (cell === null || isNumber(cell) ? [] : [folded(cell)])));

const isWithin = (rows: Rows, texts: ReadonlySet<string>): boolean => [...textsOf(rows)].every((one) => texts.has(one));
