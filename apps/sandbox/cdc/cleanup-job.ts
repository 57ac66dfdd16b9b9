import pg from 'pg';
import type { PgQuerier } from '../catalog/model.ts';
import { cleanupByRetention } from './cleanup.ts';

const INTERVAL_MS = 60_000;

/** Removes change rows older than the retention of the cleanup job: every minute, since nobody waits for two in the morning here. */
export class CleanupJob {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(
    private readonly url: string,
    private readonly log: (message: string) => void,
  ) {}

  static async isCdcEnabled(url: string): Promise<boolean> {
    return withClient(url, async (client) => {
      const { rows } = await client.query<{ enabled: boolean }>(
        'SELECT EXISTS (SELECT FROM meta.cdc_state) AS enabled',
      );
      return rows[0]?.enabled ?? false;
    });
  }

  start(): void {
    this.timer = setInterval(() => this.changed(), INTERVAL_MS);
    this.timer.unref();
  }

  /** Cleans up now. */
  changed(): void {
    this.working = this.working.then(() => this.run());
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private async run(): Promise<void> {
    try {
      await withClient(this.url, async (client) => {
        const { rows } = await client.query<{ retention: string; threshold: string; is_running: boolean }>(
          "SELECT retention::text, threshold::text, is_running FROM meta.cdc_jobs WHERE job_type = 'cleanup'",
        );
        const job = rows[0];
        if (!job?.is_running) return;
        await cleanupByRetention(client as PgQuerier, Number(job.retention), Number(job.threshold));
      });
    } catch (error) {
      this.log(`the cleanup job failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'sluice-sandbox-cleanup' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
