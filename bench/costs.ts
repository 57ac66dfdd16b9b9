import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** What the processes of one part have used since {@link Costs.start}. */
export interface Cost {
  readonly cpuSeconds: number;
  /** Most memory of a single process, or of a server of many processes their own memory and the shared memory once. */
  readonly peakRssMb: number;
}

interface Watched {
  /** Process ids whose CPU counts; a root's children count too where `tree` is true. */
  readonly roots: () => readonly number[];
  readonly tree: boolean;
  /** CPU ticks at the start by process id; ended processes keep their last figure in `last`. */
  readonly first: Map<number, number>;
  readonly last: Map<number, number>;
  peakKb: number;
}

/** Clock ticks a second of /proc/<pid>/stat: fixed to 100 in what Linux shows to programs. */
const TICKS = 100;
const SAMPLE_MS = 200;

/** Looks at processes through /proc: CPU of each part, its children's too, and its largest memory. */
export class Costs {
  readonly #parts = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;

  /** A single process, or those that `roots` finds as they come and go. */
  watch(part: string, roots: number | (() => readonly number[])): void {
    this.#add(part, roots, false);
  }

  /** A server with child processes, such as PostgreSQL: children that have ended count, too. */
  watchTree(part: string, root: number): void {
    this.#add(part, root, true);
  }

  #add(part: string, roots: number | (() => readonly number[]), tree: boolean): void {
    const find = typeof roots === 'number' ? () => [roots] : roots;
    this.#parts.set(part, { roots: find, tree, first: new Map(), last: new Map(), peakKb: 0 });
  }

  /** From now on; what the processes used before does not count. A process that comes later counts whole. */
  start(): void {
    for (const watched of this.#parts.values()) {
      watched.first.clear();
      watched.last.clear();
      watched.peakKb = 0;
      for (const pid of watched.roots()) watched.first.set(pid, ticksOf(pid, watched.tree) ?? 0);
    }
    this.#startedMs = performance.now();
    this.sample();
    this.#timer = setInterval(() => this.sample(), SAMPLE_MS);
  }

  sample(): void {
    for (const watched of this.#parts.values()) {
      for (const pid of watched.roots()) {
        const ticks = ticksOf(pid, watched.tree);
        if (ticks !== undefined) watched.last.set(pid, ticks);
        watched.peakKb = Math.max(watched.peakKb, watched.tree ? treeKb(pid) : field(pid, 'VmHWM'));
      }
    }
  }

  /** Ends the watch. */
  stop(): { seconds: number; parts: Record<string, Cost> } {
    this.sample();
    clearInterval(this.#timer);
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const parts: Record<string, Cost> = {};
    for (const [part, { first, last, peakKb }] of this.#parts) {
      let ticks = 0;
      for (const [pid, now] of last) ticks += now - (first.get(pid) ?? 0);
      parts[part] = { cpuSeconds: round(ticks / TICKS, 2), peakRssMb: Math.round(peakKb / 1024) };
    }
    return { seconds, parts };
  }
}

/** User and system time of a process; of a tree those of its living and its ended children too. Undefined where it is gone. */
function ticksOf(pid: number, tree: boolean): number | undefined {
  const own = statOf(pid);
  if (own === undefined) return undefined;
  if (!tree) return own.self;
  return childrenOf(pid).reduce((sum, child) => sum + (statOf(child)?.self ?? 0), own.self + own.ended);
}

function statOf(pid: number): { self: number; ended: number } | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === '') return undefined;
  // The name in parentheses may hold blanks; utime is the 14th field.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number): number => Number(fields[index - 3]);
  return { self: at(14) + at(15), ended: at(16) + at(17) };
}

/** Child processes of all threads of a process. */
export function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended.
    return [];
  }
  return threads.flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`)
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  );
}

/** Own memory of all processes, and the largest part of the shared memory that one of them has touched. */
function treeKb(root: number): number {
  let own = 0;
  let shared = 0;
  for (const pid of [root, ...childrenOf(root)]) {
    own += field(pid, 'RssAnon');
    shared = Math.max(shared, field(pid, 'RssShmem'));
  }
  return own + shared;
}

/** What a process has now, in MB. */
export const residentMb = (pid: number): number => Math.round(field(pid, 'VmRSS') / 1024);

/** From now on the most memory of a process is counted anew. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function field(pid: number, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

/** The command line of a process, words separated by blanks; empty where it is gone. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

/** Average load of the machine over the last minute. */
export function loadAverage(): number {
  return Number(read('/proc/loadavg').split(' ')[0] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A process that ends while it is looked at.
    return '';
  }
}

export function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
