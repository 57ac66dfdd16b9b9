import { describe, expect, test } from '@jest/globals';
import type { DatabaseModel } from '#schema';
import type { Conversion } from '../schema/index.ts';
import { issue } from '../schema/issue.ts';
import { convertedObjects } from './converted-objects.ts';
import { safeFileName } from './file-name.ts';
import { objectFiles, orderFile } from './object-files.ts';
import { planFile } from './plan.ts';
import { idleSuppressions, readSuppressions } from './suppression.ts';

describe('file names', () => {
  test.each([
    ['Order', 'Order'],
    ['Order Details', 'Order%20Details'],
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['..', '%2E%2E'],
    ['.hidden', '%2Ehidden'],
    ['a/b\\c:d*e', 'a%2Fb%5Cc%3Ad%2Ae'],
    ['CON', '%CON'],
    ['nul.txt', '%nul.txt'],
    ['Größe', 'Größe'],
    ['', '%'],
    ['a\u0000b', 'a%00b'],
    ['100%', '100%25'],
  ])('%j is %s', (name, expected) => {
    expect(safeFileName(name)).toBe(expected);
  });

  test('a long name is cut, with a hash, and stays apart from its like', () => {
    const [one, other] = ['x'.repeat(300), `${'x'.repeat(299)}y`].map(safeFileName);
    expect(Buffer.byteLength(one ?? '')).toBeLessThanOrEqual(200);
    expect(one).not.toBe(other);
  });
});

const NO_PARTS = { indexes: [], uniques: [], checks: [], foreignKeys: [] };
const plain = { schema: 'dbo', usesAnsiNulls: true, usesQuotedIdentifier: true } as const;
const database = {
  name: 'Shop',
  schemas: [{ name: 'dbo' }, { name: 'sales' }],
  principals: [{ name: 'sales', kind: 'role', memberOf: [] }],
  tables: [
    { schema: 'dbo', name: 'Order', ...NO_PARTS, foreignKeys: [{ name: 'FK' }] },
    { schema: 'dbo', name: 'ORDER', ...NO_PARTS, uniques: [{ name: 'UQ' }] },
  ],
  sequences: [],
  aliasTypes: [],
  synonyms: [],
  modules: [{ ...plain, kind: 'procedure', name: 'DoIt', definition: 'CREATE PROC DoIt AS\n*/ SELECT 1' }],
} as unknown as DatabaseModel;

const step = (phase: 'before' | 'after' | 'cutover' | 'code', object: string, sql: string) => ({
  phase,
  object,
  sql,
  optional: false,
});
const conversion = {
  tables: [],
  counters: [],
  callables: new Map(),
  differences: new Map(),
  steps: [
    step('before', 'dbo.Order', 'CREATE TABLE "order" ()'),
    step('cutover', 'dbo.Order.FK', 'ALTER TABLE "order" ADD FOREIGN KEY …'),
    step('cutover', 'dbo.ORDER.UQ', 'ALTER TABLE "order_1" ADD UNIQUE …'),
    step('before', 'dbo.ORDER', 'CREATE TABLE "order_1" ()'),
    step('before', 'sales', 'CREATE SCHEMA IF NOT EXISTS sales'),
  ],
  issues: [
    issue('SL1008', 'dbo.DoIt', 'It is not\nconverted.'),
    issue('SL1010', 'dbo.Order.When', 'The offset is not kept.'),
  ],
} as unknown as Conversion;

