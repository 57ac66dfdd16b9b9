import { describe, expect, test } from '@jest/globals';
import { columnsOf, issuesOf, modelOf, read, tableOf } from './spec-reading.ts';

describe('placeholders of scripts', () => {
  const values = new Map([
    ['{owner}', 'dbo.'],
    ['{prefix}', ''],
    ['@schema', 'dbo'],
  ]);

  test('what an installer replaces is replaced in any case, in names and in texts', () => {
    const model = modelOf(
      `IF OBJECT_ID('{Owner}{prefix}t') IS NULL CREATE TABLE {owner}[{PREFIX}t] (a int)
GO
CREATE TABLE @schema.u (b int)`,
      { replacements: values },
    );
    expect([columnsOf(tableOf(model)), columnsOf(tableOf(model, 'u'))]).toEqual([['a int'], ['b int']]);
  });

  test('a longer text goes before the one that it begins with', () => {
    const replacements = new Map([
      ['@name', 'wrong'],
      ['@name_of_table', 't'],
    ]);
    expect(columnsOf(tableOf(modelOf('CREATE TABLE @name_of_table (a int)', { replacements })))).toEqual(['a int']);
  });

  test('a parameter of a template has its value, or that of a variable, and says so once', () => {
    const script = `-- <Author, , Name>
CREATE TABLE [<owner, sysname, dbo>].[<table,varchar,t>] (a int)
ALTER TABLE [<owner, sysname, dbo>].[<table,varchar,t>] ADD b int`;
    const { database, issues } = read(script, { variables: new Map([['table', 't']]) });
    expect(columnsOf(tableOf(database))).toEqual(['a int', 'b int']);
    expect(issues.map((one) => `${one.code} ${one.line}:${one.column} ${one.message}`)).toEqual([
      'SL1088 2:15 The template parameter owner has its own value, dbo: give it another with --var owner=….',
    ]);
  });

  test('what can be nothing else is read as dbo before a dot, and as nothing as a part of a name', () => {
    const reading =
      read(`IF OBJECT_ID(N'{Owner}[{prefix}t]') IS NULL CREATE TABLE {owner}[{prefix}t] (a int, [{b}] int, [c{prefix}] int)
GO
CREATE TABLE @schema.u (b int)
GO
CREATE VIEW [\${home}].v AS SELECT '{b} of @schema' AS c -- {b}
GO
CREATE PROC {own}p AS SELECT c.x.value('.', 'int'), {ts '2020-01-01 00:00:00'} FROM @doc.nodes('a') AS c(x)`);
    const { tables, modules } = reading.database;
    expect(tables.map(columnsOf)).toEqual([['a int', '{b} int', 'c int'], ['b int']]);
    expect(modules.map((one) => [one.schema, one.name])).toEqual([
      ['dbo', 'v'],
      ['dbo', 'p'],
    ]);
    expect(modules[0]?.definition).toContain("'{b} of @schema' AS c -- {b}");
    expect(issuesOf(reading)).toEqual([
      "SL1088 1.sql:1 {owner} is no T-SQL but what an installer replaces: it is read as nothing; give another value with --replace '{owner}=…'.",
      "SL1088 1.sql:1 {prefix} is no T-SQL but what an installer replaces: it is read as nothing; give another value with --replace '{prefix}=…'.",
      "SL1088 1.sql:3 @schema is no T-SQL but what an installer replaces: it is read as dbo; give another value with --replace '@schema=…'.",
      "SL1088 1.sql:5 ${home} is no T-SQL but what an installer replaces: it is read as dbo; give another value with --replace '${home}=…'.",
      "SL1088 1.sql:7 {own} is no T-SQL but what an installer replaces: it is read as nothing; give another value with --replace '{own}=…'.",
    ]);
  });

  test('a script that is not understood is told which texts may be an installer’s', () => {
    const reading = read('GRANT SELECT ON t TO {user}');
    expect(issuesOf(reading).filter((one) => one.startsWith('SL1088'))).toEqual([
      "SL1088 1.sql:1 {user} is no T-SQL: if an installer replaces it, give its value with --replace '{user}=…'.",
    ]);
  });

  test('comparisons are no parameters of a template', () => {
    const model = modelOf(`CREATE VIEW v AS SELECT CASE WHEN 1 <2 THEN 1 ELSE 0 END AS a, 3 AS b WHERE 4> 1`);
    expect(model.modules.map((one) => one.definition)).toEqual([expect.stringContaining('1 <2 THEN')]);
  });
});
