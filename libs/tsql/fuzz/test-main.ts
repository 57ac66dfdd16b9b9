/**
 * The part of `npm run fuzz` that reads statements: `node dist/libs/tsql/fuzz/test-main.js --seconds N --seed S [--only K]`. One JSON line at its end; exit code 1
 * where a text broke a rule, which is then printed in its smallest form. A text that never comes to an end is told by a watchdog in a thread of its own.
 */
import { setFlagsFromString } from 'node:v8';
import { parseArgs } from 'node:util';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { corpus } from './test-corpus.ts';
import { StatementFuzzer, type Fault } from './test-fuzzer.ts';

/** No text may take longer, whatever else the machine does. */
const HANG_MS = 60_000;
/** What may be in use after a collection, beyond what was after the first thousand texts. */
const GROWTH_MB = 32;
const LOOK_EVERY = 5_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const fuzzer = new StatementFuzzer(corpus(process.cwd()), seed);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Counts up from another thread what this one has not moved on from. */
const place = new Int32Array(new SharedArrayBuffer(4));
const watchdog = new Worker(
  `const { workerData: { place, hangMs, seed } } = require('node:worker_threads');
   let last = -1;
   setInterval(() => {
     const now = Atomics.load(place, 0);
     if (now === last) {
       require('node:fs').writeSync(1, JSON.stringify({ fuzz: 'statements', seed, hang: now }) + '\\n');
       process.kill(process.pid, 'SIGKILL');
     }
     last = now;
   }, hangMs);`,
  { eval: true, workerData: { place, hangMs: HANG_MS, seed } },
);
watchdog.unref();

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}

function report(number: number, text: string, fault: Fault): void {
  const smallest = fuzzer.shrink(text, fault);
  process.stdout.write(
    `${JSON.stringify({ fuzz: 'statements', seed, number, ...(fuzzer.check(smallest) ?? fault), text: smallest.slice(0, 4_000), length: smallest.length })}\n`,
  );
}

const end = Date.now() + Number(values.seconds) * 1000;
const kinds = new Map<string, number>();
let number = values.only === undefined ? 0 : Number(values.only);
let firstMb = 0;
let lastMb = 0;
let faults = 0;
do {
  Atomics.store(place, 0, number);
  const text = fuzzer.text(number);
  const fault = fuzzer.check(text);
  if (fault !== undefined) {
    faults++;
    const seen = kinds.get(fault.kind) ?? 0;
    kinds.set(fault.kind, seen + 1);
    if (seen < 5) report(number, text, fault);
  }
  number++;
  if (number === 1_000) firstMb = heapMb();
  if (number % LOOK_EVERY === 0) lastMb = heapMb();
} while (values.only === undefined && Date.now() < end);
const grew = firstMb > 0 && lastMb - firstMb > GROWTH_MB;
process.stdout.write(
  `${JSON.stringify({
    fuzz: 'statements',
    seed,
    texts: number,
    accepted: fuzzer.accepted,
    characters: fuzzer.characters,
    faults,
    firstMb: Math.round(firstMb),
    lastMb: Math.round(lastMb),
    grew,
  })}\n`,
);
process.exit(faults > 0 || grew ? 1 : 0);
