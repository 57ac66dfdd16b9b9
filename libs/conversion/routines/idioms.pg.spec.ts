import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ConvertedDatabase } from './test-target.ts';

/** Routines as products write them, each file a database of its own: what is left to write by hand of them is named here. */
const FOLDER = join(import.meta.dirname, 'idioms');

const LEFT: Readonly<Record<string, { readonly routines: number; readonly left: readonly string[] }>> = {
  'admin.sql': {
    routines: 37,
    left: ['trg_ddl', 'util.GrantTo', 'util.JobState', 'util.Killer', 'util.Remote', 'util.SendMail', 'util.Shell'],
  },
  'billing.sql': { routines: 28, left: [] },
  'cms.sql': { routines: 34, left: ['dbo.Search_All'] },
  'forum.sql': { routines: 28, left: ['dbo.search_messages'] },
  'membership.sql': { routines: 16, left: ['dbo.App_GrantAll'] },
  'monitor.sql': {
    routines: 32,
    left: ['dbo.Report_Any', 'dbo.Sample_Percentile'],
  },
  'shop.sql': { routines: 28, left: ['dbo.Report_Run'] },
};

describe.each(readdirSync(FOLDER).filter((one) => one.endsWith('.sql')))('%s', (file) => {
  test('every routine is created, every statement planned; what is left raises its issue', async () => {
    const script = readFileSync(join(FOLDER, file), 'utf8');
    const database = await ConvertedDatabase.open(script);
    try {
      expect(database.refused).toEqual([]);
      expect(await database.plan()).toEqual([]);
      const names = [...script.matchAll(/^CREATE (?:PROCEDURE|FUNCTION|TRIGGER) (\S+)/gm)];
      const left = database.conversion.issues.filter((one) => one.severity === 'manual').map((one) => one.object);
      expect({ routines: names.length, left: [...new Set(left)].sort() }).toEqual(LEFT[file]);
    } finally {
      await database.close();
    }
  });
});
