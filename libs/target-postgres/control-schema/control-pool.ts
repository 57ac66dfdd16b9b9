import type pg from 'pg';
import { targetFault } from '../client.ts';

/** The control schema's connections: every fault leaves as a SluiceError, so that callers know whether to try again. */
export class ControlPool {
  constructor(private readonly pool: pg.Pool) {}

  async query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<pg.QueryResult<R>> {
    try {
      return await this.pool.query<R>(text, [...values]);
    } catch (error) {
      throw targetFault(error, 'the control schema');
    }
  }

  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw targetFault(error, 'the target');
    }
  }
}
