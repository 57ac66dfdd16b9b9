import type { CodeTable } from './code-table.ts';

/** Issues of code: expressions, views, routines, triggers. */
export const ROUTINE_CODES = {
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
  SL1008: {
    severity: 'manual',
    title: 'Code object not converted',
    remedy: 'Convert the object by hand; its source text is in the report.',
  },
  SL1016: { severity: 'manual', title: 'Synonym not converted', remedy: 'Create a view, or change the callers.' },
  SL1017: {
    severity: 'review',
    title: 'Indexed view became a materialized view',
    remedy: 'REFRESH MATERIALIZED VIEW when its tables have changed, or choose convert.indexedViews: view.',
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
  SL1059: {
    severity: 'review',
    title: 'Question to the catalog',
    remedy: 'Compare names that the routine looks for with those of the target.',
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
  SL1079: {
    severity: 'review',
    title: 'The source fails here as well',
    remedy:
      'The statement fails in the source each time it runs, and raises the same here. Nothing has to be done, or mend it in both.',
  },
  SL1091: {
    severity: 'decision',
    title: 'Name that the source does not have',
    remedy:
      'Where scripts were read that are not whole, add what makes it. Else the statement fails in the source as well, and raises the same here.',
  },
  SL1090: {
    severity: 'manual',
    title: 'Refused by verification',
    remedy: 'Edit the object in the tree (`sluice convert --out DIR`) until `--verify` takes it.',
  },
} as const satisfies CodeTable;
