import { DEFAULT_BATCH_LIMITS, RecordBatchBuilder, type BatchLimits } from './record-batch-builder.ts';

const KEPT_BYTES = 4 * 1024 * 1024;

/**
 * Batch builders that wait for their next use, shared by all topics of a producer: a job of many tables holds the buffers
 * of those that are being written, not of all.
 */
export class BuilderPool {
  readonly #free = new Map<string, RecordBatchBuilder[]>();
  #bytes = 0;

  take(limits: Partial<BatchLimits>): RecordBatchBuilder {
    const full = { ...DEFAULT_BATCH_LIMITS, ...limits };
    const builder = this.#free.get(keyOf(full))?.pop();
    if (builder === undefined) return new RecordBatchBuilder(full);
    this.#bytes -= builder.bufferSize;
    return builder;
  }

  /** Takes an empty builder back; beyond 4 MB it is left to the collector. */
  give(builder: RecordBatchBuilder): void {
    builder.reset();
    if (this.#bytes + builder.bufferSize > KEPT_BYTES) return;
    this.#bytes += builder.bufferSize;
    const key = keyOf(builder.limits);
    const free = this.#free.get(key);
    if (free === undefined) this.#free.set(key, [builder]);
    else free.push(builder);
  }
}

function keyOf({ targetBytes, maxMessageBytes, compression }: BatchLimits): string {
  return `${targetBytes}/${maxMessageBytes}/${compression}`;
}
