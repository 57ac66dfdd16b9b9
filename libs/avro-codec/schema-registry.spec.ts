import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SchemaRegistry } from './schema-registry.ts';

/** What a scripted registry was asked and answers, one answer a request. */
interface Script {
  readonly asked: string[];
  readonly url: string;
  readonly server: Server;
}

let open: Server[] = [];

afterEach(() => {
  for (const server of open) server.close();
  open = [];
});

async function scripted(answers: readonly (readonly [number, unknown])[]): Promise<Script> {
  const asked: string[] = [];
  const rest = [...answers];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const [status, body] = rest.shift() ?? [418, {}];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    request.resume();
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { asked, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const MISSING = [404, { error_code: 40401, message: 'no such subject' }] as const;

describe('the registry client', () => {
  test('D18: asks for compatibility, registers normalised, and asks once for the same schema', async () => {
    const script = await scripted([MISSING, [200, { id: 17 }]]);
    const registry = new SchemaRegistry({ url: `${script.url}/` });
    const ids = await Promise.all([registry.register('a b-value', 'string'), registry.register('a b-value', 'string')]);
    expect(ids).toEqual([17, 17]);
    expect(script.asked).toEqual([
      'POST /compatibility/subjects/a%20b-value/versions/latest?verbose=true',
      'POST /subjects/a%20b-value/versions?normalize=true',
    ]);
  });

  test('D17: says what the registry says of an incompatible schema, and registers nothing', async () => {
    const script = await scripted([[200, { is_compatible: false, messages: ['reader field x has no default'] }]]);
    await expect(new SchemaRegistry({ url: script.url }).register('s', 'int')).rejects.toMatchObject({
      kind: 'RegistryRefused',
      message: expect.stringContaining('reader field x has no default'),
      facts: { subject: 's' },
    });
    expect(script.asked).toHaveLength(1);
  });

  test('gives the registry’s message where it refuses', async () => {
    const script = await scripted([MISSING, [422, { error_code: 42201, message: 'Invalid schema' }]]);
    await expect(new SchemaRegistry({ url: script.url }).register('s', 'int')).rejects.toMatchObject({
      kind: 'RegistryRefused',
      message: expect.stringContaining('Invalid schema'),
    });
  });

  test('waits while the registry has a fault of its own', async () => {
    const script = await scripted([
      [503, { message: 'starting' }],
      [500, {}],
      [200, { schema: '"long"' }],
    ]);
    await expect(new SchemaRegistry({ url: script.url }).getById(3)).resolves.toBe('long');
    expect(script.asked).toEqual(['GET /schemas/ids/3', 'GET /schemas/ids/3', 'GET /schemas/ids/3']);
  });

  test('goes on with what it knows while the registry is down, and names it for what it does not', async () => {
    const script = await scripted([[200, { schema: '"long"' }]]);
    const registry = new SchemaRegistry({
      url: script.url.replace('127.0.0.1', 'user:secret@127.0.0.1'),
      retryTimeoutMs: 50,
    });
    const plain = new SchemaRegistry({ url: script.url, retryTimeoutMs: 50 });
    await plain.getById(1);
    script.server.closeAllConnections();
    await new Promise<void>((resolve) => script.server.close(() => resolve()));
    await expect(plain.getById(1)).resolves.toBe('long');
    await expect(plain.getById(2)).rejects.toMatchObject({ kind: 'RegistryUnreachable' });
    const error: unknown = await registry.getById(2).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'RegistryUnreachable' });
    expect((error as Error).message).not.toContain('secret');
  });

  test('asks again after a failure', async () => {
    const script = await scripted([
      [404, { error_code: 40403, message: 'Schema not found' }],
      [200, { schema: '"int"' }],
    ]);
    const registry = new SchemaRegistry({ url: script.url, missingTimeoutMs: 0 });
    await expect(registry.getById(9)).rejects.toMatchObject({ kind: 'SchemaMissing', action: 'retry' });
    await expect(registry.getById(9)).resolves.toBe('int');
  });

  test('asks again for an id that a registry which has just started does not know yet', async () => {
    const script = await scripted([
      [404, { error_code: 40403, message: 'Schema not found' }],
      [200, { schema: '"int"' }],
    ]);
    await expect(new SchemaRegistry({ url: script.url }).getById(9)).resolves.toBe('int');
  });

  test('looks again where another process has made the subject meanwhile', async () => {
    const script = await scripted([
      MISSING,
      [409, { error_code: 409, message: 'An artifact with ID already exists' }],
      [200, { is_compatible: true }],
      [200, { id: 7 }],
    ]);
    await expect(new SchemaRegistry({ url: script.url }).register('s', 'int')).resolves.toBe(7);
  });

  test('stops waiting when it is told to', async () => {
    const script = await scripted(Array.from({ length: 50 }, () => [503, {}] as const));
    const stop = new AbortController();
    const asked = new SchemaRegistry({ url: script.url }).getById(1, stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
