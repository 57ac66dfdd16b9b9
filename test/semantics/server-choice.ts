import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type sql from 'mssql';
import { SluiceError } from '#errors';
import { freePort, productRoot } from '#stack';
import { testSandbox } from '#testing';

/** The server that the suite runs against. */
export interface ChosenServer {
  /** Login of an administrator, without a database. */
  readonly settings: sql.config;
  /** Ends what was started for the suite; nothing of a server that was there. */
  close(): Promise<void>;
}

/** What is read of the environment. */
export type ChoiceEnvironment = Readonly<Record<string, string | undefined>>;

/** Runs `docker compose` with these arguments and variables; exit code and output. */
export type Compose = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
) => { readonly status: number | null; readonly output: string };

const OPTIONS = { encrypt: true, trustServerCertificate: true, serverName: 'localhost' };
const POOL = { min: 1, max: 1 };

/**
 * `TEST_MSSQL_URL` (`mssql://user:password@host:port`) names a server that runs; else, with `SLUICE_STACK=docker`, the SQL Server 2022 of docker-compose.yml
 * is started for the suite; else it is the sandbox of the test run. Whether a real server answers is not taken from here: the server is asked.
 */
export async function chooseServer(
  env: ChoiceEnvironment = process.env,
  compose: Compose = dockerCompose,
): Promise<ChosenServer> {
  const given = env['TEST_MSSQL_URL'] ?? '';
  if (given !== '') return { settings: settingsOf(new URL(given)), close: async () => undefined };
  if (env['SLUICE_STACK'] === 'docker') return startContainer(compose);
  const { port, password } = await testSandbox();
  return { settings: adminOf(port, password), close: async () => undefined };
}

async function startContainer(compose: Compose): Promise<ChosenServer> {
  const port = await freePort();
  // SQL Server wants three kinds of characters.
  const password = `Aa1-${randomBytes(12).toString('hex')}`;
  const project = `sluice-semantics-${randomBytes(4).toString('hex')}`;
  const env = { SLUICE_SQLSERVER_PORT: String(port), SLUICE_SA_PASSWORD: password };
  const run = (...args: string[]): void => {
    const { status, output } = compose(['--project-name', project, ...args], env);
    if (status === 0) return;
    const remedy =
      'install Docker with its compose plugin and start it, name a server in TEST_MSSQL_URL, or unset SLUICE_STACK to test the sandbox';
    throw new SluiceError(
      'ToolMissing',
      `SQL Server 2022 did not start in a container (${lastLine(output)}): ${remedy}`,
    );
  };
  // --wait: until the health check of the file is content.
  run('up', '--detach', '--wait', 'sqlserver');
  return { settings: adminOf(port, password), close: async () => run('down', '--volumes') };
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

const dockerCompose: Compose = (args, env) => {
  const answer = spawnSync('docker', ['compose', '--file', join(productRoot(), 'docker-compose.yml'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return {
    status: answer.status,
    output: answer.error ? 'docker is not installed' : `${answer.stdout}${answer.stderr}`,
  };
};

function adminOf(port: number, password: string): sql.config {
  return { server: '127.0.0.1', port, user: 'sa', password, pool: POOL, options: OPTIONS };
}

function settingsOf(url: URL): sql.config {
  return {
    server: url.hostname,
    port: Number(url.port === '' ? '1433' : url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    pool: POOL,
    options: OPTIONS,
  };
}
