import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError } from '#errors';
import { errorName, isRetriableCode, KAFKA_ERROR } from './error-codes.ts';
import { LoginRefused, openConnection, type WireConnection, type WireRequest } from './kafkajs-internals.ts';
import {
  findCoordinatorRequest,
  metadataRequest,
  readFindCoordinator,
  readMetadata,
  type BrokerAddress,
  type Metadata,
  type TopicMetadata,
} from './protocol.ts';
import { fullSettings, type FullKafkaSettings, type KafkaSettings } from './settings.ts';

/** Waits that grow from 2 ms to 250 ms: back-to-back transactions need the short ones, a restarting broker the long ones. */
export class Backoff {
  #ms = 1;

  async wait(): Promise<void> {
    this.#ms = Math.min(this.#ms * 2, 250);
    await pause(this.#ms);
  }
}

/**
 * The connections of one producer, fetcher or client to all brokers, one a broker, opened when first needed and again
 * after a loss; with what is known of leaders. A long poll would hold up other requests: each user has its own.
 */
export class Brokers {
  readonly settings: FullKafkaSettings;
  readonly #connections = new Map<string, Promise<WireConnection>>();
  readonly #topics = new Map<string, TopicMetadata>();
  #addresses = new Map<number, BrokerAddress>();
  #controllerId = -1;
  #closed = false;

  constructor(settings: KafkaSettings) {
    this.settings = fullSettings(settings);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** @throws SluiceError KafkaUnreachable where no broker answers, KafkaRefused where the login is refused */
  async metadata(topics: readonly string[]): Promise<Metadata> {
    const metadata = readMetadata(await this.sendToAny(metadataRequest(topics)));
    this.#addresses = new Map(metadata.brokers.map((broker) => [broker.nodeId, broker]));
    this.#controllerId = metadata.controllerId;
    for (const topic of metadata.topics) {
      if (topic.errorCode === KAFKA_ERROR.NONE) this.#topics.set(topic.name, topic);
      else this.#topics.delete(topic.name);
    }
    return metadata;
  }

  /** Node id of the leader from what is known, undefined where it is not. */
  leaderOf(topic: string, partition: number): number | undefined {
    const found = this.#topics.get(topic)?.partitions.find((item) => item.partition === partition);
    return found === undefined || found.leader < 0 || found.errorCode === KAFKA_ERROR.LEADER_NOT_AVAILABLE
      ? undefined
      : found.leader;
  }

  /** Id of a topic from what is known, undefined where nothing is. */
  topicIdOf(topic: string): string | undefined {
    return this.#topics.get(topic)?.topicId;
  }

  /** Forgets the leaders of a topic: the next use asks anew. */
  forget(topic: string): void {
    this.#topics.delete(topic);
  }

  /** Sends to the broker of that id. Rejects with the connection's error. */
  async sendTo(nodeId: number, request: WireRequest): Promise<Buffer> {
    const address = this.#addresses.get(nodeId);
    if (address === undefined) throw new SluiceError('KafkaUnreachable', `broker ${nodeId} is not known`, { nodeId });
    return this.sendToAddress(address, request);
  }

  /** Sends to the controller, else to any broker. */
  async sendToController(request: WireRequest): Promise<Buffer> {
    const address = this.#addresses.get(this.#controllerId);
    return address === undefined ? this.sendToAny(request) : this.sendToAddress(address, request);
  }

  async sendToAddress(address: Pick<BrokerAddress, 'host' | 'port'>, request: WireRequest): Promise<Buffer> {
    const connection = await this.#connection(address.host, address.port);
    try {
      return await connection.send(request);
    } catch (error) {
      // After a time-out the answers still to come would queue up behind each other: start over.
      connection.close();
      this.#connections.delete(`${address.host}:${address.port}`);
      throw error;
    }
  }

  /** Sends to the first broker that answers, known ones before those of the settings. */
  async sendToAny(request: WireRequest): Promise<Buffer> {
    const backoff = new Backoff();
    const until = Date.now() + this.settings.retryTimeoutMs;
    for (;;) {
      const failure = await this.#tryAll(request);
      if (Buffer.isBuffer(failure)) return failure;
      if (this.#closed || Date.now() >= until) throw this.unreachable(failure);
      await backoff.wait();
    }
  }

  async #tryAll(request: WireRequest): Promise<Buffer | unknown> {
    let failure: unknown;
    for (const address of this.#candidates()) {
      try {
        return await this.sendToAddress(address, request);
      } catch (error) {
        if (error instanceof SluiceError && error.kind === 'KafkaRefused') throw error;
        failure = error;
      }
    }
    return failure;
  }

  #candidates(): { host: string; port: number }[] {
    const given = this.settings.brokers.map((broker) => {
      const colon = broker.lastIndexOf(':');
      return { host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)) };
    });
    return [...this.#addresses.values(), ...given];
  }

  /** The broker that coordinates a transactional id, asked each time. Retries while it is being elected. */
  async coordinatorOf(transactionalId: string): Promise<BrokerAddress> {
    const backoff = new Backoff();
    const until = Date.now() + this.settings.retryTimeoutMs;
    for (;;) {
      const { errorCode, broker } = readFindCoordinator(await this.sendToAny(findCoordinatorRequest(transactionalId)));
      if (errorCode === KAFKA_ERROR.NONE) return broker;
      if (!isRetriableCode(errorCode)) {
        throw new SluiceError(
          'KafkaRefused',
          `finding the coordinator of ${transactionalId}: ${errorName(errorCode)}`,
          {
            transactionalId,
          },
        );
      }
      if (Date.now() >= until) throw this.unreachable(new Error(errorName(errorCode)));
      await backoff.wait();
    }
  }

  /** The one wording for "no broker answers". */
  unreachable(cause: unknown): SluiceError {
    if (cause instanceof SluiceError && cause.kind === 'KafkaUnreachable') return cause;
    const brokers = this.settings.brokers.join(', ');
    return new SluiceError('KafkaUnreachable', `no Kafka broker answers at ${brokers}`, { brokers }, { cause });
  }

  /** Closes every connection; what is under way is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    const opened = await Promise.allSettled(this.#connections.values());
    for (const result of opened) if (result.status === 'fulfilled') result.value.close();
    this.#connections.clear();
  }

  async #connection(host: string, port: number): Promise<WireConnection> {
    if (this.#closed) throw new SluiceError('Cancelled', 'the Kafka client is closed');
    const key = `${host}:${port}`;
    const known = this.#connections.get(key);
    if (known !== undefined) {
      const connection = await known;
      if (connection.isConnected && !connection.isExpiring) return connection;
      if (connection.isExpiring) connection.retire();
      else connection.close();
      // Somebody else may have opened a new one while we waited.
      if (this.#connections.get(key) !== known) return this.#connection(host, port);
    }
    const opening = this.#open(host, port);
    this.#connections.set(key, opening);
    opening.catch(() => {
      if (this.#connections.get(key) === opening) this.#connections.delete(key);
    });
    return opening;
  }

  async #open(host: string, port: number): Promise<WireConnection> {
    try {
      const address = this.settings.addressOf?.({ host, port }) ?? { host, port };
      const connection = await openConnection(address.host, address.port, this.settings);
      if (this.#closed) {
        connection.close();
        throw new SluiceError('Cancelled', 'the Kafka client is closed');
      }
      return connection;
    } catch (error) {
      if (error instanceof LoginRefused) {
        throw new SluiceError('KafkaRefused', `the broker ${host}:${port} refused the login`, { host, port });
      }
      throw error;
    }
  }
}
