import { describe, expect, test } from '@jest/globals';
import { columnsOf, issuesOf, modelOf, read, tableOf } from './spec-reading.ts';

describe('what is not understood', () => {
  test('a broken statement costs one issue with its place and its text, not the file', () => {
    const reading = read(
      `CREATE TABLE a (id int)\nGO\nCREATE TABLE b (id int,, c int)\nCREATE TABLE c (id int)\nGO\nCREATE TABLE d (id int)`,
    );
    expect(reading.database.tables.map((one) => one.name)).toEqual(['a', 'c', 'd']);
    expect(issuesOf(reading)).toEqual(["SL1080 1.sql:3 Incorrect syntax near ','."]);
    expect(reading.issues[0]?.excerpt).toBe('CREATE TABLE b (id int,, c int)');
  });

  test('a broken module keeps its text: its conversion says what is wrong with it', () => {
    const reading = read('CREATE PROCEDURE p AS\nSELECT FROM WHERE\nGO\nCREATE TABLE t (id int)');
    expect(issuesOf(reading)).toEqual([]);
    expect(reading.database.modules[0]?.definition).toContain('SELECT FROM WHERE');
    expect(reading.database.tables).toHaveLength(1);
  });

  test('what names something that is not there is an issue, told once for what is missing', () => {
    const reading = read(`
ALTER TABLE gone ADD x int
CREATE INDEX ix ON gone (x)
CREATE TABLE t (id int REFERENCES nowhere (id), c dbo.NoType)
CREATE INDEX ix ON t (nothing)
EXEC sp_rename 'nobody', 'somebody'
DROP VIEW v`);
    expect(issuesOf(reading).toSorted()).toEqual([
      'SL1082 1.sql:2 ALTER TABLE of a table that is not there. So at line 3.',
      expect.stringContaining('1.sql:4 Foreign key FK__t__id__'),
      'SL1082 1.sql:4 The scripts do not have the type dbo.NoType; the column is carried over as text.',
      'SL1082 1.sql:5 ix names the column nothing, which the table does not have.',
      'SL1082 1.sql:6 sp_rename names what is not there.',
      'SL1089 1.sql:7 DROP VIEW of what is not there.',
    ]);
  });

  test('a column takes along what has it, where nothing that was followed dropped that before', () => {
    const reading = read(`CREATE TABLE u (id int PRIMARY KEY)
CREATE TABLE t (id int CONSTRAINT pk PRIMARY KEY, other int CONSTRAINT fk REFERENCES u, more int)
CREATE INDEX ix ON t (more) INCLUDE (id)
GO
EXEC dbo.take_away 't', 'pk'
ALTER TABLE t DROP COLUMN id
ALTER TABLE t DROP COLUMN other
ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (more)`);
    const [table] = reading.database.tables;
    expect([table?.primaryKey?.columns.map((one) => one.column), table?.indexes, table?.foreignKeys]).toEqual([
      ['more'],
      [],
      [],
    ]);
    expect(issuesOf(reading).filter((one) => one.startsWith('SL1082'))).toEqual([
      'SL1082 1.sql:6 The column is dropped, and with it what has it: pk, ix.',
      'SL1082 1.sql:7 The column is dropped, and with it what has it: fk.',
    ]);
  });

  test('a foreign key between columns of quite different types is none', () => {
    const reading = read(`CREATE TABLE u (id int PRIMARY KEY, code varchar(10) UNIQUE)
CREATE TABLE t (id bigint REFERENCES u, code nvarchar(20) REFERENCES u (code), tag uniqueidentifier CONSTRAINT fk REFERENCES u)`);
    expect(reading.database.tables[0]?.foreignKeys).toHaveLength(2);
    expect(issuesOf(reading)).toEqual([
      'SL1082 1.sql:2 Foreign key fk refers from tag to id of dbo.u, which is of quite another type: no server has such a key.',
    ]);
  });

  test('what an installer drops before it makes it is counted for each file', () => {
    const reading = read('DROP TABLE t\nGO\nCREATE TABLE t (id int)\nGO\nDROP TABLE u, dbo.v\nDROP INDEX t.ix');
    expect(reading.database.tables.map((one) => one.name)).toEqual(['t']);
    expect(issuesOf(reading)).toEqual([
      'SL1089 1.sql:1 DROP TABLE of what is not there (3 in this file).',
      'SL1089 1.sql:6 DROP INDEX of what is not there.',
    ]);
  });

  test('what is made twice is kept once, and said with both places', () => {
    const reading = read([
      'CREATE TABLE t (a int)',
      'CREATE TABLE T (b int)\nGO\nCREATE VIEW v AS SELECT 1 AS a\nGO\nCREATE PROC v AS SELECT 1',
    ]);
    expect(columnsOf(tableOf(reading.database))).toEqual(['a int']);
    expect(issuesOf(reading)).toEqual([
      'SL1084 2.sql:1 There is a table of that name already (1.sql, line 1); the first is kept, this table is not.',
      'SL1084 2.sql:5 There is a module of that name already (2.sql, line 3); the first is kept, this module is not.',
    ]);
  });

  test('rows are counted for each table', () => {
    const reading = read(
      `CREATE TABLE t (id int)\nGO\nINSERT t VALUES (1)\nINSERT INTO dbo.t VALUES (2), (3)\nUPDATE t SET id = 3`,
    );
    expect(issuesOf(reading)).toEqual(['SL1083 1.sql:3 3 statements that change rows of dbo.t were not run.']);
  });

  test('an encrypted module that SSMS could not script is known by its name', () => {
    const { database } = read(
      `/****** Object:  StoredProcedure [dbo].[Secret]    Script Date: 1/1/2020 ******/\n-- Encrypted object is not transferable, and script cannot be generated.\nGO\nSET ANSI_NULLS ON`,
    );
    expect(database.modules).toMatchObject([{ name: 'Secret', kind: 'procedure', definition: null }]);
  });

  test('logins, files and settings are counted, not carried over', () => {
    const reading = read(
      `CREATE LOGIN a WITH PASSWORD = 'x'\nCREATE LOGIN b WITH PASSWORD = 'x'\nALTER DATABASE app SET RECOVERY SIMPLE\nEXEC dbo.MyOwnSetUp 1`,
    );
    expect(issuesOf(reading)).toEqual([
      'SL1085 1.sql:1 Logins are of the server, not of the database: CREATE LOGIN (2 in this file).',
      'SL1085 1.sql:3 Files and options of the database are not carried over: ALTER DATABASE … SET.',
      'SL1086 1.sql:4 EXEC dbo.MyOwnSetUp was not run.',
    ]);
    expect(JSON.stringify(reading.issues)).not.toContain("'x'");
  });
});

