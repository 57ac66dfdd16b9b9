import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type sql from 'mssql';
import pg from 'pg';
import { connect, installGarage, installOrders } from '#samples';
import { freshName, testPostgres, testSandbox } from '#testing';
import { type CliResult, startCli } from '../harness/index.ts';

const MINUTES = 60_000;

describe('sluice convert --out', () => {
  const database = freshName('converted');
  let dir: string;
  let tree: string;
  let job: string;
  let env: Record<string, string>;
  let source: sql.ConnectionPool;
  let targetUrl: URL;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-convert-'));
    tree = join(dir, 'tree');
    const sandbox = await testSandbox();
    targetUrl = new URL((await testPostgres()).url);
    const server = { host: '127.0.0.1', user: 'sa', database, ...sandbox };
    await installOrders(server, { rows: 1000, seed: 8 });
    source = await connect(server, 1);
    await source.request().batch('CREATE SCHEMA report');
    await source
      .request()
      .batch(
        'CREATE VIEW report.Busy AS SELECT o.CustomerId, COUNT(*) AS Orders FROM dbo.[Order] AS o GROUP BY o.CustomerId',
      );
    await source
      .request()
      .batch('CREATE VIEW report.Plain AS SELECT o.OrderId, o.Status, o.Note FROM dbo.[Order] AS o');
    env = { SLUICE_TEST_SOURCE_PASSWORD: sandbox.password };
    job = join(dir, 'job.yaml');
    writeFileSync(
      job,
      `job: converted
source: { kind: sqlserver, port: ${sandbox.port}, database: ${database}, user: sa, password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }
target: { url: "postgresql://nobody@127.0.0.1:1/none" }
`,
    );
  }, 5 * MINUTES);

  afterAll(async () => {
    await source.close();
    await rm(dir, { recursive: true, force: true });
  });

  const convert = async (): Promise<CliResult & { files: Record<string, string> }> => {
    const result = await startCli(['convert', job, '--out', tree, '--json'], env).done;
    return { ...result, files: (JSON.parse(result.stdout) as { files: Record<string, string> }).files };
  };
  const view = 'report/view/Plain.sql';
  const read = (path: string): string => readFileSync(join(tree, path), 'utf8');
  const edit = (path: string, from: string | RegExp, to: string): void => {
    expect(read(path)).toMatch(from);
    writeFileSync(join(tree, path), read(path).replace(from, to));
  };
  const alterView = (columns: string): Promise<unknown> =>
    source.request().batch(`ALTER VIEW report.Plain AS SELECT ${columns} FROM dbo.[Order] AS o`);
  const times = (): Map<string, number> =>
    new Map(
      readdirSync(tree, { recursive: true, encoding: 'utf8' }).map((path) => [
        path,
        statSync(join(tree, path)).mtimeMs,
      ]),
    );

  /** Applies files in an order to a database of its own, each in one go; tells what PostgreSQL refuses, and how many tables and views there are then. */
  async function applyTree(order: readonly string[]): Promise<{ refused: string[]; tables: number }> {
    const name = freshName('applied');
    const admin = new pg.Client({ connectionString: targetUrl.href });
    await admin.connect();
    await admin.query(`create database ${name}`);
    const target = new pg.Client({
      connectionString: Object.assign(new URL(targetUrl.href), { pathname: `/${name}` }).href,
    });
    await target.connect();
    try {
      const refused: string[] = [];
      for (const path of order)
        await target.query(read(path)).catch((error: unknown) => refused.push(`${path}: ${(error as Error).message}`));
      const tables = await target.query<{ n: number }>(
        `select count(*)::int as n from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')`,
      );
      return { refused, tables: tables.rows[0]?.n ?? 0 };
    } finally {
      await target.end();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    }
  }

  const orderOf = (): string[] =>
    read('000-order.txt')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

  test(
    'writes a tree that PostgreSQL takes file by file in the order given',
    async () => {
      const { code, files } = await convert();
      expect(code).toBe(0);
      expect(new Set(Object.values(files))).toEqual(new Set(['new']));
      const order = orderOf();
      expect(order).toContain(view);
      const { refused, tables } = await applyTree(order);
      expect(refused).toEqual([]);
      expect(tables).toBeGreaterThan(8);
    },
    2 * MINUTES,
  );

  test('written again it touches no file', async () => {
    const before = times();
    const { code, files } = await convert();
    expect(code).toBe(0);
    expect(new Set(Object.values(files))).toEqual(new Set(['unchanged']));
    expect(times()).toEqual(before);
  });

  test('an edit is kept, also when the source changes elsewhere in the object; others are rewritten', async () => {
    edit(view, /^/, '-- looked at by Ada\n');
    expect((await convert()).files[view]).toBe('kept');
    await alterView('o.OrderId, o.Status, o.Note, o.ShipBy');
    const { code, files } = await convert();
    expect(code).toBe(0);
    expect(files[view]).toBe('merged');
    expect(read(view)).toContain('-- looked at by Ada\n');
    expect(read(view)).toContain('ship_by');
    expect(Object.entries(files).filter(([, change]) => change !== 'unchanged')).toEqual([[view, 'merged']]);
  });

  test('an edit and a change of the same place stand between markers, with exit code 1, until somebody settles them', async () => {
    edit(view, /(o\.)?"?status"?/, '0 AS status_of_mine');
    edit(view, /note/g, 'remark');
    await alterView('o.OrderId AS Id, o.Status AS State, o.Note AS Text');
    const first = await convert();
    expect(first.code).toBe(1);
    expect(first.files[view]).toBe('conflict');
    expect(first.stderr).toContain(`conflict  ${view}`);
    expect(read(view)).toMatch(
      /<<<<<<< edited[^]*status_of_mine[^]*\|\|\|\|\|\|\| last converted[^]*=======[^]*state[^]*>>>>>>> newly converted/,
    );
    const again = await convert();
    expect(again.code).toBe(1);
    expect(again.files[view]).toBe('unsettled');
    writeFileSync(join(tree, view), 'CREATE VIEW report.plain AS SELECT 1 AS settled;\n');
    const settled = await convert();
    expect(settled.code).toBe(0);
    expect(settled.files[view]).toBe('kept');
  });

  test('the file of an object that is gone goes too, but not where somebody edited it', async () => {
    await source.request().batch('DROP VIEW report.Busy; DROP VIEW report.Plain');
    const { code, files } = await convert();
    expect(code).toBe(0);
    expect(files['report/view/Busy.sql']).toBe('removed');
    expect(files[view]).toBe('orphaned');
    expect(read(view)).toContain('settled');
    expect(() => read('report/view/Busy.sql')).toThrow('ENOENT');
  });

  test('the tree of the second sample, with its routines, is taken in its order too', async () => {
    const server = { host: '127.0.0.1', user: 'sa', database: freshName('garage'), ...(await testSandbox()) };
    await installGarage(server);
    const former = tree;
    tree = join(dir, 'garage');
    try {
      const result = await startCli(['convert', job, '--out', tree, '--set', `source.database=${server.database}`], env)
        .done;
      expect(result.code).toBe(0);
      const { refused, tables } = await applyTree(orderOf());
      expect(refused).toEqual([]);
      expect(tables).toBeGreaterThanOrEqual(79);
    } finally {
      tree = former;
    }
  }, 120_000);

  test('issues that somebody accepts with a reason are counted apart', async () => {
    const issues = JSON.parse(read('issues.json')) as { code: string; object: string }[];
    const [one] = issues;
    if (!one) throw new Error('the sample has no issue');
    writeFileSync(
      join(tree, 'sluice-issues.yaml'),
      `accept:\n  - { code: ${one.code}, object: "${one.object}", reason: known }\n`,
    );
    const { stdout } = await convert();
    const report = JSON.parse(stdout) as { issues: unknown[]; accepted: number };
    expect(report.accepted).toBeGreaterThanOrEqual(1);
    expect(report.issues).toHaveLength(issues.length - report.accepted);
  });
});
