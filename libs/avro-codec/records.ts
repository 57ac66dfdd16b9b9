import type avsc from 'avsc';
import type { WindowRecord } from '#events';
import { contractSchema, type ContractName } from './contract.ts';
import { decodeFramed, generalType } from './decoder.ts';
import { frame } from './framing.ts';
import type { SchemaRegistry } from './schema-registry.ts';

/** Record of `<job>.schema-changes` (rule 11 of architecture.md). Offsets are decimal texts. */
export interface SchemaChangeRecord {
  readonly job: string;
  readonly table: string;
  /** The new version. */
  readonly version: number;
  /** Event tables of both versions, JSON; null = none. */
  readonly before: string | null;
  readonly after: string | null;
  readonly ddl: string | null;
  readonly position: string;
  /** What existing rows got for a new column, as text. */
  readonly fills: readonly { readonly columnId: number; readonly value: string | null }[];
  /** That value is no constant: the table is read again. */
  readonly reload: boolean;
  readonly endOffsets: readonly { readonly topic: string; readonly partition: number; readonly offset: string }[];
  readonly tsMs: number;
}

/** Record of `<job>.dead-letters`. */
export interface DeadLetterRecord {
  readonly job: string;
  readonly table: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly position: string | null;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly error: string;
  readonly message: string;
  readonly tsMs: number;
}

/** Record of `<job>.events` that says: alive, and so far. */
export interface HeartbeatRecord {
  readonly job: string;
  readonly app: string;
  readonly position: string | null;
  readonly tsMs: number;
}

/** Key of a window record. */
export interface WindowKeyRecord {
  readonly job: string;
  readonly windowId: number;
}

/** The contract's records by the name of their schema. */
export interface ContractRecords {
  'window-key': WindowKeyRecord;
  window: WindowRecord;
  'schema-change': SchemaChangeRecord;
  heartbeat: HeartbeatRecord;
  'dead-letter': DeadLetterRecord;
}

/** Writes and reads one kind of the contract's rare records, in Confluent's framing. */
export interface RecordCodec<T> {
  encode(record: T): Buffer;
  /** Decodes bytes that this or another version of the same schema wrote. */
  decode(bytes: Buffer): Promise<T>;
}

/**
 * Registers a contract record under `<topic>-key` or `<topic>-value` and gives its codec.
 * @throws SluiceError RegistryRefused, RegistryUnreachable
 */
export async function recordCodec<N extends keyof ContractRecords & ContractName>(
  registry: SchemaRegistry,
  name: N,
  subject: string,
): Promise<RecordCodec<ContractRecords[N]>> {
  const schema = contractSchema(name);
  const type = generalType(schema);
  const head = frame(await registry.register(subject, schema));
  const writers = new Map<number, avsc.Type>([[head.readInt32BE(1), type]]);
  return {
    encode: (record) => Buffer.concat([head, type.toBuffer(toAvro(record, type))]),
    decode: async (bytes) => {
      const id = bytes.readInt32BE(1);
      let writer = writers.get(id);
      if (writer === undefined) {
        writer = generalType(await registry.getById(id));
        writers.set(id, writer);
      }
      return fromAvro(decodeFramed(writer, bytes), name) as ContractRecords[N];
    },
  };
}

// Fields whose name in TypeScript does not follow from the one in Avro.
const RENAMED: Readonly<Record<string, string>> = { first_commit_ts: 'firstCommitMs', last_commit_ts: 'lastCommitMs' };
/** Longs that TypeScript holds as decimal texts. */
const AS_TEXT: ReadonlySet<string> = new Set(['firstOffset', 'lastOffset', 'nextOffset', 'offset']);

/** camelCase to snake_case, integers to bigint where the schema says long. */
function toAvro(value: unknown, type: avsc.Type): unknown {
  if (type.typeName.startsWith('union')) {
    const inner = (type as avsc.types.UnwrappedUnionType).types.find((branch) => branch.typeName !== 'null')!;
    return value === null || value === undefined ? null : toAvro(value, inner);
  }
  if (type.typeName === 'array') {
    return (value as unknown[]).map((item) => toAvro(item, (type as avsc.types.ArrayType).itemsType));
  }
  if (type.typeName === 'record') {
    const source = value as Readonly<Record<string, unknown>>;
    const fields = (type as avsc.types.RecordType).fields;
    return Object.fromEntries(fields.map((field) => [field.name, toAvro(source[camelCase(field.name)], field.type)]));
  }
  return isLong(type) ? BigInt(value as string | number) : value;
}

function isLong(type: avsc.Type): boolean {
  return type.typeName === 'abstract:long' || type.typeName === 'long' || type.typeName.startsWith('logical');
}

function fromAvro(value: unknown, name: string): unknown {
  if (typeof value === 'bigint') return AS_TEXT.has(name) ? value.toString() : Number(value);
  if (Array.isArray(value)) return value.map((item) => fromAvro(item, name));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [camelCase(key), fromAvro(item, camelCase(key))]),
  );
}

function camelCase(name: string): string {
  return RENAMED[name] ?? name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
