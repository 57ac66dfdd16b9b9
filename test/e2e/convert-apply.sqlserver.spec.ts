import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type sql from 'mssql';
import type pg from 'pg';
import { connect, createDatabase } from '#samples';
import { freshDatabase, type FreshDatabase, freshName, testSandbox, until } from '#testing';
import { type CliResult, type CliRun, startCli } from '../harness/index.ts';

const MINUTES = 60_000;

const SOURCE = [
  'CREATE SCHEMA sales',
  'CREATE TABLE dbo.Customer (Id int IDENTITY PRIMARY KEY, Name nvarchar(80) NOT NULL, Mail varchar(120) NULL, CONSTRAINT UQ_Mail UNIQUE (Mail))',
  'CREATE TABLE sales.[Order] (Id int IDENTITY PRIMARY KEY, CustomerId int NOT NULL CONSTRAINT FK_Customer REFERENCES dbo.Customer (Id), Total decimal(12, 2) NOT NULL CONSTRAINT CK_Total CHECK (Total >= 0))',
  'CREATE INDEX IX_Customer ON sales.[Order] (CustomerId)',
  'CREATE VIEW sales.Spent AS SELECT CustomerId, SUM(Total) AS Spent FROM sales.[Order] GROUP BY CustomerId',
  'CREATE VIEW sales.Best AS SELECT TOP 3 c.Name, s.Spent FROM sales.Spent AS s JOIN dbo.Customer AS c ON c.Id = s.CustomerId ORDER BY s.Spent DESC',
  'CREATE FUNCTION dbo.Taxed (@net decimal(12, 2)) RETURNS decimal(12, 2) AS BEGIN RETURN @net * 1.19 END',
  'CREATE PROCEDURE sales.AddOrder @customer int, @total decimal(12, 2) AS BEGIN INSERT INTO sales.[Order] (CustomerId, Total) VALUES (@customer, dbo.Taxed(@total)) END',
  "CREATE TRIGGER sales.Greet ON sales.[Order] AFTER INSERT AS BEGIN UPDATE dbo.Customer SET Name = Name + '!' WHERE Id IN (SELECT CustomerId FROM inserted) END",
];

interface Outcome {
  readonly path: string;
  readonly outcome: string;
  readonly error: string | null;
}

interface Report {
  readonly files: Record<string, string>;
  readonly objects: Outcome[];
  readonly verification?: { place: string; by: string; verdicts: { path: string; verdict: { ok: boolean } }[] };
  readonly error?: { kind: string; message: string };
}

