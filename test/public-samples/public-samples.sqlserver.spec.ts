import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type sql from 'mssql';
import pg from 'pg';
import { connect, createDatabase, runScript } from '#samples';
import { productRoot } from '#stack';
import { type CliResult, openPlace, startCli, type TestPlace } from '../harness/index.ts';
import { type MovedTable, sourceRows, sourceTables, targetRows } from './compare.ts';

const data = join(productRoot(), '../shared/data');
const SAMPLES = [
  {
    job: 'northwind',
    file: 'northwind.sql',
    database: 'Northwind',
    installIn: 'Northwind',
    views: 16,
    tables: 13,
    code: 23,
  },
  { job: 'pubs', file: 'pubs.sql', database: 'pubs', installIn: 'pubs', views: 1, tables: 11, code: 6 },
  // This script makes its own database and goes there by USE.
  {
    job: 'chinook',
    file: 'chinook.sql',
    database: 'Chinook_AutoIncrement',
    installIn: 'master',
    views: 0,
    tables: 11,
    code: 0,
  },
] as const;

/** A driver's Date for a timestamp without zone stands for UTC on both sides. */
pg.types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`));
/** A real is the double nearest to it, as the source's driver gives it. */
pg.types.setTypeParser(pg.types.builtins.FLOAT4, (text) => Math.fround(Number(text)));

const isHere = SAMPLES.every((sample) => existsSync(join(data, sample.file)));
if (!isHere) process.stderr.write(`skipped: the public samples are not at ${data}\n`);

(isHere ? describe : describe.skip)('public sample databases move unchanged (../shared/data)', () => {
  let place: TestPlace;
  const results = new Map<string, CliResult>();

  beforeAll(async () => {
    place = await openPlace('shared');
    const target = new pg.Client({ connectionString: place.servers.targetUrl });
    await target.connect();
    for (const sample of SAMPLES) {
      await install(sample);
      await target.query(`drop database if exists ${targetName(sample.job)} with (force)`);
      await target.query(`create database ${targetName(sample.job)}`);
    }
    await target.end();
    await Promise.all(
      SAMPLES.map(async (sample) => {
        const file = join(place.servers.dir, `${sample.job}.yaml`);
        writeFileSync(file, jobText(sample));
        results.set(sample.job, await startCli(['run', file, '--until', 'cutover'], environment()).done);
      }),
    );
  }, 400_000);

  afterAll(async () => {
    const target = new pg.Client({ connectionString: place.servers.targetUrl });
    await target.connect();
    for (const sample of SAMPLES) await target.query(`drop database if exists ${targetName(sample.job)} with (force)`);
    await target.end();
    await place.close();
  });

  /** Names that no other test run on the same server has. */
  const targetName = (job: string): string => `public_${job}_${process.pid}`;

  async function install({ installIn, file, database }: (typeof SAMPLES)[number]): Promise<void> {
    const server = place.sandbox.server(installIn);
    if (installIn !== 'master') await createDatabase(server);
    const pool = await connect(server, 1);
    try {
      await runScript(pool, readFileSync(join(data, file), 'utf8'));
      // A script may have made its database itself.
      await pool.request().batch(`ALTER DATABASE [${database}] SET ALLOW_SNAPSHOT_ISOLATION ON`);
    } finally {
      await pool.close();
    }
  }

  function environment(): Record<string, string> {
    return {
      SLUICE_TEST_SOURCE_PASSWORD: place.sandbox.server('').password,
      SLUICE_TEST_TARGET_PASSWORD: decodeURIComponent(new URL(place.servers.targetUrl).password),
      SLUICE_HOME: join(place.servers.dir, 'home'),
    };
  }

  function jobText({ job, database }: (typeof SAMPLES)[number]): string {
    const target = new URL(place.servers.targetUrl);
    target.pathname = `/${targetName(job)}`;
    target.password = '';
    return `job: ${targetName(job).replaceAll('_', '-')}
source: { kind: sqlserver, port: ${place.sandbox.port}, database: ${database}, user: sa,
  password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }
