import type { Issue, IssueCode, Severity } from '../schema/index.ts';
import type { Complexity } from './model.ts';

/** Hours for what an issue leaves to do: `learning` once for the code, `each` for every occurrence. */
export interface Effort {
  readonly learning: number;
  readonly each: number;
}

/**
 * Rules of thumb, not measurements. A review is a look at converted code beside its source; a decision a short talk and a statement by hand; manual work
 * writing a small piece by hand. What is larger has a rule of its own below.
 */
const BY_SEVERITY: Readonly<Record<Severity, Effort>> = {
  info: { learning: 0, each: 0 },
  review: { learning: 0.5, each: 0.1 },
  decision: { learning: 1, each: 0.5 },
  manual: { learning: 1, each: 1 },
};

/** Codes that take less or more than their severity says. SL1008, a whole object by hand, goes by the object's size: {@link moduleHours}. */
const BY_CODE: Readonly<Partial<Record<IssueCode, Effort>>> = {
  SL1001: { learning: 0.5, each: 0.5 },
  SL1006: { learning: 1, each: 0.5 },
  SL1008: { learning: 2, each: 1 },
  SL1010: { learning: 0.5, each: 0.1 },
  SL1014: { learning: 0.5, each: 0.25 },
  SL1016: { learning: 0.25, each: 0.25 },
  SL1017: { learning: 1, each: 0.5 },
  SL1018: { learning: 1, each: 2 },
  SL1019: { learning: 1, each: 0.25 },
  SL1021: { learning: 2, each: 0.5 },
  SL1022: { learning: 2, each: 1 },
  SL1023: { learning: 0.5, each: 0.5 },
  SL1026: { learning: 1, each: 1 },
  SL1027: { learning: 1, each: 0.25 },
  SL1028: { learning: 4, each: 1 },
  SL1031: { learning: 2, each: 0.5 },
  SL1036: { learning: 1, each: 0.25 },
  SL1037: { learning: 2, each: 0.5 },
  SL1060: { learning: 2, each: 4 },
  SL1061: { learning: 2, each: 1 },
  SL1062: { learning: 8, each: 4 },
  SL1063: { learning: 2, each: 1 },
  SL1064: { learning: 4, each: 8 },
  SL1066: { learning: 2, each: 2 },
  SL1067: { learning: 2, each: 2 },
};

/** The effort of an issue by its code, else by its severity. */
export function effortOf(one: Pick<Issue, 'code' | 'severity'>): Effort {
  return BY_CODE[one.code] ?? BY_SEVERITY[one.severity];
}

/** What further occurrences in one object take of the first: a look that knows what it looks for, a statement like the one before. */
const AGAIN: Readonly<Record<Severity, number>> = { info: 0, review: 0.25, decision: 0.5, manual: 0.5 };

/** Hours of each of an object's issues, in their order: the first of a code in full, what is like it for less. `wholeObject`: those of the object by hand. */
export function hoursOfIssues(issues: readonly Pick<Issue, 'code' | 'severity'>[], wholeObject: number): number[] {
  const seen = new Set<IssueCode>();
  return issues.map((one) => {
    const isAgain = seen.has(one.code);
    seen.add(one.code);
    if (one.code === 'SL1008') return wholeObject;
    return effortOf(one).each * (isAgain ? AGAIN[one.severity] : 1);
  });
}

/** Hours to rewrite a whole module: a quarter for reading it, three minutes a statement, and what its constructs weigh. */
export function moduleHours(module: { readonly statements: number; readonly weight: number }): number {
  return 0.25 + module.statements * 0.05 + module.weight;
}

/** Hours for a module whose text cannot be read: encrypted, CLR, or not to be parsed. */
export const UNREADABLE_HOURS = 4;

/** The class of an object by its hours, as AWS SCT's assessment draws the lines. */
export function complexityOf(hours: number): Complexity {
  if (hours === 0) return 'none';
  if (hours < 2) return 'simple';
  return hours <= 6 ? 'medium' : 'complex';
}

/** Hours as a person reads them: to the tenth below ten, whole above. */
export function hoursText(hours: number): string {
  if (hours === 0) return '0 h';
  if (hours < 0.1) return '< 0.1 h';
  return `${hours < 10 ? Number(hours.toFixed(1)) : Math.round(hours).toLocaleString('en-US')} h`;
}
