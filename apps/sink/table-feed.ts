import type pg from 'pg';
import { describeTarget, type JobTable, PlanCache, registerSinkTable } from '#target-postgres';
import type { SinkOptions } from './sink-options.ts';

/** A table of the job with its target as it stands; shared by the workers of its partitions. */
export class TableFeed {
  row: JobTable;
  plans: PlanCache;
  /** Version of the shape that the target has (rule 11). */
  version: number;

  private constructor(
    row: JobTable,
    readonly incarnation: string,
    plans: PlanCache,
  ) {
    this.row = row;
    this.plans = plans;
    this.version = row.eventTable.version;
  }

  /**
   * Registers the table with its offsets and looks at the target. @throws SluiceError TargetSchemaMismatch, JobOwned, TopicIncarnationChanged
   */
  static async open(options: SinkOptions, row: JobTable, incarnation: string): Promise<TableFeed> {
    await registerSinkTable(options.pool, {
      job: options.job,
      sink: options.sink,
      tableName: row.tableName,
      target: targetOf(row),
      topic: row.topic,
      partitions: row.partitions,
      incarnation,
      version: row.eventTable.version,
    });
    return new TableFeed(row, incarnation, await readPlans(options.pool, row));
  }

  /** Looks at a changed shape; batches begun before go on with the plans they have. */
  async reopen(options: SinkOptions, row: JobTable): Promise<void> {
    this.plans = await readPlans(options.pool, row);
    this.row = row;
    this.version = row.eventTable.version;
  }
}

function targetOf(row: JobTable): { schema: string; name: string } {
  return { schema: row.targetSchema, name: row.targetName };
}

async function readPlans(pool: pg.Pool, row: JobTable): Promise<PlanCache> {
  const client = await pool.connect();
  try {
    return new PlanCache(await describeTarget(client, targetOf(row), row.eventTable, row.targetColumns));
  } finally {
    client.release();
  }
}
