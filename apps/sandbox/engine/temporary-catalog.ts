import type { CatalogSnapshot, CatalogWriter, PgQuerier, TableModel } from '../catalog/index.ts';
import type { Database } from './database.ts';
import type { LocalEntry } from './local-tables.ts';

/** A name of sys.objects has 128 characters: that of a `#` table is filled up to here, and a number follows. */
const FILLED = 116;

/** What is done to the object of a table in the catalog. */
export type CatalogChange = (writer: CatalogWriter, objectId: number, snapshot: CatalogSnapshot) => Promise<void>;

interface Owner {
  readonly locals: { listed(): Iterable<LocalEntry> };
}

/**
 * The `#` tables and table variables of all sessions as objects of tempdb. What they are lies with the connections of their sessions; the catalog of tempdb is
 * told of them when somebody asks it.
 */
export class TemporaryCatalog {
  private readonly known = new Map<LocalEntry, number>();
  private busy: Promise<void> = Promise.resolve();
  private number = 0;

  constructor(private readonly home: () => Database) {}

  /** What sys.objects calls a table that is made now: `#t` with a number behind it, a table variable by a number alone. */
  nameOf(name: string): string {
    this.number += 1;
    const number = this.number.toString(16).toUpperCase();
    return name.startsWith('#')
      ? `${name.padEnd(FILLED, '_')}${number.padStart(12, '0')}`
      : `#${number.padStart(8, 'A')}`;
  }

  /** Brings the catalog of tempdb up to date. */
  report(owners: Iterable<Owner>): Promise<void> {
    return this.inTurn(() => this.bring(owners));
  }

  /** Changes what the catalog says of a table; nothing where it was not asked for yet. */
  changed(entry: LocalEntry, change: CatalogChange): Promise<void> {
    return this.inTurn(async () => {
      const id = this.known.get(entry);
      if (id === undefined) return;
      await this.together(async (pg, database) => {
        await change(await database.writer(pg), id, await database.catalog.own(pg));
      });
    });
  }

  /** A table that was made anew keeps its object. */
  async replaced(old: LocalEntry, now: LocalEntry, change: CatalogChange): Promise<void> {
    await this.inTurn(() => {
      const id = this.known.get(old);
      if (id !== undefined) this.known.set(now, id);
      this.known.delete(old);
      return Promise.resolve();
    });
    return this.changed(now, change);
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.busy.then(work);
    this.busy = turn.catch(() => undefined);
    return turn;
  }

  /** The object id of a table that was reported. */
  idOf(entry: LocalEntry): number | undefined {
    return this.known.get(entry);
  }

  private async bring(owners: Iterable<Owner>): Promise<void> {
    const live = new Set<LocalEntry>();
    for (const { locals } of owners) for (const entry of locals.listed()) live.add(entry);
    const gone = [...this.known].filter(([entry]) => !live.has(entry));
    const fresh = [...live].filter((entry) => !this.known.has(entry));
    if (gone.length + fresh.length === 0) return;
    const made = new Map<LocalEntry, number>();
    await this.together(async (pg, database) => {
      const writer = await database.writer(pg);
      for (const [, id] of gone) await writer.dropObject(id);
      for (const entry of fresh) made.set(entry, (await writer.createTable(this.modelOf(entry))).objectId);
    });
    for (const [entry] of gone) this.known.delete(entry);
    for (const [entry, id] of made) this.known.set(entry, id);
  }

  private async together(work: (pg: PgQuerier, database: Database) => Promise<void>): Promise<void> {
    const database = this.home();
    await database.together((client) => work(client, database));
  }

  /** Two sessions may have given the same name to their constraints: the second is shown under one of the server's. */
  private modelOf({ catalogName, definition }: LocalEntry): TableModel {
    const taken = new Set([...this.known.keys()].flatMap((one) => namesOf(one.definition)));
    const keys = definition.keys.map(({ name = '', ...key }) => (taken.has(name) ? key : { ...key, name }));
    const checks = definition.checks.map(({ name = '', ...check }) => (taken.has(name) ? check : { ...check, name }));
    const columns = definition.columns.map(({ userTypeId: _, default: value, ...column }) => ({
      ...column,
      ...(value === undefined
        ? {}
        : { default: taken.has(value.name ?? '') ? { definition: value.definition } : value }),
    }));
    return { schema: 'dbo', name: catalogName, columns, keys, checks, indexes: definition.indexes };
  }
}

const namesOf = ({ keys, checks, columns }: LocalEntry['definition']): string[] =>
  [...keys, ...checks, ...columns.flatMap((one) => one.default ?? [])].flatMap((one) => one.name ?? []);
