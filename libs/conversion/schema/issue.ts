/** `info`: converted, worth knowing. `review`: converted with a difference. `decision`: needs one. `manual`: not converted. */
export type Severity = 'info' | 'review' | 'decision' | 'manual';

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
    remedy: 'It is not created; make it when the rows keep to it.',
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
    remedy: 'The bytes are carried over; a trigger gives new ones at each change, larger than all before.',
  },
  SL1016: { severity: 'manual', title: 'Synonym not converted', remedy: 'Create a view, or change the callers.' },
  SL1017: {
    severity: 'review',
    title: 'Indexed view became a materialized view',
    remedy: 'REFRESH MATERIALIZED VIEW when its tables have changed, or choose convert.indexedViews: view.',
  },
  SL1018: {
    severity: 'decision',
    title: 'Partitions not carried over',
    remedy: 'The table is a plain one; where it is large, partition it by a column of its primary key.',
  },
  SL1019: {
    severity: 'review',
    title: 'Temporal table keeps its history by triggers',
    remedy: 'Compare a change with its history row; retention of the history is a job of your own (pg_cron).',
  },
  SL1020: {
    severity: 'review',
    title: 'Key column kept as text',
    remedy:
      'A key loses no digit. Converted code reads and writes it as a time; a source column of six digits stays one.',
  },
  SL1021: {
    severity: 'review',
    title: 'Spatial column',
    remedy: 'Values arrive as text (WKT): with PostGIS, ALTER COLUMN … TYPE geometry USING ST_GeomFromEWKT(…).',
  },
  SL1022: {
    severity: 'review',
    title: 'hierarchyid column',
    remedy:
      'Values arrive as their path (/1/2/), and methods work on it, ORDER BY by the steps; GetDescendant() has to be rewritten, and < and > compare text.',
  },
  SL1023: {
    severity: 'review',
    title: 'sql_variant column',
    remedy: 'Values arrive as text without their type; keep the type in a column of its own where it matters.',
  },
  SL1024: {
    severity: 'review',
    title: 'XML bound to a schema collection',
    remedy: 'PostgreSQL checks that XML is well-formed, not its schema: check it where it is written.',
  },
  SL1025: {
    severity: 'info',
    title: 'Property that PostgreSQL has no use for',
    remedy: 'Nothing has to be done: rows and their values are the same.',
  },
  SL1026: {
    severity: 'manual',
    title: 'Column set of sparse columns',
    remedy: 'The column stays empty; build the XML of the sparse columns in a view (xmlforest).',
  },
  SL1027: {
    severity: 'decision',
    title: 'Masked column',
    remedy: 'Take SELECT on the column from those who saw the mask, and give them a view that masks it.',
  },
  SL1028: {
    severity: 'decision',
    title: 'Column under Always Encrypted',
    remedy: 'Values arrive as the source gives them to this login; encrypt in the application, or with pgcrypto.',
  },
  SL1029: {
    severity: 'info',
    title: 'Identity of decimal numbers',
    remedy: 'PostgreSQL has identities of integers alone: a sequence gives the default.',
  },
  SL1030: {
    severity: 'info',
    title: 'Bound rule became a check',
    remedy: 'It is NOT VALID, as a rule holds for new values alone; validate it where all rows keep to it.',
  },
  SL1031: {
    severity: 'review',
    title: 'Full-text index',
    remedy: 'Compare what searches find: stemming and stop words are those of PostgreSQL.',
  },
  SL1032: {
    severity: 'info',
    title: 'Index, or columns of it, left out',
    remedy:
      'Nothing has to be done for the answers. For scans of large tables think of BRIN indexes or partitions, for paths in XML that are searched often of an index over an expression.',
  },
  SL1033: {
    severity: 'review',
    title: 'Computed column without a place in its table',
    remedy: 'Its value changes without the row: converted code computes it where it reads it; others take a view.',
  },
  SL1034: {
    severity: 'review',
    title: 'Computed column kept by a trigger',
    remedy: 'PostgreSQL does not hold its expression immutable: a trigger computes it at each change of the row.',
  },
  SL1035: {
    severity: 'info',
    title: 'Users, roles and grants are left out',
    remedy: 'Choose convert.principals: roles, or give the rights by hand.',
  },
  SL1036: {
    severity: 'decision',
    title: 'Right without a counterpart',
    remedy:
      'PostgreSQL has no DENY that outweighs the grants of other roles, and fewer rights: choose grants that come to the same.',
  },
  SL1037: {
    severity: 'review',
    title: 'Row-level security',
    remedy: 'Policies do not bind the owner of a table and superusers: let applications log in as others.',
  },
  SL1038: {
    severity: 'info',
    title: 'Extended property not carried over',
    remedy: 'Keep it in a table of your own where a tool reads it.',
  },
  SL1039: {
    severity: 'info',
    title: 'Descending key',
    remedy:
      'Keys of PostgreSQL ascend and are read backwards as well; only mixed directions need an index of their own.',
  },
  SL1060: {
    severity: 'decision',
    title: 'Linked server',
    remedy: 'Make a foreign server (postgres_fdw, tds_fdw) with the schema of its tables, or move that database too.',
  },
  SL1061: {
    severity: 'decision',
    title: 'Agent job',
    remedy: 'Schedule its steps with pg_cron or outside of the database, calling the converted procedures.',
  },
  SL1062: {
    severity: 'decision',
    title: 'Service Broker',
    remedy: 'Use a queue table read with FOR UPDATE SKIP LOCKED, or Kafka, which carries the migration already.',
  },
  SL1063: {
    severity: 'decision',
    title: 'Database Mail',
    remedy: 'Send mail outside of the database: write to an outbox table, and let a worker read it.',
  },
  SL1064: {
    severity: 'manual',
    title: 'CLR assembly or type',
    remedy: 'Rewrite its code in PL/pgSQL, or in the application.',
  },
  SL1065: {
    severity: 'review',
    title: 'XML schema collection',
    remedy: 'Check documents against the schema where they are written.',
  },
  SL1066: {
    severity: 'decision',
    title: 'Certificate or key of the database',
    remedy: 'Use pgcrypto or encrypt in the application; what is encrypted by it has to be decrypted before the move.',
  },
  SL1067: {
    severity: 'decision',
    title: 'External data',
    remedy: 'Make a foreign data wrapper for it, or load it into a table.',
  },
  SL1068: {
    severity: 'decision',
    title: 'Feature of the server',
    remedy: 'Decide what should stand for it.',
  },
  SL1069: {
    severity: 'review',
    title: 'Collation without a counterpart',
    remedy: 'Compare the order and the equality of such texts; name a collation for the column where they matter.',
  },
  SL1070: {
    severity: 'manual',
    title: 'More columns than a table of PostgreSQL holds',
    remedy: 'Exclude columns, or split the table: 1,600 columns at most, and a row of 8 kB without its long values.',
  },
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
    severity: 'info',
    title: 'Trigger that changes its own table',
    remedy:
      'Nothing has to be done, unless the database has RECURSIVE_TRIGGERS ON: then take the condition out of the trigger.',
  },
  SL1055: {
    severity: 'info',
    title: 'Procedure with result sets',
    remedy: 'Select from the function, or CALL the procedure and FETCH from its refcursors within one transaction.',
  },
  SL1056: {
    severity: 'review',
    title: 'Result sets of calls that are not handed on',
    remedy:
      'The calls are made as before. Where the client reads their rows, collect them in a table and select from it at the end.',
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
  SL1071: {
    severity: 'info',
    title: 'Order of uniqueidentifier',
    remedy: 'Where the order counts (newest first by NEWSEQUENTIALID, paging by key), order by a time or a number.',
  },
  SL1072: {
    severity: 'info',
    title: 'Steps of datetime',
    remedy: 'Values that moved are the same; new ones are not rounded to 1/300 s. Compare ranges, not equal moments.',
  },
  SL1073: {
    severity: 'review',
    title: 'Piece of dynamic SQL taken as a value',
    remedy:
      'Check what callers put there: one value without quotes around it, or behind IN values without commas in them. An expression or a quoted literal has to be passed as a parameter.',
  },
  SL1074: {
    severity: 'review',
    title: 'Result set lost with an undone block',
    remedy:
      'Read the rows before the block that may be undone, or put them into a temporary table that is made before it.',
  },
  SL1075: {
    severity: 'review',
    title: 'Groups and sets tell case apart',
    remedy: 'Choose convert.caseInsensitive: icu where texts that differ in case alone have to fall into one group.',
  },
  SL1076: {
    severity: 'review',
    title: 'Locks and isolation',
    remedy:
      'Where nobody may add rows meanwhile, LOCK TABLE … IN SHARE ROW EXCLUSIVE MODE first, or let callers begin SERIALIZABLE transactions and try again on 40001.',
  },
  SL1077: {
    severity: 'review',
    title: 'Text that goes into a statement',
    remedy:
      'Give it PostgreSQL’s text: callers that pass conditions, columns or sorts write functions, operators and comparisons of text as PostgreSQL does. Names of the source and brackets around them are understood.',
  },
  SL1078: {
    severity: 'info',
    title: 'Support of diagrams',
    remedy: 'Nothing calls these routines but Management Studio; draw from the target with its own tools.',
  },
  SL1079: {
    severity: 'review',
    title: 'The source fails here as well',
    remedy:
      'The statement fails in the source each time it runs, and raises the same here. Were the scripts incomplete, add what they lack.',
  },
  SL1080: {
    severity: 'manual',
    title: 'Statement of a script not understood',
    remedy: 'Mend the statement in the script; all others were read.',
  },
  SL1081: {
    severity: 'review',
    title: 'Condition of a script not known',
    remedy: 'Look whether the way that was taken is yours; if not, take the condition out of the script.',
  },
  SL1082: {
    severity: 'manual',
    title: 'Script names what is not there',
    remedy: 'Add the script that makes it, or put the scripts in order.',
  },
  SL1083: {
    severity: 'info',
    title: 'Rows in scripts',
    remedy: 'They are not converted: rows come with the load from the live database (`sluice run`).',
  },
  SL1084: {
    severity: 'review',
    title: 'Made twice by the scripts',
    remedy: 'Leave out the script or the statement that is not meant.',
  },
  SL1085: {
    severity: 'info',
    title: 'Statement of a script left alone',
    remedy: 'It is about the server, its files or its settings: set up the target’s by hand where it matters.',
  },
  SL1086: {
    severity: 'review',
    title: 'Script runs what cannot be followed',
    remedy: 'Where it makes or changes objects, write its statements into the script.',
  },
  SL1088: {
    severity: 'review',
    title: 'Placeholder in a script',
    remedy:
      'Give its value: --replace TEXT=VALUE for what an installer replaces, --var NAME=VALUE for a parameter of a template.',
  },
  SL1087: {
    severity: 'review',
    title: 'Check that reads more than its row',
    remedy:
      'It holds for rows that are written, as in the source; where it must hold for all, write a constraint trigger.',
  },
  SL1059: {
    severity: 'review',
    title: 'Question to the catalog',
    remedy: 'Compare names that the routine looks for with those of the target.',
  },
  SL1089: {
    severity: 'info',
    title: 'Drop of what is not there',
    remedy: 'Nothing: a new database does not have what an installer removes first.',
  },
  SL1090: {
    severity: 'manual',
    title: 'Refused by verification',
    remedy: 'Edit the object in the tree (`sluice convert --out DIR`) until `--verify` takes it.',
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
