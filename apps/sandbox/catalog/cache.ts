import type { PgQuerier } from './model.ts';
import type { CatalogSnapshot } from './snapshot.ts';

/**
 * The catalogs of one database that the process keeps: the committed one is loaded once per version, a session inside its own DDL
 * transaction gets one of its own. All DDL of a database goes through this process, so the version is a number in memory.
 */
export class DatabaseCatalog {
  private number = 1;
  private loaded: { version: number; snapshot: Promise<CatalogSnapshot> } | undefined;

  constructor(private readonly load: (query: PgQuerier, version: number) => Promise<CatalogSnapshot>) {}

  get version(): number {
    return this.number;
  }

  /** To be called after a transaction with DDL has committed or rolled back. */
  bump(): void {
    this.number += 1;
    this.loaded = undefined;
  }

  /** The committed catalog. `query` must not be inside a transaction with DDL of its own: use {@link own} there. */
  async snapshot(query: PgQuerier): Promise<CatalogSnapshot> {
    if (this.loaded?.version !== this.number) {
      const version = this.number;
      const snapshot = this.load(query, version);
      this.loaded = { version, snapshot };
      snapshot.catch(() => {
        if (this.loaded?.snapshot === snapshot) this.loaded = undefined;
      });
    }
    return this.loaded.snapshot;
  }

  /** The catalog as the caller's own transaction sees it, never shared: for a session after DDL that is not yet committed. */
  own(query: PgQuerier): Promise<CatalogSnapshot> {
    return this.load(query, this.number);
  }
}
