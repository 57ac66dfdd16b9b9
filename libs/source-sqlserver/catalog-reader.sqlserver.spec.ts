import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { installOrders } from '#samples';
import type { DatabaseModel, TableModel } from '#schema';
import { SourceDatabase } from '#testing';

const LONG = 'ü'.repeat(128);

/** Names and shapes that break tools. The sandbox cuts the names that it gives to constraints, so no emoji may lie on that cut. */
const HOSTILE = [
  `CREATE SCHEMA [h.]]os'tile]`,
  `CREATE TABLE [h.]]os'tile].[ta]]b "😀"] ([i]]d] int IDENTITY(5, 3) PRIMARY KEY, [${LONG}] nvarchar(10) DEFAULT N'it''s', [other id] int, [a.b] decimal(38, 10))`,
  `CREATE TABLE dbo.[${LONG}] (id int CONSTRAINT [PK ${'x'.repeat(100)}] PRIMARY KEY, parent int CHECK (parent > 0))`,
  `ALTER TABLE [h.]]os'tile].[ta]]b "😀"] ADD CONSTRAINT [FK ]]1] FOREIGN KEY ([other id]) REFERENCES dbo.[${LONG}] (id) ON DELETE CASCADE ON UPDATE SET NULL`,
  `ALTER TABLE dbo.[${LONG}] ADD CONSTRAINT [FK back] FOREIGN KEY (parent) REFERENCES [h.]]os'tile].[ta]]b "😀"] ([i]]d])`,
  `CREATE INDEX [ix ]] filtered] ON [h.]]os'tile].[ta]]b "😀"] ([other id] DESC, [a.b]) INCLUDE ([${LONG}]) WHERE [other id] IS NOT NULL`,
  `CREATE UNIQUE INDEX [ix ]] filtered] ON dbo.[${LONG}] (parent)`,
  `EXEC sys.sp_addextendedproperty N'MS_Description', N'what it''s "for" 😀', N'SCHEMA', N'h.]os''tile', N'TABLE', N'ta]b "😀"'`,
  `EXEC sys.sp_addextendedproperty N'MS_Description', N'a column', N'SCHEMA', N'h.]os''tile', N'TABLE', N'ta]b "😀"', N'COLUMN', N'a.b'`,
];

/** Users, roles, rights, an owner, and a property that is no description. */
const SECURED = [
  `CREATE ROLE clerks`,
  `CREATE USER ada WITHOUT LOGIN`,
  `ALTER ROLE clerks ADD MEMBER ada`,
  `ALTER ROLE db_datareader ADD MEMBER ada`,
  `GRANT SELECT ON dbo.Customer TO clerks WITH GRANT OPTION`,
  `DENY UPDATE ON dbo.Customer TO ada`,
  `GRANT EXECUTE ON SCHEMA::sales TO clerks`,
  `EXEC sys.sp_addextendedproperty N'Owner', N'the sales team', N'SCHEMA', N'dbo', N'TABLE', N'Customer', N'COLUMN', N'Name'`,
];

