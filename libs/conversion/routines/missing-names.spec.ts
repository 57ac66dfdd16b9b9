import { expect, test } from '@jest/globals';
import { convertScript } from './test-target.ts';

const messages = (body: string, code = 'SL1040'): string[] =>
  convertScript(`CREATE PROCEDURE dbo.p AS\n${body}`).issues.flatMap((one) =>
    one.code === code ? [`${one.line} ${one.message}`] : [],
  );

test('a statement over a table that another one would have made names that one', () => {
  expect(messages('SELECT * INTO #t FROM msdb.dbo.backupset\nDELETE FROM #t\nSELECT * FROM #u')).toEqual([
    '2 msdb.dbo.backupset is of SQL Server’s own database msdb, which has no counterpart.',
    '3 #t is made by a statement that is not converted, on line 2 of the routine.',
    '4 The temporary table #u is made by no routine that was read.',
  ]);
});

test('a name of the database that no script has fails in the source as well', () => {
  expect(messages('SELECT * FROM dbo.Nowhere')).toEqual([]);
  expect(messages('SELECT * FROM dbo.Nowhere', 'SL1091')).toEqual(["2 Invalid object name 'dbo.Nowhere'."]);
});

test('one that a text may make when it runs does not', () => {
  const body = "EXEC ('CREATE TABLE dbo.Nowhere (a int)')\nSELECT * FROM dbo.Nowhere, dbo.Elsewhere2";
  expect(messages(`DECLARE @n sysname = 'Elsewhere'\n${body.replace('Elsewhere2', 'Elsewhere')}`, 'SL1091')).toEqual(
    [],
  );
});
