import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type sql from 'mssql';
import { convertDatabase, readScripts } from '#conversion';
import { Secret } from '#config';
import { connect, type SampleServer } from '#samples';
import type { TableModel } from '#schema';
import { SqlServerSource } from '#source-sqlserver';
import { productRoot } from '#stack';
import { freshName, testSandbox } from '#testing';
import { decodeScript, parseScript } from '#tsql';

const database = freshName('library');
/** The script as "Generate Scripts" saves it: UTF-16 with its mark, lines ended as on Windows. */
const bytes = Buffer.from(
  `\uFEFF${readFileSync(join(productRoot(), 'test/scripts/library.sql'), 'utf8').replaceAll('[Library]', `[${database}]`).replaceAll("'Library'", `'${database}'`).replaceAll('\n', '\r\n')}`,
  'utf16le',
);

describe('a script as SSMS generates it, with everything that a database may have', () => {
  let pool: sql.ConnectionPool;
  let server: SampleServer;
  const refused: string[] = [];

  beforeAll(async () => {
    server = { host: '127.0.0.1', user: 'sa', database: 'master', ...(await testSandbox()) };
    pool = await connect(server, 1);
    for (const batch of parseScript(decodeScript(bytes)).batches) {
      await pool
        .request()
        .batch(batch.text)
        .catch((error: sql.RequestError) => refused.push(`line ${batch.span.line}: ${error.number} ${error.message}`));
    }
  }, 120_000);

  afterAll(async () => {
    await pool.request().batch(`USE master; DROP DATABASE ${database}`);
    await pool.close();
  });

  test('the sandbox takes each statement, or says which of them it has not', () => {
    expect(refused.map((one) => one.replace(' is not supported in this version of SQL Server', ''))).toEqual([
      'line 34: 40515 ALTER DATABASE SET READ_COMMITTED_SNAPSHOT OFF.',
      "line 60: 208 Invalid object name 'sysfulltextcatalogs'.",
      // It has no filegroups.
      "line 68: 1921 Invalid filegroup 'ARCHIVE' specified.",
      'line 86: 40515 The statement CREATE XML SCHEMA COLLECTION.',
      'line 90: 40515 The statement CREATE ASSEMBLY.',
      'line 130: 40515 EXTERNAL NAME.',
      "line 192: 1921 Invalid partition scheme 'ByYearScheme' specified.",
      'line 201: 40515 xml bound to a schema collection.',
      'line 272: 40515 The statement CREATE FULL TEXT INDEX.',
    ]);
  });

  test('read as scripts it gives the same as the catalog does, and what the sandbox has not besides', async () => {
    const source = new SqlServerSource({
      ...{ ...server, database, password: new Secret(server.password) },
      ...{ encrypt: true, trustServerCertificate: true },
    });
    const live = await source.catalog.readDatabase().finally(() => source.close());
    const reading = readScripts([{ path: 'library.sql', text: decodeScript(bytes) }], { database: 'none' });
    const read = reading.database;
    expect([read.name, read.collation]).toEqual([live.name, live.collation]);
    const named = (names: readonly { readonly name: string }[]): string[] => names.map((one) => one.name).toSorted();
    const more = (all: readonly string[], some: readonly string[]): string[] =>
      all.filter((one) => !some.includes(one));
    expect(more(named(read.tables), named(live.tables))).toEqual(['Card', 'LoanHistory']);
    expect(more(named(read.modules), named(live.modules))).toEqual(['Secret', 'fn_Soundex']);
    for (const table of live.tables) {
      const same = read.tables.find((one) => one.name === table.name);
      expect(comparableTable(same)).toEqual(comparableTable(table));
    }
    for (const module of live.modules) {
      const same = read.modules.find((one) => one.name === module.name);
      expect(same).toEqual(module);
    }
    expect(read.sequences.map((one) => ({ ...one, current: '' }))).toEqual(
      live.sequences.map((one) => ({ ...one, current: '' })),
    );
    expect(read.aliasTypes).toEqual(live.aliasTypes);
    expect(read.tableTypes).toEqual(live.tableTypes);
    expect(read.synonyms).toEqual(live.synonyms);
    expect(reading.issues.map((one) => `${one.code}:${one.line}`)).toEqual(['SL1085:6', 'SL1085:17']);
  });

  test('all of it is converted or told of', () => {
    const { database: model } = readScripts([{ path: 'library.sql', text: decodeScript(bytes) }], { database: 'none' });
    const { steps, issues } = convertDatabase(model, SETTINGS);
    const made = steps.map((one) => one.sql).join(';\n');
    for (const text of [
      `CREATE SEQUENCE loan.receipt_number AS bigint INCREMENT BY 5 MINVALUE 1000 MAXVALUE 9999999 START WITH 1000`,
      'PARTITION BY RANGE',
      'books_on_loan',
      `IS 'Thirteen digits'`,
      'USING gin',
    ])
      expect(made).toContain(text);
    const told = new Set(issues.map((one) => one.object));
    for (const object of ['TextTools', 'dbo.CardSchema', 'dbo.fn_Soundex', 'loan.Secret', 'loan.Loan.FK_Loan_Copy'])
      expect(told).toContain(object);
  });
});

const SETTINGS = {
  target: { naming: 'snake_case', schemas: { dbo: 'public' } },
  tables: [],
  values: { nul: 'reject', digit7: 'truncate' },
} as unknown as Parameters<typeof convertDatabase>[1];

/** Without ids, and without what the sandbox refused: the full-text index. */
function comparableTable(table: TableModel | undefined): unknown {
  const { objectId: _, fullText: _f, estimatedRows: _r, estimatedBytes: _b, ...rest } = table ?? ({} as TableModel);
  return JSON.parse(JSON.stringify(rest), (key, value: unknown) =>
    key === 'name' && typeof value === 'string' ? value.replace(/(__)[0-9A-F]{8,16}$/, '$1') : value,
  );
}
