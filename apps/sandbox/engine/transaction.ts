import { SqlError } from '../session.ts';
import type { CommitLog } from './commit-log.ts';
import type { PgLink } from './pg-link.ts';

/** SQL Server's isolation levels by their number on the wire and in sys.dm_exec_sessions. */
export type Isolation = 1 | 2 | 3 | 4 | 5;

/** SNAPSHOT reads one version throughout; REPEATABLE READ and SERIALIZABLE lock what they read (see locking). */
const PG_LEVEL: Record<Isolation, string> = {
  1: 'READ COMMITTED',
  2: 'READ COMMITTED',
  3: 'READ COMMITTED',
  4: 'READ COMMITTED',
  5: 'REPEATABLE READ',
};

const STATEMENT = 'sbx_statement';
/** No savepoint of the user's has this name. */
const TOGETHER = '\0together';
let lastDescriptor = BigInt(Date.now()) << 16n;

/** The transaction in one database: a PostgreSQL transaction on the session's connection to it. */
interface Part {
  readonly link: PgLink;
  savepoint: boolean;
  /** Something was written since the savepoint. */
  written: boolean;
  /** Something was written at all. */
  changed: boolean;
  /** Temporary tables were touched: PostgreSQL does not prepare such a transaction. */
  temporary: boolean;
}

const newPart = (link: PgLink): Part => ({
  link,
  savepoint: false,
  written: false,
  changed: false,
  temporary: false,
});

/**
 * The explicit transaction of one session: @@TRANCOUNT over one PostgreSQL transaction in each database that it touched. A savepoint before each
 * statement lets a failed statement end without ending the transaction, as in SQL Server; it is renewed only after a statement that wrote. Where several
 * parts wrote they are prepared first, so that all or none of them are committed even if the server dies in between; a part that touched temporary tables cannot
 * be prepared: it is committed once the others are prepared, and decides about them.
 */
export class SessionTransaction {
  /** @@TRANCOUNT. */
  depth = 0;
  /** XACT_STATE() = -1: may only be rolled back. */
  doomed = false;
  /** Whether it changed the catalog. */
  ddl = false;
  /** Descriptor on the wire. */
  descriptor = 0n;
  /** Rows that were changed in it. */
  changed = 0;
  private parts: Part[] = [];
  private isolation: Isolation = 2;
  private names: { readonly name: string; readonly physical: string }[] = [];
  private lastName = 0;
  private outer: string | undefined;

  constructor(private readonly log: () => CommitLog) {}

  /** XACT_STATE(). */
  get state(): -1 | 0 | 1 {
    if (this.depth === 0) return 0;
    return this.doomed ? -1 : 1;
  }

  /** What sys.dm_tran_active_transactions calls the open transaction. */
  label = 'user_transaction';

  /** BEGIN TRANSACTION; true where it opened one. */
  async begin(link: PgLink, isolation: Isolation, name?: string): Promise<boolean> {
    if (this.depth === 0) {
      await link.run(`BEGIN ISOLATION LEVEL ${PG_LEVEL[isolation]}`);
      this.parts = [newPart(link)];
      this.changed = 0;
      this.isolation = isolation;
      this.descriptor = ++lastDescriptor;
      this.names = [];
      this.outer = name;
      this.label = name ?? 'user_transaction';
    }
    this.depth += 1;
    return this.depth === 1;
  }

  /** Takes another database into the transaction, where one is open. */
  async enlist(link: PgLink): Promise<void> {
    if (this.depth === 0 || this.parts.some((part) => part.link === link)) return;
    await link.run(`BEGIN ISOLATION LEVEL ${PG_LEVEL[this.isolation]}`);
    this.parts.push(newPart(link));
    // What a savepoint of before leads back to is this beginning.
    for (const { physical } of this.names) await link.run(`SAVEPOINT ${physical}`);
  }

  /** Whether it has parts in several databases. */
  get spans(): boolean {
    return this.parts.length > 1;
  }

  /** Whether the transaction has a part on this connection. */
  has(link: PgLink): boolean {
    return this.parts.some((part) => part.link === link);
  }

