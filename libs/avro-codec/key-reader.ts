import { SluiceError } from '#errors';
import type { AvroSchema } from './contract.ts';
import { EnvelopeReader, type ReaderField, type RowView } from './envelope-reader.ts';

/** Reads record keys of one writer's schema positionally: key columns as an envelope's row shows its columns. */
export class KeyReader {
  readonly #reader: EnvelopeReader;
  /** False for the reserved key (of `t` events). */
  readonly isRowKey: boolean;

  constructor(schema: AvroSchema) {
    if (typeof schema !== 'object' || Array.isArray(schema) || schema['type'] !== 'record') {
      throw new SluiceError('TopicMismatch', 'the key schema of the topic is no record');
    }
    this.isRowKey = schema['name'] !== 'ReservedKey';
    this.#reader = new EnvelopeReader({
      type: 'record',
      name: 'KeyEnvelope',
      fields: [{ name: 'after', type: ['null', schema] }],
    });
  }

  get fields(): readonly ReaderField[] {
    return this.#reader.fields;
  }

  /** Reads the key in `buffer[start, …)`, frame included; the view holds until the next call. */
  read(buffer: Uint8Array, start: number): RowView {
    this.#reader.readRow(buffer, start + 5);
    return this.#reader.after;
  }
}
