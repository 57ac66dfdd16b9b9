import { SluiceError } from '#errors';
import type { SqlServerClient } from './client.ts';

/** Without a new LSN for so long the capture is asked for a sign of life. */
const QUIET_MS = 4000;
/** What the capture may take to read a commit, beyond its polling interval. */
const PATIENCE_MS = 12_000;
/** SQL Server's default. */
const DEFAULT_INTERVAL_S = 5;

const INTERVAL = `EXEC sys.sp_cdc_help_jobs`;
const COMMIT = `DELETE FROM sluice.marker; INSERT INTO sluice.marker ([text]) VALUES (N'pulse')`;

/**
 * Whether the capture job is alive (row A4). Its own views say when it last read something, not whether there was something to read; so where no LSN has come for a
 * while a row of the marker table is committed, and the capture has to show it.
 */
export class CapturePulse {
  private newest: string | null = null;
  private newestMs = Date.now();
  private askedMs: number | null = null;
  private intervalS: number | null = null;

  constructor(
    private readonly client: SqlServerClient,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Since when a commit of ours is waiting to be read. */
  get lagMs(): number {
    return this.askedMs === null ? 0 : this.nowMs() - this.askedMs;
  }

  /** Called now and then with the newest LSN; null, or what is wrong. */
  async look(newest: string | null): Promise<string | null> {
    const now = this.nowMs();
    if (newest !== this.newest) {
      this.newest = newest;
      this.newestMs = now;
      this.askedMs = null;
      return null;
    }
    if (this.askedMs === null) {
      if (now - this.newestMs >= QUIET_MS && (await this.ask())) this.askedMs = now;
      return null;
    }
    if (this.lagMs < PATIENCE_MS + (await this.interval()) * 1000) return null;
    return `CAPTURE_STALLED: the capture job has not read what was committed ${Math.round(this.lagMs / 1000)} s ago. Start SQL Server Agent and the job (EXEC sys.sp_cdc_start_job); see sys.dm_cdc_errors.`;
  }

  /** false: this login may not write the marker, so nothing can be asked. */
  private async ask(): Promise<boolean> {
    try {
      await this.client.query(COMMIT);
      return true;
    } catch (error) {
      if (error instanceof SluiceError && error.kind === 'SourceRightMissing') return false;
      throw error;
    }
  }

  /** The job's polling interval, s; the default where this login may not see it. */
  private async interval(): Promise<number> {
    if (this.intervalS !== null) return this.intervalS;
    try {
      const rows = (await this.client.batch(INTERVAL))[0] ?? [];
      const capture = rows.find((row) => row[1] === 'capture');
      this.intervalS = capture === undefined ? DEFAULT_INTERVAL_S : Number(capture[6]);
    } catch (error) {
      if (!(error instanceof SluiceError) || error.action === 'retry') throw error;
      this.intervalS = DEFAULT_INTERVAL_S;
    }
    return this.intervalS;
  }
}
