import { avroName, tableName, type EventColumn, type EventTable } from '#events';
import type { ValuePolicy, ValueType } from '#values';
import { contractSchema, type AvroSchema } from './contract.ts';

/** Avro schema property: true name of the table, `schema.table`. */
export const TABLE_PROPERTY = 'sluice.table';
/** Avro field property: true name of the column. */
export const COLUMN_PROPERTY = 'sluice.column';
/** Avro field property: the column's stable id, by which older versions are projected. */
export const COLUMN_ID_PROPERTY = 'sluice.column-id';

type Digit7 = ValuePolicy['digit7'];

/**
 * Schema of the envelope of a table's events (events.md, "Envelope"). Row fields are always nullable with default null, so
 * that versions are compatible both ways.
 */
export function envelopeSchema(table: EventTable, digit7: Digit7 = 'truncate'): AvroSchema {
  const namespace = namespaceOf(table);
  const row = {
    type: 'record',
    name: 'Value',
    'connect.name': `${namespace}.Value`,
    [TABLE_PROPERTY]: tableName(table),
    fields: rowFields(table.columns, digit7),
  };
  return {
    type: 'record',
    name: 'Envelope',
    namespace,
    'connect.name': `${namespace}.Envelope`,
    'connect.version': 1,
    fields: [
      { name: 'before', type: ['null', row], default: null },
      { name: 'after', type: ['null', 'Value'], default: null },
      { name: 'source', type: contractSchema('source') },
      { name: 'op', type: 'string' },
      { name: 'ts_ms', type: ['null', 'long'], default: null },
      { name: 'transaction', type: ['null', contractSchema('transaction')], default: null },
    ],
  };
}

/** Schema of the record key: the key columns; of a table without a key all of them. */
export function keySchema(table: EventTable): AvroSchema {
  const namespace = namespaceOf(table);
  const names = fieldNames(table.columns);
  const fields = keyColumns(table).map(({ index, fold }) => {
    const column = table.columns[index]!;
    const type = valueSchema(column.type, 'truncate');
    return {
      name: names[index],
      ...(column.nullable ? { type: ['null', type], default: null } : { type }),
      [COLUMN_PROPERTY]: column.name,
      [COLUMN_ID_PROPERTY]: column.id,
      'sluice.fold': fold,
    };
  });
  return {
    type: 'record',
    name: 'Key',
    namespace,
    'connect.name': `${namespace}.Key`,
    [TABLE_PROPERTY]: tableName(table),
    fields,
  };
}

/** The key columns, or every column where the table has no key (full-row matching). */
export function keyColumns(table: EventTable): EventTable['key'] {
  if (table.key.length > 0) return table.key;
  return table.columns.map((_, index) => ({ index, fold: 'exact' as const }));
}

/** Clean names of the columns, made different where cleaning or case would join two. */
export function fieldNames(columns: readonly EventColumn[]): string[] {
  const seen = new Set<string>();
  return columns.map((column) => {
    let name = avroName(column.name);
    if (seen.has(name)) name = `${name}_${column.id}`;
    seen.add(name);
    return name;
  });
}

function namespaceOf(table: EventTable): string {
  return [table.job, table.database, table.schema, table.name].map(avroName).join('.');
}

function rowFields(columns: readonly EventColumn[], digit7: Digit7): AvroSchema[] {
  const names = fieldNames(columns);
  return columns.map((column, index) => ({
    name: names[index],
    type: ['null', valueSchema(column.type, digit7)],
    default: null,
    [COLUMN_PROPERTY]: column.name,
    [COLUMN_ID_PROPERTY]: column.id,
  }));
}

/** True where the seventh digit is kept by sending the value as text. */
export function isSentAsText(type: ValueType, digit7: Digit7): boolean {
  const isTime = type.kind === 'time' || type.kind === 'timestamp' || type.kind === 'timestamptz';
  return digit7 === 'text' && isTime && type.digits === 7;
}

/** Avro type of a column's values, with the names that Kafka Connect's sinks know. */
export function valueSchema(type: ValueType, digit7: Digit7): AvroSchema {
  if (isSentAsText(type, digit7)) return 'string';
  switch (type.kind) {
    case 'boolean':
    case 'long':
    case 'float':
    case 'double':
    case 'bytes':
    case 'string':
      return type.kind;
    case 'text':
      return 'string';
    case 'int':
      return type.bits === 32 ? 'int' : { type: 'int', 'connect.type': 'int16' };
    case 'decimal':
      return decimalSchema(type.precision, type.scale);
    case 'uuid':
      return { type: 'string', logicalType: 'uuid', ...connect('io.debezium.data.Uuid') };
    case 'date':
      // Confluent's converter refuses another name beside this logical type.
      return { type: 'int', logicalType: 'date', ...connect('org.apache.kafka.connect.data.Date') };
    case 'time':
      return { type: 'long', logicalType: 'time-micros', ...connect('io.debezium.time.MicroTime') };
    case 'timestamp':
      return { type: 'long', logicalType: 'local-timestamp-micros', ...connect('io.debezium.time.MicroTimestamp') };
    case 'timestamptz':
      return { type: 'string', ...connect('io.debezium.time.ZonedTimestamp') };
    case 'xml':
      return { type: 'string', ...connect('io.debezium.data.Xml') };
    case 'json':
      return { type: 'string', ...connect('io.debezium.data.Json') };
  }
}

function connect(name: string): { 'connect.name': string; 'connect.version': number } {
  return { 'connect.version': 1, 'connect.name': name };
}

function decimalSchema(precision: number, scale: number): AvroSchema {
  return {
    type: 'bytes',
    logicalType: 'decimal',
    precision,
    scale,
    ...connect('org.apache.kafka.connect.data.Decimal'),
    'connect.parameters': { scale: String(scale), 'connect.decimal.precision': String(precision) },
  };
}
