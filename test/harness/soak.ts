import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '#samples';
import { FAIL_POINTS, freezePastLease, killAtPoint, killAtRandom, killSandbox, killServer, MOVERS } from './faults.ts';
import { openPlace, TestJob, type TestPlace } from './test-job.ts';

/** One life of a job, from an empty target to a checked stream: about so long. */
const LIFE_MS = 110_000;
/** Faults come so often. */
const BETWEEN_MS = [300, 2500] as const;

interface Totals {
  lives: number;
  faults: number;
  changes: number;
  rows: number;
  readonly wrong: string[];
}

const APPS = ['converter', ...MOVERS] as const;

type Phase = 'preparing' | 'loading' | 'catching up' | 'streaming';
type Kind = {
  readonly share: number;
  readonly name: string;
  run(job: TestJob, random: Random, phase: Phase): Promise<string>;
};

/** The matrix: which fault comes how often. What it hit is said in its line. */
const KINDS: readonly Kind[] = [
  {
    share: 30,
    name: 'kill',
    run: async (job, random) => {
      const app = random.pick(APPS);
      await killAtRandom(job, random, app);
      return app;
    },
  },
  { share: 26, name: 'kill at', run: atPoint },
  {
    share: 14,
    name: 'freeze',
    run: async (job, random) => {
      const app = random.pick(MOVERS);
      await freezePastLease(job, random, app);
      return `${app} past its lease, another took over`;
    },
  },
  {
    share: 10,
    name: 'kill',
    run: async (job, random) => {
      await killSandbox(job, random.int(0, 1500));
      return 'capture job and source server';
    },
  },
  { share: 7, name: 'kill', run: (job, random) => server(job, random, 'kafka') },
  { share: 5, name: 'kill', run: (job, random) => server(job, random, 'registry') },
  { share: 8, name: 'kill', run: (job, random) => server(job, random, 'postgres') },
];

async function server(job: TestJob, random: Random, service: 'kafka' | 'registry' | 'postgres'): Promise<string> {
  await killServer(job, service, random.int(0, 1500));
  return service === 'postgres' ? 'target' : service;
}

/** Fail points that are passed in a phase; in any other one they would be waited for in vain. */
const POINTS: Readonly<Record<Phase, readonly (readonly [app: (typeof APPS)[number], point: RegExp])[]>> = {
  preparing: [['converter', /./]],
  loading: [
    ['snapshot', /proven|chunk/],
    ['poller', /initialised|window/],
    ['sink', /./],
  ],
  'catching up': [
    ['snapshot', /table-loaded|chunk/],
    ['poller', /./],
    ['sink', /./],
  ],
  streaming: [
    ['poller', /initialised|window/],
    ['sink', /./],
  ],
};

/** What the phase did not bring in time is left alone: the process stays armed, or is killed by a later fault. */
async function atPoint(job: TestJob, random: Random, phase: Phase): Promise<string> {
  const [app, matching] = random.pick(POINTS[phase]);
  const point = random.pick(FAIL_POINTS[app].filter((name) => matching.test(name)));
  const count = /initialised|planned|proven|recorded|made|applied/.test(point) ? 1 : random.int(1, 4);
  const reached = await killAtPoint(job, app, point, count, 10_000).then(
    () => true,
    () => false,
  );
  return `${point}, passing ${count}${reached ? '' : ': not passed in time'}`;
}

function pickKind(random: Random): Kind {
  const sum = KINDS.reduce((total, kind) => total + kind.share, 0);
  let roll = random.next() * sum;
  for (const kind of KINDS) {
    roll -= kind.share;
    if (roll < 0) return kind;
  }
  return KINDS[0] as Kind;
}

function line(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}

async function phaseOf(job: TestJob): Promise<Phase> {
  const states = new Set((await job.tables().catch(() => [])).map((table) => table.state));
  if (states.size === 0 || states.has('pending')) return 'preparing';
  if (states.has('prepared') || states.has('held') || states.has('loading')) return 'loading';
  return states.has('loaded') || states.has('catching-up') ? 'catching up' : 'streaming';
}

/** One life: load under faults, stream under faults, then the oracle. */
async function live(place: TestPlace, seed: number, untilMs: number, totals: Totals): Promise<void> {
  const random = new Random(seed);
  const load = { chunkRows: random.int(20, 200), maxRowsPerSecond: random.pick([60, 150, 400]) };
  const job = await TestJob.open({ seed, servers: place, rows: random.int(1500, 3500), leaseMs: 2000, load });
  line(`life ${totals.lives + 1}: seed ${seed}, chunks of ${load.chunkRows} rows, ${load.maxRowsPerSecond} rows/s`);
  try {
    await job.register();
    job.startWorkload(random.int(5, 25));
    await Promise.all(APPS.map((app) => job.start(app)));
    while (Date.now() < untilMs) {
      await pause(random.int(...BETWEEN_MS));
      const kind = pickKind(random);
      const phase = await phaseOf(job);
      const began = Date.now();
      const hit = await kind.run(job, random, phase);
      totals.faults++;
      line(`  ${phase.padEnd(11)} ${kind.name} ${hit} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
      const gaveUp = job.gaveUp();
      if (gaveUp) throw new Error(gaveUp);
    }
    job.configure({ maxRowsPerSecond: 0 });
    await job.app('snapshot').kill();
    await job.untilStates('streaming');
    const report = await job.check();
    totals.changes += report.changes;
    totals.rows += report.rows;
    totals.wrong.push(...report.faults.map((fault) => `seed ${seed}: ${fault}`));
    line(`  checked: ${report.rows} rows equal, ${report.changes} changes once each, ${report.faults.length} faults`);
  } catch (error) {
    totals.wrong.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    totals.lives++;
    if (totals.wrong.length === 0) await job.close();
    else line(`  logs: ${job.logDir}; jobs: ${job.jobFile}`);
  }
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    keep: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const totals: Totals = { lives: 0, faults: 0, changes: 0, rows: 0, wrong: [] };
const endMs = Date.now() + minutes * 60_000;
line(`soak: ${minutes} minutes, seed ${seed}`);
const place = await openPlace('own');
try {
  while (Date.now() < endMs && totals.wrong.length === 0) {
    await live(place, seed * 1000 + totals.lives, Math.min(endMs, Date.now() + LIFE_MS), totals);
  }
} finally {
  for (const fault of totals.wrong) line(`WRONG ${fault}`);
  if (values.keep && totals.wrong.length > 0) {
    line('kept for looking at; end with Ctrl-C');
    await new Promise((resolve) => process.once('SIGINT', resolve));
  }
  await place.close();
}
const verdict = totals.wrong.length === 0 ? 'PASSED' : 'FAILED';
line(
  `soak ${verdict}: seed ${seed}, ${minutes} minutes, ${totals.lives} lives, ${totals.faults} faults, ${totals.rows} rows compared, ${totals.changes} changes once each`,
);
process.exit(totals.wrong.length === 0 ? 0 : 1);
