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
