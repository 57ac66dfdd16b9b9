import type { CodeTable, Severity } from './issue-codes/code-table.ts';
import { DIFFERENCE_CODES } from './issue-codes/differences.ts';
import { ROUTINE_CODES } from './issue-codes/code.ts';
import { SCRIPT_CODES } from './issue-codes/scripts.ts';
import { SERVER_CODES } from './issue-codes/server.ts';
import { TABLE_CODES } from './issue-codes/tables.ts';

export type { Severity } from './issue-codes/code-table.ts';

/** Something a person should know about an object's conversion. Never skipped in silence: what is not converted has an issue. */
export interface Issue {
  /** Stable code, see {@link ISSUE_CODES}. */
  readonly code: IssueCode;
  readonly severity: Severity;
  /** `schema.object` or `schema.object.part` in the source's names. */
  readonly object: string;
  /** 1-based place in the object's source text; of scripts, in `file`. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string;
  /** The source text meant, shortened. */
  readonly excerpt: string;
  /** Where the source is script files: the one that it stands in. */
  readonly file?: string;
}

/** What each code stands for, and what to do. */
export const ISSUE_CODES = {
  ...TABLE_CODES,
  ...ROUTINE_CODES,
  ...SERVER_CODES,
  ...SCRIPT_CODES,
  ...DIFFERENCE_CODES,
} as const satisfies CodeTable;

export type IssueCode = keyof typeof ISSUE_CODES;

/** Makes an issue with the code's own severity and remedy. */
export function issue(
  code: IssueCode,
  object: string,
  message: string,
  place: { line?: number; column?: number; excerpt?: string } = {},
): Issue {
  const { severity, remedy } = ISSUE_CODES[code];
  return {
    code,
    severity,
    object,
    line: place.line ?? 1,
    column: place.column ?? 1,
    message,
    remedy,
    excerpt: (place.excerpt ?? '').slice(0, 200),
  };
}
