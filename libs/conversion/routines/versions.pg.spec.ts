import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { hasPostgres, POSTGRES_VERSION, POSTGRES_VERSIONS, type PostgresVersion, productRoot } from '#stack';
import { CASES } from './cases/index.ts';
import type { CaseGroup } from './cases/case-group.ts';
import { ConvertedDatabase } from './test-target.ts';

/** The routine cases and the samples, converted for each version of PostgreSQL and made there. */

const DATA = join(productRoot(), '../shared/data');
const NAMES = ['northwind.sql', 'pubs.sql', 'chinook.sql'];
const SHARED = NAMES.filter((name) => existsSync(join(DATA, name)));
if (SHARED.length < NAMES.length) process.stderr.write(`skipped: not all of ${NAMES.join(', ')} are at ${DATA}\n`);

const GARAGE = join(productRoot(), 'samples/garage');
const SAMPLES: readonly (readonly [string, () => string])[] = [
  ...SHARED.map((name) => [name, () => readFileSync(join(DATA, name), 'utf8')] as const),
  ['garage', () => garage()],
];

function garage(): string {
  const files = readdirSync(GARAGE).filter((one) => /^[1-6].*\.sql$/.test(one));
  return files.map((one) => readFileSync(join(GARAGE, one), 'utf8')).join('\nGO\n');
}

/** The cases that give other rows than they should. */
async function wrong(
  database: ConvertedDatabase,
  group: CaseGroup,
  version: PostgresVersion,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const { name, run, rows, since = 0 } of group.cases) {
    await database.client.query('BEGIN');
    let last: readonly string[] = [];
    for (const sql of run) last = await database.run(sql);
    await database.client.query('ROLLBACK');
    const isRight =
      version < since
        ? last[0]?.includes(`needs PostgreSQL ${since} or later; the target is ${version}.`)
        : JSON.stringify(last) === JSON.stringify(rows);
    if (!isRight) found.push({ name, last, rows });
  }
  return found;
}

async function withDatabase(
  script: string,
  version: PostgresVersion,
  use: (database: ConvertedDatabase) => Promise<void>,
): Promise<void> {
  const database = await ConvertedDatabase.open(script, version);
  try {
    expect(database.refused).toEqual([]);
    expect(await database.plan()).toEqual([]);
    await use(database);
  } finally {
    await database.close();
  }
}

// The newest version has routines.pg.spec.ts, which looks closer.
for (const version of POSTGRES_VERSIONS.filter((one) => one !== POSTGRES_VERSION)) {
  const isHere = hasPostgres(version);
  if (!isHere) process.stderr.write(`skipped: PostgreSQL ${version} is not installed (npm ci)\n`);

  (isHere ? describe : describe.skip)(`PostgreSQL ${version}`, () => {
    test.each(CASES)('$name: all is taken, planned, and behaves', (group) =>
      withDatabase(group.script, version, async (database) => {
        expect(await wrong(database, group, version)).toEqual([]);
      }),
    );

    test.each(SAMPLES)('%s: all is taken and planned', (_, script) =>
      withDatabase(script(), version, (database) => {
        expect(database.conversion.tables.length).toBeGreaterThan(10);
        return Promise.resolve();
      }),
    );
  });
}