describe('files of a conversion', () => {
  const files = objectFiles(database, conversion);

  test('one for each object, apart on file systems without case', () => {
    const paths = files.map((file) => file.path);
    expect(paths).toEqual([
      'dbo/table/Order.sql',
      expect.stringMatching(/^dbo\/table\/ORDER~[0-9a-f]{8}\.sql$/),
      'sales/schema/sales.sql',
      'dbo/foreign-key/Order.FK.sql',
      'dbo/constraint/ORDER.UQ.sql',
      'dbo/procedure/DoIt.sql',
    ]);
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
  });

  test('rights and what a table has in later phases are objects beside it, and a role may be called like a schema', () => {
    const later = {
      ...conversion,
      steps: [
        ...conversion.steps,
        step(
          'code',
          'sales',
          'DO $$ BEGIN CREATE ROLE "sales" NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$',
        ),
        step('code', 'sales', 'GRANT USAGE ON SCHEMA "sales" TO "sales"'),
        step('code', 'dbo.Order', 'CREATE OR REPLACE FUNCTION f() …'),
        step('code', 'dbo.Order', 'GRANT SELECT ON "order" TO "sales"'),
      ],
      issues: [issue('SL1010', 'dbo.Order.When', 'x'), issue('SL1004', 'Shop', 'y')],
    } as unknown as Conversion;
    const objects = convertedObjects(database, later);
    expect(objects.slice(-5).map((one) => [one.path, one.phase])).toEqual([
      ['role/sales.sql', 'code'],
      ['sales/rights/sales.sql', 'code'],
      ['dbo/trigger/Order.sql', 'code'],
      ['dbo/rights/Order.sql', 'code'],
      ['database/Shop.sql', null],
    ]);
    expect(objects.find((one) => one.path === 'dbo/table/Order.sql')?.issues).toHaveLength(1);
  });

  test('issues stand at the head; what is not converted has its source as comments that nothing can end', () => {
    expect(files[0]?.text).toContain('-- SL1010 review, dbo.Order.When, line 1: The offset is not kept.');
    expect(files[0]?.text).toContain('\n\nCREATE TABLE "order" ();\n');
    const code = files.find((file) => file.path === 'dbo/procedure/DoIt.sql');
    expect(code?.phase).toBeNull();
    expect(code?.text.split('\n').filter((line) => line !== '' && !line.startsWith('--'))).toEqual([]);
    expect(code?.text).toContain('--   */ SELECT 1');
  });

  test('the order names every file once, by phase', () => {
    const order = orderFile(files).split('\n');
    for (const { path } of files) expect(order.filter((line) => line === path || line === `# ${path}`)).toHaveLength(1);
    expect(order.indexOf('dbo/table/Order.sql')).toBeLessThan(order.indexOf('dbo/foreign-key/Order.FK.sql'));
  });

  test('the same conversion gives the same files', () => {
    expect(objectFiles(database, conversion)).toEqual(files);
  });

  test('an accepted issue is shown with its reason, and one that accepts nothing is told', () => {
    const accepted = readSuppressions(
      'accept:\n  - { code: SL1010, object: dbo.Order, reason: shown in UTC }\n  - { code: SL1001, object: dbo.Gone, reason: x }\n',
      'f',
    );
    expect(objectFiles(database, conversion, accepted)[0]?.text).toContain('-- SL1010 accepted: shown in UTC');
    expect(idleSuppressions(conversion.issues, accepted).map((one) => one.object)).toEqual(['dbo.Gone']);
  });

  test.each([
    ['accept: 1', /a list is expected/],
    ['accept:\n  - { code: SL1010, object: dbo.Order }', /entry 1 has no reason/],
    ['accept:\n  - { code: SL9, object: a, reason: b }', /there is no issue SL9/],
    ['accept: [', /not YAML/],
  ])('a list of accepted issues that is wrong is refused: %j', (text, message) => {
    expect(() => readSuppressions(text, 'sluice-issues.yaml')).toThrow(message);
  });
});

describe('what becomes of a file', () => {
  const [base, next] = ['a\nb\nc\n', 'a\nb\nC\n'];
  test.each([
    ['new', undefined, undefined, base, base],
    ['unchanged', base, base, base, undefined],
    ['updated', base, base, next, next],
    ['kept', base, 'A\nb\nc\n', base, undefined],
    ['merged', base, 'A\nb\nc\n', next, 'A\nb\nC\n'],
    ['unchanged', base, next, next, undefined],
    ['removed', base, base, undefined, null],
    ['orphaned', base, 'A\n', undefined, undefined],
    ['dropped', base, undefined, base, undefined],
    ['unchanged', base, base.replaceAll('\n', '\r\n'), base, undefined],
  ] as const)('%s', (change, was, current, converted, text) => {
    const plan = planFile(was, current, converted);
    expect(plan.change).toBe(change);
    expect(plan.text).toBe(text);
  });

  test('a conflict is written once; while its markers stand the file and what is remembered of it are left alone', () => {
    const plan = planFile(base, 'a\nb\nmine\n', next);
    expect(plan.change).toBe('conflict');
    expect(plan.text).toContain('<<<<<<< edited\nmine\n');
    expect(planFile(next, plan.text ?? '', 'a\nb\nnewer\n')).toEqual({ change: 'unsettled' });
  });

  test('a run that was killed between a merged file and what is remembered of it ends the same when it is run again', () => {
    const merged = planFile(base, 'A\nb\nc\n', next).text ?? '';
    expect(planFile(base, merged, next)).toMatchObject({ text: merged, base: next });
  });

  test('a file that somebody removed and whose source changed is a conflict, not a loss', () => {
    expect(planFile(base, undefined, next).change).toBe('conflict');
  });

  test('a file that was there before the first conversion is not overwritten', () => {
    expect(planFile(undefined, 'mine\n', base).change).toBe('conflict');
  });
});
