/** `info`: converted, worth knowing. `review`: converted with a difference. `decision`: needs one. `manual`: not converted. */
export type Severity = 'info' | 'review' | 'decision' | 'manual';

/** Something a person should know about an object's conversion. Never skipped in silence: what is not converted has an issue. */
export interface Issue {
  /** Stable code, see {@link ISSUE_CODES}. */
  readonly code: IssueCode;
  readonly severity: Severity;
  /** `schema.object` or `schema.object.part` in the source's names. */
  readonly object: string;
  /** 1-based place in the object's source text. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly remedy: string;
  /** The source text meant, shortened. */
  readonly excerpt: string;
}

/** What each code stands for, and what to do. */
export const ISSUE_CODES = {
  SL1001: {
    severity: 'manual',
    title: 'Expression not converted',
    remedy: 'Write the PostgreSQL expression by hand and add it after the load.',
  },
  SL1002: {
    severity: 'review',
    title: 'Expression converted with a difference',
    remedy: 'Compare the converted expression with its source.',
  },
  SL1003: {
    severity: 'manual',
    title: 'Type not supported',
    remedy: 'Exclude the column or name a type for it in the job file.',
  },
  SL1004: {
    severity: 'info',
    title: 'Name changed',
    remedy: 'Use the new name, or name your own in the job file (tables: rename).',
  },
  SL1005: {
    severity: 'review',
    title: 'Key compares without case',
    remedy: 'The target has a unique index on the folded key; queries must fold as it does.',
  },
  SL1006: {
    severity: 'manual',
    title: 'Index not converted',
    remedy: 'Choose a PostgreSQL index for it by hand (GIN, BRIN, pg_trgm …).',
  },
  SL1007: {
    severity: 'decision',
    title: 'Computed column not converted',
    remedy: 'Add a generated column or a trigger by hand.',
  },
  SL1008: {
    severity: 'manual',
    title: 'Code object not converted',
    remedy: 'Convert the object by hand; its source text is in the report.',
  },
  SL1009: {
    severity: 'info',
    title: 'Seventh fractional digit',
    remedy: 'Values lose their seventh digit (values.digit7), in keys they are kept as text.',
  },
  SL1010: {
    severity: 'review',
    title: 'Offset of datetimeoffset',
    remedy: 'The instant is kept, the offset is not; keep it in a column of its own where it matters.',
  },
  SL1011: {
    severity: 'info',
    title: 'Constraint is not trusted in the source',
    remedy: 'It is created NOT VALID; validate it once the rows are mended.',
  },
  SL1012: {
    severity: 'info',
    title: 'Constraint is disabled in the source',
    remedy: 'It is not created; the statement is in the report.',
  },
  SL1013: {
    severity: 'review',
    title: 'Table feature is not carried over',
    remedy: 'Choose what should stand for it in PostgreSQL.',
  },
  SL1014: {
    severity: 'review',
    title: 'Table without a key',
    remedy:
      'It is loaded at one position and matched by full rows, which is slow for large tables: add a primary key at the source, or name a unique index (tables: key).',
  },
  SL1015: {
    severity: 'review',
    title: 'rowversion column',
    remedy: 'The bytes are carried over; new rows get none: add a trigger where the application needs it.',
  },
  SL1016: { severity: 'manual', title: 'Synonym not converted', remedy: 'Create a view, or change the callers.' },
  SL1040: {
    severity: 'manual',
    title: 'Statement of a routine not converted',
    remedy: 'The routine raises the message at this place: write the statement by hand.',
  },
  SL1041: {
    severity: 'manual',
    title: 'Result set that cannot be handed out',
    remedy: 'Collect the rows in a table, or return them from a function of their own.',
  },
  SL1042: {
    severity: 'review',
    title: 'TRY…CATCH undoes what it tried',
    remedy: 'Where work done before the error has to stay, take it out of the block.',
  },
  SL1043: {
    severity: 'review',
    title: 'Transaction left to the caller',
    remedy: 'Callers that want a transaction of their own begin and commit it around the call.',
  },
  SL1044: {
    severity: 'manual',
    title: 'Dynamic SQL not converted',
    remedy: 'Write the text for PostgreSQL with EXECUTE format(…) USING ….',
  },
  SL1045: {
    severity: 'review',
    title: 'RAISERROR ends the routine',
    remedy: 'Where the statements behind it have to run, raise a notice instead, or raise at the end.',
  },
  SL1046: {
    severity: 'review',
    title: 'Message of sys.messages',
    remedy: 'Write the text of the message into the RAISE.',
  },
  SL1047: {
    severity: 'review',
    title: 'Return code of a procedure with rows',
    remedy: 'Raise an exception where the code told of an error, or return it as a column.',
  },
  SL1048: {
    severity: 'decision',
    title: 'ROLLBACK in a routine',
    remedy: 'Raise an exception instead, or call the procedure outside of a transaction block.',
  },
  SL1049: {
    severity: 'manual',
    title: 'Called procedure not known',
    remedy: 'Convert or write the procedure, then the call.',
  },
  SL1050: {
    severity: 'info',
    title: 'Parameter became optional',
    remedy:
      'PostgreSQL wants defaults for all parameters behind one that has a default; calls that name all are as before.',
  },
  SL1051: {
    severity: 'manual',
    title: 'Trigger of the database or server',
    remedy: 'Write an event trigger, or set log_connections and roles to the same end.',
  },
  SL1052: {
    severity: 'review',
    title: 'UPDATE(column) asks whether a value changed',
    remedy: 'It is true where a row has another value; in the source it was enough to name the column in SET.',
  },
  SL1053: {
    severity: 'review',
    title: 'INSTEAD OF trigger works row by row',
    remedy: 'Compare statements that change many rows at once.',
  },
  SL1054: {
    severity: 'review',
    title: 'Trigger that changes its own table',
    remedy: 'It does not fire within another trigger, so that it does not call itself without end.',
  },
  SL1055: {
    severity: 'info',
    title: 'Procedure with result sets',
    remedy: 'Select from the function, or CALL the procedure and FETCH from its refcursors within one transaction.',
  },
  SL1056: {
    severity: 'decision',
    title: 'Error asked for outside of its handler',
    remedy: 'Hand SQLSTATE and SQLERRM to the routine as parameters: PostgreSQL knows them in the handler alone.',
  },
  SL1057: {
    severity: 'review',
    title: 'Routine with the rights of its owner',
    remedy: 'Give the routine to a role with no more rights than it needs (ALTER … OWNER TO).',
  },
  SL1058: {
    severity: 'decision',
    title: 'Routine with the rights of a user',
    remedy: 'Give the routine to a role like that user, and make it SECURITY DEFINER.',
  },
} as const satisfies Record<string, { severity: Severity; title: string; remedy: string }>;

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
