/** For the specs of this room only. */
import type { FetchedBatch, Fetcher } from './fetcher.ts';
import { RecordBatchBuilder } from './record-batch-builder.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

/** A batch of records with these values and no key. */
export function batchOf(...values: readonly string[]): RecordBatchBuilder {
  const builder = new RecordBatchBuilder();
  for (const value of values) {
    const buffer = Buffer.from(value);
    builder.append(1_700_000_000_000, null, { buffer, start: 0, end: buffer.length }, null);
  }
  return builder;
}

/** Writes one transaction of one batch. */
export async function writeValues(
  producer: TransactionalProducer,
  topic: string,
  values: readonly string[],
  partition = 0,
): Promise<void> {
  producer.begin();
  producer.produce(topic, partition, batchOf(...values));
  await producer.commit();
}

/** Fetches until `isEnough` of what came so far, or until the time is up; throws the first fault. */
export async function fetchUntil(
  fetcher: Fetcher,
  isEnough: (seen: readonly SeenRecord[]) => boolean,
  timeoutMs = 20_000,
): Promise<SeenRecord[]> {
  const seen: SeenRecord[] = [];
  for (const end = Date.now() + timeoutMs; Date.now() < end && !isEnough(seen);) {
    const { batches, faults } = await fetcher.fetch();
    for (const { error } of faults) throw error;
    for (const batch of batches) seen.push(...recordsOf(batch));
  }
  return seen;
}

export interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

export function recordsOf({ partition, records }: FetchedBatch): SeenRecord[] {
  const seen: SeenRecord[] = [];
  while (records.next()) seen.push({ partition, offset: records.offset, value: records.value()?.toString() ?? '' });
  return seen;
}
