import { quoteIdent } from '#pgsql';
import { sequenceName, type CatalogObject, type CatalogWriter, type PgQuerier } from '../catalog/index.ts';
import type { Database } from './database.ts';
import type { EngineSession } from './engine-session.ts';

/** The PostgreSQL things of a table, once it is out of the catalog. */
export async function dropPhysicalTable(pg: PgQuerier, object: Pick<CatalogObject, 'id' | 'physical'>): Promise<void> {
  await pg.query(
    `DROP TABLE u.${quoteIdent(object.physical)} CASCADE; DROP SEQUENCE IF EXISTS u.${sequenceName(object.id)}; DROP FUNCTION IF EXISTS u.v${object.id}`,
  );
}

/**
 * The `##` tables of the server: tables of tempdb, which every session sees by their name alone, whatever its database. Each goes with the session that made
 * it; one that another session's transaction still uses, when that has ended.
 */
export class GlobalTables {
  private readonly makers = new Map<number, EngineSession>();
  private going: Promise<void> = Promise.resolve();

  constructor(private readonly home: () => Database) {}

  /** Where they are. */
  get database(): Database {
    return this.home();
  }

  /** A session made one. */
  made(objectId: number, by: EngineSession): void {
    this.makers.set(objectId, by);
  }

  /** Whether a session has any. */
  hasOf(session: EngineSession): boolean {
    return [...this.makers.values()].includes(session);
  }

  /** Those of a session that ends or is reset go. Never rejects: what cannot be dropped now is dropped when the server starts next. */
  dropOf(session: EngineSession): Promise<void> {
    const ids = [...this.makers].flatMap(([id, maker]) => (maker === session ? [id] : []));
    for (const id of ids) this.makers.delete(id);
    return this.drop((object) => ids.includes(object.id));
  }

  /** Resolves when all that are to go have gone. */
  settled(): Promise<void> {
    return this.going;
  }

  private drop(which: (object: CatalogObject) => boolean): Promise<void> {
    this.going = this.going.then(async () => {
      const { admin, catalog } = this.database;
      const snapshot = await catalog.snapshot(admin);
      const objects = [...snapshot.objects()].filter(
        (one) => one.kind === 'U' && one.name.startsWith('##') && which(one),
      );
      if (objects.length === 0) return;
      await this.dropAtOnce(objects);
      catalog.bump();
    });
    // The next start tries again.
    this.going = this.going.catch(() => undefined);
    return this.going;
  }

  private async dropAtOnce(objects: readonly CatalogObject[]): Promise<void> {
    const { database } = this;
    await database.together(async (client) => {
      const writer: CatalogWriter = await database.writer(client);
      for (const object of objects) {
        await writer.dropObject(object.id);
        await dropPhysicalTable(client, object);
      }
    });
  }
}
