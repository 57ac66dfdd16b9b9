import type { Statement } from '#tsql';

type Named<K extends Statement['kind']> = Extract<Statement, { kind: K }>;

/** How the statements of one kind are called: all names there are, and the one that fits. */
interface Naming<S extends Statement> {
  readonly all: readonly string[];
  of(statement: S): string;
}

const one = (name: string): Naming<Statement> => ({ all: [name], of: () => name });

const two = (object: string): Naming<Statement> => ({
  all: [`CREATE ${object}`, `ALTER ${object}`],
  of: (statement) => `${'mode' in statement && statement.mode === 'alter' ? 'ALTER' : 'CREATE'} ${object}`,
});

/** CREATE, ALTER and CREATE OR ALTER of a module. */
const module = (object: string): Naming<Statement> => ({
  all: ['CREATE', 'ALTER', 'CREATE OR ALTER'].map((verb) => `${verb} ${object}`),
  of: (statement) => {
    const mode = 'mode' in statement ? statement.mode : 'create';
    return `${mode === 'createOrAlter' ? 'CREATE OR ALTER' : mode.toUpperCase()} ${object}`;
  },
});

/** A name for each value of one property. */
function by<S extends Statement, V extends string>(
  names: Readonly<Record<V, string>>,
  valueOf: (statement: S) => V,
): Naming<S> {
  return { all: Object.values(names), of: (statement) => names[valueOf(statement)] };
}

const RETURNS: Readonly<Record<Named<'createFunction'>['returns']['kind'], string>> = {
  returnsScalar: 'scalar',
  returnsQuery: 'inline table',
  returnsTable: 'multi-statement table',
};

const createFunction: Naming<Named<'createFunction'>> = {
  all: [...Object.values(RETURNS).map((kind) => `CREATE FUNCTION (${kind})`), 'ALTER FUNCTION'],
  of: (statement) =>
    statement.mode === 'alter' ? 'ALTER FUNCTION' : `CREATE FUNCTION (${RETURNS[statement.returns.kind]})`,
};

const TRIGGERS = { after: 'AFTER', for: 'AFTER', insteadOf: 'INSTEAD OF' } as const;

const createTrigger: Naming<Named<'createTrigger'>> = {
  all: ['CREATE TRIGGER (AFTER)', 'CREATE TRIGGER (INSTEAD OF)', 'CREATE TRIGGER (DDL)', 'ALTER TRIGGER'],
  of: (statement) => {
    if (statement.mode === 'alter') return 'ALTER TRIGGER';
    return `CREATE TRIGGER (${statement.scope === 'object' ? TRIGGERS[statement.timing] : 'DDL'})`;
  },
};

const ALTER_TABLE: Readonly<Record<Named<'alterTable'>['action']['kind'], string>> = {
  addElements: 'ALTER TABLE ADD',
  alterColumn: 'ALTER TABLE ALTER COLUMN',
  dropElements: 'ALTER TABLE DROP',
  toggleConstraints: 'ALTER TABLE CHECK CONSTRAINT',
  toggleTriggers: 'ALTER TABLE ENABLE TRIGGER',
  switchPartition: 'ALTER TABLE SWITCH',
  rebuildTable: 'ALTER TABLE REBUILD',
  alterTableIndex: 'ALTER TABLE ALTER INDEX',
  setTableOptions: 'ALTER TABLE SET',
  changeTracking: 'ALTER TABLE ENABLE CHANGE_TRACKING',
  splitMergeTable: 'ALTER TABLE SPLIT',
};

const ALTER_DATABASE: Readonly<Record<Named<'alterDatabase'>['action'], string>> = {
  set: 'ALTER DATABASE SET',
  collate: 'ALTER DATABASE COLLATE',
  modifyName: 'ALTER DATABASE MODIFY NAME',
  addFile: 'ALTER DATABASE ADD FILE',
  removeFile: 'ALTER DATABASE REMOVE FILE',
  modifyFile: 'ALTER DATABASE MODIFY FILE',
  filegroup: 'ALTER DATABASE ADD FILEGROUP',
  scopedConfiguration: 'ALTER DATABASE SCOPED CONFIGURATION',
};

