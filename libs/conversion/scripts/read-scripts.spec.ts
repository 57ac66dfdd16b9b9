import { describe, expect, test } from '@jest/globals';
import { columnsOf, issuesOf, modelOf, read, tableOf } from './spec-reading.ts';

describe('guards of scripts', () => {
  const create = 'CREATE TABLE dbo.t (id int NOT NULL)';

  test.each([
    ["IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[t]') AND type in (N'U'))"],
    ["IF OBJECT_ID('dbo.t', 'U') IS NULL"],
    ["IF (OBJECT_ID(N't') IS NULL)"],
    ["IF NOT EXISTS (SELECT 1 FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'dbo' AND TABLE_NAME = 't')"],
    [
      "IF NOT EXISTS (SELECT * FROM dbo.sysobjects WHERE id = OBJECT_ID(N'[dbo].[t]') AND OBJECTPROPERTY(id, N'IsUserTable') = 1)",
    ],
    ["IF NOT EXISTS (SELECT name FROM sysobjects WHERE name = 'T' AND type = 'U')"],
    [
      "IF NOT EXISTS (SELECT * FROM sys.tables AS t JOIN sys.schemas AS s ON t.schema_id = s.schema_id WHERE t.name = 't' AND s.name = 'dbo')",
    ],
    ["IF (SELECT COUNT(*) FROM sys.tables WHERE name = 't') = 0"],
    ["IF NOT EXISTS (SELECT * FROM sys.tables WHERE SCHEMA_NAME(schema_id) LIKE 'dbo' AND name LIKE 't%')"],
    ["DECLARE @id int; SET @id = OBJECT_ID('t'); IF @id IS NULL"],
    ["IF EXISTS (SELECT * FROM sys.tables WHERE name = 't') PRINT 'there' ELSE"],
  ])('%s makes the table once', (guard) => {
    const model = modelOf([`${guard} BEGIN ${create} END`, `${guard} BEGIN ${create} END`]);
    expect(columnsOf(tableOf(model))).toEqual(['id int not null']);
  });

  test('a drop that is guarded drops what is there and nothing else', () => {
    const model = modelOf(`
if exists (select * from sysobjects where id = object_id('dbo.t') and sysstat & 0xf = 3) drop table "dbo"."t"
GO
CREATE TABLE t (a int)
GO
if exists (select * from sysobjects where id = object_id('dbo.t') and sysstat & 0xf = 3) drop table "dbo"."t"
GO
CREATE TABLE t (b int)
GO
IF OBJECT_ID('t') IS NOT NULL AND COL_LENGTH('t', 'c') IS NULL ALTER TABLE t ADD c int
IF COL_LENGTH('dbo.t', 'c') IS NULL ALTER TABLE t ADD c int`);
    expect(columnsOf(tableOf(model))).toEqual(['b int', 'c int']);
  });

  test.each([
    ["COL_LENGTH('dbo.t', 'name') = 100", 'nvarchar(50) in bytes'],
    [
      "(SELECT CHARACTER_MAXIMUM_LENGTH FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 't' AND COLUMN_NAME = 'name') = 50",
      'in characters',
    ],
    [
      "EXISTS (SELECT 1 FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 't' AND COLUMN_NAME = 'id' AND IS_NULLABLE = 'NO')",
      'NO',
    ],
    [
      "EXISTS (SELECT * FROM sys.columns AS c JOIN sys.types AS y ON y.user_type_id = c.user_type_id WHERE c.object_id = OBJECT_ID('t') AND c.name = 'id' AND y.name = 'int')",
      'built-in types',
    ],
    [
      "EXISTS (SELECT 1 FROM sys.index_columns ic JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id JOIN sys.indexes i ON i.object_id = ic.object_id AND i.index_id = ic.index_id WHERE i.name = 'ix' AND c.name = 'more' AND ic.is_included_column = 1)",
      'included columns',
    ],
    [
      "NOT EXISTS (SELECT 1 FROM sys.tables t LEFT JOIN sys.indexes i ON i.object_id = t.object_id AND i.name = 'gone' WHERE t.name = 't' AND i.index_id IS NOT NULL)",
      'outer joins',
    ],
    [
      "EXISTS (SELECT * FROM sys.foreign_key_columns fc JOIN sys.tables t ON t.object_id = fc.parent_object_id JOIN sys.columns c ON c.object_id = t.object_id AND c.column_id = fc.parent_column_id WHERE t.name = 't' AND c.name = 'id')",
      'columns of foreign keys',
    ],
    [
      "OBJECTPROPERTY(OBJECT_ID('t'), 'TableHasIdentity') = 0 AND COLUMNPROPERTY(OBJECT_ID('t'), 'id', 'AllowsNull') = 0",
      'properties',
    ],
    ["EXISTS (SELECT name FROM master.sys.databases WHERE name = N'app')", 'databases'],
    [
      "(SELECT COUNT(*) FROM sys.columns WHERE object_id = OBJECT_ID('t')) BETWEEN 3 AND 3 AND 'a_b' LIKE '%[_]b'",
      'counts and patterns',
    ],
  ])('%s is known (%s)', (condition) => {
    const model = modelOf(`CREATE TABLE p (id int PRIMARY KEY)
GO
CREATE TABLE t (id int NOT NULL REFERENCES p, name nvarchar(50), more int); CREATE INDEX ix ON t (name) INCLUDE (more)
GO
IF ${condition} CREATE TABLE was_true (id int) ELSE CREATE TABLE was_false (id int)`);
    expect(model.tables.map((one) => one.name)).toContain('was_true');
  });

  test('a module within sp_executesql or EXEC has the text of the string', () => {
    const model = modelOf(`
IF NOT EXISTS (SELECT * FROM sys.views WHERE object_id = OBJECT_ID(N'[dbo].[v]'))
EXEC dbo.sp_executesql @statement = N'CREATE VIEW [dbo].[v] AS SELECT ''it''''s'' AS a'
GO
IF OBJECT_ID('dbo.p') IS NULL EXEC('CREATE PROCEDURE dbo.p AS RETURN')
GO
ALTER PROCEDURE dbo.p AS SELECT 1 AS one
GO
DECLARE @sql nvarchar(max) = N'CREATE PROC dbo.' + QUOTENAME('q') + N' AS '
SELECT @sql += N'SELECT 2 AS two'
EXEC (@sql)`);
    expect(model.modules.map((one) => [one.name, one.kind, one.definition])).toEqual([
      ['v', 'view', `CREATE VIEW [dbo].[v] AS SELECT 'it''s' AS a`],
      ['p', 'procedure', 'ALTER PROCEDURE dbo.p AS SELECT 1 AS one\n'],
      ['q', 'procedure', 'CREATE PROC dbo.[q] AS SELECT 2 AS two'],
    ]);
  });

  test('migrations of Entity Framework: their own history has no rows, defaults are dropped by a name that is looked up', () => {
    const step = (id: string, what: string): string =>
      `IF NOT EXISTS (SELECT * FROM [__EFMigrationsHistory] WHERE [MigrationId] = N'${id}') BEGIN ${what} END; GO\n`;
    const model = modelOf(
      `IF OBJECT_ID(N'[__EFMigrationsHistory]') IS NULL BEGIN CREATE TABLE [__EFMigrationsHistory] ([MigrationId] nvarchar(150) NOT NULL, CONSTRAINT [PK_h] PRIMARY KEY ([MigrationId])); END;
GO
BEGIN TRANSACTION;
GO
${step('1', 'CREATE TABLE [t] ([Id] int NOT NULL IDENTITY, [Name] nvarchar(max) NULL, [Old] int NOT NULL DEFAULT 0, CONSTRAINT [PK_t] PRIMARY KEY ([Id]));')}
${step('1', "INSERT INTO [__EFMigrationsHistory] VALUES (N'1')")}
${step(
  '2',
  `DECLARE @var0 sysname;
SELECT @var0 = [d].[name] FROM [sys].[default_constraints] [d]
INNER JOIN [sys].[columns] [c] ON [d].[parent_column_id] = [c].[column_id] AND [d].[parent_object_id] = [c].[object_id]
WHERE ([d].[parent_object_id] = OBJECT_ID(N'[t]') AND [c].[name] = N'Old');
IF @var0 IS NOT NULL EXEC(N'ALTER TABLE [t] DROP CONSTRAINT [' + @var0 + '];');
ALTER TABLE [t] DROP COLUMN [Old];`,
)}
${step('2', "EXEC sp_rename N'[t].[Name]', N'Title', N'COLUMN';")}
${step('2', 'ALTER TABLE [t] ALTER COLUMN [Title] nvarchar(200) NOT NULL;')}
COMMIT;`.replaceAll('; GO', ';\nGO'),
    );
    expect(columnsOf(tableOf(model))).toEqual(['Id int not null', 'Title nvarchar not null']);
    expect(tableOf(model).columns[1]?.sourceType.length).toBe(200);
  });

  test('a cursor over the catalog is followed', () => {
    const model = modelOf(`
CREATE TABLE a (id int CONSTRAINT pk_a PRIMARY KEY); CREATE TABLE t (id int, a1 int CONSTRAINT fk1 REFERENCES a, a2 int CONSTRAINT fk2 REFERENCES a (id))
GO
DECLARE @name sysname
DECLARE c CURSOR FOR SELECT name FROM sys.foreign_keys WHERE parent_object_id = OBJECT_ID('t')
OPEN c
FETCH NEXT FROM c INTO @name
WHILE @@FETCH_STATUS = 0
BEGIN
  EXEC ('ALTER TABLE t DROP CONSTRAINT ' + @name)
  FETCH NEXT FROM c INTO @name
END
CLOSE c DEALLOCATE c`);
    expect(tableOf(model).foreignKeys).toEqual([]);
  });

  test('a condition that only the server knows is taken as if it held, and said', () => {
    const reading = read(`IF (SELECT MAX(id) FROM master.dbo.versions) < 5\n  CREATE TABLE t (id int)`);
    expect(reading.database.tables).toHaveLength(1);
    expect(issuesOf(reading)).toEqual([
      'SL1081 1.sql:1 Whether (SELECT MAX(id) FROM master.dbo.versions) < 5 holds is not known without the server; read as if it holds.',
    ]);
  });

  test('SET NOEXEC ON skips what follows', () => {
    const text = `SET NOEXEC ON\nGO\nCREATE TABLE a (id int)\nGO\nSET NOEXEC OFF\nGO\nCREATE TABLE t (id int)`;
    expect(modelOf(text).tables.map((one) => one.name)).toEqual(['t']);
  });
});

