import type { PgQuerier } from '../catalog/index.ts';
import type { PgLink } from './pg-link.ts';

/** A session as the monitor sees it. */
export interface Contender {
  readonly spid: number;
  /** SET DEADLOCK_PRIORITY: -10 … 10. */
  readonly deadlockPriority: number;
  /** When its running request asked PostgreSQL for what it waits for, in epoch milliseconds; undefined while it asks for nothing. */
  readonly waitingSince: number | undefined;
  readonly currentLink: PgLink | undefined;
}

/** How often it looks, and how long a session must have waited to be looked at. */
const INTERVAL_MS = 200;
const PATIENCE_MS = 300;

interface Waiter {
  readonly contender: Contender;
  readonly link: PgLink;
  readonly since: number;
}

/**
 * SQL Server's deadlock monitor: ends the session of the lowest DEADLOCK_PRIORITY in a circle of waiting sessions, of several the one that began to
 * wait last. PostgreSQL's own detection, which ends whoever finds the deadlock, is told to come later and is left for what no session is part of.
 */
export class DeadlockMonitor {
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly contenders: () => Iterable<Contender>,
    private readonly pg: PgQuerier,
  ) {
    this.timer = setInterval(() => {
      // A look that fails is repeated by the next; a server that is gone tells its sessions itself.
      this.looking ??= this.look()
        .catch(() => undefined)
        .finally(() => {
          this.looking = undefined;
        });
    }, INTERVAL_MS);
    this.timer.unref();
  }

  /** Resolves when it looks no more. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const waiters = this.waiters();
    if (waiters.size < 2) return;
    const { rows } = await this.pg.query<{ pid: number; blockers: number[] }>(
      'SELECT pid, pg_blocking_pids(pid) AS blockers FROM unnest($1::int[]) AS pid',
      [[...waiters.keys()]],
    );
    const blockers = new Map(rows.map((row) => [row.pid, row.blockers]));
    for (const circle of circlesOf(blockers)) {
      const [victim] = circle.flatMap((pid) => waiters.get(pid) ?? []).toSorted(byPriority);
      await victim?.link.sacrifice();
    }
  }

  private waiters(): Map<number, Waiter> {
    const waiters = new Map<number, Waiter>();
    const latest = Date.now() - PATIENCE_MS;
    for (const contender of this.contenders()) {
      const { waitingSince: since, currentLink: link } = contender;
      if (since === undefined || since > latest || link === undefined) continue;
      waiters.set(link.backendPid, { contender, link, since });
    }
    return waiters;
  }
}

const byPriority = (a: Waiter, b: Waiter): number =>
  a.contender.deadlockPriority - b.contender.deadlockPriority || b.since - a.since;

/** The circles in a graph of who waits for whom, each once. */
export function circlesOf(blockers: ReadonlyMap<number, readonly number[]>): number[][] {
  const circles: number[][] = [];
  const done = new Set<number>();
  const follow = (pid: number, path: readonly number[]): void => {
    const at = path.indexOf(pid);
    if (at >= 0) circles.push(path.slice(at));
    if (at >= 0 || done.has(pid)) return;
    for (const next of blockers.get(pid) ?? []) follow(next, [...path, pid]);
    done.add(pid);
  };
  for (const pid of blockers.keys()) follow(pid, []);
  return circles;
}
