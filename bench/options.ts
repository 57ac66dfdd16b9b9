import { parseArgs } from 'node:util';

/** What `npm run bench` measures. */
export const MODES = ['load', 'changes', 'latency', 'memory', 'sandbox', 'convert'] as const;
export type Mode = (typeof MODES)[number];

/** What `bench convert` does with each script; `again` is an apply of what is applied, `plain` the statements alone. */
export const CONVERSION_STEPS = ['files', 'verify', 'apply', 'again', 'plain', 'rollback'] as const;
export type ConversionStep = (typeof CONVERSION_STEPS)[number];

/** What a run is asked for. Counts are rows. */
export interface BenchOptions {
  readonly mode: Mode;
  readonly customers: number;
  readonly orders: number;
  readonly lines: number;
  readonly documents: number;
  /** Least and most bytes of a document's body. */
  readonly documentBytes: readonly [number, number];
  /** `changes`: how many are captured beforehand. */
  readonly changes: number;
  /** `sandbox`: rows of the streamed table, and clients of the transactions. */
  readonly rows: number;
  readonly clients: number;
  /** `convert`: objects of each script, what is done with it, and lines of the longest procedure of the largest. */
  readonly sizes: readonly number[];
  readonly steps: readonly ConversionStep[];
  readonly procedureLines: number;
  /** `latency`: changes a second, and for how many seconds; `sandbox`: seconds of each kind of transaction. */
  readonly rate: number;
  readonly seconds: number;
  /** `memory`: which of its cases. */
  readonly cases: readonly string[];
  /** `key=value` of the job file, handed to `sluice run --set`. */
  readonly set: readonly string[];
  /** Folder for V8 CPU profiles of every Node process; empty: none. */
  readonly profile: string;
  /** The target's PostgreSQL waits for its disk, as in production. */
  readonly durable: boolean;
  /** TDS over TLS. */
  readonly encrypt: boolean;
  /** Leaves data and logs where they are. */
  readonly keep: boolean;
}

export const USAGE = `Usage: npm run bench -- load|changes|latency|memory|sandbox|convert [options]
  --customers N --orders N --lines N --documents N   rows of each table (default for load: 200000 1000000 3000000 20000)
  --small F           all sizes divided by F (10, 100)
  --changes N         changes to drain (default 300000)
  --rate N --seconds N   of latency (default 1000 for 30 s); of sandbox: seconds of each kind of transaction
  --rows N --clients N   of sandbox: rows that are streamed (default 1000000), clients that write (default 8)
  --cases A,B         of memory: rows, documents, transaction, values (default all)
  --sizes A,B         of convert: objects of each script (default 2500,5000,10000,20000)
  --steps A,B         of convert: files, verify, apply, again, plain, rollback, in this order (default all)
  --procedure-lines N of convert: lines of the longest procedure of the largest script (default 100000)
  --set KEY=VALUE     a setting of the job file, such as load.workers=2
  --profile DIR       V8 CPU profiles of Sluice's processes; of sandbox: of the sandbox
  --no-durable        the target does not wait for its disk
  --encrypt           read the source over TLS
  --keep              leave data and logs`;

const COUNTS = ['customers', 'orders', 'lines', 'documents'] as const;
const SIZES = [200_000, 1_000_000, 3_000_000, 20_000] as const;
const STREAMING_SIZES = [20_000, 100_000, 300_000, 0] as const;

/** @throws Error with a sentence for the user */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      customers: { type: 'string' },
      orders: { type: 'string' },
      lines: { type: 'string' },
      documents: { type: 'string' },
      small: { type: 'string', default: '1' },
      changes: { type: 'string', default: '300000' },
      rows: { type: 'string', default: '1000000' },
      clients: { type: 'string', default: '8' },
      sizes: { type: 'string', default: '2500,5000,10000,20000' },
      steps: { type: 'string', default: CONVERSION_STEPS.join(',') },
      'procedure-lines': { type: 'string', default: '100000' },
      rate: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '30' },
      cases: { type: 'string', default: 'rows,documents,transaction,values' },
      set: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string', default: '' },
      'no-durable': { type: 'boolean', default: false },
      encrypt: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const [mode] = positionals;
  if (!MODES.includes(mode as Mode) || positionals.length !== 1) throw new Error(USAGE);
  const divisor = count('small', values.small);
  // Changes are measured on tables that are loaded in a few seconds, without documents.
  const defaults = mode === 'load' ? SIZES : STREAMING_SIZES;
  const [customers, orders, lines, documents] = COUNTS.map((name, index) =>
    Math.ceil(count(name, values[name] ?? String(defaults[index]!)) / divisor),
  );
  return {
    mode: mode as Mode,
    customers: customers!,
    orders: orders!,
    lines: lines!,
    documents: documents!,
    documentBytes: [4096, 65_536],
    changes: Math.ceil(count('changes', values.changes) / divisor),
    rows: Math.ceil(count('rows', values.rows) / divisor),
    clients: count('clients', values.clients),
    sizes: values.sizes.split(',').map((size) => Math.ceil(count('sizes', size) / divisor)),
    steps: stepsOf(values.steps),
    procedureLines: Math.ceil(count('procedure-lines', values['procedure-lines']) / divisor),
    rate: count('rate', values.rate),
    seconds: count('seconds', values.seconds),
    cases: values.cases.split(','),
    set: values.set,
    profile: values.profile,
    durable: !values['no-durable'],
    encrypt: values.encrypt,
    keep: values.keep,
  };
}

function stepsOf(text: string): ConversionStep[] {
  const unknown = text.split(',').find((name) => !CONVERSION_STEPS.includes(name as ConversionStep));
  if (unknown !== undefined) throw new Error(`--steps takes ${CONVERSION_STEPS.join(', ')}, not "${unknown}".`);
  return CONVERSION_STEPS.filter((step) => text.split(',').includes(step));
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not "${text}".`);
  return value;
}
