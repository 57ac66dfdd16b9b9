import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { productRoot } from '#stack';
import { CASES } from './cases/index.ts';
import { ConvertedDatabase } from './test-target.ts';

describe.each(CASES)('$name', (group) => {
  let database: ConvertedDatabase;

  beforeAll(async () => {
    database = await ConvertedDatabase.open(group.script);
  });

  afterAll(() => database.close());

  test('PostgreSQL takes every statement', () => {
    expect(database.refused).toEqual([]);
  });

  test('every statement of the routines is planned', async () => {
    expect(await database.plan()).toEqual([]);
  });

  test.each(group.cases)('$name', async ({ run, rows, notices }) => {
    database.notices.length = 0;
    await database.client.query('BEGIN');
    let last: readonly string[] = [];
    for (const sql of run) last = await database.run(sql);
    await database.client.query('ROLLBACK');
    expect(last).toEqual(rows);
    if (notices) expect(database.notices).toEqual(notices);
  });

  const texts = group.texts ?? [];
  (texts.length > 0 ? test.each(texts) : test.skip.each([{ object: '', text: '' }]))(
    'the text of $object holds $text',
    ({ object, text }) => {
      const found = database.conversion.steps.filter((one) => one.object === object).map((one) => one.sql);
      expect(found.join('\n')).toContain(text);
    },
  );

  test('issues are those that are meant', () => {
    const codes = database.conversion.issues
      .filter((one) => /^SL10[45]|SL1008/.test(one.code) && one.code !== 'SL1055')
      .map((one) => `${one.code} ${one.object}`);
    expect([...new Set(codes)].sort()).toEqual([...(group.issues ?? [])].sort());
  });
});

const DATA = join(productRoot(), '../shared/data');
const SAMPLES = [
  { file: 'northwind.sql', routines: 7 },
  { file: 'pubs.sql', routines: 5 },
  { file: 'chinook.sql', routines: 0 },
];

describe.each(SAMPLES)('$file', ({ file, routines }) => {
  const isHere = existsSync(join(DATA, file));
  if (!isHere) process.stderr.write(`skipped: ${file} is not at ${DATA}\n`);

  (isHere ? test : test.skip)('its routines are created, every statement is planned, none has an issue', async () => {
    const database = await ConvertedDatabase.open(readFileSync(join(DATA, file), 'utf8'));
    try {
      const made = new Set(database.conversion.steps.filter((one) => one.routine).map((one) => one.object));
      expect(database.refused.filter((one) => made.has(one.object))).toEqual([]);
      expect(made.size).toBe(routines);
      expect(await database.plan()).toEqual([]);
      const issues = database.conversion.issues.filter((one) => made.has(one.object) && one.severity === 'manual');
      expect(issues).toEqual([]);
    } finally {
      await database.close();
    }
  });
});

const GARAGE = join(productRoot(), 'samples/garage');

test('of our own sample all routines are created, every statement is planned, and at most 20 have something left to write', async () => {
  const files = readdirSync(GARAGE).filter((one) => /^[1-6].*\.sql$/.test(one));
  const script = files.map((one) => readFileSync(join(GARAGE, one), 'utf8')).join('\nGO\n');
  const database = await ConvertedDatabase.open(script);
  try {
    const made = new Set(
      database.conversion.steps.filter((one) => /FUNCTION|PROCEDURE/.test(one.sql)).map((one) => one.object),
    );
    expect(made.size).toBeGreaterThan(150);
    expect(database.refused).toEqual([]);
    expect(await database.plan()).toEqual([]);
    const left = database.conversion.issues.filter((one) => made.has(one.object) && one.severity === 'manual');
    expect(new Set(left.map((one) => one.object)).size).toBeLessThanOrEqual(20);
  } finally {
    await database.close();
  }
});
