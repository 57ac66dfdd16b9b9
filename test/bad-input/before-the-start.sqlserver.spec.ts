import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { KafkaClient } from '#kafka';
import { type CliResult, openPlace, type TestPlace } from '../harness/index.ts';
import { SmallJob } from './small-job.ts';

/** Nobody listens there. */
const NOBODY = 1;

// A command takes a second or two; on a machine that does much else, many more.
jest.setTimeout(180_000);

describe('bad input, before anything is begun: one clear message, the remedy, the exit code', () => {
  let place: TestPlace;
  let job: SmallJob;

  beforeAll(async () => {
    place = await openPlace('shared');
    job = await SmallJob.open(
      place,
      `CREATE LOGIN weak WITH PASSWORD = 'Weak-Pass-1'`,
      `CREATE USER weak FOR LOGIN weak`,
    );
  }, 120_000);

  afterAll(async () => {
    await job.close();
    await place.close();
  });

  const source = (changes: Readonly<Record<string, string | number>>): string => {
    const all = { host: '127.0.0.1', port: place.sandbox.port, database: job.sourceName, user: 'sa', ...changes };
    const parts = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
    return `{ kind: sqlserver, ${parts.join(', ')}, password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }`;
  };
  const target = (url: string): string => `{ url: "${url}", password: "\${env:SLUICE_TEST_TARGET_PASSWORD}" }`;

  /** The one line of a fault. */
  const fault = (result: CliResult): string =>
    result.stderr.split('\n').find((line) => line.startsWith('sluice: ')) ?? '';
  const hasBegun = async (): Promise<boolean> =>
    (await job.target<{ found: string | null }>(`select to_regclass('sluice.jobs')::text as found`))[0]?.found !== null;

  describe('the job file', () => {
    test('unknown keys and wrong values are all named at once, with the nearest known one: exit code 2', async () => {
      const result = await job.sluice(['run', job.file({ load: '{ wrokers: 2, order: backwards }', aply: '{}' })]);
      expect(result.code).toBe(2);
      expect(fault(result)).toContain('unknown key "wrokers" in load, did you mean "workers"?');
      expect(fault(result)).toContain('unknown key "aply" in the job file, did you mean "apply"?');
      expect(fault(result)).toContain('load.order must be one of largest-first, smallest-first, name');
    });

    test('a password in clear text is refused and not shown: exit code 2', async () => {
      const file = job.file({ source: '{ kind: sqlserver, database: d, user: u, password: Clear-Text-7 }' });
      const result = await job.sluice(['check', file], { CLEAR_PASSWORD: 'Clear-Text-7' });
      expect(result.code).toBe(2);
      expect(fault(result)).toContain('source.password must be a reference such as ${env:NAME} or ${file:/path}');
    });

    test('a variable that is not set is named: exit code 2', async () => {
      const file = job.file({
        source: '{ kind: sqlserver, database: d, user: u, password: "${env:NOT_SET_ANYWHERE}" }',
      });
      const result = await job.sluice(['check', file]);
      expect(result.code).toBe(2);
      expect(fault(result)).toContain('the environment variable NOT_SET_ANYWHERE, which is not set');
    });

    test('a file that is not there is named: exit code 2', async () => {
      const result = await job.sluice(['run', '/nowhere/job.yaml']);
      expect(result.code).toBe(2);
      expect(fault(result)).toContain('/nowhere/job.yaml cannot be read');
    });

    test('under --json the fault is one document on standard output', async () => {
      const result = await job.sluice(['run', job.file({ mode: 'sideways' }), '--json']);
      expect(result.code).toBe(2);
      expect(JSON.parse(result.stdout)).toMatchObject({
        error: { kind: 'JobFileInvalid', message: expect.stringContaining('mode must be one of') },
      });
    });
  });

  describe('servers that do not answer: exit code 3', () => {
    test('the source', async () => {
      const result = await job.sluice(['run', job.file({ source: source({ port: NOBODY }) })]);
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(/SQL Server at 127\.0\.0\.1:1\/\S+ cannot be reached.* — Check host, port/);
    });

    test('the target', async () => {
      const result = await job.sluice(['run', job.file({ target: target('postgresql://app@127.0.0.1:1/orders') })]);
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(
        /PostgreSQL at 127\.0\.0\.1:1\/orders cannot be reached: .*ECONNREFUSED.* — Check the target URL/,
      );
    });

    test('a target database that is not there', async () => {
      const url = new URL(job.targetUrl);
      url.password = '';
      url.pathname = '/not_here';
      const result = await job.sluice(['run', job.file({ target: target(url.href) })]);
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(
        /PostgreSQL at \S+\/not_here: database "not_here" does not exist — Check the target URL/,
      );
    });

    test('Kafka and the registry, both named at once', async () => {
      const kafka = `{ brokers: ["127.0.0.1:${NOBODY}"], registry: { url: "http://127.0.0.1:${NOBODY}" } }`;
      const result = await job.sluice(['run', job.file({ kafka })]);
      expect(result.code).toBe(3);
      expect(result.stderr).toMatch(/no Kafka broker answers at 127\.0\.0\.1:1.* — Check the brokers/);
      expect(result.stderr).toMatch(
        /the schema registry at http:\/\/127\.0\.0\.1:1\/? does not answer.* — Check the registry URL/,
      );
    });

    test('sluice check lists them as findings instead, with what works: exit code 1', async () => {
      const result = await job.sluice(['check', job.file({ source: source({ port: NOBODY }) })]);
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(/^error {4}source: SQL Server at 127\.0\.0\.1:1/m);
      expect(result.stdout).toMatch(/^ok {7}target: PostgreSQL/m);
    });
  });

  describe('logins', () => {
    test('a wrong password of the source is said, and the password is not: exit code 3', async () => {
      const result = await job.sluice(['run', job.file()], { SLUICE_TEST_SOURCE_PASSWORD: 'Wrong-Secret-1' });
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(
        /Login of sa to \S+ failed.* — Check the user, the password reference and the database/,
      );
    });

    test('a wrong password of the target is said, and the password is not: exit code 3', async () => {
      const result = await job.sluice(['run', job.file()], { SLUICE_TEST_TARGET_PASSWORD: 'Wrong-Secret-2' });
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(
        /PostgreSQL at \S+: password authentication failed.* — Check the user and the password/,
      );
    });
  });

  test('missing rights are listed one by one, each with its GRANT: exit code 1, nothing begun', async () => {
    const file = job.file({ source: source({ user: 'weak' }) });
    const run = () => job.sluice(['run', file], { SLUICE_TEST_SOURCE_PASSWORD: 'Weak-Pass-1' });
    // Without VIEW DEFINITION the tables themselves do not show.
    const hidden = await run();
    expect(hidden.code).toBe(1);
    expect(hidden.stdout).toContain('→ GRANT VIEW SERVER STATE TO [weak]');
    expect(hidden.stdout).toContain('→ GRANT VIEW DEFINITION TO [weak]');
    await job.source('GRANT VIEW DEFINITION TO weak');
    const result = await run();
    expect(result.code).toBe(1);
    expect(result.stdout).toContain('→ GRANT VIEW SERVER STATE TO [weak]');
    expect(result.stdout).toContain('→ GRANT SELECT ON [dbo].[T] TO [weak]');
    expect(result.stdout).toContain('Nothing was begun.');
    expect(await hasBegun()).toBe(false);
  });

  test.each(['ask', 'no'])(
    'CDC off with enableCdc: %s: exit code 1 with the remedy, nothing changed in the source',
    async (enableCdc) => {
      const result = await job.sluice(['run', job.file({ changes: `{ enableCdc: ${enableCdc} }` })]);
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(
        /Change data capture is off in \S+\n {9}→ EXEC sys\.sp_cdc_enable_db, or sluice check JOB --fix\./,
      );
      expect(result.stdout).toContain('changes.enableCdc: yes');
      const again = await job.sluice(['check', job.file()]);
      expect(again.stdout).toContain('Change data capture is off');
    },
  );

  test('a table without a key where snapshot isolation is off: exit code 1 with the remedy; with it the table moves', async () => {
    await job.source(
      `CREATE TABLE dbo.NoKey (a int, b int)`,
      `INSERT INTO dbo.NoKey VALUES (1, 1), (1, 1)`,
      `ALTER DATABASE [${job.sourceName}] SET ALLOW_SNAPSHOT_ISOLATION OFF`,
    );
    const refused = await job.sluice(['run', job.file()]);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/dbo\.NoKey has no key, and \S+ does not allow snapshot isolation/);
    expect(refused.stdout).toMatch(/→ ALTER DATABASE \[\S+\] SET ALLOW_SNAPSHOT_ISOLATION ON; or add a primary key/);
    expect(await hasBegun()).toBe(false);
    await job.source(`ALTER DATABASE [${job.sourceName}] SET ALLOW_SNAPSHOT_ISOLATION ON`);
    expect((await job.sluice(['check', job.file(), '--fix'])).code).toBe(0);
    await job.quickCapture();
    const moved = await job.sluice(['run', job.file(), '--until', 'validated']);
    expect({ code: moved.code, said: moved.code === 0 ? '' : moved.stderr }).toEqual({ code: 0, said: '' });
    expect(await job.target(`select a, b from no_key`)).toEqual([
      { a: 1, b: 1 },
      { a: 1, b: 1 },
    ]);
  }, 120_000);

  describe('with what is there already', () => {
    let second: SmallJob;
    const topicOf = (): string => `${second.name}.${second.sourceName}.dbo.T`;
    let kafka: KafkaClient;

    beforeAll(async () => {
      second = await SmallJob.open(place);
      kafka = new KafkaClient({ brokers: place.servers.brokers, clientId: 'test' });
      expect((await second.sluice(['check', second.file(), '--fix'])).code).toBe(0);
      await second.quickCapture();
    }, 120_000);

    afterAll(async () => {
      await kafka.close();
      await second.close();
    });

    test('a topic with another number of partitions: exit code 3, nothing made in the target', async () => {
      await kafka.ensureTopics([{ name: topicOf(), partitions: 3, replicationFactor: 1, config: {} }]);
      const result = await second.sluice(['run', second.file(), '--until', 'loaded']);
      expect(result.code).toBe(3);
      expect(fault(result)).toContain(`topic ${topicOf()} exists with partitions=3, the job wants 2`);
      expect(fault(result)).toContain(' — Delete the topic or choose another job name');
      expect(await second.target(`select to_regclass('public.t') as t`)).toEqual([{ t: null }]);
      await kafka.deleteTopics([topicOf()]);
    });

    test('a topic with another clean-up: exit code 3', async () => {
      await kafka.ensureTopics([
        { name: topicOf(), partitions: 2, replicationFactor: 1, config: { 'cleanup.policy': 'delete' } },
      ]);
      const result = await second.sluice(['run', second.file(), '--until', 'loaded']);
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(/exists with cleanup\.policy=delete, the job wants compact/);
      await kafka.deleteTopics([topicOf()]);
    });

    test('load.prepare: nothing refuses a target table that exists, by name: exit code 3, its rows untouched', async () => {
      await second.target(`create table t (id integer primary key, v varchar(20))`);
      await second.target(`insert into t values (7, 'mine')`);
      const result = await second.sluice(['run', second.file({ load: '{ prepare: nothing }' }), '--until', 'loaded']);
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(/The target has 1 of the tables already: "?public"?\."?t"? — Choose load\.prepare/);
      expect(await second.target(`select * from t`)).toEqual([{ id: 7, v: 'mine' }]);
    });

    test('a registry that refuses the schema: exit code 3, and the next run goes on when it is mended', async () => {
      const subject = `${topicOf()}-value`;
      const other = { type: 'record', name: 'Other', fields: [{ name: 'q', type: 'int' }] };
      await second.registry('POST', `subjects/${subject}/versions`, { schema: JSON.stringify(other) });
      await second.registry('PUT', `config/${subject}`, { compatibility: 'FULL' });
      const result = await second.sluice(['run', second.file({ load: '{ prepare: truncate }' }), '--until', 'loaded']);
      expect(result.code).toBe(3);
      expect(fault(result)).toContain(`${subject} is not compatible`);
      await second.registry('DELETE', `subjects/${subject}`);
      await second.registry('DELETE', `subjects/${subject}?permanent=true`);
      const again = await second.sluice([
        'run',
        second.file({ load: '{ prepare: truncate }' }),
        '--until',
        'streaming',
      ]);
      expect({ code: again.code, said: again.code === 0 ? '' : again.stderr }).toEqual({ code: 0, said: '' });
      expect(await second.target(`select id, v from t order by id`)).toEqual([
        { id: 1, v: 'a' },
        { id: 2, v: 'b' },
      ]);
    }, 120_000);

    test('two jobs on one target table: the second is refused by name with exit code 3, the first stays as it is', async () => {
      const rival = second.file({ job: `${second.name}-2`, load: '{ prepare: drop }' });
      const result = await second.sluice(['run', rival, '--until', 'loaded']);
      expect(result.code).toBe(3);
      expect(fault(result)).toMatch(/public\.t is fed by another job.* — /);
      expect(await second.target(`select count(*)::int as n from t`)).toEqual([{ n: 2 }]);
    });
  });
});
