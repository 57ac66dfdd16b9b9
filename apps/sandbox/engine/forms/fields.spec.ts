import { beforeAll, describe, expect, test } from '@jest/globals';
import { optionPlaces } from './options.ts';
import { treeFields, type TreeField } from './test-fields.ts';

/** Nodes that are refused as a whole, or stand in nothing but what is: their fields need no reader. */
const REFUSED = new Set(
  `BulkInsert TextStatement OdbcCall GraphMatch GraphPattern GraphSameNode FullTextPredicate FullTextTable ExternalName CreateClrObject CreateRule CreateDefault
CreateFullTextIndex FullTextColumn CreateFullTextCatalog CreateXmlSchemaCollection CreateAssembly SecurityPolicy SecurityPredicate SetProperty
SetVariableMethod Shutdown SetUser BackupRestore UnknownStatement TableSample SystemTime OpenRowset ChangeTable AlterAuthorization ServerStatement Clause
EdgeConstraint PeriodDefinition AlterTableIndex SwitchPartition ChangeTracking SplitMergeTable`.split(/\s+/),
);

/** Fields of what runs that no file reads, and why no answer hangs on them. */
const NEEDLESS: Readonly<Record<string, string>> = {
  'Span.column': 'errors tell lines',
  'Identifier.quote': 'a name is the same however it is quoted',
  'Option.bare': 'how an option was written',
  'DataType.xmlContent': 'stands with xmlSchema alone, which is refused',
  'Delete.with': 'handed on as the part of a statement that may have CTEs',
  'FunctionCall.jsonPairs': 'how the arguments were written; they are the same',
  'InsertBulk.hints': 'its options are in the other list',
  'BulkColumn.type': 'the rows say what they are themselves',
  'BulkColumn.collation': 'the rows say what they are themselves',
  'BulkColumn.nullable': 'the column of the table decides',
  'ReturnsQuery.elements': 'of a CLR function, refused by its external name',
  'ReturnsQuery.order': 'of a CLR function, refused by its external name',
  'CreateDatabase.logFiles': 'files are those of PostgreSQL',
  'FileGroup.name': 'files are those of PostgreSQL; a table on another filegroup is 1921',
  'FileGroup.files': 'files are those of PostgreSQL',
  'AlterDatabase.files': 'the actions on files are refused',
  'DropObject.noDependents': 'of DROP ASSEMBLY, which is refused',
  'ToggleTrigger.scope': 'a trigger of a database has no target, which is refused',
  'Execute.atDataSource': 'of EXECUTE … AT, which is refused',
  'Execute.recompile': 'about the plan',
  'Execute.implicit': 'how the call was written',
  'BeginTransaction.mark': 'a mark in a log that cannot be restored from',
  'CommitTransaction.work': 'how the statement was written',
  'RollbackTransaction.work': 'how the statement was written',
  'WaitFor.statement': 'WAITFOR (statement) is refused by its type',
  'WaitFor.timeout': 'of WAITFOR (statement)',
  'Checkpoint.duration': 'how long the work on files may take',
  'Reconfigure.override': 'no value of sp_configure is out of range here',
  'QueryHint.variables': 'about the plan; the variables are bound with all others',
  'TableFunction.searched': 'of semantic search, whose functions are not there',
  'TableFunction.schemaTable': 'of OPENXML, which is not there',
  'Join.hint': 'about the plan',
  'Login.source': 'a login from anything is refused',
  'CreateIndex.tessellation': 'how a spatial index is laid out',
  'AlterIndex.paths': 'of a selective XML index, refused by the action',
};

let fields: readonly TreeField[];

beforeAll(() => {
  fields = treeFields();
});

const ownerOf = ({ name }: TreeField): string => name.split('.')[0] ?? '';

describe('the fields of the syntax tree', () => {
  test('are read by what runs statements, refused, or listed with the reason why they change nothing', () => {
    const unread = fields.filter((one) => one.readers.size === 0 && !REFUSED.has(ownerOf(one)));
    expect(unread.map((one) => one.name).filter((name) => !(name in NEEDLESS))).toEqual([]);
  });

  test('are not listed where something reads them, or the tree has them not', () => {
    const unread = new Set(fields.filter((one) => one.readers.size === 0).map((one) => one.name));
    expect(Object.keys(NEEDLESS).filter((name) => !unread.has(name))).toEqual([]);
    const owners = new Set(fields.map(ownerOf));
    expect([...REFUSED].filter((name) => !owners.has(name))).toEqual([]);
  });

  test('that are lists of options have each of their names accounted for', () => {
    const checked = new Set(optionPlaces().map((kind) => kind.toLowerCase()));
    const open = fields
      .filter((one) => /^readonly Option\[\]$/.test(one.type) && one.name.endsWith('.options'))
      .filter((one) => !REFUSED.has(ownerOf(one)) && !checked.has(ownerOf(one).toLowerCase()))
      .map(ownerOf);
    expect(open).toEqual(Object.keys(OPTIONS_ELSEWHERE));
  });
});

/** Whose options are checked where they are read, by what they are for. */
const OPTIONS_ELSEWHERE: Readonly<Record<string, string>> = {
  Option: 'those within an option, which the option is for',
  Module: 'by the kind of module',
  CreateDatabase: 'engine/database-options',
  AlterDatabase: 'engine/database-options, ddl/databases',
  Dbcc: 'engine/dbcc',
  ForClause: 'the parser knows their names',
  Role: 'of an application role, which is refused',
  KeyConstraint: 'by the kind of key',
  DroppedElement: 'of the kind `dropped`',
  SetTableOptions: 'ddl/alter-table',
};
