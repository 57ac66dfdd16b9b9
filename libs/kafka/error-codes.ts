import { SluiceError } from '#errors';

/** The broker's error codes that we act on (kafka.apache.org/protocol, "Error Codes"). */
export const KAFKA_ERROR = {
  UNKNOWN_SERVER_ERROR: -1,
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  CORRUPT_MESSAGE: 2,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  REPLICA_NOT_AVAILABLE: 9,
  MESSAGE_TOO_LARGE: 10,
  NETWORK_EXCEPTION: 13,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  INVALID_TOPIC_EXCEPTION: 17,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  TOPIC_AUTHORIZATION_FAILED: 29,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  UNSUPPORTED_VERSION: 35,
  TOPIC_ALREADY_EXISTS: 36,
  NOT_CONTROLLER: 41,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  INVALID_TRANSACTION_TIMEOUT: 50,
  CONCURRENT_TRANSACTIONS: 51,
  TRANSACTION_COORDINATOR_FENCED: 52,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 53,
  OPERATION_NOT_ATTEMPTED: 55,
  KAFKA_STORAGE_ERROR: 56,
  UNKNOWN_PRODUCER_ID: 59,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  OFFSET_NOT_AVAILABLE: 78,
  INVALID_RECORD: 87,
  UNSTABLE_OFFSET_COMMIT: 88,
  THROTTLING_QUOTA_EXCEEDED: 89,
  PRODUCER_FENCED: 90,
  UNKNOWN_TOPIC_ID: 100,
  INCONSISTENT_TOPIC_ID: 103,
  TRANSACTION_ABORTABLE: 120,
} as const;

const NAMES = new Map<number, string>(Object.entries(KAFKA_ERROR).map(([name, code]) => [code, name]));

/** The code's name, or the number where we do not know it. */
export function errorName(code: number): string {
  return NAMES.get(code) ?? `error ${code}`;
}

const E = KAFKA_ERROR;

const RETRIABLE: ReadonlySet<number> = new Set([
  E.UNKNOWN_TOPIC_OR_PARTITION,
  E.LEADER_NOT_AVAILABLE,
  E.NOT_LEADER_OR_FOLLOWER,
  E.REQUEST_TIMED_OUT,
  E.REPLICA_NOT_AVAILABLE,
  E.NETWORK_EXCEPTION,
  E.COORDINATOR_LOAD_IN_PROGRESS,
  E.COORDINATOR_NOT_AVAILABLE,
  E.NOT_COORDINATOR,
  E.NOT_ENOUGH_REPLICAS,
  E.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  E.CONCURRENT_TRANSACTIONS,
  E.OPERATION_NOT_ATTEMPTED,
  E.KAFKA_STORAGE_ERROR,
  E.FENCED_LEADER_EPOCH,
  E.UNKNOWN_LEADER_EPOCH,
  E.OFFSET_NOT_AVAILABLE,
  E.THROTTLING_QUOTA_EXCEEDED,
  E.UNKNOWN_TOPIC_ID,
  E.INCONSISTENT_TOPIC_ID,
]);

const FENCED: ReadonlySet<number> = new Set([
  E.INVALID_PRODUCER_EPOCH,
  E.INVALID_PRODUCER_ID_MAPPING,
  E.TRANSACTION_COORDINATOR_FENCED,
  E.PRODUCER_FENCED,
]);

const REFUSED: ReadonlySet<number> = new Set([
  E.INVALID_TOPIC_EXCEPTION,
  E.TOPIC_AUTHORIZATION_FAILED,
  E.CLUSTER_AUTHORIZATION_FAILED,
  E.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  E.UNSUPPORTED_VERSION,
  E.INVALID_TRANSACTION_TIMEOUT,
]);

/** The same request may succeed later, unchanged. */
export function isRetriableCode(code: number): boolean {
  return RETRIABLE.has(code);
}

/** Another process, or the coordinator's time-out, took this producer's place. */
export function isFencedCode(code: number): boolean {
  return FENCED.has(code);
}

/** The fault for a code that will not be retried. `what` is what was asked, for the message. */
export function faultOf(code: number, what: string, facts: SluiceError['facts']): SluiceError {
  const full = { ...facts, code, error: errorName(code) };
  const text = `${what}: ${errorName(code)}`;
  if (isFencedCode(code)) return new SluiceError('KafkaFenced', text, full);
  if (code === E.MESSAGE_TOO_LARGE || code === E.RECORD_LIST_TOO_LARGE) {
    return new SluiceError('RecordTooLarge', text, full);
  }
  if (REFUSED.has(code)) return new SluiceError('KafkaRefused', text, full);
  if (isRetriableCode(code)) return new SluiceError('KafkaUnreachable', text, full);
  return new SluiceError('KafkaTransactionFailed', text, full);
}
