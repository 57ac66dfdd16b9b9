export { Position } from './position.ts';
export { tableName, type EventColumn, type EventTable, type KeyColumn } from './event-table.ts';
export {
  HEADER,
  type Change,
  type Op,
  type WindowHold,
  type WindowJournal,
  type WindowPartition,
  type WindowRecord,
} from './row-event.ts';
export { avroName, topicName, topics } from './topics.ts';
