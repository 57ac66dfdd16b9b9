import type { CodeTable } from './code-table.ts';

/** Issues of what stands around the tables: users and their rights, features of the server and the database. */
export const SERVER_CODES = {
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
  SL1078: {
    severity: 'info',
    title: 'Support of diagrams',
    remedy: 'Nothing calls these routines but Management Studio; draw from the target with its own tools.',
  },
} as const satisfies CodeTable;
