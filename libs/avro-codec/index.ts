export { readBigLong, readInt, readLong, skipVarint } from './avro-reading.ts';
export { ByteWriter } from './byte-writer.ts';
export { contractSchema, type AvroSchema, type ContractName } from './contract.ts';
export { decodeFramed, generalType } from './decoder.ts';
export { EnvelopeReader, type AvroKind, type ReaderField, type RowView } from './envelope-reader.ts';
export { frame, schemaIdOf } from './framing.ts';
export { KeyReader } from './key-reader.ts';
export { PlainDecoder, type Plain } from './plain-decoder.ts';
export {
  recordCodec,
  type ContractRecords,
  type DeadLetterRecord,
  type HeartbeatRecord,
  type RecordCodec,
  type SchemaChangeRecord,
  type WindowKeyRecord,
} from './records.ts';
export { RowEncoder, type EventMeta, type RowEncoderOptions, type TableSchemaIds } from './row-encoder.ts';
export {
  COLUMN_ID_PROPERTY,
  COLUMN_PROPERTY,
  envelopeSchema,
  fieldNames,
  keyColumns,
  keySchema,
  TABLE_PROPERTY,
} from './schema-builder.ts';
export { SchemaRegistry, type RegisteredSchema, type RegistrySettings } from './schema-registry.ts';
export { ReaderCache, tableEncoder, type TableEncoderOptions } from './table-codec.ts';
