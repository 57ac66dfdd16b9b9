import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, installGarage, installOrders, runScript } from '#samples';
import { freshName, testPostgres, testSandbox } from '#testing';
import { type CliResult, startCli } from '../harness/index.ts';
import { Chromium, findChromium } from './chromium.ts';
import { CONTRAST, FIRST_SCREEN, OVERFLOW } from './page-questions.ts';

const MINUTES = 60_000;
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** Names as only an enemy gives them; none may become markup. */
const HOSTILE = `
CREATE TABLE [<script>alert(1)</script>] ([" onmouseover=alert(2) x="] int NOT NULL PRIMARY KEY, [=cmd|' /C calc'!A0] sql_variant NULL);
GO
CREATE TABLE dbo.WithoutKey (Name nvarchar(40) NOT NULL, Picture image NULL);
GO
CREATE PROCEDURE [dbo].[<img src=x onerror=alert(3)>] AS
BEGIN
  DECLARE @s nvarchar(max) = N'SELECT 1';
  EXEC (@s);
  DECLARE c CURSOR FOR SELECT name FROM otherdb.dbo.things;
  OPEN c; FETCH NEXT FROM c; CLOSE c; DEALLOCATE c;
END
`;

/** The premigration checks of AWS DMS for all endpoints and for SQL Server, without its prefix. */
const PEERS_CHECKS = `
unsupported-data-types-in-source full-lob-not-nullable-at-target table-with-lob-but-without-primary-key-or-unique-constraint table-with-no-primary-key-or-unique-constraint
target-table-has-unique-key-or-primary-key-for-cdc all-check-source-selection-rules all-check-secondary-constraints all-check-target-read-replica
all-to-all-validation-with-datamasking-digits-randomize all-to-all-validation-with-datamasking-hash-mask all-to-all-validation-with-digit-mask
check-secondary-indexes batch-apply-lob-mode check-for-triggers check-for-computed-fields check-for-columnstore-indexes check-for-memory-optimized-tables check-for-temporal-tables
check-for-delayed-durability check-for-accelerated-data-recovery large-number-of-tables check-for-special-characters check-for-masked-data check-for-encrypted-backups
check-for-backup-url check-for-backup-multiple-stripes check-for-full-backup check-for-backup-broken-chain check-for-sparse-columns check-for-audit-2008 check-for-geometry-columns
check-for-identity-columns check-user-permission-for-full-load-only check-user-permission-for-cdc check-attribute-for-enable-ms-cdc-onprem check-user-permission-on-view-definition
check-user-permission-on-view-database-state check-user-permission-on-view-server-state check-for-max-text-repl-size check-batch-apply-target-pk-ui-absence
check-batch-apply-target-pk-ui-simultaneously check-pk-validity check-target-privileges tblnum-for-max-fullload-subtasks datamasking-digits-randomize datamasking-digits-mask
datamasking-hash-mask safeguard-permissions check-sec-node-sg-policy check-sec-node-without-eca`
  .trim()
  .split(/\s+/);

/** What nobody else checks. */
const OUR_CHECKS = `
capture-cleanup-retention cleanup-job capture-instances-per-table captured-column-list log-reuse-wait availability-group keys-that-collide-in-the-target nul-characters-and-lone-surrogates
hundred-nanoseconds identifiers-over-63-bytes names-that-meet index-names-of-a-schema deprecated-large-types types-carried-as-text clr-assemblies foreign-key-cycles partition-switching
rows-larger-than-a-message field-size reserved-words target-free-space target-encoding`
  .trim()
  .split(/\s+/);

/** Of a database in the report, what is looked at here. */
interface Whole {
  readonly source: { readonly database: string };
  readonly kinds: readonly { readonly kind: string; readonly total: number }[];
  readonly checks: readonly { readonly check: string; readonly verdict: string; readonly objects: readonly string[] }[];
  readonly hours: number;
  readonly load: { readonly rows: number; readonly seconds: number };
  readonly features: readonly { readonly feature: string }[];
}

const binary = findChromium();
if (binary === null)
  process.stderr.write('skipped: there is no chromium to open the report in (apt-get install chromium)\n');

