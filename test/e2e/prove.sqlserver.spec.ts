import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ConnectionPool } from 'mssql';
import pg from 'pg';
import { connect, installGarage, installOrders, type SampleServer } from '#samples';
import { freshName } from '#testing';
import { readJobFile } from '#jobs';
import { SqlServerSource } from '#source-sqlserver';
import { type CliResult, fillEmptyTables, openPlace, startCli, type TestPlace } from '../harness/index.ts';

const MINUTES = 60_000;

interface Proof {
  readonly object: string;
  readonly kind: string;
  readonly verdict: string;
  readonly alike: number;
  readonly calls: number;
  readonly errors: number;
  readonly error?: string;
  readonly reason?: string;
  readonly codes?: readonly string[];
  readonly example?: { readonly call: string; readonly difference: string };
  readonly told?: readonly string[];
}

/** What a TRY block had done before its error stays in SQL Server; PostgreSQL undoes it with the block (SL1042). */
const KEEPS = `CREATE PROCEDURE dbo.Proof_Keeps @n int AS
BEGIN TRY
  INSERT INTO dbo.Proof_Note (Id, Text) VALUES (100 + @n, N'kept');
  SELECT 1 / @n;
END TRY
BEGIN CATCH
  SELECT -1;
END CATCH`;

/** Numbers that a text is too short for are cut in PostgreSQL (SL1105). */
const SHORT = 'CREATE PROCEDURE dbo.Proof_Short @n int AS SELECT CAST(@n + 12345 AS nvarchar(2)) AS Text';

/** A table of which only what a call changes is compared, and a procedure that always fails. */
const LONG = [
  'CREATE TABLE dbo.Proof_Long (Id int NOT NULL PRIMARY KEY, Text nvarchar(20) COLLATE Latin1_General_CI_AS NOT NULL, Amount money NULL)',
  `WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO dbo.Proof_Long (Id, Text, Amount) SELECT i, N'row', i FROM n OPTION (MAXRECURSION 0)`,
  `CREATE PROCEDURE dbo.Proof_Change @Id int AS
BEGIN
  UPDATE dbo.Proof_Long SET Text = UPPER(Text), Amount = Amount * 2 WHERE Id BETWEEN @Id AND @Id + 2
  DELETE dbo.Proof_Long WHERE Id = @Id + 3
  INSERT dbo.Proof_Long (Id, Text) VALUES (2000 + @Id, N'new')
END`,
  `CREATE PROCEDURE dbo.Proof_Fails @Id int AS RAISERROR('Nothing works.', 16, 1)`,
];

/** A page by an order that leaves ties, of which another row may be taken in the target; and rows that are equal in what they are ordered by. */
const ORDERED = [
  `CREATE PROCEDURE dbo.Proof_Page AS SELECT TOP (2) Id, Text FROM dbo.Proof_Long ORDER BY Text`,
  `CREATE PROCEDURE dbo.Proof_Ties AS SELECT Id, Text, Id % 3 AS Part FROM dbo.Proof_Note ORDER BY Part DESC`,
];

/** What cannot be compared, and why: the catalogs have other names. */
const REASONS: Readonly<Record<string, RegExp>> = {
  'dbo.Admin_TableSizes': /^it asks the catalog \(SL1059\)/,
};