const DROPPED: readonly Named<'dropObject'>['type'][] = [
  'table',
  'view',
  'procedure',
  'function',
  'trigger',
  'sequence',
  'synonym',
  'type',
  'schema',
  'database',
  'rule',
  'default',
  'statistics',
  'user',
  'login',
  'role',
  'server role',
  'application role',
  'partition function',
  'partition scheme',
  'fulltext index',
  'fulltext catalog',
  'xml schema collection',
  'assembly',
  'aggregate',
  'external table',
  'security policy',
];

const dropObject: Naming<Named<'dropObject'>> = {
  all: DROPPED.map((type) => `DROP ${type.toUpperCase()}`),
  of: (statement) => `DROP ${statement.type.toUpperCase()}`,
};

const role: Naming<Named<'role'>> = {
  all: ['ROLE', 'SERVER ROLE', 'APPLICATION ROLE'].flatMap((type) => [`CREATE ${type}`, `ALTER ${type}`]),
  of: (statement) => `${statement.mode} ${statement.type}`.toUpperCase(),
};

const backup: Naming<Named<'backupRestore'>> = {
  all: ['BACKUP', 'RESTORE'],
  of: (statement) => statement.verb.split(' ')[0] ?? 'BACKUP',
};

const WAITS = { delay: 'WAITFOR DELAY', time: 'WAITFOR TIME', statement: 'WAITFOR (statement)' } as const;

