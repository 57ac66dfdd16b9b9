import type { Isolation } from './transaction.ts';

/** A language of sys.syslanguages, with what SET LANGUAGE sets besides. */
export interface Language {
  readonly name: string;
  readonly id: number;
  readonly dateFormat: string;
  readonly dateFirst: number;
}

/** The language of a login that names none. */
export const US_ENGLISH: Language = { name: 'us_english', id: 0, dateFormat: 'mdy', dateFirst: 7 };

/** What SET changes. A procedure's changes end with it, except for those of the transaction. */
export interface SessionOptions {
  noCount: boolean;
  xactAbort: boolean;
  implicitTransactions: boolean;
  quotedIdentifier: boolean;
  ansiNulls: boolean;
  ansiWarnings: boolean;
  ansiPadding: boolean;
  ansiNullDefault: boolean;
  ansiNullDefaultOff: boolean;
  arithAbort: boolean;
  concatNullYieldsNull: boolean;
  numericRoundAbort: boolean;
  cursorCloseOnCommit: boolean;
  noExec: boolean;
  parseOnly: boolean;
  formatOnly: boolean;
  language: Language;
  dateFormat: string;
  dateFirst: number;
  rowCount: number;
  textSize: number;
  lockTimeout: number;
  isolation: Isolation;
  deadlockPriority: number;
}

/** The state after login, as ODBC and OLE DB clients have it. */
export function defaultOptions(): SessionOptions {
  return {
    noCount: false,
    xactAbort: false,
    implicitTransactions: false,
    quotedIdentifier: true,
    ansiNulls: true,
    ansiWarnings: true,
    ansiPadding: true,
    ansiNullDefault: true,
    ansiNullDefaultOff: false,
    arithAbort: true,
    concatNullYieldsNull: true,
    numericRoundAbort: false,
    cursorCloseOnCommit: false,
    noExec: false,
    parseOnly: false,
    formatOnly: false,
    language: US_ENGLISH,
    dateFormat: 'mdy',
    dateFirst: 7,
    rowCount: 0,
    textSize: 2_147_483_647,
    lockTimeout: -1,
    isolation: 2,
    deadlockPriority: 0,
  };
}

/** @@OPTIONS: the bits of SET options that are on. */
export function optionBits(options: SessionOptions): number {
  const bits: readonly (readonly [boolean, number])[] = [
    [options.implicitTransactions, 2],
    [options.cursorCloseOnCommit, 4],
    [options.ansiWarnings, 8],
    [options.ansiPadding, 16],
    [options.ansiNulls, 32],
    [options.arithAbort, 64],
    [options.quotedIdentifier, 256],
    [options.noCount, 512],
    [options.ansiNullDefault, 1024],
    [options.ansiNullDefaultOff, 2048],
    [options.concatNullYieldsNull, 4096],
    [options.numericRoundAbort, 8192],
    [options.xactAbort, 16_384],
  ];
  return bits.reduce((sum, [on, bit]) => (on ? sum + bit : sum), 0);
}
