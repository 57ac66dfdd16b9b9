import type avsc from 'avsc';
import { dateText, decimalText, timestampText, timeText, unscaledFromBytes } from '#values';
import type { AvroSchema } from './contract.ts';
import { decodeFramed, generalType } from './decoder.ts';
import { schemaIdOf } from './framing.ts';
import type { SchemaRegistry } from './schema-registry.ts';
import { COLUMN_PROPERTY } from './schema-builder.ts';

/** What JSON can say, for people and scripts: every value exact, those that JSON's numbers cannot hold as text. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

interface Decoder {
  readonly type: avsc.Type;
  readonly schema: AvroSchema;
}

/**
 * Decodes any record of a job's topics to plain values (for `sluice tail` and tests; the sink has {@link EnvelopeReader}).
 * Columns have their true names, decimals and times their text, bytes are base64.
 */
export class PlainDecoder {
  readonly #registry: SchemaRegistry;
  readonly #decoders = new Map<number, Decoder>();

  constructor(registry: SchemaRegistry) {
    this.#registry = registry;
  }

  /** @throws SluiceError TopicMismatch for bytes without a schema id; RegistryUnreachable, RegistryRefused */
  async decode(bytes: Buffer): Promise<Plain> {
    const id = schemaIdOf(bytes);
    let decoder = this.#decoders.get(id);
    if (decoder === undefined) {
      const schema = await this.#registry.getById(id);
      decoder = { schema, type: generalType(schema) };
      this.#decoders.set(id, decoder);
    }
    return plain(decodeFramed(decoder.type, bytes), decoder.schema, new Map());
  }
}

type Named = Map<string, AvroSchema>;
type JsonSchema = Readonly<Record<string, unknown>>;

/** Walks value and schema together; `named` holds the records met so far, which later fields name. */
function plain(value: unknown, schema: AvroSchema, named: Named): Plain {
  if (Array.isArray(schema)) {
    const branches: AvroSchema[] = schema;
    for (const branch of branches) remember(branch, named);
    if (value === null || value === undefined) return null;
    return plain(value, branches.find((branch) => branch !== 'null') ?? 'null', named);
  }
  const found = typeof schema === 'string' ? named.get(schema) : schema;
  if (found === undefined || typeof found !== 'object') return scalar(value, {});
  const object = found as JsonSchema;
  remember(found, named);
  if (object['type'] === 'record') return record(value as JsonSchema, object, named);
  if (object['type'] === 'array') {
    return (value as unknown[]).map((item) => plain(item, object['items'] as AvroSchema, named));
  }
  return scalar(value, object);
}

function remember(schema: AvroSchema, named: Named): void {
  const name = typeof schema === 'object' ? (schema as JsonSchema)['name'] : undefined;
  if (typeof name === 'string') named.set(name, schema);
}

function record(value: JsonSchema, schema: JsonSchema, named: Named): Plain {
  const fields = schema['fields'] as readonly ({ name: string; type: AvroSchema } & JsonSchema)[];
  return Object.fromEntries(
    fields.map((field) => {
      const column = field[COLUMN_PROPERTY];
      return [typeof column === 'string' ? column : field.name, plain(value[field.name], field.type, named)];
    }),
  );
}

function scalar(value: unknown, schema: JsonSchema): Plain {
  switch (schema['logicalType']) {
    case 'decimal':
      return decimalText(unscaledFromBytes(value as Buffer), Number(schema['scale'] ?? 0));
    case 'date':
      return dateText(value as number);
    case 'time-micros':
      return timeText(Number(value));
    case 'local-timestamp-micros':
      return timestampText(value as bigint);
    default:
      return primitive(value);
  }
}

function primitive(value: unknown): Plain {
  if (typeof value === 'bigint') {
    const isSafe = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
    return isSafe ? Number(value) : value.toString();
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  // JSON has no NaN and no infinities.
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value as Plain;
}
