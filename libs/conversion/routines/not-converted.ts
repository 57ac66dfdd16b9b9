import type { Span } from '#tsql';
import type { IssueCode } from '../schema/issue.ts';

/** Thrown where a statement has no faithful counterpart: the routine then raises it at that place, and an issue tells of it. */
export class NotConverted extends Error {
  override readonly name = 'NotConverted';

  constructor(
    readonly code: IssueCode,
    message: string,
    readonly span: Span,
    /** SQLSTATE that is raised: feature_not_supported, or the error that SQL Server raises there as well. */
    readonly state = '0A000',
  ) {
    super(message);
  }
}

const STATES: Readonly<Record<number, string>> = {
  220: '22003',
  242: '22008',
  245: '22P02',
  289: '22008',
  8115: '22003',
};

/** The SQLSTATE that is raised for an error of SQL Server that arguments are to blame for: that of PostgreSQL's like error. */
export const stateOf = (number: number): string => STATES[number] ?? '22023';
