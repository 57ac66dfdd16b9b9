import type pg from 'pg';
import { SluiceError } from '#errors';
import type { ValuePolicy } from '#values';
import { sqlState, targetFault } from './client.ts';
import { CopyText } from './copy-text.ts';
import { createStage, stageName } from './sql/merge.ts';
import type { TargetTable } from './target-table.ts';

/** A connection for applying, with the buffers that its batches are written into. Used by one batch at a time. */
export class ApplySession {
  readonly append: CopyText;
  readonly stage: CopyText;
  #client: pg.PoolClient | null = null;
  #stages = new Set<TargetTable>();

  constructor(
    readonly pool: pg.Pool,
    nul: ValuePolicy['nul'],
  ) {
    this.append = new CopyText({ nul });
    this.stage = new CopyText({ nul });
  }

  /** @throws SluiceError Bug before {@link open} */
  get client(): pg.PoolClient {
    if (!this.#client) throw new SluiceError('Bug', 'BUG: the session is not open');
    return this.#client;
  }

  /** Connects where needed. Triggers and foreign keys of the target do not fire in these sessions (rows D3, D12). */
  async open(): Promise<void> {
    if (this.#client) return;
    let client: pg.PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      throw targetFault(error, 'connecting to the target');
    }
    try {
      await client.query('set session_replication_role = replica');
    } catch (error) {
      client.release(true);
      if (sqlState(error) !== '42501') throw targetFault(error, 'opening a session');
      throw new SluiceError(
        'TargetRightMissing',
        'The user of the target may not set session_replication_role, so that triggers would fire on every row: GRANT SET ON PARAMETER session_replication_role TO the user.',
        {},
        { cause: error },
      );
    }
    this.#client = client;
    this.#stages = new Set();
  }

  /** Closes the connection whatever its state is; the next {@link open} makes another. */
  discard(): void {
    this.#client?.release(true);
    this.#client = null;
  }

  /** Makes sure that the session has a staging table of the shape of this one. Outside of a transaction. */
  async openStage(table: TargetTable): Promise<void> {
    if (this.#stages.has(table)) return;
    await this.client.query(`drop table if exists ${stageName(table)}`);
    await this.client.query(createStage(table));
    this.#stages.add(table);
  }
}

/** A bounded number of sessions, handed out in the order of asking. */
export class SessionPool {
  readonly #idle: ApplySession[];
  readonly #waiting: ((session: ApplySession) => void)[] = [];
  readonly #all: readonly ApplySession[];

  constructor(pool: pg.Pool, size: number, nul: ValuePolicy['nul']) {
    this.#all = Array.from({ length: size }, () => new ApplySession(pool, nul));
    this.#idle = [...this.#all];
  }

  /** Runs `work` with a session; one whose work failed is closed, since nothing is known of its transaction. */
  async use<T>(work: (session: ApplySession) => Promise<T>): Promise<T> {
    const session = this.#idle.pop() ?? (await new Promise<ApplySession>((resolve) => this.#waiting.push(resolve)));
    try {
      await session.open();
      return await work(session);
    } catch (error) {
      session.discard();
      throw error;
    } finally {
      const next = this.#waiting.shift();
      if (next) next(session);
      else this.#idle.push(session);
    }
  }

  close(): void {
    for (const session of this.#all) session.discard();
  }
}
