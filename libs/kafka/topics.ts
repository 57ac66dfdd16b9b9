import { Kafka, logLevel, type Admin } from 'kafkajs';
import { SluiceError } from '#errors';
import { Backoff, type Brokers } from './brokers.ts';
import { KAFKA_ERROR } from './error-codes.ts';

/** A topic as the job wants it. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic settings by their Kafka names, e.g. `cleanup.policy`. All are checked against a topic that exists already. */
  readonly config: Readonly<Record<string, string>>;
}

/** What stands at the broker. */
export interface TopicState {
  readonly name: string;
  /** KIP-516 id: another one means that the topic was deleted and made again. */
  readonly topicId: string;
  readonly partitions: number;
}

const TOPIC_RESOURCE = 2;

/**
 * The one place where topics are made. A topic that exists is left as it is, and compared.
 * @throws SluiceError TopicMismatch where partition count or a setting differs; nothing is made then
 */
export async function ensureTopics(brokers: Brokers, specs: readonly TopicSpec[]): Promise<TopicState[]> {
  const known = await describe(brokers, specs);
  const admin = adminOf(brokers);
  try {
    await admin.connect();
    await checkConfigs(
      admin,
      specs.filter((spec) => known.has(spec.name)),
    );
    const missing = specs.filter((spec) => !known.has(spec.name));
    if (missing.length > 0) await create(admin, missing);
    return await waitForAll(admin, brokers, specs);
  } catch (error) {
    throw wrap(brokers, error);
  } finally {
    await admin.disconnect();
  }
}

/** Deletes topics; those that are not there count as deleted. */
export async function deleteTopics(brokers: Brokers, names: readonly string[]): Promise<void> {
  const metadata = await brokers.metadata(names);
  const found = metadata.topics.filter((topic) => topic.errorCode === KAFKA_ERROR.NONE);
  const present = found.map((topic) => topic.name);
  if (present.length === 0) return;
  const admin = adminOf(brokers, DELETE_RETRIES);
  try {
    await admin.connect();
    // One by one: a topic that is gone, which a broker may not have heard of yet, keeps no other from being deleted.
    for (const name of present) await deleteTopic(admin, name);
  } catch (error) {
    throw wrap(brokers, error);
  } finally {
    await admin.disconnect();
  }
  await waitUntilGone(brokers, present, new Set(found.map((topic) => topic.topicId)));
  for (const name of present) brokers.forget(name);
}

/** Waits until the broker has heard that topics are deleted: who asks for one of their names next must not be told of the old one. */
async function waitUntilGone(brokers: Brokers, names: readonly string[], ids: ReadonlySet<string>): Promise<void> {
  const backoff = new Backoff();
  const until = Date.now() + brokers.settings.retryTimeoutMs;
  while (Date.now() < until) {
    const { topics } = await brokers.metadata(names);
    if (!topics.some((topic) => topic.errorCode === KAFKA_ERROR.NONE && ids.has(topic.topicId))) return;
    await backoff.wait();
  }
}

async function deleteTopic(admin: Admin, name: string): Promise<void> {
  try {
    await admin.deleteTopics({ topics: [name] });
  } catch (error) {
    if (!isUnknownTopic(error)) throw error;
  }
}

/** kafkajs wraps what the server answered, once or more. */
function isUnknownTopic(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause)
    if ((one as { type?: unknown }).type === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
  return false;
}

/** kafkajs also tries again where the topic is unknown: about a second of it is enough. */
const DELETE_RETRIES = 6;

function adminOf(brokers: Brokers, retries = 12): Admin {
  const { settings } = brokers;
  const kafka = new Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    ssl: settings.ssl,
    sasl: settings.sasl,
    connectionTimeout: settings.connectionTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    reauthenticationThreshold: 5_000,
    retry: { initialRetryTime: 20, retries, maxRetryTime: 1_000 },
    logLevel: logLevel.NOTHING,
  });
  return kafka.admin();
}