  /** COMMIT; true where the transaction ended. Throws 3902 without one, 3930 if it is doomed. */
  async commit(): Promise<boolean> {
    if (this.depth === 0) {
      throw new SqlError(3902, 'The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    }
    if (this.doomed) throw doomedError();
    if (this.depth > 1) {
      this.depth -= 1;
      return false;
    }
    const { descriptor } = this;
    const parts = this.leave();
    const lost = parts.find((part) => part.link.broken);
    if (lost !== undefined) {
      for (const { link } of parts) if (!link.broken) await link.run('ROLLBACK');
      await lost.link.run('COMMIT');
    }
    const changed = parts.filter((part) => part.changed);
    for (const part of parts) if (!part.changed) await part.link.run('COMMIT');
    if (changed.length > 1) await this.log().commit(descriptor, changed);
    else for (const { link } of changed) await link.run('COMMIT');
    return true;
  }

  /** The part of a connection touches temporary tables. Throws 40515 like {@link prelude}. */
  keep(link: PgLink): void {
    const part = this.parts.find((one) => one.link === link);
    if (part === undefined) return;
    if (!part.temporary) this.checkParts({ ...part, temporary: true });
    part.temporary = true;
  }

  /** Only one part of those that changed something may be one that cannot be prepared: all are committed, or none. */
  private checkParts(next: Part): void {
    const others = this.parts.filter((part) => part.link !== next.link && part.changed);
    if (!next.changed || others.length === 0) return;
    const { prepares } = this.log();
    const fixed = [next, ...others].filter((part) => part.temporary || !prepares);
    if (fixed.length < 2) return;
    throw new SqlError(
      40_515,
      prepares
        ? 'A transaction that changes several databases and uses temporary tables in more than one of them is not supported in this version of SQL Server.'
        : 'A transaction that changes several databases, of a PostgreSQL without max_prepared_transactions, is not supported in this version of SQL Server.',
    );
  }

  /** ROLLBACK of the whole. Throws 3903 without one. */
  async rollback(): Promise<void> {
    if (this.depth === 0) {
      throw new SqlError(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    }
    for (const { link } of this.leave()) if (!link.broken) await link.run('ROLLBACK');
  }

  /** SAVE TRANSACTION. */
  async save(name: string): Promise<void> {
    if (this.depth === 0) throw new SqlError(628, 'Cannot issue SAVE TRANSACTION when there is no active transaction.');
    if (this.doomed) throw doomedError();
    this.lastName += 1;
    const physical = `sbx_save_${this.lastName}`;
    for (const part of this.parts) await part.link.run(`SAVEPOINT ${physical}`, [], { prelude: dropSavepoint(part) });
    this.names.push({ name, physical });
  }

  /** ROLLBACK TRANSACTION name: to the savepoint, or the whole if it is the transaction's own name. True if the whole ended. */
  async rollbackTo(name: string): Promise<boolean> {
    const at = this.names.findLastIndex((one) => one.name === name);
    const physical = this.names[at]?.physical;
    if (physical === undefined) {
      if (this.outer === name) {
        await this.rollback();
        return true;
      }
      throw new SqlError(
        this.depth === 0 ? 3903 : 6401,
        this.depth === 0
          ? 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.'
          : `Cannot roll back ${name}. No transaction or savepoint of that name was found.`,
      );
    }
    if (this.doomed) {
      throw new SqlError(
        3931,
        'The current transaction cannot be committed and cannot be rolled back to a savepoint. Roll back the entire transaction.',
      );
    }
    for (const part of this.parts) {
      await part.link.run(`ROLLBACK TO SAVEPOINT ${physical}`);
      part.savepoint = false;
    }
    this.names = this.names.slice(0, at + 1);
    return false;
  }

  /**
   * What is to be sent before the next statement on a connection, so that it can fail alone. `temporary`: it writes to temporary tables alone. Throws 40515 for a
   * change that could not be committed together with those of other databases: the transaction is as it was.
   */
  prelude(link: PgLink, writes: boolean, temporary = false): readonly string[] {
    if (this.depth === 0) return [];
    if (this.doomed && writes) throw doomedError();
    const part = this.parts.find((one) => one.link === link);
    if (part === undefined) return [];
    const changes = writes && !temporary;
    if (changes && !part.changed) this.checkParts({ ...part, changed: true });
    const fresh = part.savepoint && !part.written;
    const commands = fresh ? [] : [...dropSavepoint(part), `SAVEPOINT ${STATEMENT}`];
    part.savepoint = true;
    part.written = writes;
    part.changed ||= changes;
    return commands;
  }

  /** Undoes the statement that failed on a connection, and only it. */
  async undo(link: PgLink): Promise<void> {
    const part = this.parts.find((one) => one.link === link);
    if (this.depth === 0 || part === undefined || !part.savepoint || link.broken) return;
    await link.run(`ROLLBACK TO SAVEPOINT ${STATEMENT}`);
    part.written = false;
  }

  /** Does several statements that take effect together or not at all: in a transaction of their own, or inside the open one. */
  async together<T>(link: PgLink, isolation: Isolation, work: () => Promise<T>): Promise<T> {
    if (this.doomed) return work();
    const own = this.depth === 0;
    if (own) await this.begin(link, isolation);
    else await this.save(TOGETHER);
    const place = this.names.length;
    const isOpen = (): boolean => !link.broken && this.depth > 0 && (own || this.names.length >= place);
    try {
      const result = await work();
      if (own && this.depth > 0) await this.commit();
      else if (isOpen()) await this.release(place);
      return result;
    } catch (error) {
      if (own && this.depth > 0 && !link.broken) await this.rollback();
      else if (isOpen() && !this.doomed) {
        await this.rollbackTo(TOGETHER);
        await this.release(place);
      }
      throw error;
    }
  }

  /** Forgets the savepoint at a place, and those behind it. */
  private async release(place: number): Promise<void> {
    const [first] = this.names.splice(place - 1);
    if (first === undefined) return;
    for (const part of this.parts) {
      await part.link.run(`RELEASE SAVEPOINT ${first.physical}`);
      part.savepoint = false;
    }
  }

  /** Forgets a transaction whose connection is gone. */
  abandon(): void {
    this.leave();
    this.ddl = false;
  }

  private leave(): readonly Part[] {
    const { parts } = this;
    this.parts = [];
    this.depth = 0;
    this.doomed = false;
    return parts;
  }
}

function dropSavepoint(part: Part): string[] {
  const had = part.savepoint;
  part.savepoint = false;
  return had ? [`RELEASE SAVEPOINT ${STATEMENT}`] : [];
}

function doomedError(): SqlError {
  return new SqlError(
    3930,
    'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
  );
}
