import type { EventTable } from '#events';
import type { ValueCounters, ValuePolicy } from '#values';
import { contractSchema } from './contract.ts';
import { EnvelopeReader } from './envelope-reader.ts';
import { KeyReader } from './key-reader.ts';
import { RowEncoder } from './row-encoder.ts';
import { envelopeSchema, keySchema } from './schema-builder.ts';
import type { SchemaRegistry } from './schema-registry.ts';

/** What a table's encoder needs to know beside the table. */
export interface TableEncoderOptions {
  readonly topic: string;
  readonly connector: 'sqlserver' | 'postgresql';
  readonly version: string;
  readonly policy?: ValuePolicy;
  readonly counters?: ValueCounters;
}

/**
 * Registers the schemas of a table version (`<topic>-key`, `<topic>-value`) and compiles its encoder. `topic` is the
 * table's own one, also for records that go to a journal first: a journal keeps the bytes that the topic will have.
 * @throws SluiceError RegistryRefused, RegistryUnreachable
 */
export async function tableEncoder(
  registry: SchemaRegistry,
  table: EventTable,
  options: TableEncoderOptions,
): Promise<RowEncoder> {
  const { topic, ...rest } = options;
  const [key, value, reservedKey] = await Promise.all([
    registry.register(`${topic}-key`, keySchema(table)),
    registry.register(`${topic}-value`, envelopeSchema(table, options.policy?.digit7)),
    registry.register('sluice-reserved-key', contractSchema('reserved-key')),
  ]);
  return new RowEncoder({ table, ids: { key, value, reservedKey }, ...rest });
}

/** Readers by schema id, made when the id is first met and kept. One an asynchronous task: their views are used again. */
export class ReaderCache {
  readonly #registry: SchemaRegistry;
  readonly #envelopes = new Map<number, EnvelopeReader>();
  readonly #keys = new Map<number, KeyReader>();

  constructor(registry: SchemaRegistry) {
    this.#registry = registry;
  }

  /** The reader of an id that was loaded before, else undefined: call {@link loadEnvelope}. */
  envelope(id: number): EnvelopeReader | undefined {
    return this.#envelopes.get(id);
  }

  /** As {@link envelope}, for keys. */
  key(id: number): KeyReader | undefined {
    return this.#keys.get(id);
  }

  /** Fetches a schema and makes its reader. @throws SluiceError RegistryUnreachable, RegistryRefused, TopicMismatch */
  async loadEnvelope(id: number, signal?: AbortSignal): Promise<EnvelopeReader> {
    const known = this.#envelopes.get(id);
    if (known !== undefined) return known;
    const reader = new EnvelopeReader(await this.#registry.getById(id, signal));
    this.#envelopes.set(id, reader);
    return reader;
  }

  /** As {@link loadEnvelope}, for keys. */
  async loadKey(id: number, signal?: AbortSignal): Promise<KeyReader> {
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const reader = new KeyReader(await this.#registry.getById(id, signal));
    this.#keys.set(id, reader);
    return reader;
  }
}