describe('the catalog of a SQL Server database', () => {
  let database: SourceDatabase;
  let model: DatabaseModel;

  beforeAll(async () => {
    database = await SourceDatabase.create();
    const { host, port, user, password, database: name } = database.settings;
    await installOrders({ host, port, user, password: password.reveal(), database: name }, { rows: 1000, seed: 1 });
    for (const statement of HOSTILE) await database.run(statement);
    await database.run(
      `CREATE TYPE dbo.Positions AS TABLE (Place int NOT NULL, Label nvarchar(12), Price decimal(9, 2))`,
    );
    for (const statement of SECURED) await database.run(statement);
    await database.capture('dbo.Customer');
    model = await (await database.source()).catalog.readDatabase();
  });

  afterAll(() => database.drop());

  function table(name: string): TableModel {
    const found = model.tables.find((one) => one.name === name);
    if (!found) throw new Error(`no table ${name}`);
    return found;
  }

  test('everything of the sample is there, nothing of the system, of CDC or of Sluice', () => {
    expect(model.schemas.map((schema) => schema.name).toSorted()).toEqual(['dbo', `h.]os'tile`, 'sales']);
    expect(model.tables).toHaveLength(20);
    expect(model.tables.some((one) => ['cdc', 'sys', 'sluice'].includes(one.schema))).toBe(false);
    expect(model.sequences.map((one) => [one.name, one.type.name, one.start])).toEqual([
      ['InvoiceNumber', 'bigint', '1000'],
    ]);
    expect(model.aliasTypes.map((one) => [one.name, one.base.name, one.base.length])).toEqual([
      ['PhoneNumber', 'varchar', 24],
    ]);
    expect(model.tableTypes?.map((one) => [one.schema, one.name, one.columns.map((column) => column.name)])).toEqual([
      ['dbo', 'Positions', ['Place', 'Label', 'Price']],
    ]);
    expect(model.tableTypes?.[0]?.columns.map((one) => one.sourceType)).toMatchObject([
      { name: 'int' },
      { name: 'nvarchar', length: 12 },
      { name: 'decimal', precision: 9, scale: 2 },
    ]);
    expect(model.modules.map((one) => [one.name, one.kind])).toEqual([['OpenOrders', 'view']]);
  });

  test('columns carry their exact types, identities, defaults, computations and comments', () => {
    const customer = table('Customer');
    const column = (name: string): TableModel['columns'][number] | undefined =>
      customer.columns.find((one) => one.name === name);
    expect(column('CustomerId')?.identity).toMatchObject({ seed: '1', increment: '1' });
    expect(column('CreditLimit')?.default).toMatchObject({ name: 'DF_Customer_CreditLimit', systemNamed: false });
    expect(column('Label')?.computed).toMatchObject({ persisted: false });
    expect(column('Phone')?.sourceType).toMatchObject({ name: 'varchar', length: 24, alias: { name: 'PhoneNumber' } });
    expect(column('Name')?.sourceType).toMatchObject({ name: 'nvarchar', length: 100 });
    expect(column('Code')?.comment).toBe('Short name, compares without case');
    expect(customer.comment).toBe('People and companies that order');
    expect(table('OrderLine').columns.find((one) => one.name === 'LineTotal')?.computed?.persisted).toBe(true);
    expect(table('Product').columns.find((one) => one.name === 'Discontinued')?.default?.systemNamed).toBe(true);
  });

  test('B7 columns of a key travel as text where a value would lose its last digit', () => {
    const reading = table('Reading').columns.map((column) => [column.name, column.value]);
    expect(reading.slice(0, 2)).toEqual([
      ['Meter', { kind: 'decimal', precision: 38, scale: 0 }],
      ['TakenAt', { kind: 'text', of: 'datetime2' }],
    ]);
    expect(table('AuditLog').columns[0]?.value).toEqual({ kind: 'timestamp', digits: 7 });
  });

  test('filtered indexes, included columns and directions are told', () => {
    const open = table('Order').indexes.find((index) => index.name === 'IX_Order_Open');
    expect(open?.columns).toEqual([
      { column: 'CustomerId', descending: false },
      { column: 'OrderedAt', descending: true },
    ]);
    expect(open?.included).toEqual(['Status']);
    expect(open?.filter).toMatch(/Status.*<.*9/);
    expect(table('Customer').uniques.map((key) => key.name)).toEqual(['UQ_Customer_Code']);
    // C22: the same index name on two tables.
    for (const name of ['Customer', 'Product'])
      expect(table(name).indexes.map((index) => index.name)).toContain('IX_Name');
  });

  test('circular and self-referencing foreign keys come with their actions', () => {
    const [department] = table('Department').foreignKeys;
    const [employee] = table('Employee').foreignKeys;
    expect([department?.references.name, employee?.references.name]).toEqual(['Employee', 'Department']);
    expect(table('Category').foreignKeys[0]?.references.name).toBe('Category');
    expect(table('OrderLine').foreignKeys.find((key) => key.name === 'FK_OrderLine_Order')?.onDelete).toBe('CASCADE');
  });

  test('A23 hostile names come unchanged: brackets, quotes, dots, emoji, 128 characters', () => {
    const hostile = table(`ta]b "😀"`);
    expect(hostile.schema).toBe(`h.]os'tile`);
    expect(hostile.columns.map((column) => column.name)).toEqual(['i]d', LONG, 'other id', 'a.b']);
    expect(hostile.columns[0]?.identity).toMatchObject({ seed: '5', increment: '3' });
    expect(hostile.columns[1]?.default?.definition).toContain(`it''s`);
    expect(hostile.comment).toBe(`what it's "for" 😀`);
    expect(hostile.columns[3]?.comment).toBe('a column');
    expect(hostile.foreignKeys[0]).toMatchObject({
      name: 'FK ]1',
      columns: ['other id'],
      references: { schema: 'dbo', name: LONG },
      onDelete: 'CASCADE',
      onUpdate: 'SET NULL',
    });
    expect(hostile.indexes[0]).toMatchObject({
      name: 'ix ] filtered',
      columns: [
        { column: 'other id', descending: true },
        { column: 'a.b', descending: false },
      ],
      included: [LONG],
    });
    expect(hostile.primaryKey?.systemNamed).toBe(true);
    const long = table(LONG);
    expect(long.primaryKey).toMatchObject({ name: `PK ${'x'.repeat(100)}`, systemNamed: false });
    expect(long.checks[0]?.systemNamed).toBe(true);
    expect(long.foreignKeys[0]?.references.name).toBe(`ta]b "😀"`);
  });

  test('users, roles and rights are read, without those of the system and of capture', () => {
    expect(model.principals).toEqual([
      { name: 'clerks', kind: 'role', memberOf: [] },
      { name: 'ada', kind: 'user', memberOf: ['clerks', 'db_datareader'] },
    ]);
    const customer = { class: 'object', schema: 'dbo', name: 'Customer' };
    expect(model.permissions).toEqual(
      expect.arrayContaining([
        { grantee: 'ada', state: 'DENY', permission: 'UPDATE', on: customer },
        { grantee: 'clerks', state: 'GRANT_WITH_GRANT_OPTION', permission: 'SELECT', on: customer },
        { grantee: 'clerks', state: 'GRANT', permission: 'EXECUTE', on: { class: 'schema', schema: 'sales' } },
      ]),
    );
    expect(model.permissions?.some((one) => one.on.class === 'object' && one.on.schema === 'cdc')).toBe(false);
  });

  test('extended properties beside MS_Description are told with their object', () => {
    expect(model.properties).toEqual([{ name: 'Owner', value: 'the sales team', object: 'dbo.Customer.Name' }]);
  });

  test('what this database has none of is left out', () => {
    expect(Object.keys(model)).not.toEqual(expect.arrayContaining(['facilities']));
    expect(model.partitionFunctions).toBeUndefined();
    expect(model.securityPolicies).toBeUndefined();
  });
});
