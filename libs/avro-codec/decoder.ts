import avsc from 'avsc';
import type { AvroSchema } from './contract.ts';

// A long is a bigint, always: a number would lose digits beyond 2^53 without a word.
const bigLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** A schema's general reader and writer: plain objects, for rare records, `sluice tail` and tests. Longs are bigints, decimals bytes. */
export function generalType(schema: AvroSchema): avsc.Type {
  return avsc.Type.forSchema(bare(schema) as avsc.Schema, { registry: { long: bigLong }, wrapUnions: 'never' });
}

const PRIMITIVES: ReadonlySet<unknown> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

/** avsc replaces only a long that is written as a bare name: primitives lose their logical types and properties here. */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { type } = schema as { type?: unknown };
  if (PRIMITIVES.has(type)) return type;
  const { fields, items, values, ...rest } = schema as Readonly<Record<string, unknown>>;
  return {
    ...rest,
    ...(Array.isArray(fields) ? { fields: fields.map((field: object) => bareField(field)) } : {}),
    ...(items === undefined ? {} : { items: bare(items) }),
    ...(values === undefined ? {} : { values: bare(values) }),
  };
}

function bareField(field: object): object {
  const { type, ...rest } = field as { type: unknown };
  return { ...rest, type: bare(type) };
}

/** Decodes framed bytes with the writer's schema. */
export function decodeFramed(type: avsc.Type, bytes: Buffer): unknown {
  return type.fromBuffer(bytes.subarray(5));
}
