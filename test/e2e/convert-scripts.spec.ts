import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { productRoot } from '#stack';
import { type CliResult, startCli } from '../harness/index.ts';

interface Report {
  readonly tables: number;
  readonly issues: readonly {
    readonly code: string;
    readonly object: string;
    readonly message: string;
    readonly file?: string;
    readonly line: number;
    readonly excerpt: string;
  }[];
  readonly files: Readonly<Record<string, string>>;
}

describe('sluice convert --scripts and assess --scripts', () => {
  let dir: string;
  const path = (...names: string[]): string => join(dir, ...names);
  const sluice = (...args: string[]): Promise<CliResult> => startCli(args, {}).done;
  const reportOf = (result: CliResult): Report => JSON.parse(result.stdout) as Report;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-scripts-'));
    const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text.replaceAll('\n', '\r\n')}`, 'utf16le');
    mkdirSync(path('install', 'more'), { recursive: true });
    writeFileSync(
      path('install', '2-tables.sql'),
      utf16(`USE [Shop]
GO
IF NOT EXISTS (SELECT * FROM sys.objects WHERE object_id = OBJECT_ID(N'[dbo].[Größe]') AND type in (N'U'))
BEGIN
CREATE TABLE [dbo].[Größe](
	[GrößeId] [int] IDENTITY(1,1) NOT NULL CONSTRAINT [PK_Größe] PRIMARY KEY,
	[Name] [nvarchar](50) NOT NULL
)
END
GO
INSERT [dbo].[Größe] ([Name]) VALUES (N'klein')
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Maße' , @level0type=N'SCHEMA',@level0name=N'dbo', @level1type=N'TABLE',@level1name=N'Größe'
GO
`),
    );
    writeFileSync(
      path('install', '10-code.sql'),
      `:setvar View Sizes\n:r more/view.sql\nGO\nCREATE PROCEDURE dbo.Broken AS\nSELECT FROM\nGO\nCREATE TABLE oops (id int,,)\nGO\nCREATE VIEW a AS SELECT x FROM b\nGO\nCREATE VIEW b AS SELECT x FROM a\n`,
    );
    writeFileSync(
      path('install', 'more', 'view.sql'),
      'CREATE OR ALTER VIEW dbo.$(View) AS SELECT [GrößeId], [Name] FROM dbo.[Größe]\n',
    );
    writeFileSync(path('install', 'notes.txt'), 'nothing');
    writeFileSync(
      path('greek.sql'),
      Buffer.from([...Buffer.from('CREATE TABLE dbo.['), 0xe1, 0xe2, ...Buffer.from('] (id int PRIMARY KEY)')]),
    );
    writeFileSync(
      path('job.yaml'),
      'job: scripts\nsource: { kind: sqlserver, database: Shop, user: sa, password: "${env:NOT_SET}" }\ntarget: { url: "postgresql://app@127.0.0.1/none", password: "${env:NOT_SET}", schemas: { dbo: shop }, naming: lower }\n',
    );
  });

  afterAll(() => rm(dir, { recursive: true, force: true }));

  test('a folder of scripts becomes a tree of files, with issues that name file and line', async () => {
    const result = await sluice(
      'convert',
      '--scripts',
      path('install', '2-tables.sql'),
      path('install', '10-code.sql'),
      '--out',
      path('tree'),
      '--json',
    );
    expect(result.code).toBe(0);
    const { tables, issues, files } = reportOf(result);
    expect(tables).toBe(1);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['dbo/view/Sizes.sql']));
    const table = Object.keys(files).find((file) => file.startsWith('dbo/table/')) ?? '';
    expect(readFileSync(path('tree', table), 'utf8')).toContain(`COMMENT ON TABLE public."größe" IS 'Maße'`);
    const places = issues.map((one) => `${one.code} ${one.file?.slice(dir.length + 1)}:${one.line}`);
    expect(places).toEqual(
      expect.arrayContaining([
        'SL1083 install/2-tables.sql:11',
        'SL1080 install/10-code.sql:7',
        'SL1008 install/10-code.sql:5',
      ]),
    );
    expect(issues.find((one) => one.code === 'SL1080')?.excerpt).toBe('CREATE TABLE oops (id int,,)');
    // Views in a circle: each is named, none is dropped.
    expect(issues.filter((one) => one.code === 'SL1008').map((one) => one.object)).toEqual(
      expect.arrayContaining(['dbo.Broken', 'dbo.a', 'dbo.b']),
    );
  });

  test('a job file gives names and schemas; its secrets need not be set', async () => {
    const result = await sluice('convert', path('job.yaml'), '--scripts', path('install'), '--json');
    expect(result.code).toBe(0);
    expect(JSON.stringify(reportOf(result))).toContain('CREATE TABLE shop.\\"größe\\"');
  });

  test('a code page is read as told', async () => {
    const result = await sluice('convert', '--scripts', path('greek.sql'), '--code-page', 'windows-1253', '--json');
    expect(result.stdout).toContain('CREATE TABLE public.\\"αβ\\"');
  });

  test('what is no T-SQL at all is said, with exit code 1', async () => {
    writeFileSync(
      path('noise.sql'),
      Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * 7919 + (at >> 3) * 104_729) % 256)),
    );
    const results = await Promise.all([
      sluice('convert', '--scripts', path('noise.sql')),
      sluice('assess', '--scripts', path('noise.sql')),
    ]);
    expect(results.map((one) => one.code)).toEqual([1, 1]);
    for (const one of results)
      expect(one.stdout).toMatch(/Nothing could be read from \S+noise\.sql: no object is made in it/);
  });

  test('what is wrong on the command line is said, with exit code 2', async () => {
    const results = await Promise.all([
      sluice('convert', '--scripts', path('nowhere')),
      sluice('convert', '--scripts', path('install', 'more'), '--var', 'View'),
      sluice('convert', '--scripts', path('install'), '--database', 'Other'),
      sluice('convert', '--scripts', path('greek.sql'), '--code-page', 'klingon'),
      sluice('convert'),
    ]);
    expect(results.map((one) => one.code)).toEqual([2, 2, 2, 2, 2]);
    expect(results.map((one) => one.stderr.split('\n')[0])).toEqual([
      expect.stringContaining('nowhere cannot be read'),
      expect.stringContaining('--var takes NAME=VALUE'),
      expect.stringContaining('The scripts build no database Other; they build: Shop'),
      expect.stringContaining('no code page klingon'),
      expect.stringContaining('Name the job file, or scripts with --scripts'),
    ]);
  });

  test('the sample’s scripts are assessed without a server: what converts, and what is not known', async () => {
    const page = path('assessment.html');
    const result = await sluice('assess', '--scripts', join(productRoot(), 'samples/garage'), '--html', page, '--json');
    expect(result.code).toBe(0);
    const [one] = (
      JSON.parse(result.stdout) as {
        databases: { kinds: { kind: string; total: number }[]; checks: { check: string }[] }[];
      }
    ).databases;
    expect(one?.kinds.find((kind) => kind.kind === 'table')?.total).toBe(68);
    expect(one?.checks.map((check) => check.check)).toContain('source-from-scripts');
    expect(readFileSync(page, 'utf8')).toContain('Scripts have no rows: assess the live database.');
  });
});