describe('sluice convert --apply', () => {
  const database = freshName('applied');
  const view = 'sales/view/Spent.sql';
  let dir: string;
  let tree: string;
  let job: string;
  let env: Record<string, string>;
  let source: sql.ConnectionPool;
  let fresh: FreshDatabase;
  let target: pg.Pool;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-apply-'));
    tree = join(dir, 'tree');
    const sandbox = await testSandbox();
    const server = { host: '127.0.0.1', user: 'sa', database, ...sandbox };
    await createDatabase(server);
    source = await connect(server, 1);
    for (const batch of SOURCE) await source.request().batch(batch);
    fresh = await freshDatabase();
    target = fresh.pool();
    env = { SLUICE_TEST_SOURCE_PASSWORD: sandbox.password };
    job = join(dir, 'job.yaml');
    writeFileSync(
      job,
      `job: applied
source: { kind: sqlserver, port: ${sandbox.port}, database: ${database}, user: sa, password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }
target: { url: "${fresh.url}" }
`,
    );
  }, 5 * MINUTES);

  afterAll(async () => {
    await source.close();
    await fresh.drop();
    await rm(dir, { recursive: true, force: true });
  });

  const start = (args: readonly string[], failpoints?: string): CliRun =>
    startCli(['convert', job, '--json', ...args], { ...env, ...(failpoints ? { SLUICE_FAILPOINTS: failpoints } : {}) });
  const convert = async (...args: string[]): Promise<CliResult & { report: Report }> => {
    const result = await start(args).done;
    return { ...result, report: JSON.parse(result.stdout) as Report };
  };
  const outcomesOf = (report: Report): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { outcome } of report.objects) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  };
  const rows = async <R extends pg.QueryResultRow>(text: string): Promise<R[]> => (await target.query<R>(text)).rows;

  /** Everything in the target that a person would see, but for the control schema. */
  const everything = async (): Promise<string[]> =>
    (
      await rows<{ identity: string }>(
        `select n.type || ' ' || n.identity as identity from (
           select 'pg_class'::regclass as c, oid from pg_class where relnamespace not in (select oid from pg_namespace where nspname ~ '^(pg_|information_schema|sluice$)')
           union all select 'pg_proc'::regclass, oid from pg_proc where pronamespace not in (select oid from pg_namespace where nspname ~ '^(pg_|information_schema|sluice$)')
           union all select 'pg_trigger'::regclass, oid from pg_trigger where not tgisinternal
           union all select 'pg_constraint'::regclass, oid from pg_constraint where connamespace not in (select oid from pg_namespace where nspname ~ '^(pg_|information_schema|sluice$)')
           union all select 'pg_namespace'::regclass, oid from pg_namespace where nspname !~ '^(pg_|information_schema|sluice$)') x
         cross join lateral pg_identify_object(x.c, x.oid, 0) as n order by 1`,
      )
    ).map((row) => row.identity);

  /** What the workspace says is there, and what is: nothing more, nothing less. */
  async function expectExact(): Promise<void> {
    const there = new Set(await everything());
    const owned = await rows<{ identity: string }>(`select type || ' ' || identity as identity from sluice.owned`);
    const ours = new Set(owned.map((row) => row.identity));
    expect(owned.filter((row) => !there.has(row.identity))).toEqual([]);
    expect([...there].filter((one) => !ours.has(one) && one !== 'schema public')).toEqual([]);
    const halves = await rows(
      `select path from sluice.objects o where (state = 'applied') <> exists (select 1 from sluice.owned w where w.path = o.path) and phase is not null`,
    );
    expect(halves).toEqual([]);
  }

  test('a dry run says what would be done and changes nothing', async () => {
    const before = await everything();
    const { code, report, stderr } = await convert('--apply', '--dry-run', '--out', tree);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(outcomesOf(report)).toEqual({ applied: 12 });
    expect(await everything()).toEqual(before);
    expect(await rows(`select 1 from pg_namespace where nspname = 'sluice'`)).toEqual([]);
    expect(() => readFileSync(join(tree, view))).toThrow('ENOENT');
  });

  test('every object is made and looked at in a scratch place, of which nothing stays', async () => {
    const { code, report } = await convert('--verify');
    expect(code).toBe(0);
    expect(report.verification).toMatchObject({ place: 'database' });
    expect(report.verification?.verdicts).toHaveLength(12);
    expect(await rows(`select 1 from pg_database where datname like 'sluice_scratch%'`)).toEqual([]);
    expect(await everything()).toEqual(['schema public']);
    // Who asks the target alone needs no secret of the source.
    const list = startCli(['convert', job, '--json', '--list', '--kind', 'view'], {});
    const listed = JSON.parse((await list.done).stdout) as {
      objects: { path: string; state: string }[];
    };
    expect(listed.objects.map((one) => one.path)).toEqual(['sales/view/Spent.sql', 'sales/view/Best.sql']);
    expect(listed.objects.every((one) => one.state === 'verified' || one.state === 'to_review')).toBe(true);
  });

  test(
    'killed at any point it leaves what the workspace says, and goes on from there',
    async () => {
      for (const point of [
        'apply.object-locked:1',
        'apply.statements-run:2',
        'apply.before-commit:3',
        'apply.statements-run:3',
      ]) {
        expect((await start(['--apply'], point).done).code).toBeNull();
        await expectExact();
      }
      const run = start(['--apply']);
      const applied = async (): Promise<number> =>
        Number((await rows<{ n: string }>(`select count(*) as n from sluice.objects where state = 'applied'`))[0]?.n);
      const already = await applied();
      await until(async () => (await applied()) > already || run.stdout() !== '', { message: 'another object' });
      run.signal('SIGKILL');
      await run.done;
      await expectExact();
      const { code, report } = await convert('--apply');
      expect({ code, failed: report.objects.filter((one) => one.error !== null) }).toEqual({ code: 0, failed: [] });
      await expectExact();
      expect(await applied()).toBe(12);
    },
    2 * MINUTES,
  );

  test('applied again it changes nothing; two at once do not disturb each other', async () => {
    const both = await Promise.all([convert('--apply'), convert('--apply')]);
    for (const { code, report } of both) {
      expect(code).toBe(0);
      expect(outcomesOf(report)).toEqual({ unchanged: 12 });
    }
    const mixed = await start(['--apply', '--list']).done;
    expect(mixed.code).toBe(2);
  });

  test('an edit is what is applied; what needs it is made again', async () => {
    expect((await convert('--out', tree)).code).toBe(0);
    const text = readFileSync(join(tree, view), 'utf8');
    writeFileSync(
      join(tree, view),
      `${text.trimEnd()}\n-- by hand\nCOMMENT ON VIEW sales.spent IS 'what customers spent';\n`,
    );
    const { code, report } = await convert('--apply', '--out', tree, '--phase', 'code');
    expect({ code, files: report.files[view] }).toEqual({ code: 0, files: 'kept' });
    expect(report.objects.find((one) => one.path === view)?.outcome).toBe('replaced');
    expect(report.objects.find((one) => one.path === 'sales/view/Best.sql')?.outcome).toBe('applied');
    expect(await rows(`select obj_description('sales.spent'::regclass) as said`)).toEqual([
      { said: 'what customers spent' },
    ]);
    const shown = JSON.parse((await start(['--show', view]).done).stdout) as {
      object: { state: string; edited: string };
      history: { what: string }[];
    };
    expect(shown.object).toMatchObject({ state: 'applied', edited: expect.stringContaining('by hand') });
    expect(shown.history.map((one) => one.what)).toEqual(['converted', 'verified', 'applied', 'edited', 'replaced']);
  });

  test('an edit and a change of the source in one place: nothing is applied until somebody settles it', async () => {
    const edited = readFileSync(join(tree, view), 'utf8').replace(/sum\(/i, '2 * sum(');
    writeFileSync(join(tree, view), edited);
    await source
      .request()
      .batch('ALTER VIEW sales.Spent AS SELECT CustomerId, MAX(Total) AS Spent FROM sales.[Order] GROUP BY CustomerId');
    const refused = await convert('--apply', '--out', tree);
    expect(refused.code).toBe(1);
    expect(refused.report.files[view]).toBe('conflict');
    expect(refused.report.objects).toBeUndefined();
    const settled = readFileSync(join(tree, view), 'utf8').replace(
      /<<<<<<< edited\n([^]*?)\|{7}[^]*?>>>>>>> newly converted\n/,
      '$1',
    );
    writeFileSync(join(tree, view), settled);
    const { code, report } = await convert('--apply', '--out', tree);
    expect({ code, counts: outcomesOf(report) }).toEqual({
      code: 0,
      counts: { unchanged: 10, replaced: 1, applied: 1 },
    });
    const [shown] = await rows<{ text: string }>(`select pg_get_viewdef('sales.spent'::regclass) as text`);
    expect(shown?.text).toContain('sum');
  });

  test('what somebody else changed or made stays, and is told', async () => {
    await target.query(
      'create or replace function taxed(p_net numeric) returns numeric language sql as $$ select 7.0 $$',
    );
    await target.query('create table their_notes (note text); create index their_index on sales."order" (total)');
    const [before] = await rows<{ body: string }>(`select prosrc as body from pg_proc where proname = 'taxed'`);
    const { code, report } = await convert('--apply');
    expect(code).toBe(1);
    expect(report.objects.filter((one) => one.outcome === 'conflict').map((one) => one.path)).toEqual([
      'dbo/scalar-function/Taxed.sql',
    ]);
    expect(await rows(`select prosrc as body from pg_proc where proname = 'taxed'`)).toEqual([before]);
  });

  test(
    'a roll-back drops what is ours, the rest stays; killed in the middle it goes on',
    async () => {
      await target.query(`insert into customer (name) values ('Ada')`);
      const plan = await convert('--rollback', '--dry-run');
      const there = await everything();
      expect(plan.code).toBe(1);
      expect((await start(['--rollback'], 'rollback.before-commit:4').done).code).toBeNull();
      expect((await everything()).length).toBeLessThan(there.length);
      const { code, report } = await convert('--rollback');
      expect(code).toBe(1);
      expect(
        report.objects
          .filter((one) => one.outcome === 'kept')
          .map((one) => `${one.path}: ${one.error}`)
          .sort(),
      ).toEqual([
        expect.stringMatching(/^dbo\/scalar-function\/Taxed.sql: function .*taxed.* was changed by somebody else/),
        expect.stringMatching(/^dbo\/table\/Customer.sql: public.customer has rows/),
        expect.stringMatching(/^sales\/schema\/sales.sql: /),
        expect.stringMatching(/^sales\/table\/Order.sql: index sales.their_index depends on it and is not ours/),
      ]);
      expect(await rows('select * from customer')).toHaveLength(1);
      await target.query('drop index sales.their_index');
      const last = await convert('--rollback', '--with-data');
      expect(last.report.objects.filter((one) => one.outcome === 'kept').map((one) => one.path)).toEqual([
        'dbo/scalar-function/Taxed.sql',
      ]);
      expect((await everything()).filter((one) => !/pg_toast/.test(one))).toEqual([
        expect.stringContaining('function public.taxed'),
        'schema public',
        'table public.their_notes',
      ]);
    },
    2 * MINUTES,
  );

  test('without a right to make databases the check is done in schemas that are rolled back', async () => {
    const role = freshName('sluice_user');
    const other = await freshDatabase();
    const admin = other.pool();
    await admin.query(`create role ${role} login password 'x'; grant create on database ${other.name} to ${role}`);
    try {
      const url = Object.assign(new URL(other.url), { username: role, password: 'x' });
      const { code, report, stderr } = await convert('--verify', '--dry-run', '--set', `target.url=${url.href}`);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      expect(report.verification).toMatchObject({ place: 'schemas', by: 'planned' });
      const left = await admin.query(`select 1 from pg_namespace where nspname ~ '^sluice'`);
      expect(left.rows).toEqual([]);
    } finally {
      await admin.query(`drop owned by ${role}; drop role ${role}`);
      await other.drop();
    }
  });
});
