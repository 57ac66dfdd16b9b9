import type { FacilityKind } from '#schema';
import type { Statement } from './statements.ts';
import type { Site } from './session.ts';

/** Statements that neither make nor change anything that a database of the target could have: no word about them. */
const SILENT = new Set([
  'print',
  'raiserror',
  'throw',
  'empty',
  'label',
  'goto',
  'waitFor',
  'checkpoint',
  'reconfigure',
  'beginTransaction',
  'commitTransaction',
  'rollbackTransaction',
  'saveTransaction',
  'cursorStatement',
  'setVariableMethod',
  'createStatistics',
  'updateStatistics',
  'dbcc',
  'revert',
  'executeAs',
  'setUser',
  'kill',
  'alterPartitionScheme',
]);

/** What else a script may make that serves a database; each becomes an issue of its own when the database is converted. */
const SERVING: Readonly<Record<string, FacilityKind>> = {
  'CREATE CERTIFICATE': 'certificate',
  'CREATE SYMMETRIC KEY': 'symmetric-key',
  'CREATE ASYMMETRIC KEY': 'symmetric-key',
  'CREATE COLUMN MASTER KEY': 'symmetric-key',
  'CREATE COLUMN ENCRYPTION KEY': 'symmetric-key',
  'CREATE QUEUE': 'broker-queue',
  'CREATE SERVICE': 'broker-service',
  'CREATE EXTERNAL DATA SOURCE': 'external-data-source',
  'CREATE EVENT NOTIFICATION': 'event-notification',
  'CREATE DATABASE AUDIT SPECIFICATION': 'database-audit',
};

/** Takes a statement that builds nothing of the schema: what serves the database is kept as such, the rest is noted. */
export function leftAlone(site: Site, statement: Statement): void {
  const { database, source } = site;
  if (SILENT.has(statement.kind)) return;
  const note = (what: string): void => site.session.note('SL1085', what, source.file, source, statement.span);
  const serve = (kind: FacilityKind, name: string): void => {
    database.facilities.set(`${kind} ${database.fold(name)}`, { kind, name });
    database.facilityPlaces.set(name, source.place(statement.span));
  };
  switch (statement.kind) {
    case 'createAssembly':
      return serve('assembly', statement.name.name);
    case 'createXmlSchemaCollection':
      return serve('xml-schema-collection', `${statement.name.schema?.name ?? 'dbo'}.${statement.name.name.name}`);
    case 'createFullTextCatalog':
      database.fullTextCatalogs.add(statement.name.name);
      return;
    case 'createDatabase': {
      const made = site.session.database(statement.name.name);
      if (statement.collation) made.collation = statement.collation.name;
      return note('Files, sizes and options of the database are not carried over: CREATE DATABASE.');
    }
    case 'alterDatabase':
      if (statement.action === 'collate' && statement.target)
        site.session.database(statement.name?.name ?? database.name).collation = statement.target.name;
      return note(
        `Files and options of the database are not carried over: ALTER DATABASE … ${statement.action.toUpperCase()}.`,
      );
    case 'login':
      return note(`Logins are of the server, not of the database: ${statement.mode.toUpperCase()} LOGIN.`);
    case 'serverStatement': {
      const kind = SERVING[statement.verb];
      if (kind && statement.name) return serve(kind, source.cut(statement.name.span).replaceAll(/[[\]]/g, ''));
      return note(`${statement.verb} is not carried over.`);
    }
    case 'alterPartitionFunction':
      return note('ALTER PARTITION FUNCTION is not followed: write its bounds into the CREATE.');
    default:
      return note(`${firstWords(source.cut(statement.span))} is not carried over.`);
  }
}

function firstWords(text: string): string {
  return text.trim().split(/\s+/).slice(0, 3).join(' ').toUpperCase();
}