target: { url: "${target.href}", password: "\${env:SLUICE_TEST_TARGET_PASSWORD}" }
kafka: { brokers: [${place.servers.brokers.join(', ')}], registry: { url: "${place.servers.registryUrl}" } }
load: { workers: 2 }
changes: { enableCdc: yes, pollMs: 50 }
`;
  }

  describe.each(SAMPLES)('$file', (sample) => {
    let source: sql.ConnectionPool;
    let target: pg.Client;

    beforeAll(async () => {
      source = await connect(place.sandbox.server(sample.database), 1);
      const url = new URL(place.servers.targetUrl);
      url.pathname = `/${targetName(sample.job)}`;
      target = new pg.Client({ connectionString: url.href });
      await target.connect();
    });

    afterAll(async () => {
      await target.end();
      await source.close();
    });

    test('sluice run --until cutover exits 0', () => {
      const result = results.get(sample.job);
      expect({ code: result?.code, said: result?.code === 0 ? '' : `${result?.stdout}\n${result?.stderr}` }).toEqual({
        code: 0,
        said: '',
      });
    });

    test('every table has the rows of its source, value by value', async () => {
      const tables = await movedTables(target);
      const counts = await sourceTables(source);
      expect(tables.map((table) => `${table.schema}.${table.name}`).sort()).toEqual([...counts.keys()].sort());
      expect(tables).toHaveLength(sample.tables);
      for (const table of tables) {
        const expected = await sourceRows(source, table);
        expect(expected).toHaveLength(counts.get(`${table.schema}.${table.name}`) ?? -1);
        expect(differing(table.name, expected, await targetRows(target, table))).toEqual([]);
      }
    });

    test('every view is converted and selects as many rows as its source, or is listed as an issue', async () => {
      const views = (await source.request().query(`SELECT name FROM sys.views WHERE is_ms_shipped = 0`)).recordset;
      const applied = await target.query<{ object: string; statement: string }>(
        `select source_schema || '.' || source_name as object, converted as statement from sluice.objects where phase = 'code' and state = 'applied'`,
      );
      const listed = await target.query<{ object: string }>(
        `select object from sluice.issues where severity in ('manual', 'decision') union select source_schema || '.' || source_name from sluice.objects where state = 'failed'`,
      );
      const converted = new Map(applied.rows.map((row) => [row.object, row.statement]));
      const issues = new Set(listed.rows.map((row) => row.object));
      expect(views).toHaveLength(sample.views);
      for (const { name } of views as { name: string }[]) {
        const statement = converted.get(`dbo.${name}`);
        if (statement === undefined) {
          expect({ name, listed: issues.has(`dbo.${name}`) }).toEqual({ name, listed: true });
          continue;
        }
        const view = /^CREATE VIEW (\S+)/m.exec(statement)?.[1] ?? '';
        const found = await target.query<{ n: string }>(`select count(*) as n from ${view}`);
        const expected = await source.request().query(`SELECT COUNT(*) AS n FROM [dbo].[${name}]`);
        expect({ name, rows: Number(found.rows[0]?.n) }).toEqual({
          name,
          rows: Number((expected.recordset[0] as { n: number }).n),
        });
      }
    });

    (sample.code > 0 ? test : test.skip)(
      'what every view, procedure, function and trigger does is proven alike',
      async () => {
        const file = join(place.servers.dir, `${sample.job}.yaml`);
        const args = ['convert', file, '--prove', '--writes', '--cases', '6', '--json'];
        const result = await startCli(args, environment()).done;
        const { objects } = JSON.parse(result.stdout) as { objects: { object: string; verdict: string }[] };
        expect(objects.filter((one) => one.verdict !== 'proven')).toEqual([]);
        expect(objects).toHaveLength(sample.code);
      },
      120_000,
    );

    test('procedures, functions and triggers are converted, or listed as issues by name', async () => {
      const modules = await source
        .request()
        .query(
          `SELECT s.name + '.' + o.name AS name FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id WHERE o.type IN ('P', 'FN', 'IF', 'TF', 'TR') AND o.is_ms_shipped = 0 AND s.name <> 'cdc'`,
        );
      const applied = await target.query<{ object: string }>(
        `select source_schema || '.' || source_name as object from sluice.objects where phase = 'code' and state = 'applied'`,
      );
      const listed = await target.query<{ object: string }>(
        `select object from sluice.issues where severity in ('manual', 'decision')`,
      );
      const known = new Set([...applied.rows, ...listed.rows].map((row) => row.object));
      const lacking = (modules.recordset as { name: string }[]).filter(({ name }) => !known.has(name));
      expect(lacking).toEqual([]);
      const open = listed.rows.filter(({ object }) =>
        (modules.recordset as { name: string }[]).some(({ name }) => name === object),
      );
      expect(open).toEqual([]);
    });
  });
});

/** Rows that only one side has, the first few. Both lists are sorted and may hold a row several times. */
function differing(table: string, source: readonly string[], target: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const row of source) counts.set(row, (counts.get(row) ?? 0) + 1);
  for (const row of target) counts.set(row, (counts.get(row) ?? 0) - 1);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .slice(0, 5)
    .map(([row, count]) => `${table}: only in the ${count > 0 ? 'source' : 'target'}: ${row.slice(0, 300)}`);
}

async function movedTables(target: pg.Client): Promise<MovedTable[]> {
  const result = await target.query<{
    source_schema: string;
    source_name: string;
    target_schema: string;
    target_name: string;
    target_columns: { name: string; source?: string }[];
  }>(`select source_schema, source_name, target_schema, target_name, target_columns from sluice.tables`);
  return result.rows.map((row) => ({
    schema: row.source_schema,
    name: row.source_name,
    targetSchema: row.target_schema,
    targetName: row.target_name,
    columns: row.target_columns.flatMap(({ name, source }) => (source === undefined ? [] : [{ source, target: name }])),
  }));
}
