import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Conversion, convertDatabase } from '#conversion';
import { scriptsOf } from '#samples';
import type { DatabaseModel } from '#schema';
import { productRoot } from '#stack';
import { freshDatabase, type FreshDatabase, SourceDatabase } from '#testing';
import { parseScript } from '#tsql';
import { DEFAULT_VALUE_POLICY } from '#values';
import { expectedFacts } from './expected.ts';
import { targetFacts } from './facts.ts';

const DATA = join(productRoot(), '../shared/data');
const script = (file: string) => (): string[] => [readFileSync(join(DATA, file), 'utf8')];

/** Tables, and views, as each script's own text has them. */
const SAMPLES = [
  { name: 'northwind', scripts: script('northwind.sql'), file: 'northwind.sql', tables: 13, views: 16 },
  { name: 'pubs', scripts: script('pubs.sql'), file: 'pubs.sql', tables: 11, views: 1 },
  { name: 'chinook', scripts: script('chinook.sql'), file: 'chinook.sql', tables: 11, views: 0 },
  { name: 'orders', scripts: () => scriptsOf('orders'), tables: 18, views: 1 },
  { name: 'garage', scripts: () => scriptsOf('garage'), tables: 68, views: 11 },
] as const;

const SETTINGS = {
  target: { naming: 'snake_case' as const, schemas: { dbo: 'public' } },
  tables: [],
  values: DEFAULT_VALUE_POLICY,
} as unknown as Parameters<typeof convertDatabase>[1];

describe.each(SAMPLES)('$name in the target’s catalog', (sample) => {
  const isHere = !('file' in sample) || existsSync(join(DATA, sample.file));
  if (!isHere) process.stderr.write(`skipped: ${sample.name} is not at ${DATA}\n`);
  const check = isHere ? test : test.skip;
  let source: SourceDatabase;
  let fresh: FreshDatabase;
  let client: pg.Client;
  let model: DatabaseModel;
  let conversion: Conversion;
  const refused: string[] = [];

  beforeAll(async () => {
    if (!isHere) return;
    source = await SourceDatabase.create();
    for (const text of sample.scripts()) await install(source, text);
    model = await (await source.source()).catalog.readDatabase();
    conversion = convertDatabase(model, SETTINGS);
    fresh = await freshDatabase();
    client = new pg.Client({ connectionString: fresh.url });
    await client.connect();
    for (const step of conversion.steps) {
      await client.query(step.sql).catch((error: Error) => refused.push(`${step.object}: ${error.message}`));
    }
  });

  afterAll(async () => {
    await client?.end();
    await fresh?.drop();
    await source?.drop();
  });

  check('PostgreSQL takes every statement', () => expect(refused).toEqual([]));

  check('every table, column, key, index, constraint and comment is as the source has it', async () => {
    expect(model.tables).toHaveLength(sample.tables);
    const expected = expectedFacts(model, conversion);
    for (const one of expected) expect(await targetFacts(client, one.source, one.place)).toEqual(one);
  });

  check('every view is there with its columns', async () => {
    const views = await source.run(
      `SELECT s.name, v.name, (SELECT COUNT(*) FROM sys.columns AS c WHERE c.object_id = v.object_id) FROM sys.views AS v JOIN sys.schemas AS s ON s.schema_id = v.schema_id`,
    );
    expect(views).toHaveLength(sample.views);
    for (const [schema, name, columns] of views) {
      const made = conversion.steps.find((one) => one.object === `${String(schema)}.${String(name)}`);
      const place = /^CREATE VIEW (\S+)/m.exec(made?.sql ?? '')?.[1] ?? '(none)';
      const found = await client.query<{ n: string }>(
        `select count(*) as n from pg_attribute where attrelid = to_regclass($1) and attnum > 0`,
        [place],
      );
      expect({ name, columns: Number(found.rows[0]?.n) }).toEqual({ name, columns: Number(columns) });
    }
  });

  check('every function that gives rows can be called: its columns have the types of its result', async () => {
    const { rows } = await client.query<{ call: string }>(
      `select format('select * from %s(%s)', p.oid::regproc, array_to_string(array(select 'null::' || format_type(t, null) from unnest(p.proargtypes) t), ',')) as call
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where p.proretset and p.prokind = 'f' and n.nspname not in ('pg_catalog', 'information_schema')`,
    );
    const failing: string[] = [];
    for (const { call } of rows) {
      await client.query(call).catch((error: pg.DatabaseError) => {
        // 42804: structure of query does not match function result type; others are the procedure's own.
        if (error.code === '42804') failing.push(`${call}: ${error.message}`);
      });
    }
    expect(failing).toEqual([]);
  });

  check('defaults give the values that they give in the source', async () => {
    const differing: unknown[] = [];
    for (const table of conversion.tables) {
      for (const column of table.columns) {
        const definition = column.source.default?.definition;
        if (definition === undefined) continue;
        const [given] = (
          await client.query<{ text: string }>(
            `select pg_get_expr(d.adbin, d.adrelid) as text from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
             where d.adrelid = format('%I.%I', $1::text, $2::text)::regclass and a.attname = $3`,
            [table.schema, table.name, column.name],
          )
        ).rows;
        const there = await client.query<{ value: string }>(`select (${given?.text ?? 'null'})::text as value`);
        // The name of a machine there, its address here.
        if (/host_name/i.test(definition)) continue;
        // Stands in DEFAULT alone.
        if (/newsequentialid/i.test(definition)) {
          expect(there.rows[0]?.value).toMatch(/^[\da-f-]{36}$/);
          continue;
        }
        const [value] = (await source.run(`SELECT CONVERT(nvarchar(100), ${definition}, 121)`))[0] ?? [];
        const pair = { column: `${table.name}.${column.name}`, source: value, target: there.rows[0]?.value ?? null };
        // Who is logged in is another here and there.
        if (/\b(suser_sname|system_user|original_login|user_name|suser_name)\b/i.test(definition)) {
          expect(pair.target).toBe(new URL(fresh.url).username);
        } else if (!isSame(pair.source, pair.target)) differing.push(pair);
      }
    }
    expect(differing).toEqual([]);
  });
});

/** Of a clock and of a generator only the kind can be compared: a moment, a GUID. Numbers count, not their spelling. */
function isSame(source: unknown, target: string | null): boolean {
  if (source === null || target === null) return source === target;
  const text = String(source).trim();
  const kind = (one: string): string =>
    /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(one)
      ? 'moment'
      : /^\d\d:\d\d(:00)?$/.test(one)
        ? one.slice(0, 5)
        : /^[\da-f]{8}-[\da-f-]{27}$/i.test(one)
          ? 'guid'
          : one === 'true'
            ? '1'
            : one === 'false'
              ? '0'
              : Number.isFinite(Number(one)) && one !== ''
                ? String(Number(one))
                : one;
  return kind(text) === kind(target.trim());
}

/** As sqlcmd runs a script, batch by batch; a script that makes a database of its own is kept in ours. */
async function install(source: SourceDatabase, text: string): Promise<void> {
  for (const batch of parseScript(text).batches) {
    const own = batch.text.replaceAll(/^\s*(USE|CREATE DATABASE|ALTER DATABASE|DROP DATABASE)\b.*$/gim, '');
    if (own.trim() === '' || /sysdatabases|DB_ID\(|DB_NAME\(\) <>|sys\.databases|sp_dboption/i.test(own)) continue;
    await source.run(own);
  }
}