describe('databases of scripts', () => {
  const two =
    'CREATE DATABASE a COLLATE Latin1_General_CS_AS\nGO\nUSE a\nGO\nCREATE TABLE t (id int)\nGO\nUSE [b]\nGO\nCREATE TABLE u (id int)';

  test('one of several is chosen by name', () => {
    expect(read(two, { chosen: 'B' }).database.tables.map((one) => one.name)).toEqual(['u']);
    expect(() => read(two)).toThrow('The scripts build several databases: a, b. Choose one with --database NAME.');
    expect(() => read(two, { chosen: 'c' })).toThrow('build no database c; they build: a, b.');
  });

  test('a script that looks whether its database is there finds it once it is made', () => {
    const model = modelOf(`:setvar DatabaseName "shop"
USE master
GO
IF EXISTS (SELECT name FROM master.sys.databases WHERE name = N'$(DatabaseName)') DROP DATABASE $(DatabaseName);
GO
CREATE DATABASE $(DatabaseName);
GO
IF NOT EXISTS (SELECT TOP 1 1 FROM sys.databases WHERE name = N'$(DatabaseName)') SET NOEXEC ON
GO
USE $(DatabaseName)
GO
IF DB_ID('shop') IS NOT NULL CREATE TABLE t (id int)`);
    expect([model.name, model.tables.length]).toEqual(['shop', 1]);
  });

  test('the only one is meant, whatever master was used for', () => {
    const model = modelOf('USE master\nGO\nCREATE DATABASE shop\nGO\nUSE shop\nGO\nCREATE TABLE t (id int)');
    expect([model.name, model.tables.length]).toEqual(['shop', 1]);
  });
});