/** The names of every kind of statement that the syntax tree has; the compiler asks for a new kind's. */
const NAMINGS: { readonly [K in Statement['kind']]: Naming<Named<K>> } = {
  select: one('SELECT'),
  insert: one('INSERT'),
  update: one('UPDATE'),
  delete: one('DELETE'),
  merge: one('MERGE'),
  truncate: one('TRUNCATE TABLE'),
  bulkInsert: one('BULK INSERT'),
  // What drivers send before the rows of a bulk load: test/interop tries it, for no batch alone can.
  insertBulk: { all: [], of: () => 'INSERT BULK' },
  textStatement: by(
    { readtext: 'READTEXT', writetext: 'WRITETEXT', updatetext: 'UPDATETEXT' },
    (statement: Named<'textStatement'>) => statement.verb,
  ),
  createTable: one('CREATE TABLE'),
  alterTable: by(ALTER_TABLE, (statement: Named<'alterTable'>) => statement.action.kind),
  createIndex: one('CREATE INDEX'),
  alterIndex: one('ALTER INDEX'),
  dropIndex: one('DROP INDEX'),
  createStatistics: one('CREATE STATISTICS'),
  updateStatistics: one('UPDATE STATISTICS'),
  createPartitionFunction: one('CREATE PARTITION FUNCTION'),
  alterPartitionFunction: one('ALTER PARTITION FUNCTION'),
  createPartitionScheme: one('CREATE PARTITION SCHEME'),
  alterPartitionScheme: one('ALTER PARTITION SCHEME'),
  createView: module('VIEW'),
  createProcedure: module('PROCEDURE'),
  createFunction,
  createTrigger,
  createSchema: one('CREATE SCHEMA'),
  alterSchema: one('ALTER SCHEMA'),
  sequence: two('SEQUENCE'),
  createAliasType: one('CREATE TYPE (alias)'),
  createTableType: one('CREATE TYPE (table)'),
  createClrObject: by(
    { type: 'CREATE TYPE (CLR)', aggregate: 'CREATE AGGREGATE' },
    (statement: Named<'createClrObject'>) => statement.type,
  ),
  createSynonym: one('CREATE SYNONYM'),
  createRule: one('CREATE RULE'),
  createDefault: one('CREATE DEFAULT'),
  createDatabase: one('CREATE DATABASE'),
  alterDatabase: by(ALTER_DATABASE, (statement: Named<'alterDatabase'>) => statement.action),
  dropObject,
  toggleTrigger: one('ENABLE TRIGGER'),
  createFullTextIndex: one('CREATE FULLTEXT INDEX'),
  createFullTextCatalog: one('CREATE FULLTEXT CATALOG'),
  createXmlSchemaCollection: one('CREATE XML SCHEMA COLLECTION'),
  createAssembly: one('CREATE ASSEMBLY'),
  securityPolicy: two('SECURITY POLICY'),
  user: two('USER'),
  login: two('LOGIN'),
  role,
  permission: by(
    { grant: 'GRANT', deny: 'DENY', revoke: 'REVOKE' },
    (statement: Named<'permission'>) => statement.verb,
  ),
  alterAuthorization: one('ALTER AUTHORIZATION'),
  executeAs: one('EXECUTE AS'),
  revert: one('REVERT'),
  declare: one('DECLARE'),
  declareCursor: one('DECLARE CURSOR'),
  setVariable: one('SET @variable'),
  setVariableMethod: one('SET @variable.method()'),
  setProperty: one('SET @variable.property'),
  setOption: one('SET option'),
  if: one('IF'),
  while: one('WHILE'),
  block: one('BEGIN … END'),
  break: one('BREAK'),
  continue: one('CONTINUE'),
  return: one('RETURN'),
  goto: one('GOTO'),
  label: one('label:'),
  tryCatch: one('TRY … CATCH'),
  throw: one('THROW'),
  raiserror: one('RAISERROR'),
  print: one('PRINT'),
  execute: by(
    { procedure: 'EXECUTE procedure', string: 'EXECUTE (string)', linked: 'EXECUTE … AT' },
    (statement: Named<'execute'>) =>
      statement.at !== undefined ? 'linked' : statement.strings === undefined ? 'procedure' : 'string',
  ),
  beginTransaction: one('BEGIN TRANSACTION'),
  commitTransaction: one('COMMIT'),
  rollbackTransaction: one('ROLLBACK'),
  saveTransaction: one('SAVE TRANSACTION'),
  cursorStatement: by(
    { open: 'OPEN', close: 'CLOSE', deallocate: 'DEALLOCATE' },
    (statement: Named<'cursorStatement'>) => statement.verb,
  ),
  fetch: one('FETCH'),
  waitFor: by(WAITS, (statement: Named<'waitFor'>) => statement.type),
  use: one('USE'),
  checkpoint: one('CHECKPOINT'),
  dbcc: one('DBCC'),
  kill: one('KILL'),
  reconfigure: one('RECONFIGURE'),
  shutdown: one('SHUTDOWN'),
  setUser: one('SETUSER'),
  backupRestore: backup,
  // A lone semicolon does nothing.
  empty: { all: [], of: () => ';' },
  // Named by its own words: of what lies outside of a database's tables and code, the list tells what DROP refuses.
  serverStatement: {
    all: ['FULLTEXT STOPLIST', 'CERTIFICATE', 'SYMMETRIC KEY', 'ASYMMETRIC KEY', 'MASTER KEY', 'CREDENTIAL'].map(
      (type) => `DROP ${type}`,
    ),
    of: (statement) => statement.verb,
  },
  // What cannot be read has its own words for a name.
  unknown: { all: [], of: (statement) => statement.verb },
};

/** Every statement that the syntax tree tells apart, by the name that the conformance list gives it. */
export const STATEMENT_NAMES: readonly string[] = Object.values(NAMINGS).flatMap((naming) => naming.all);

/** The name of a statement in the conformance list. */
export function statementName(statement: Statement): string {
  const naming = NAMINGS[statement.kind] as Naming<Statement>;
  return naming.of(statement);
}

const KINDS: ReadonlySet<string> = new Set(Object.keys(NAMINGS));

/** Whether a node of the tree is a statement. */
export const isStatement = (node: { readonly kind: string }): node is Statement => KINDS.has(node.kind);
