import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FreshDatabase, freshDatabase, SourceDatabase, testSandbox } from '#testing';
import { type CliResult, startCli } from '../harness/index.ts';

const KEY = 'key-that-nobody-may-see';
const SCRIPT = [
  'CREATE TABLE dbo.Part (Id int NOT NULL PRIMARY KEY, Stock int NOT NULL)',
  `CREATE PROCEDURE dbo.Part_Check @Id int AS
BEGIN
  -- Looks after the indexes.
  DBCC CHECKDB
  UPDATE dbo.Part SET Stock = Stock + 1 WHERE Id = @Id
END`,
];
const GOOD = `CREATE OR REPLACE PROCEDURE public.part_check(p_id integer)
LANGUAGE plpgsql
AS $$
BEGIN
  UPDATE part SET stock = stock + 1 WHERE id = p_id;
END
$$;`;

interface Request {
  readonly path: string;
  readonly authorization: string;
  readonly body: { model: string; messages: { role: string; content: string }[] };
}

describe('sluice explain asks a model', () => {
  let source: SourceDatabase;
  let target: FreshDatabase;
  let endpoint: Server;
  let dir: string;
  let job: string;
  let env: Record<string, string>;
  const requests: Request[] = [];
  let answer = { status: 200, content: '' };

  beforeAll(async () => {
    source = await SourceDatabase.create();
    for (const text of SCRIPT) await source.run(text);
    target = await freshDatabase();
    endpoint = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        requests.push({
          path: request.url ?? '',
          authorization: request.headers.authorization ?? '',
          body: JSON.parse(body) as Request['body'],
        });
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: answer.content } }] }));
      });
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    dir = mkdtempSync(join(tmpdir(), 'sluice-explain-'));
    job = join(dir, 'job.yaml');
    const sandbox = await testSandbox();
    env = { SLUICE_TEST_SOURCE_PASSWORD: sandbox.password, SLUICE_TEST_MODEL_KEY: KEY };
    writeFileSync(
      job,
      `job: explained
source: { kind: sqlserver, port: ${sandbox.port}, database: ${source.settings.database}, user: sa, password: "\${env:SLUICE_TEST_SOURCE_PASSWORD}", trustServerCertificate: true }
target: { url: "${target.url}" }
model: { url: "http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/v1/", name: helper, key: "\${env:SLUICE_TEST_MODEL_KEY}" }
`,
    );
  }, 120_000);

  afterAll(async () => {
    endpoint.close();
    await source.drop();
    await target.drop();
    await rm(dir, { recursive: true, force: true });
  });

  beforeEach(() => {
    requests.length = 0;
    answer = { status: 200, content: 'DBCC has no counterpart.' };
  });

  const explain = (...args: string[]): Promise<CliResult> => startCli(['explain', job, ...args], env).done;

  test('what would be sent is shown, and without --send nothing is', async () => {
    const { code, stdout } = await explain('dbo.Part_Check');
    expect(code).toBe(0);
    expect(requests).toEqual([]);
    expect(stdout).toContain('/v1/chat/completions, model helper');
    expect(stdout).toContain('DBCC CHECKDB');
    expect(stdout).toMatch(/- SL10\d\d \(manual, line \d+\): /);
    expect(stdout).toContain('Nothing was sent.');
  });

  test('what is sent is what was shown; the answer is printed, and neither has the key or a password', async () => {
    const shown = JSON.parse((await explain('dbo.Part_Check', '--json')).stdout) as { messages: unknown };
    const { code, stdout, stderr } = await explain('dbo.Part_Check', '--send');
    expect([code, stdout]).toEqual([0, expect.stringContaining('DBCC has no counterpart.')]);
    expect(requests.map(({ path, authorization, body }) => [path, authorization, body.model])).toEqual([
      ['/v1/chat/completions', `Bearer ${KEY}`, 'helper'],
    ]);
    expect(requests[0]?.body.messages).toEqual(shown.messages);
    for (const secret of [KEY, env['SLUICE_TEST_SOURCE_PASSWORD'] ?? ''])
      expect(`${stdout}${stderr}${JSON.stringify(requests[0]?.body)}`).not.toContain(secret);
  });

  test('a proposal that PostgreSQL refuses is not taken', async () => {
    const tree = join(dir, 'refused');
    answer.content = `Try this:\n\`\`\`sql\n${GOOD.replace('UPDATE part', 'UPDATES part')}\n\`\`\``;
    const { code, stdout } = await explain('dbo.Part_Check', '--propose', '--send', '--out', tree);
    expect(stdout).toContain('refused   dbo/procedure/Part_Check.sql: syntax error');
    expect(stdout).toContain('The proposal is not taken.');
    expect(code).toBe(1);
    expect(() => readFileSync(join(tree, 'dbo/procedure/Part_Check.sql'))).toThrow('ENOENT');
    answer.content = 'I cannot.';
    expect((await explain('dbo.Part_Check', '--propose', '--send')).code).toBe(1);
  });

  test('one that it takes becomes an edit of the tree, and the next conversion keeps it', async () => {
    const tree = join(dir, 'tree');
    await startCli(['convert', job, '--out', tree], env).done;
    answer.content = `\`\`\`sql\n${GOOD}\n\`\`\`\nThe check of the database is left out.`;
    const { code, stdout } = await explain('dbo.Part_Check', '--propose', '--send', '--out', tree);
    expect([code, stdout]).toEqual([0, expect.stringContaining('PostgreSQL takes the proposal')]);
    const file = join(tree, 'dbo/procedure/Part_Check.sql');
    expect(readFileSync(file, 'utf8')).toContain(GOOD);
    await startCli(['convert', job, '--out', tree], env).done;
    expect(readFileSync(file, 'utf8')).toContain(GOOD);
  });

  test('faults name what is wrong and the remedy', async () => {
    answer = { status: 401, content: '' };
    const refused = await explain('dbo.Part_Check', '--send');
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('answered with status 401')]);
    expect(refused.stderr).toContain('model.key');
    expect(refused.stderr).not.toContain(KEY);
    const unknown = await explain('dbo.Nothing');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('dbo.Nothing')]);
    const none = join(dir, 'none.yaml');
    writeFileSync(none, readFileSync(job, 'utf8').replace(/^model:.*$/m, ''));
    const unnamed = await startCli(['explain', none, 'dbo.Part_Check'], env).done;
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('model.url')]);
  });
});
