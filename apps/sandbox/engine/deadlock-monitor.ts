import type { PgQuerier } from '../catalog/index.ts';
import type { PgLink } from './pg-link.ts';

/** A session as the monitor sees it. */
export interface Contender {
  readonly spid: number;
  /** SET DEADLOCK_PRIORITY: -10 … 10. */
  readonly deadlockPriority: number;
  /** What undoing its transaction costs: the rows that it changed. */
  readonly rollbackCost: number;
  /** Its connections, one to each database that it uses. */
  readonly connections: Iterable<PgLink>;
}

/** How often it looks, and how long a session must have waited to be looked at. */
const INTERVAL_MS = 200;
const PATIENCE_MS = 300;

interface Waiter {
  readonly contender: Contender;
  readonly links: PgLink[];
  readonly since: number;
}

/**
 * SQL Server's deadlock monitor: ends the session of the lowest DEADLOCK_PRIORITY in a circle of waiting sessions, of several the one whose transaction is the
 * least to undo, and of these the one that began to wait last. A session may wait in one database for what another holds in it, and hold in a second what that
 * one waits for: PostgreSQL's own detection, which sees the circles of one database alone and ends whoever finds one, is told to come later.
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
    const sessions = new Map<number, number>();
    const waiters = this.waiters(sessions);
    if (waiters.size < 2) return;
    const waiting = new Map([...waiters.values()].flatMap(({ links }) => links.map((link) => [link.backendPid, link])));
    const { rows } = await this.pg.query<{ pid: number; blockers: number[] }>(
      'SELECT pid, pg_blocking_pids(pid) AS blockers FROM unnest($1::int[]) AS pid',
      [[...waiting.keys()]],
    );
    const blockers = new Map<number, number[]>();
    for (const { pid, blockers: pids } of rows) {
      const spid = sessions.get(pid) ?? 0;
      blockers.set(spid, [...(blockers.get(spid) ?? []), ...pids.flatMap((one) => sessions.get(one) ?? [])]);
    }
    const blocked = new Set(rows.flatMap((row) => (row.blockers.length > 0 ? [row.pid] : [])));
    for (const circle of circlesOf(blockers)) {
      const [victim] = circle.flatMap((spid) => waiters.get(spid) ?? []).toSorted(byPriority);
      for (const link of victim?.links ?? []) if (blocked.has(link.backendPid)) await link.sacrifice();
    }
  }

  /** The sessions that have waited long enough, by their number; `sessions` is told of all of them by their processes. */
  private waiters(sessions: Map<number, number>): Map<number, Waiter> {
    const waiters = new Map<number, Waiter>();
    const latest = Date.now() - PATIENCE_MS;
    for (const contender of this.contenders()) {
      const all = [...contender.connections];
      for (const link of all) sessions.set(link.backendPid, contender.spid);
      const links = all.filter(({ busySince = Infinity }) => busySince <= latest);
      const since = Math.max(...links.map(({ busySince = 0 }) => busySince));
      if (links.length > 0) waiters.set(contender.spid, { contender, links, since });
    }
    return waiters;
  }
}

const byPriority = (a: Waiter, b: Waiter): number =>
  a.contender.deadlockPriority - b.contender.deadlockPriority ||
  a.contender.rollbackCost - b.contender.rollbackCost ||
  b.since - a.since;

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