describe('sluice convert --prove', () => {
  const database = freshName('proof');
  let place: TestPlace;
  let source: ConnectionPool;
  let job: string;
  let orders: string;
  let env: Record<string, string>;
  let target: pg.Client;
  let loaded: readonly CliResult[];

  beforeAll(async () => {
    place = await openPlace('shared');
    const server = place.sandbox.server(database);
    await installGarage(server);
    source = await connect(server, 1);
    for (const text of [
      'CREATE TABLE dbo.Proof_Note (Id int NOT NULL PRIMARY KEY, Text nvarchar(20) NOT NULL)',
      `INSERT INTO dbo.Proof_Note VALUES (1, N'one'), (2, N'two')`,
      KEEPS,
      ...LONG,
      ...ORDERED,
      SHORT,
    ])
      await source.request().batch(text);
    target = new pg.Client({ connectionString: place.servers.targetUrl });
    await target.connect();
    env = { SLUICE_TEST_SOURCE_PASSWORD: server.password };
    const second = place.sandbox.server(`${database}_orders`);
    await installOrders(second, { rows: 60, seed: 3 });
    [job, orders] = [await jobFile(server), await jobFile(second)];
    await fillTables();
    const load = (file: string): Promise<CliResult> => startCli(['run', file, '--until', 'loaded'], env).done;
    loaded = await Promise.all([load(job), load(orders)]);
  }, 6 * MINUTES);

  /** A job for a database of the sandbox, with a target of its name. */
  const jobFile = async (server: SampleServer): Promise<string> => {
    const name = server.database;
    await target.query(`CREATE DATABASE ${name}`);
    const url = new URL(place.servers.targetUrl);
    url.pathname = `/${name}`;
    const file = join(place.servers.dir, `${name}.yaml`);
    writeFileSync(
      file,
      `job: ${name.replaceAll('_', '-')}
source: { kind: sqlserver, host: ${server.host}, port: ${server.port}, database: ${name}, user: sa, password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }
target: { url: "${url.toString()}" }
kafka: { brokers: ${JSON.stringify(place.servers.brokers)}, registry: { url: "${place.servers.registryUrl}" } }
changes: { enableCdc: yes }
`,
    );
    return file;
  };

  afterAll(async () => {
    await source?.close();
    for (const name of [database, `${database}_orders`])
      await target?.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await target?.end();
    await place?.close();
  }, MINUTES);

  /** The sample has few rows of its own: what its routines read and change is made up. */
  const fillTables = async (): Promise<void> => {
    process.env['SLUICE_TEST_SOURCE_PASSWORD'] = place.sandbox.server('').password;
    const reader = new SqlServerSource(readJobFile(job).source);
    try {
      await fillEmptyTables(source, await reader.catalog.readDatabase(), 6);
    } finally {
      await reader.close();
    }
  };

  const prove = (...args: string[]): Promise<CliResult & { objects: Proof[] }> => proveJob(job, ...args);
  const proveJob = async (file: string, ...args: string[]): Promise<CliResult & { objects: Proof[] }> => {
    const result = await startCli(['convert', file, '--prove', '--json', ...args], env).done;
    const { objects = [] } = JSON.parse(result.stdout || '{}') as { objects?: Proof[] };
    return { ...result, objects };
  };

  const shown = (all: readonly Proof[]): string[] =>
    all.map((one) => `${one.object}: ${one.example?.difference ?? one.reason}`);

  test(
    'without --writes views and functions are tried alone',
    async () => {
      expect(loaded.map(({ code, stderr }) => ({ code, said: code === 0 ? '' : stderr.slice(-3000) }))).toEqual(
        loaded.map(() => ({ code: 0, said: '' })),
      );
      const { objects } = await prove('--cases', '4', '--object', 'order');
      expect(shown(objects.filter((one) => one.verdict === 'differs'))).toEqual([]);
      const tried = new Set(objects.filter((one) => one.verdict === 'proven').map((one) => one.kind));
      expect([...tried].toSorted()).toEqual(['scalar', 'table', 'view']);
      const left = objects.filter((one) => one.kind === 'procedure' || one.kind === 'trigger');
      expect(left.length).toBeGreaterThan(10);
      expect(left.filter((one) => !/ask for it with --writes/.test(one.reason ?? ''))).toEqual([]);
    },
    3 * MINUTES,
  );

  test(
    'with --writes every routine is proven, but for the one whose difference is known and what cannot be tried',
    async () => {
      const before = await source.request().query('SELECT COUNT(*) AS n FROM dbo.AuditEntry');
      const { objects, code } = await prove('--writes', '--cases', '4');
      expect(code).toBe(1);
      const differs = objects.filter((one) => one.verdict === 'differs');
      expect(shown(differs)).toEqual([
        'dbo.Proof_Keeps: rows of dbo.Proof_Note afterwards: 3 rows in the source, 2 in the target; only in the source: ["100","kept"]',
      ]);
      expect(differs[0]?.codes).toContain('SL1042');
      const verdicts = new Map(objects.map((one) => [one.object, one]));
      for (const [object, reason] of Object.entries(REASONS))
        expect({ object, reason: verdicts.get(object)?.reason }).toEqual({
          object,
          reason: expect.stringMatching(reason),
        });
      const proven = objects.filter((one) => one.verdict === 'proven');
      expect(proven.length).toBeGreaterThan(157);
      expect(proven.filter((one) => one.kind === 'view').length).toBeGreaterThan(8);
      expect(proven.filter((one) => one.kind === 'scalar').length).toBeGreaterThan(15);
      // A row of the same text may stand in its place; and which two of all are taken is nobody's promise.
      expect(verdicts.get('dbo.Proof_Ties')?.verdict).toBe('proven');
      const page = verdicts.get('dbo.Proof_Page');
      expect(page?.verdict === 'proven' || /^the order is not determined/.test(page?.reason ?? '')).toBe(true);
      const told = objects.filter((one) => one.verdict === 'differs-as-told');
      expect(told.map((one) => [one.object, one.told])).toEqual([['dbo.Proof_Short', ['SL1105']]]);
      // Rows of table types are made on both sides; of a long table what a call changes is compared. Not each of their calls fails.
      const wanted = [
        'dbo.Customer_SetContacts',
        'dbo.WorkOrder_AddParts',
        'stock.Purchase_Receive',
        'dbo.Proof_Change',
      ];
      expect(objects.filter((one) => wanted.includes(one.object)).map((one) => one.verdict)).toEqual(
        wanted.map(() => 'proven'),
      );
      const failing = objects.filter((one) => one.verdict === 'only-errors');
      expect(failing.find((one) => one.object === 'dbo.Proof_Fails')?.error).toBe('Nothing works.');
      expect(failing.length).toBeLessThan(6);
      expect(objects.filter((one) => one.kind === 'trigger' && one.verdict === 'proven').length).toBeGreaterThan(5);
      const after = await source.request().query('SELECT COUNT(*) AS n FROM dbo.AuditEntry');
      expect(after.recordset).toEqual(before.recordset);
      // Its name is that of the target's database and the job: others may be at work on the same server.
      const key = JSON.stringify([database, database.replaceAll('_', '-')]);
      const scratch = `sluice_scratch_${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
      const { rows } = await target.query('SELECT datname FROM pg_database WHERE datname = $1', [scratch]);
      expect(rows).toEqual([]);
    },
    5 * MINUTES,
  );

  test(
    'the view of the other sample is proven on its rows',
    async () => {
      const { objects, code } = await proveJob(orders, '--writes', '--cases', '4');
      expect(objects.map((one) => [one.object, one.verdict])).toEqual([['dbo.OpenOrders', 'proven']]);
      expect(code).toBe(0);
    },
    MINUTES,
  );

  test(
    'an object is named, and calls are as many as asked for at most',
    async () => {
      const { objects } = await prove('--object', 'SplitText', '--cases', '3');
      expect(objects.map((one) => [one.object, one.verdict, one.calls])).toEqual([['dbo.SplitText', 'proven', 3]]);
    },
    MINUTES,
  );
});
