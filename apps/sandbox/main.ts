import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { setting } from '#config';
import { AppModule } from './app.module.ts';
import { CaptureManager } from './cdc/capture-manager.ts';
import { SandboxServer } from './engine/server.ts';
import { TdsServer } from './tds/index.ts';

const USAGE = `Usage: node dist/apps/sandbox/main.js --postgres-url URL [--port P] [--host H] [--data-dir D] [--sa-password P] [--server-name N]
A development stand-in for SQL Server over PostgreSQL. Never for production.`;

/** Reads the command line; the password of sa may come from SLUICE_SANDBOX_SA_PASSWORD, else one is made and shown once. */
function options(): {
  url: string;
  port: number;
  host: string;
  dataDir: string | undefined;
  password: string;
  made: boolean;
  name: string | undefined;
} {
  const { values } = parseArgs({
    options: {
      'postgres-url': { type: 'string' },
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      'data-dir': { type: 'string' },
      'sa-password': { type: 'string' },
      'server-name': { type: 'string' },
    },
  });
  const url = values['postgres-url'];
  const port = Number(values.port);
  if (url === undefined || !Number.isInteger(port)) {
    process.stderr.write(`${USAGE}\n`);
    process.exit(2);
  }
  const given = values['sa-password'] ?? setting('SLUICE_SANDBOX_SA_PASSWORD');
  const password = given ?? randomBytes(12).toString('base64url');
  return {
    url,
    port,
    host: values.host,
    dataDir: values['data-dir'],
    password,
    made: given === undefined,
    name: values['server-name'],
  };
}

async function main(): Promise<void> {
  const given = options();
  process.stderr.write(
    'This is a development stand-in for SQL Server, not SQL Server. Do not keep anything in it that you need.\n',
  );
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const server = await SandboxServer.open({
    postgresUrl: given.url,
    saPassword: given.password,
    ...(given.name === undefined ? {} : { serverName: given.name }),
  });
  const capture = new CaptureManager({ log: (message) => process.stderr.write(`${message}\n`) });
  await server.watch({
    opened: (database) => capture.opened({ url: server.postgresUrl(database), catalog: database.catalog }),
    closing: (database) => capture.closing(database.catalog),
  });
  const wire = new TdsServer({
    server,
    host: given.host,
    port: given.port,
    serverName: server.name,
    ...(given.dataDir === undefined ? {} : { certificateDirectory: given.dataDir }),
  });
  const port = await wire.listen();
  const stop = async (): Promise<void> => {
    await wire.close();
    await server.close();
    await app.close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  process.stdout.write(
    `${JSON.stringify({ ready: true, port, ...(given.made ? { saPassword: given.password } : {}) })}\n`,
  );
}

await main();
