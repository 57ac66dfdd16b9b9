import type { CodeTable } from './code-table.ts';

/** Issues of tables: their types, keys, indexes, constraints and what else hangs on them. */
export const TABLE_CODES = {
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
  SL1039: {
    severity: 'info',
    title: 'Descending key',
    remedy:
      'Keys of PostgreSQL ascend and are read backwards as well; only mixed directions need an index of their own.',
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
  SL1075: {
    severity: 'review',
    title: 'Groups and sets tell case apart',
    remedy: 'Choose convert.caseInsensitive: icu where texts that differ in case alone have to fall into one group.',
  },
  SL1087: {
    severity: 'review',
    title: 'Check that reads more than its row',
    remedy:
      'It holds for rows that are written, as in the source; where it must hold for all, write a constraint trigger.',
  },
} as const satisfies CodeTable;
