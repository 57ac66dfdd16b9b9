import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TdsFuzzer } from './test-fuzzer.ts';
import { scriptedServer, type FuzzedServer } from './test-servers.ts';

const CASES = 1_500;
const SEED = 20_240_229;

describe('hostile clients of the wire', () => {
  let server: FuzzedServer;
  let fuzzer: TdsFuzzer;

  beforeAll(async () => {
    server = await scriptedServer();
    fuzzer = new TdsFuzzer(server.tds, server.login, SEED);
    await fuzzer.open();
  });

  afterAll(async () => {
    await fuzzer.close();
    await server.close();
  });

  test('the recording has each kind of message: batch, RPC, attention, bulk load, transaction', () => {
    expect([...fuzzer.recorded].toSorted((a, b) => a - b)).toEqual([0x01, 0x03, 0x06, 0x07, 0x0e]);
  });

  test(`${CASES} of them crash nothing, leave nothing, and another client is served (seed ${SEED})`, async () => {
    for (let number = 0; number < CASES; number++) {
      const fault = await fuzzer.run(number);
      if (fault !== undefined)
        throw new Error(
          `case ${number}, ${fault.kind}: ${fault.what}\n${(await fuzzer.shrink(number, fault)).join('\n')}`,
        );
    }
    expect(await fuzzer.look()).toBeUndefined();
    // The damage is behind the packets' headers too: requests do reach sessions.
    expect(fuzzer.answers).toBeGreaterThan(CASES * 2);
  });

  test('a login and a request cut at any byte are answered as if they came whole', async () => {
    expect(await fuzzer.everyBoundary()).toBeUndefined();
  });
});
