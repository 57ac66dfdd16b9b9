import type pg from 'pg';
import type { ReaderCache } from '#avro-codec';
import type { FetchedBatch, Fetcher, TopicState } from '#kafka';
import type { JobTable } from '#target-postgres';
import type { Log } from '#telemetry';
import type { ValuePolicy } from '#values';

/** What of the control store a sink uses: which tables there are, and where their faults are shown. */
export interface SinkControl {
  readTables(): Promise<JobTable[]>;
  setTableState(tableName: string, state: 'suspended', options: { reason: string }): Promise<boolean>;
  setProgress(app: string, facts: Readonly<Record<string, unknown>>): Promise<void>;
}

/** What of the Kafka client a sink uses. */
export interface SinkKafka {
  fetcher(options?: { maxWaitMs?: number; maxBytes?: number; maxBytesPerPartition?: number }): Fetcher;
  topics(names: readonly string[]): Promise<TopicState[]>;
}

/** What a sink works with; made by the app's module. Times in ms. */
export interface SinkOptions {
  readonly job: string;
  /** Name of the sink: its offsets belong to it. */
  readonly sink: string;
  /** Names this process among the sink's others. */
  readonly member: string;
  /** Sessions that write rows; its application name is the member's. Closed by the sink. */
  readonly pool: pg.Pool;
  readonly control: SinkControl;
  readonly kafka: SinkKafka;
  readonly readers: ReaderCache;
  /** Transactions at once. */
  readonly connections: number;
  readonly batchRows: number;
  readonly batchBytes: number;
  readonly onRowError: 'suspend-table' | 'park';
  readonly nul: ValuePolicy['nul'];
  readonly leaseMs: number;
  readonly isStepwise: boolean;
  readonly log: Log;
}

/** What a partition's worker needs of the sink around it. */
export interface PartitionHost {
  readonly options: SinkOptions;
  /** Reads on at that offset; what was fetched before is dropped. */
  seek(topic: string, partition: number, offset: number): void;
  pause(topic: string, partition: number): void;
  resume(topic: string, partition: number): void;
  /** The bytes are no longer held. */
  released(fetched: FetchedBatch): void;
}
