import { bar, count, lagText, loadedShare, shortName } from './figures.ts';
import type { Output } from './output.ts';
import { appliedTotal, type Snapshot, type TableProgress } from './snapshot.ts';

/** Most tables shown in one look, on a terminal and elsewhere. */
const SHOWN = { terminal: 12, log: 5 };
const NAME = 36;
const BAR = 16;

interface Look {
  readonly atMs: number;
  readonly applied: ReadonlyMap<string, number>;
}

/**
 * Shows how a job goes: on a terminal a block that is drawn again in place, elsewhere a line for the job and one for each busy table.
 */
export class ProgressPrinter {
  private last: Look | null = null;
  private drawn = 0;
  private saidProblem: string | null = null;

  constructor(
    private readonly out: Output,
    private readonly isTerminal = out.isTerminal,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Shows the job as it is now; rates are since the look before. */
  print(now: Snapshot): void {
    const look = {
      atMs: this.nowMs(),
      applied: new Map(now.tables.map((table) => [table.table, appliedTotal(table)])),
    };
    const lines = [this.jobLine(now, look), ...this.tableLines(now, look)];
    this.last = look;
    if (this.isTerminal) this.redraw(lines);
    else for (const line of lines) this.out.progress(line);
    if (now.captureProblem !== this.saidProblem) {
      this.saidProblem = now.captureProblem;
      this.say(now.captureProblem ? `capture: ${now.captureProblem}` : 'capture: works again');
    }
  }

  /** A line that stays, before the block. */
  say(line: string): void {
    this.clear();
    this.out.progress(line);
  }

  /** Takes the block off the terminal; whatever is printed next stands where it was. */
  clear(): void {
    if (this.drawn > 0) this.out.raw(`\u001b[${this.drawn}A\u001b[J`);
    this.drawn = 0;
  }

  private redraw(lines: readonly string[]): void {
    this.clear();
    const width = this.out.width;
    for (const line of lines) this.out.progress([...line].slice(0, width - 1).join(''));
    this.drawn = lines.length;
  }

  private jobLine(now: Snapshot, look: Look): string {
    const applied = sum(look.applied.values());
    const behind = sum(now.tables.map((table) => table.behind));
    const states = [...Map.groupBy(now.tables, (table) => table.state)].map(
      ([state, tables]) => `${tables.length} ${state}`,
    );
    return `${clock(look.atMs)}  ${count(applied)} applied  ${count(this.rate(look, [...look.applied.keys()]))}/s  ${count(behind)} behind  lag ${lagText(now.lagMs)}  ${states.join(', ')}`.trimEnd();
  }

  private tableLines(now: Snapshot, look: Look): string[] {
    const busy = now.tables.filter((table) => this.isWorthALine(table, look));
    const shown = busy
      .toSorted((a, b) => b.estimatedRows - a.estimatedRows)
      .slice(0, this.isTerminal ? SHOWN.terminal : SHOWN.log);
    const lines = shown.map((table) => this.tableLine(table, look));
    if (busy.length > shown.length) lines.push(`          and ${busy.length - shown.length} more`);
    return lines;
  }

  /** Tables where something happens, or where a person should look. */
  private isWorthALine(table: TableProgress, look: Look): boolean {
    if (table.state === 'suspended' || table.state === 'gap') return true;
    if (['refused', 'pending', 'prepared', 'cut-over'].includes(table.state)) return false;
    return table.behind > 0 || this.rate(look, [table.table]) > 0 || (table.state === 'loading' && table.read > 0);
  }

  private tableLine(table: TableProgress, look: Look): string {
    const name = shortName(table.table, NAME);
    const applied = look.applied.get(table.table) ?? 0;
    const rate = `${count(this.rate(look, [table.table]))}/s`;
    const share = loadedShare(table);
    const load =
      table.state === 'loading' && share !== null
        ? `${this.isTerminal ? `${bar(share, BAR)} ` : ''}${String(Math.floor(share * 100)).padStart(3)} %`
        : '';
    return `          ${name}${' '.repeat(NAME - [...name].length)}  ${table.state.padEnd(11)}  ${count(applied).padStart(11)} rows  ${rate.padStart(9)}  ${count(table.behind).padStart(9)} behind  ${load}`.trimEnd();
  }

  /** Events applied a second to these tables since the last look. */
  private rate(look: Look, tables: readonly string[]): number {
    const { last } = this;
    if (!last || look.atMs <= last.atMs) return 0;
    const of = ({ applied }: Look): number => sum(tables.map((table) => applied.get(table) ?? 0));
    return (Math.max(0, of(look) - of(last)) * 1000) / (look.atMs - last.atMs);
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}
