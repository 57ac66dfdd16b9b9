import { expect, test } from '@jest/globals';
import { TdsFuzzer } from './test-fuzzer.ts';
import { engineServer } from './test-servers.ts';

const CASES = 500;
const SEED = 20_240_229;

test(`${CASES} hostile clients of the whole sandbox crash nothing, leave nothing, and another client is served (seed ${SEED})`, async () => {
  const server = await engineServer();
  const fuzzer = new TdsFuzzer(server.tds, server.login, SEED);
  await fuzzer.open();
  try {
    for (let number = 0; number < CASES; number++) {
      const fault = await fuzzer.run(number);
      if (fault !== undefined) throw new Error(`case ${number}, ${fault.kind}: ${fault.what}`);
    }
    expect(await fuzzer.look()).toBeUndefined();
    expect(fuzzer.answers).toBeGreaterThan(CASES * 2);
  } finally {
    await fuzzer.close();
    await server.close();
  }
});