describe('tables', () => {
  test('have their columns, keys, indexes and constraints as the catalog shows them', () => {
    const model = modelOf(`
CREATE TYPE dbo.Code FROM varchar(12) NOT NULL
GO
CREATE TABLE [dbo].[t](
	[id] [int] IDENTITY(5,2) NOT NULL,
	[code] [dbo].[Code],
	[price] [decimal](9, 2) NULL CONSTRAINT DF_price DEFAULT ((0)),
	[at] [datetime2](3) NOT NULL DEFAULT (getdate()),
	[total] AS ([price]*(2)) PERSISTED,
	[guid] uniqueidentifier ROWGUIDCOL NOT NULL,
	[notes] nvarchar(max) COLLATE Latin1_General_CS_AS SPARSE NULL,
 CONSTRAINT [PK_t] PRIMARY KEY CLUSTERED ([id] DESC) WITH (PAD_INDEX = OFF, IGNORE_DUP_KEY = OFF) ON [PRIMARY],
 CONSTRAINT UQ_t UNIQUE (code, price)
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
CREATE NONCLUSTERED INDEX [IX_t] ON [dbo].[t] ([at] ASC, price DESC) INCLUDE ([guid]) WHERE ([price]>(0)) WITH (FILLFACTOR = 80)
GO
ALTER TABLE [dbo].[t] WITH NOCHECK ADD CONSTRAINT [CK_t] CHECK (([price]>=(0)))
GO
ALTER TABLE [dbo].[t] CHECK CONSTRAINT [CK_t]
GO
ALTER TABLE dbo.t WITH CHECK ADD CONSTRAINT FK_t FOREIGN KEY (id) REFERENCES dbo.t (id) ON DELETE CASCADE
ALTER TABLE dbo.t NOCHECK CONSTRAINT FK_t`);
    const t = tableOf(model);
    expect(t.columns.map((one) => one.sourceType)).toMatchObject([
      { name: 'int', precision: 10 },
      { name: 'varchar', length: 12, alias: { schema: 'dbo', name: 'Code' } },
      { name: 'decimal', precision: 9, scale: 2 },
      { name: 'datetime2', scale: 3 },
      { name: 'decimal', precision: 11, scale: 2 },
      { name: 'uniqueidentifier' },
      { name: 'nvarchar', length: -1, collation: 'Latin1_General_CS_AS' },
    ]);
    expect(t.columns.map((one) => one.nullable)).toEqual([false, false, true, false, true, false, true]);
    expect(t.columns[0]?.identity).toEqual({ seed: '5', increment: '2', lastValue: null });
    expect(t.columns[2]?.default).toEqual({ name: 'DF_price', definition: '((0))', systemNamed: false });
    expect(t.columns[3]?.default?.systemNamed).toBe(true);
    expect(t.columns[4]?.computed).toEqual({ definition: '([price]*(2))', persisted: true });
    expect(t.columns[5]?.rowguidcol).toBe(true);
    expect(t.columns[6]?.sparse).toBe(true);
    expect(t.primaryKey).toMatchObject({
      name: 'PK_t',
      clustered: true,
      columns: [{ column: 'id', descending: true }],
    });
    expect(t.uniques[0]?.columns.map((one) => one.column)).toEqual(['code', 'price']);
    expect(t.indexes[0]).toMatchObject({
      name: 'IX_t',
      columns: [
        { column: 'at', descending: false },
        { column: 'price', descending: true },
      ],
      included: ['guid'],
      filter: '([price]>(0))',
    });
    expect(t.checks[0]).toMatchObject({ definition: '([price]>=(0))', trusted: false, disabled: false });
    expect(t.foreignKeys[0]).toMatchObject({ onDelete: 'CASCADE', disabled: true, trusted: false });
  });

  test('later statements change what earlier files made; names follow', () => {
    const model = modelOf([
      'CREATE TABLE t (id int CONSTRAINT pk PRIMARY KEY, a int CONSTRAINT df DEFAULT 1, b int); CREATE INDEX ix ON t (b); CREATE TABLE u (t int REFERENCES t (id))',
      `ALTER TABLE t DROP CONSTRAINT df, COLUMN a; EXEC sp_rename 't.b', 'c', 'COLUMN'; EXEC sp_rename N'dbo.t.ix', N'ix_c', N'INDEX'; EXEC sp_rename 'pk', 'pk_t'`,
      `CREATE SCHEMA s\nGO\nALTER SCHEMA s TRANSFER dbo.t\nGO\nEXEC sp_rename 's.t', 'renamed'\nGO\nDROP INDEX ix_c ON s.renamed\nGO\nCREATE UNIQUE INDEX ux ON s.renamed (c)`,
    ]);
    const t = tableOf(model, 'renamed');
    expect(t.schema).toBe('s');
    expect(columnsOf(t)).toEqual(['id int not null', 'c int']);
    expect(t.primaryKey?.name).toBe('pk_t');
    expect(t.indexes.map((one) => [one.name, one.columns[0]?.column])).toEqual([['ux', 'c']]);
    expect(tableOf(model, 'u').foreignKeys[0]?.references).toEqual({ schema: 's', name: 'renamed' });
  });

  test('files come in any order: types, tables and triggers wait for each other', () => {
    const model = modelOf(
      [
        'CREATE TABLE a (id dbo.Id PRIMARY KEY, b int REFERENCES b (id))',
        'ALTER TABLE b ADD n int; CREATE INDEX ix ON b (n)',
        'CREATE TRIGGER tr ON b AFTER INSERT AS PRINT 1',
        'CREATE TABLE b (id int PRIMARY KEY)',
        'CREATE TYPE dbo.Id FROM bigint NOT NULL',
      ].flatMap((text) => text.split('; ')),
    );
    expect(tableOf(model, 'a').columns[0]?.sourceType).toMatchObject({ name: 'bigint', alias: { name: 'Id' } });
    expect(tableOf(model, 'a').foreignKeys[0]?.referencedColumns).toEqual(['id']);
    expect(model.modules[0]).toMatchObject({ kind: 'trigger', parent: { schema: 'dbo', name: 'b' } });
  });

  test('comments come from MS_Description, other properties stay properties', () => {
    const model = modelOf(`
CREATE TABLE t (id int CONSTRAINT pk PRIMARY KEY, CONSTRAINT ck CHECK (id > 0)); CREATE INDEX ix ON t (id)
GO
CREATE VIEW v AS SELECT id FROM t
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'the ''table''' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N't'
EXEC sys.sp_addextendedproperty N'MS_Description', N'a column', N'SCHEMA', N'dbo', N'TABLE', N't', N'COLUMN', N'id'
EXEC sp_addextendedproperty N'MS_Description', N'a check', N'user', N'dbo', N'table', N't', N'constraint', N'ck'
EXEC sp_addextendedproperty N'MS_Description', N'a view', N'SCHEMA', N'dbo', N'VIEW', N'v'
IF NOT EXISTS (SELECT * FROM sys.fn_listextendedproperty(N'MS_DiagramPane1', N'SCHEMA', N'dbo', N'VIEW', N'v', NULL, NULL))
  EXEC sys.sp_addextendedproperty @name=N'MS_DiagramPane1', @value=N'[0E232FF0]' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'VIEW',@level1name=N'v'`);
    const t = tableOf(model);
    expect([t.comment, t.columns[0]?.comment, t.checks[0]?.comment]).toEqual([`the 'table'`, 'a column', 'a check']);
    expect(model.modules[0]?.comment).toBe('a view');
    expect(model.properties).toEqual([{ name: 'MS_DiagramPane1', value: '[0E232FF0]', object: 'dbo.v' }]);
  });

  test('rules and defaults are bound to columns and types', () => {
    const model = modelOf(`
CREATE DEFAULT zero AS 0
GO
CREATE RULE positive AS @n >= 0
GO
EXEC sp_addtype 'Amount', 'money', 'NOT NULL'
EXEC sp_bindefault 'zero', 'Amount'
CREATE TABLE t (a Amount, b int)
EXEC sp_bindrule 'positive', 't.b'`);
    const [a, b] = tableOf(model).columns;
    expect(a).toMatchObject({ nullable: false, default: { name: 'zero', definition: '0', bound: true } });
    expect(b?.rule).toEqual({ schema: 'dbo', name: 'positive', condition: '@n >= 0' });
  });

  test('a temporal table has its history, a partitioned one its function', () => {
    const model = modelOf(`
CREATE PARTITION FUNCTION pf (date) AS RANGE RIGHT FOR VALUES ('2020-01-01', '2021-01-01')
CREATE PARTITION SCHEME ps AS PARTITION pf ALL TO ([PRIMARY])
GO
CREATE TABLE t (id int NOT NULL PRIMARY KEY, f datetime2 GENERATED ALWAYS AS ROW START HIDDEN NOT NULL, e datetime2 GENERATED ALWAYS AS ROW END NOT NULL,
  PERIOD FOR SYSTEM_TIME (f, e)) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.t_old))
CREATE TABLE p (id int NOT NULL, d date NOT NULL, CONSTRAINT pk_p PRIMARY KEY (id, d) ON ps (d)) ON ps (d)`);
    expect(tableOf(model).temporal).toEqual({ start: 'f', end: 'e', history: { schema: 'dbo', name: 't_old' } });
    expect(columnsOf(tableOf(model, 't_old'))).toEqual([
      'id int not null',
      'f datetime2 not null',
      'e datetime2 not null',
    ]);
    expect(tableOf(model, 'p').partitioned).toEqual({ function: 'pf', column: 'd' });
    expect(model.partitionFunctions).toMatchObject([
      { name: 'pf', right: true, bounds: ["'2020-01-01'", "'2021-01-01'"] },
    ]);
  });
});
