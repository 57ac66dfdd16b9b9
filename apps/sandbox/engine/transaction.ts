import { SqlError } from '../session.ts';
import type { PgLink } from './pg-link.ts';

/** SQL Server's isolation levels by their number on the wire and in sys.dm_exec_sessions. */
export type Isolation = 1 | 2 | 3 | 4 | 5;

const PG_LEVEL: Record<Isolation, string> = {
  1: 'READ COMMITTED',
  2: 'READ COMMITTED',
  3: 'REPEATABLE READ',
  4: 'SERIALIZABLE',
  5: 'REPEATABLE READ',
};

const STATEMENT = 'sbx_statement';
let lastDescriptor = BigInt(Date.now()) << 16n;

/**
 * The explicit transaction of one session: @@TRANCOUNT over one PostgreSQL transaction. A savepoint before each statement lets a failed
 * statement end without ending the transaction, as in SQL Server; it is renewed only after a statement that wrote.
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
  private link: PgLink | undefined;
  private savepoint = false;
  private written = false;
  private names: { readonly name: string; readonly physical: string }[] = [];
  private lastName = 0;
  private outer: string | undefined;

  /** XACT_STATE(). */
  get state(): -1 | 0 | 1 {
    if (this.depth === 0) return 0;
    return this.doomed ? -1 : 1;
  }

  /** BEGIN TRANSACTION; true where it opened one. */
  async begin(link: PgLink, isolation: Isolation, name?: string): Promise<boolean> {
    if (this.depth === 0) {
      await link.run(`BEGIN ISOLATION LEVEL ${PG_LEVEL[isolation]}`);
      this.link = link;
      this.descriptor = ++lastDescriptor;
      this.names = [];
      this.outer = name;
    }
    this.depth += 1;
    return this.depth === 1;
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
    const link = this.leave();
    await link?.run('COMMIT');
    return true;
  }

  /** ROLLBACK of the whole. Throws 3903 without one. */
  async rollback(): Promise<void> {
    if (this.depth === 0) {
      throw new SqlError(3903, 'The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.');
    }
    const link = this.leave();
    if (link !== undefined && !link.broken) await link.run('ROLLBACK');
  }

  /** SAVE TRANSACTION. */
  async save(name: string): Promise<void> {
    if (this.depth === 0) throw new SqlError(628, 'Cannot issue SAVE TRANSACTION when there is no active transaction.');
    if (this.doomed) throw doomedError();
    this.lastName += 1;
    const physical = `sbx_save_${this.lastName}`;
    await this.link?.run(`SAVEPOINT ${physical}`, [], { prelude: this.dropSavepoint() });
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
    await this.link?.run(`ROLLBACK TO SAVEPOINT ${physical}`);
    this.names = this.names.slice(0, at + 1);
    this.savepoint = false;
    return false;
  }

  /** What is to be sent before the next statement, so that it can fail alone. */
  prelude(writes: boolean): readonly string[] {
    if (this.depth === 0) return [];
    if (this.doomed && writes) throw doomedError();
    const fresh = this.savepoint && !this.written;
    const commands = fresh ? [] : [...this.dropSavepoint(), `SAVEPOINT ${STATEMENT}`];
    this.savepoint = true;
    this.written = writes;
    return commands;
  }

  /** Undoes the statement that failed, and only it. */
  async undo(): Promise<void> {
    if (this.depth === 0 || !this.savepoint || this.link === undefined || this.link.broken) return;
    await this.link.run(`ROLLBACK TO SAVEPOINT ${STATEMENT}`);
    this.written = false;
  }

  /** Forgets a transaction whose connection is gone. */
  abandon(): void {
    this.leave();
    this.ddl = false;
  }

  private dropSavepoint(): string[] {
    const had = this.savepoint;
    this.savepoint = false;
    return had ? [`RELEASE SAVEPOINT ${STATEMENT}`] : [];
  }

  private leave(): PgLink | undefined {
    const { link } = this;
    this.link = undefined;
    this.depth = 0;
    this.doomed = false;
    this.savepoint = false;
    this.written = false;
    return link;
  }
}

function doomedError(): SqlError {
  return new SqlError(
    3930,
    'The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.',
  );
}