describe('SQLCMD', () => {
  test(':connect and !! are told, :on error and :out are not', () => {
    const reading = read(
      ':on error exit\n:out x.log\n:connect far\\one\nGO\nCREATE TABLE t (id int)\nGO\n!!dir *.sql\n',
    );
    expect(reading.database.tables.map((one) => one.name)).toEqual(['t']);
    expect(issuesOf(reading).filter((one) => one.startsWith('SL1085'))).toEqual([
      'SL1085 1.sql:3 The script goes to another server here; what follows is read as if it were the same one.',
      'SL1085 1.sql:7 A command of the shell is not run.',
    ]);
  });

  test(':setvar, $(x) and :r are followed; lines keep their numbers', () => {
    const include = (path: string): { path: string; text: string } | undefined =>
      path === 'parts/$(x).sql' || path === 'parts/one.sql'
        ? { path, text: 'CREATE TABLE $(name) (id int)' }
        : undefined;
    const reading = read(
      `:on error exit\n:setvar name "made by var"\n:setvar name made\n:r "parts/one.sql"\nGO\nCREATE TABLE $(given) (id int)\nGO\nCREATE TABLE $(unset)x (id int)\nGO\n:r nowhere.sql\nBROKEN HERE`,
      { include, variables: new Map([['GIVEN', 'outside']]) },
    );
    expect(reading.database.tables.map((one) => one.name)).toEqual(expect.arrayContaining(['made', 'outside']));
    expect(issuesOf(reading).slice(0, 2)).toEqual([
      'SL1088 1.sql:8 The SQLCMD variable unset has no value: give it one with --var unset=….',
      'SL1082 1.sql:10 The file nowhere.sql of a :r line cannot be read.',
    ]);
    expect(issuesOf(reading).some((one) => one.includes(':11 '))).toBe(true);
  });
});

describe('scripts of database projects', () => {
  test('have the variables of their project, and name others in comments without harm', () => {
    const reading = read(`/* SELECT * FROM [$(TableName)] */ -- $(Other)
USE [$(DatabaseName)]
GO
CREATE TABLE t (id int)
GO
ALTER DATABASE [$(DatabaseName)] ADD FILE (NAME = f, FILENAME = '$(DefaultDataPath)$(DefaultFilePrefix).ndf')`);
    expect(reading.database.tables.map((one) => one.name)).toEqual(['t']);
    expect(issuesOf(reading).filter((one) => !one.startsWith('SL1085'))).toEqual([]);
  });
});

describe('scripts of many objects', () => {
  test('ten times the guards take about ten times as long, not a hundred times', () => {
    const script = (count: number): string =>
      Array.from(
        { length: count },
        (
          _,
          at,
        ) => `IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[t${at}]') AND type IN (N'U'))
CREATE TABLE dbo.t${at} (id int NOT NULL CONSTRAINT pk_t${at} PRIMARY KEY)
GO
IF NOT EXISTS (SELECT name FROM sysindexes WHERE name = 'ix_t${at}') CREATE INDEX ix_t${at} ON dbo.t${at} (id)
GO
EXEC sp_addextendedproperty N'MS_Description', N'table ${at}', N'SCHEMA', N'dbo', N'TABLE', N't${at}'
GO
`,
      ).join('');
    const cpuOf = (text: string): number => {
      const began = process.cpuUsage();
      read(text);
      const { user, system } = process.cpuUsage(began);
      return user + system;
    };
    read(script(300));
    const few = cpuOf(script(300));
    expect(cpuOf(script(3000)) / few).toBeLessThan(50);
  });
});
