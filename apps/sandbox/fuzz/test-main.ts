/**
 * The part of `npm run fuzz` that is a hostile client: `node dist/apps/sandbox/fuzz/test-main.js --seconds N --seed S [--only K]`. Half of the time against the wire
 * with scripted sessions, half against the whole sandbox. A JSON line for each fault and one for each server; exit code 1 where there was a fault, or memory or
 * handles grew.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TdsFuzzer, type Fault } from './test-fuzzer.ts';
import { engineServer, scriptedServer, type FuzzedServer } from './test-servers.ts';

/** What may be in use after a collection, beyond what was after the first cases. */
const GROWTH_MB = 48;
const GROWTH_HANDLES = 8;
const SETTLED_AFTER = 500;
const LOOK_EVERY = 2_000;
const MOST_REPORTS = 10;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    server: { type: 'string' },
  },
});
const seed = Number(values.seed);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface Held {
  readonly mb: number;
  readonly handles: number;
}

function held(): Held {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { mb: Math.round((heapUsed + external) / 1_048_576), handles: process.getActiveResourcesInfo().length };
}

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Faults of one server, memory and handles that stayed in use included. */
async function fuzz(name: string, open: () => Promise<FuzzedServer>, seconds: number): Promise<number> {
  const server = await open();
  const fuzzer = new TdsFuzzer(server.tds, server.login, seed);
  await fuzzer.open();
  const end = Date.now() + seconds * 1000;
  let number = values.only === undefined ? 0 : Number(values.only);
  let faults = 0;
  let first: Held | undefined;
  let last = held();
  const report = async (fault: Fault): Promise<void> => {
    faults++;
    if (faults <= MOST_REPORTS)
      print({ fuzz: name, seed, number, ...fault, parts: await fuzzer.shrink(number, fault) });
  };
  do {
    const fault = await fuzzer.run(number);
    if (fault !== undefined) await report(fault);
    number++;
    if (number === SETTLED_AFTER || number % LOOK_EVERY === 0) {
      await fuzzer.look();
      last = held();
      first ??= last;
    }
  } while (values.only === undefined && Date.now() < end && faults < MOST_REPORTS);
  const fault = await fuzzer.look();
  if (fault !== undefined) await report(fault);
  const grew = first !== undefined && (last.mb - first.mb > GROWTH_MB || last.handles - first.handles > GROWTH_HANDLES);
  print({ fuzz: name, seed, cases: number, answers: fuzzer.answers, faults, first, last, grew });
  await fuzzer.close();
  await server.close();
  return faults + (grew ? 1 : 0);
}

const servers: readonly (readonly [string, () => Promise<FuzzedServer>])[] = [
  ['wire', scriptedServer],
  ['sandbox', engineServer],
];
const wanted = servers.filter(([name]) => values.server === undefined || name === values.server);
let faults = 0;
for (const [name, open] of wanted) faults += await fuzz(name, open, Number(values.seconds) / wanted.length);
process.exit(faults > 0 ? 1 : 0);
