import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { productRoot } from '#stack';
import { testSandbox } from '#testing';
import { chooseServer, type ChosenServer, type Compose } from './server-choice.ts';
import { SemanticsSession } from './session.ts';

/** How the suite finds its server. No container engine is needed: the sandbox stands in for the server that compose would start. */

async function answers(server: ChosenServer): Promise<{ sandbox: boolean; value: unknown }> {
  const session = await SemanticsSession.open(`choice_${randomBytes(4).toString('hex')}`, server);
  const { rows } = await session.run('SELECT 41 + 1');
  await session.drop();
  return { sandbox: session.sandbox, value: rows[0]?.[0] };
}

test('without a word it is the sandbox, and says so itself', async () => {
  expect(await answers(await chooseServer({}))).toEqual({ sandbox: true, value: 42 });
});

test('TEST_MSSQL_URL names a server that runs, whatever else is set, and it is asked what it is', async () => {
  const { port, password } = await testSandbox();
  const url = `mssql://sa:${encodeURIComponent(password)}@localhost:${port}`;
  const server = await chooseServer({ TEST_MSSQL_URL: url, SLUICE_STACK: 'docker' }, () => {
    throw new Error('nothing is to be started');
  });
  expect(server.settings).toMatchObject({ server: 'localhost', port, user: 'sa', password });
  expect(await answers(server)).toEqual({ sandbox: true, value: 42 });
});

test('SLUICE_STACK=docker starts the SQL Server of docker-compose.yml on a port and with a password of its own, and ends it', async () => {
  const calls: { args: readonly string[]; env: Readonly<Record<string, string>> }[] = [];
  const compose: Compose = (args, env) => {
    calls.push({ args, env });
    return { status: 0, output: '' };
  };
  const server = await chooseServer({ SLUICE_STACK: 'docker' }, compose);
  const [up] = calls;
  const project = up?.args[1] ?? '';
  expect(up?.args).toEqual(['--project-name', project, 'up', '--detach', '--wait', 'sqlserver']);
  expect(server.settings).toMatchObject({
    server: '127.0.0.1',
    port: Number(up?.env['SLUICE_SQLSERVER_PORT']),
    user: 'sa',
    password: up?.env['SLUICE_SA_PASSWORD'],
  });
  // The variables are those of the file, and its image is what the suite promises.
  const file = readFileSync(join(productRoot(), 'docker-compose.yml'), 'utf8');
  const service = (parse(file) as { services: Record<string, { image: string; ports: string[]; healthcheck: object }> })
    .services['sqlserver'];
  expect(service?.image).toMatch(/^mcr\.microsoft\.com\/mssql\/server:2022/);
  expect(service?.ports).toEqual(['127.0.0.1:${SLUICE_SQLSERVER_PORT:-1433}:1433']);
  expect(JSON.stringify(service)).toContain('${SLUICE_SA_PASSWORD:-');
  expect(service?.healthcheck).toBeDefined();
  // From here on it is a server like any other.
  const { port, password } = await testSandbox();
  expect(await answers({ ...server, settings: { ...server.settings, port, password } })).toMatchObject({ value: 42 });
  await server.close();
  expect(calls.at(-1)?.args).toEqual(['--project-name', project, 'down', '--volumes']);
});

test('a container that does not start says why, and what else can be done', async () => {
  const compose: Compose = () => ({ status: 1, output: 'pulling\nCannot connect to the Docker daemon\n' });
  await expect(chooseServer({ SLUICE_STACK: 'docker' }, compose)).rejects.toThrow(
    /Cannot connect to the Docker daemon.*TEST_MSSQL_URL/s,
  );
});
