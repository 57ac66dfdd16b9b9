import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';
import { SluiceError } from '#errors';

// Below the range that systems give to outgoing connections (32768 on Linux, 49152 elsewhere): a port of a server that is
// being restarted cannot be taken by some client's connection, nor can a client retrying it connect to itself.
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** A TCP port of 127.0.0.1 that nobody listens on now: `preferred` where it is free, else a random one. */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new SluiceError('StackFailed', 'no free TCP port was found on 127.0.0.1', { lowest: LOWEST, highest: HIGHEST });
}

/** True where a server could listen on that port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