describe('sluice assess', () => {
  let dir: string;
  let job: string;
  let result: CliResult;
  let env: Record<string, string>;
  let database: string;
  const garage = freshName('garage');
  const page = (): string => join(dir, 'report.html');

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-assess-'));
    const sandbox = await testSandbox();
    const target = new URL((await testPostgres()).url);
    database = freshName('assessed');
    const server = { host: '127.0.0.1', user: 'sa', database, ...sandbox };
    await installOrders(server, { rows: 2000, seed: 5 });
    const pool = await connect(server, 1);
    await runScript(pool, HOSTILE);
    await pool.close();
    await installGarage({ ...server, database: garage });
    env = {
      SLUICE_TEST_SOURCE_PASSWORD: sandbox.password,
      SLUICE_TEST_TARGET_PASSWORD: decodeURIComponent(target.password),
    };
    target.password = '';
    job = join(dir, 'job.yaml');
    writeFileSync(
      job,
      `job: assessed
source: { kind: sqlserver, port: ${sandbox.port}, database: ${database}, user: sa, password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }
target: { url: "${target.href}", password: "\${env:SLUICE_TEST_TARGET_PASSWORD}" }
`,
    );
    result = await startCli(['assess', job, '--json', '--html', page(), '--csv', join(dir, 'csv')], env).done;
    if (result.code !== 0 && result.code !== 1) throw new Error(`sluice assess gave up: ${result.stderr}`);
  }, 5 * MINUTES);

  afterAll(async () => {
    // SLUICE_TEST_KEEP=1: for whoever wants to look at the page.
    if (process.env['SLUICE_TEST_KEEP'] === undefined) await rm(dir, { recursive: true, force: true });
  });

  test('answers in JSON: objects, issues, checks, sizes, durations, without Kafka', () => {
    expect(result.code).toBe(1);
    const report = JSON.parse(result.stdout) as { databases: Whole[]; failed: unknown[] };
    expect(report.failed).toEqual([]);
    const [one] = report.databases;
    if (!one) throw new Error('there is no database in the report');
    expect(one.kinds.find((kind) => kind.kind === 'table')?.total).toBeGreaterThanOrEqual(10);
    expect(one.hours).toBeGreaterThan(0);
    expect(one.load.rows).toBeGreaterThan(1500);
    expect(one.features.map((count) => count.feature)).toEqual(
      expect.arrayContaining(['Dynamic SQL', 'Cursors', 'Names of other databases']),
    );
    const keyless = one.checks.find(
      (check) => check.check === 'table-with-lob-but-without-primary-key-or-unique-constraint',
    );
    expect(keyless).toMatchObject({ verdict: 'warning', objects: ['dbo.WithoutKey'] });
    const limit = one.checks.find((check) => check.check === 'check-for-max-text-repl-size');
    expect(limit?.verdict).toBe('fail');
  });

  test('every check that AWS DMS has for a SQL Server has an answer by its name, and so have those that it lacks', () => {
    const { databases } = JSON.parse(result.stdout) as { databases: Whole[] };
    const answered = new Set(databases[0]?.checks.map((check) => check.check));
    expect([...PEERS_CHECKS, ...OUR_CHECKS].filter((name) => !answered.has(name))).toEqual([]);
  });

  test('writes the tables that users of AWS SCT know, safe to open in a spreadsheet', () => {
    const csv = join(dir, 'csv');
    const [folder] = readdirSync(csv).filter((name) => !name.endsWith('.csv'));
    const files = readdirSync(join(csv, folder ?? ''));
    expect(files.toSorted()).toEqual(
      ['', '_Action_Items_Summary', '_Checks', '_Features', '_Stub_Objects', '_Summary']
        .map((end) => `${folder}${end}.csv`)
        .toSorted(),
    );
    const items = readFileSync(join(csv, folder ?? '', `${folder}.csv`), 'utf8');
    expect(items.split('\r\n')[0]).toContain('Category,Occurrence,Action item,Subject');
    expect(items).toMatch(/^procedure,.*,SL10\d\d,/m);
    expect(readFileSync(join(csv, 'Aggregated_report.csv'), 'utf8')).toContain(database);
    for (const line of items.split('\r\n').slice(1)) expect(line).not.toMatch(/(^|,)[=+@]/);
  });

  test('many databases in one call: one that is not there takes nothing from the others', async () => {
    const html = join(dir, 'many.html');
    const many = await startCli(
      ['assess', job, '--databases', `${database},${garage},nowhere`, '--html', html, '--json'],
      env,
    ).done;
    expect(many.code).toBe(1);
    const report = JSON.parse(many.stdout) as { databases: Whole[]; failed: { place: string }[] };
    expect(report.databases.map((one) => one.source.database)).toEqual([database, garage]);
    const total = (kind: string): number | undefined =>
      report.databases[1]?.kinds.find((one) => one.kind === kind)?.total;
    expect([total('table'), total('view')]).toEqual([68, 11]);
    expect(report.failed).toEqual([expect.objectContaining({ place: expect.stringContaining('/nowhere') })]);
    expect(readFileSync(html, 'utf8')).toContain('nowhere');
  });

  test('many servers in one call: a job file for each, with rates of one’s own', async () => {
    const other = join(dir, 'other.yaml');
    writeFileSync(other, readFileSync(job, 'utf8').replace(`database: ${database}`, `database: ${garage}`));
    const args = ['assess', job, other, '--rows-per-second', '10', '--json'];
    const both = await startCli(args, env).done;
    const { databases } = JSON.parse(both.stdout) as { databases: Whole[] };
    expect(databases.map((one) => one.source.database)).toEqual([database, garage]);
    for (const one of databases) expect(one.load.seconds).toBeCloseTo(30 + one.load.rows / 10);
    const wrong = await startCli(['assess', job, '--rows-per-second', 'fast'], env).done;
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--rows-per-second takes a number above 0');
  }, 60_000);

  (binary === null ? describe.skip : describe)('its page in a browser', () => {
    let browser: Chromium;

    beforeAll(async () => {
      browser = await Chromium.start(binary ?? '');
    }, MINUTES);

    afterAll(async () => {
      await browser.close();
    });

    const keep = async (name: string): Promise<void> => {
      const folder = process.env['SLUICE_TEST_SCREENSHOTS'];
      if (folder === undefined) return;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.png`), await browser.screenshot());
    };

    test.each([
      ['desk-light', { ...DESK, scheme: 'light' as const }],
      ['desk-dark', { ...DESK, scheme: 'dark' as const }],
      ['phone-light', { ...PHONE, scheme: 'light' as const }],
      ['phone-dark', { ...PHONE, scheme: 'dark' as const }],
    ])('%s: the first screen answers, nothing overflows, everything can be read', async (name, look) => {
      expect(existsSync(page())).toBe(true);
      await browser.open(pathToFileURL(page()).href, look);
      await keep(name);
      const seen = await browser.evaluate<Record<string, string>>(FIRST_SCREEN);
      expect(Object.keys(seen)).toEqual(['can-move', 'blocks', 'by-itself', 'hours', 'load', 'cost', 'first']);
      expect(seen['can-move']).toMatch(/After remedies/);
      expect(seen['blocks']).toMatch(/check-for-max-text-repl-size/);
      expect(seen['by-itself']).toMatch(/\d+ %/);
      expect(seen['hours']).toMatch(/about [\d.,]+ h/);
      expect(seen['load']).toMatch(/about \d+ (s|min)/);
      expect(seen['first']).toMatch(/sp_configure/);
      expect(await browser.evaluate(OVERFLOW)).toEqual([]);
      await browser.evaluate(`document.querySelectorAll('details').forEach((one) => (one.open = true))`);
      expect(await browser.evaluate(OVERFLOW)).toEqual([]);
      expect(await browser.evaluate(CONTRAST)).toEqual([]);
      expect(browser.complaints).toEqual([]);
    });

    test('a page of several databases answers for all of them together, and names the one that is silent', async () => {
      await browser.open(pathToFileURL(join(dir, 'many.html')).href, DESK);
      await keep('many');
      const seen = await browser.evaluate<Record<string, string>>(FIRST_SCREEN);
      expect(Object.keys(seen)).toHaveLength(7);
      expect(seen['blocks']).toMatch(/1 database did not answer/);
      expect(await browser.evaluate(`document.querySelectorAll('section[id^="database-"]').length`)).toBe(2);
      const lines = `[...document.querySelectorAll('nav tbody tr')].map((row) => row.cells[0].innerText.split('\\n')[0])`;
      expect(await browser.evaluate(lines)).toEqual([database, garage]);
      const broken = `[...document.querySelectorAll('a[href^="#"]')].filter((one) => !document.getElementById(one.hash.slice(1))).length`;
      expect(await browser.evaluate(broken)).toBe(0);
      expect(await browser.evaluate(OVERFLOW)).toEqual([]);
      expect(browser.complaints).toEqual([]);
    });

    test('names of the source are shown, and are never markup', async () => {
      await browser.open(pathToFileURL(page()).href, DESK);
      const text = await browser.evaluate<string>('document.documentElement.textContent');
      expect(text).toContain('<script>alert(1)</script>');
      expect(text).toContain('<img src=x onerror=alert(3)>');
      expect(await browser.evaluate(`document.querySelectorAll('script, img, [onmouseover], [onerror]').length`)).toBe(
        0,
      );
      expect(browser.complaints).toEqual([]);
    });

    test('it has one main heading, captions on tables, names on charts, and prints', async () => {
      await browser.open(pathToFileURL(page()).href, DESK);
      expect(await browser.evaluate(`document.querySelectorAll('h1').length`)).toBe(1);
      expect(
        await browser.evaluate(
          `[...document.querySelectorAll('table')].filter((one) => !one.caption?.textContent.trim()).length`,
        ),
      ).toBe(0);
      expect(
        await browser.evaluate(
          `[...document.querySelectorAll('svg')].filter((one) => !one.getAttribute('aria-label')).length`,
        ),
      ).toBe(0);
      expect(await browser.evaluate(`document.querySelectorAll('svg.chart').length`)).toBeGreaterThanOrEqual(2);
      expect((await browser.pdf()).subarray(0, 5).toString()).toBe('%PDF-');
    });
  });
});