/** Topics that exist, by name; throws where a partition count differs. */
async function describe(brokers: Brokers, specs: readonly TopicSpec[]): Promise<Map<string, TopicState>> {
  const metadata = await brokers.metadata(specs.map((spec) => spec.name));
  const known = new Map<string, TopicState>();
  for (const { name, errorCode, topicId, partitions } of metadata.topics) {
    if (errorCode !== KAFKA_ERROR.NONE) continue;
    known.set(name, { name, topicId, partitions: partitions.length });
    const wanted = specs.find((spec) => spec.name === name)!.partitions;
    if (partitions.length !== wanted) throw mismatch(name, 'partitions', String(partitions.length), String(wanted));
  }
  return known;
}

async function checkConfigs(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  const checked = specs.filter((spec) => Object.keys(spec.config).length > 0);
  if (checked.length === 0) return;
  const answer = await admin.describeConfigs({
    includeSynonyms: false,
    resources: checked.map((spec) => ({
      type: TOPIC_RESOURCE,
      name: spec.name,
      configNames: Object.keys(spec.config),
    })),
  });
  for (const resource of answer.resources) {
    const wanted = checked.find((spec) => spec.name === resource.resourceName)!.config;
    for (const { configName, configValue } of resource.configEntries) {
      const value = wanted[configName];
      if (value !== undefined && !sameSetting(value, configValue)) {
        throw mismatch(resource.resourceName, configName, configValue, value);
      }
    }
  }
}

/** Lists are sets: `compact,delete` is `delete,compact`. */
function sameSetting(a: string, b: string): boolean {
  const parts = (text: string): string => text.split(',').sort().join(',');
  return parts(a) === parts(b);
}

function mismatch(topic: string, setting: string, found: string, wanted: string): SluiceError {
  const text = `topic ${topic} exists with ${setting}=${found}, the job wants ${wanted}`;
  return new SluiceError('TopicMismatch', text, { topic, setting, found, wanted });
}

async function create(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    topics: specs.map((spec) => ({
      topic: spec.name,
      numPartitions: spec.partitions,
      replicationFactor: spec.replicationFactor,
      configEntries: Object.entries(spec.config).map(([name, value]) => ({ name, value })),
    })),
  });
}

/**
 * Waits until every partition has a leader, and compares once more: somebody else may have made the topic. One that is not there after all is made again:
 * the broker that said that it is there had not heard yet that it was deleted.
 */
async function waitForAll(admin: Admin, brokers: Brokers, specs: readonly TopicSpec[]): Promise<TopicState[]> {
  const backoff = new Backoff();
  const until = Date.now() + brokers.settings.retryTimeoutMs;
  for (;;) {
    const known = await describe(brokers, specs);
    const isReady = ({ name, partitions }: TopicSpec): boolean =>
      known.has(name) &&
      Array.from({ length: partitions }, (_, i) => brokers.leaderOf(name, i)).every((id) => id !== undefined);
    if (specs.every(isReady)) return specs.map((spec) => known.get(spec.name)!);
    if (Date.now() >= until) throw brokers.unreachable(new Error('topics without a leader'));
    await backoff.wait();
    const missing = specs.filter((spec) => !known.has(spec.name));
    if (missing.length > 0) await create(admin, missing);
  }
}

function wrap(brokers: Brokers, error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  const fault = error as Error & { type?: string; errors?: (Error & { type?: string; topic?: string })[] };
  const inner = fault.errors?.[0] ?? fault;
  const isConnection = /Connection|BrokerNotFound|NumberOfRetries|Timeout/.test(inner.name ?? '');
  if (isConnection) return brokers.unreachable(error);
  const topic = fault.errors?.[0]?.topic;
  const text = `the broker refused${topic === undefined ? '' : ` topic ${topic}`}: ${inner.message}`;
  return new SluiceError('KafkaRefused', text, { topic, error: inner.type }, { cause: error });
}
