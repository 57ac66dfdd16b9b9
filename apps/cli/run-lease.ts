import { hostname } from 'node:os';
import { SluiceError } from '#errors';
import { sleep } from '#telemetry';
import type { Lease } from '#target-postgres';
import type { CommandContext } from './context.ts';
import type { Output } from './output.ts';

/** Name of the lease that the one `sluice run` of a job holds. It keeps people apart, not data: what keeps data right are the leases of the apps. */
const NAME = 'run';
const TTL_MS = 8000;

/** Who runs the job now, or null. */
export async function runHolder({ control }: CommandContext): Promise<Lease | null> {
  const result = await control.pool.query<{ owner: string; epoch: string }>(
    `select owner, epoch from sluice.leases where job = $1 and name = $2 and until > now()`,
    [control.job, NAME],
  );
  const row = result.rows[0];
  return row ? { name: NAME, owner: row.owner, epoch: BigInt(row.epoch) } : null;
}

/** Whether a poller leads now, whoever started it. */
export async function isFollowed({ control }: CommandContext): Promise<boolean> {
  const found = await control.pool.query(
    `select 1 from sluice.leases where job = $1 and name = 'poller' and until > now()`,
    [control.job],
  );
  return (found.rowCount ?? 0) > 0;
}

/** The place of the one `sluice run` of a job, kept until {@link release}. */
export class RunLease {
  private lost = false;

  private constructor(
    private readonly context: CommandContext,
    private readonly lease: Lease,
    private readonly timer: NodeJS.Timeout,
  ) {}

  /** Waits while another one holds it, and says who that is. One whose process of this machine is gone is not waited for. */
  static async take(context: CommandContext, out: Output, signal: AbortSignal): Promise<RunLease> {
    const { control, owner } = context;
    for (let said = ''; ; await sleep(500, signal)) {
      signal.throwIfAborted();
      const lease = await control.leases.acquire(NAME, owner, TTL_MS);
      if (lease) return RunLease.keep(context, lease);
      const holder = await runHolder(context);
      if (!holder) continue;
      if (isGone(holder.owner)) await control.leases.release(holder);
      else if (said !== holder.owner) {
        said = holder.owner;
        out.progress(
          `Job ${control.job} is run by ${holder.owner} already; this run waits and takes over when that one ends.`,
        );
      }
    }
  }

  private static keep(context: CommandContext, lease: Lease): RunLease {
    const timer = setInterval(() => {
      context.control.leases.renew(lease, TTL_MS).then(
        (held) => (kept.lost = !held),
        // The target does not answer: the run itself says so.
        () => undefined,
      );
    }, TTL_MS / 4);
    const kept = new RunLease(context, lease, timer);
    return kept;
  }

  /** @throws SluiceError LeaseLost where another run has taken the place */
  check(): void {
    if (this.lost)
      throw new SluiceError('LeaseLost', `Another sluice run has taken job ${this.context.control.job} over.`);
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    // Where the target is gone the lease runs out by itself.
    await this.context.control.leases.release(this.lease).catch(() => undefined);
  }
}

/** An owner is `cli@host:pid:random`. */
function isGone(owner: string): boolean {
  const match = /@(.+):(\d+):[0-9a-f]+$/.exec(owner);
  if (!match || match[1] !== hostname()) return false;
  try {
    process.kill(Number(match[2]), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
