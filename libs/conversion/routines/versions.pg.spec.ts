import { describe, expect, test } from '@jest/globals';
import { hasPostgres, POSTGRES_VERSIONS } from '#stack';
import { CASES } from './cases/index.ts';
import { ConvertedDatabase } from './test-target.ts';

for (const version of POSTGRES_VERSIONS) {
  describe(`PostgreSQL ${version}`, () => {
    if (!hasPostgres(version)) process.stderr.write(`skipped: PostgreSQL ${version} is not installed\n`);
    (hasPostgres(version) ? test.each(CASES) : test.skip.each(CASES))('$name', async (group) => {
      const database = await ConvertedDatabase.open(group.script, version);
      const differs: unknown[] = [];
      try {
        expect(database.refused).toEqual([]);
        expect(await database.plan()).toEqual([]);
        for (const { name, run, rows } of group.cases) {
          await database.client.query('BEGIN');
          let last: readonly string[] = [];
          for (const sql of run) last = await database.run(sql);
          await database.client.query('ROLLBACK');
          if (JSON.stringify(last) !== JSON.stringify(rows)) differs.push({ name, last, rows });
        }
        expect(differs).toEqual([]);
      } finally {
        await database.close();
      }
    });
  });
}
