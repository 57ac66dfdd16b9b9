import type { DatabaseCatalog } from '../catalog/cache.ts';
import { CaptureJob, type DiePoint } from './capture-job.ts';
import { CleanupJob } from './cleanup-job.ts';

/** A sandbox database as CDC sees it. */
export interface CdcDatabase {
  /** PostgreSQL URL of the database. */
  readonly url: string;
  readonly catalog: DatabaseCatalog;
}

export interface CaptureManagerOptions {
  readonly log: (message: string) => void;
  /** Called at a point chosen with sys.sp_sandbox_cdc; default: this process is killed at once. */
  readonly die?: (point: DiePoint) => void;
}

interface Jobs {
  readonly capture: CaptureJob;
  readonly cleanup: CleanupJob;
}

/** The SQL Server Agent of the sandbox, as far as CDC goes: one capture and one cleanup job for each database that has CDC. */
export class CaptureManager {
  private readonly jobs = new Map<DatabaseCatalog, Jobs>();
  private readonly known = new Map<DatabaseCatalog, CdcDatabase>();

  constructor(private readonly options: CaptureManagerOptions) {}

  /** A database can be used; its jobs start where CDC is on. */
  async opened(database: CdcDatabase): Promise<void> {
    this.known.set(database.catalog, database);
    managers.set(database.catalog, this);
    if (await CleanupJob.isCdcEnabled(database.url)) this.ensure(database.catalog);
  }

  /** A database is about to be dropped, or the server ends. */
  async closing(catalog: DatabaseCatalog): Promise<void> {
    await this.stop(catalog);
    this.known.delete(catalog);
    managers.delete(catalog);
  }

  /** Starts the jobs of a database where they do not run yet, and lets them read their settings anew. */
  ensure(catalog: DatabaseCatalog): void {
    const database = this.known.get(catalog);
    if (!database) return;
    const running = this.jobs.get(catalog);
    if (running) {
      running.capture.changed();
      running.cleanup.changed();
      return;
    }
    const capture = new CaptureJob({
      url: database.url,
      onCatalogChanged: () => catalog.bump(),
      die: this.options.die ?? (() => process.kill(process.pid, 'SIGKILL')),
      log: this.options.log,
    });
    const cleanup = new CleanupJob(database.url, this.options.log);
    this.jobs.set(catalog, { capture, cleanup });
    capture.start();
    cleanup.start();
  }

  /** Ends the jobs of a database and frees its slot. */
  async stop(catalog: DatabaseCatalog): Promise<void> {
    const jobs = this.jobs.get(catalog);
    this.jobs.delete(catalog);
    await Promise.all([jobs?.capture.stop(), jobs?.cleanup.stop()]);
  }

  async close(): Promise<void> {
    for (const catalog of [...this.known.keys()]) await this.closing(catalog);
  }
}

/** Procedures know only the catalog of the session's database: from it they find who runs its jobs. */
const managers = new WeakMap<DatabaseCatalog, CaptureManager>();

/** The manager that runs the jobs of the database with this catalog. */
export function managerOf(catalog: DatabaseCatalog): CaptureManager | undefined {
  return managers.get(catalog);
}
