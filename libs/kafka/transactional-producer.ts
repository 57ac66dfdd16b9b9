import { SluiceError } from '#errors';
import { Backoff, Brokers } from './brokers.ts';
import { BuilderPool } from './builder-pool.ts';
import { faultOf, isRetriableCode, KAFKA_ERROR } from './error-codes.ts';
import { AnswerLost, ConnectionLost, type WireRequest } from './kafkajs-internals.ts';
import { ProduceSender, type ProducedRange } from './produce-sender.ts';
import {
  addPartitionsRequest,
  endTxnRequest,
  initProducerIdRequest,
  readAddPartitions,
  readEndTxn,
  readInitProducerId,
  type BrokerAddress,
  type ProducerIdentity,
  type TopicPartition,
} from './protocol.ts';
import type { RecordBatchBuilder } from './record-batch-builder.ts';
import type { KafkaSettings } from './settings.ts';
import {
  describeTransactionRequest,
  openPartitions,
  readDescribeTransaction,
  type Fate,
  type TransactionState,
} from './transaction-markers.ts';

export interface ProducerOptions {
  /** One a poller or snapshot slot: who initialises it last is the only one that can write. */
  readonly transactionalId: string;
  /** After it the coordinator ends a transaction that was not ended; default 60,000 ms. */
  readonly transactionTimeoutMs?: number;
  /** One produce request; default 16 MB. */
  readonly maxRequestBytes?: number;
}

type State = 'new' | 'ready' | 'open' | 'broken';

/**
 * Writes record batches in Kafka transactions (rule 1 of architecture.md). `init` → (`begin` → `produce`… → `flush` → `commit`)…
 *
 * After any error of any method but `begin`, nothing is known to be committed but what `commit` confirmed: initialise
 * again, with the lease in hand, and read the position anew. The fact `outcome` of an error is `aborted` (nothing of this
 * transaction will ever be seen) or `unknown` (the answer to a commit was lost). A commit is never sent twice: a delayed
 * first one could end the next transaction early.
 *
 * A broker that is killed between the decision of a transaction and the writing of its markers may never write them: its
 * coordinator counts a partition that has no leader just then as deleted (TransactionMarkerChannelManager, "can be
 * skipped"). The records then wait, invisible, for the next marker of the producer, whatever that one says. Therefore no
 * transaction begins before the markers of the one before are seen, missing ones are written anew with what was decided,
 * and whoever takes an id over calls {@link mend} (decision 0010).
 */
export class TransactionalProducer {
  /** Empty batches for {@link produce}, to be given back when they are done. */
  readonly builders = new BuilderPool();
  readonly #brokers: Brokers;
  readonly #transactionalId: string;
  readonly #transactionTimeoutMs: number;
  readonly #sender: ProduceSender;
  #state: State = 'new';
  #identity: ProducerIdentity | undefined;
  #coordinator: BrokerAddress | undefined;
  /** How the last transaction of the id was decided, null: not known. */
  #fate: Fate | null = null;
  /** Ends when the markers of the last transaction are seen. */
  #settled: Promise<void> = Promise.resolve();
  #settleFault: SluiceError | undefined;

  constructor(settings: KafkaSettings, options: ProducerOptions) {
    this.#brokers = new Brokers(settings);
    this.#transactionalId = options.transactionalId;
    this.#transactionTimeoutMs = options.transactionTimeoutMs ?? 60_000;
    this.#sender = new ProduceSender({
      brokers: this.#brokers,
      deliveryTimeoutMs: Math.min(this.#brokers.settings.retryTimeoutMs, this.#transactionTimeoutMs),
      maxRequestBytes: options.maxRequestBytes ?? 16 * 1024 * 1024,
      addPartitions: (partitions) => this.#addPartitions(partitions),
    });
  }

  get transactionalId(): string {
    return this.#transactionalId;
  }

  /** True until the first `init`, and after every error: nothing works before `init` was called again. */
  get needsInit(): boolean {
    const isBroken = this.#state === 'new' || this.#state === 'broken';
    return isBroken || this.#sender.fault !== undefined || this.#settleFault !== undefined;
  }

  /** Bytes handed over and not acknowledged. */
  get bufferedBytes(): number {
    return this.#sender.bufferedBytes;
  }

  /**
   * Takes the transactional id: every older producer of it is fenced, and its open transaction is aborted before this
   * returns. What was queued here is forgotten. Call {@link mend} before anything that was committed is read.
   */
  async init(): Promise<void> {
    this.#state = 'broken';
    this.#fate = null;
    this.#settled = Promise.resolve();
    this.#settleFault = undefined;
    const answer = await this.#call(
      'taking the transactional id',
      initProducerIdRequest(this.#transactionalId, this.#transactionTimeoutMs),
      (bytes) => {
        const read = readInitProducerId(bytes);
        return { code: read.errorCode, value: read };
      },
      { before: () => this.#learnFate() },
    );
    this.#identity = { transactionalId: this.#transactionalId, producerId: answer.producerId, epoch: answer.epoch };
    this.#sender.start(this.#identity);
    this.#state = 'ready';
  }

  /**
   * Ends what a former holder of the id has decided in these partitions and the broker never marked; give all that it may
   * have written to. Between `init` and the first `begin`.
   * @throws SluiceError KafkaTransactionHanging where nobody knows any more how it was decided
   */
  async mend(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#state !== 'ready') throw this.#wrongState('mend');
    try {
      await this.#awaitMarkers(partitions);
    } catch (error) {
      this.#state = 'broken';
      throw error;
    }
  }

  /** Waits until readers see the last transaction. */
  async settled(): Promise<void> {
    await this.#settled;
    if (this.#settleFault) throw this.#settleFault;
  }

  /** Begins a transaction; no round trip. */
  begin(): void {
    if (this.#state !== 'ready') throw this.#wrongState('begin');
    this.#sender.nextTransaction();
    this.#state = 'open';
  }

  /**
   * Hands a batch over; it is sent at once if its partition is free. The builder belongs to the producer until `done` is
   * called with it. Faults show at `drain`, `flush` and `commit`.
   */
  produce(
    topic: string,
    partition: number,
    batch: RecordBatchBuilder,
    done?: (batch: RecordBatchBuilder) => void,
  ): void {
    if (this.#state !== 'open') throw this.#wrongState('produce');
    if (batch.recordCount === 0) done?.(batch);
    else if (this.#sender.fault === undefined) this.#sender.enqueue(topic, partition, batch, done);
  }

  /** Waits until at most `bytes` are unacknowledged: the writer's back-pressure. */
  drain(bytes: number): Promise<void> {
    return this.#sender.below(bytes);
  }

  /** Waits until everything is acknowledged. Gives the offsets of this transaction's records, by `topic:partition`. */
  async flush(): Promise<Map<string, ProducedRange>> {
    if (this.#state !== 'open') throw this.#wrongState('flush');
    await this.#sender.below(0);
    return this.#sender.ranges();
  }

  /** Flushes and commits. Returns once the commit is decided and durable; readers see it some ms later. */
  async commit(): Promise<void> {
    await this.flush();
    if (this.#sender.hasPartitions) {
      const partitions = this.#sender.addedPartitions;
      await this.#end(true);
      this.#settled = this.#awaitMarkers(partitions).catch((error: unknown) => {
        this.#settleFault = error instanceof SluiceError ? error : this.#brokers.unreachable(error);
      });
    }
    this.#state = 'ready';
  }

  /**
   * Gives the transaction up. Never fails for an unreachable broker: then {@link needsInit} is true, and `init` ends the
   * transaction before anything else.
   */
  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    try {
      await this.#sender.dropQueued();
      if (this.#sender.hasPartitions) {
        const partitions = this.#sender.addedPartitions;
        await this.#end(false);
        await this.#awaitMarkers(partitions);
      }
      this.#state = 'ready';
    } catch (error) {
      if (!(error instanceof SluiceError) || error.action === 'halt') throw error;
      this.#state = 'broken';
    }
  }

  /** Closes the connections. An open transaction stays open until the next `init` of the id, or its time-out. */
  async close(): Promise<void> {
    this.#state = 'broken';
    this.#sender.fail(new SluiceError('Cancelled', 'the producer was closed', { outcome: 'aborted' }));
    await this.#brokers.close();
  }

  async #end(commit: boolean): Promise<void> {
    this.#state = 'broken';
    this.#fate = commit ? 'commit' : 'abort';
    await this.#sendEnd(commit);
  }

  async #sendEnd(commit: boolean): Promise<void> {
    const what = commit ? 'committing a transaction' : 'aborting a transaction';
    // A coordinator that could not store the decision may still find it later.
    let isUnsure = false;
    const outcome = (): string => (commit && isUnsure ? 'unknown' : 'aborted');
    try {
      await this.#call(
        what,
        endTxnRequest(this.#identity!, commit),
        (bytes) => {
          const code = readEndTxn(bytes);
          if (code === KAFKA_ERROR.COORDINATOR_NOT_AVAILABLE || code === KAFKA_ERROR.REQUEST_TIMED_OUT) isUnsure = true;
          return { code, value: undefined, outcome: outcome() };
        },
        { isRepeatable: false },
      );
    } catch (error) {
      if (!(error instanceof AnswerLost) && !(isUnsure && commit)) throw error;
      const facts = { transactionalId: this.#transactionalId, outcome: commit ? 'unknown' : 'aborted' };
      const text = `${what}: the answer of the broker was lost`;
      throw new SluiceError('KafkaTransactionFailed', text, facts, { cause: error });
    }
  }

  /** Waits until no transaction of ours is open in the partitions. Markers that are missing once the coordinator counts them as written are written anew. */
  async #awaitMarkers(partitions: readonly TopicPartition[]): Promise<void> {
    const producerId = this.#identity!.producerId;
    const backoff = new Backoff();
    for (let open = partitions; ;) {
      await backoff.wait();
      open = await openPartitions(this.#brokers, open, producerId);
      if (open.length === 0) return;
      if (!(await this.#describe()).isEnded) continue;
      const lost = await openPartitions(this.#brokers, open, producerId);
      if (lost.length > 0) await this.#markAnew(lost);
    }
  }

  /** A transaction of the same producer without a record, decided as the one before: its markers end both. */
  async #markAnew(partitions: readonly TopicPartition[]): Promise<void> {
    if (this.#fate === null) {
      const names = partitions.map(({ topic, partition }) => `${topic}, partition ${partition}`).join('; ');
      throw new SluiceError(
        'KafkaTransactionHanging',
        `A transaction of ${this.#transactionalId} was decided, its markers were never written, and the broker has forgotten the decision: ${names}`,
        { transactionalId: this.#transactionalId },
      );
    }
    await this.#add(partitions);
    await this.#sendEnd(this.#fate === 'commit');
  }

  /** Before the id is taken: the answer to that makes the coordinator forget. A repetition may find it forgotten already. */
  async #learnFate(): Promise<void> {
    const { isEnded, fate } = await this.#describe();
    this.#fate = fate ?? (isEnded ? this.#fate : null);
  }

  async #describe(): Promise<TransactionState> {
    const request = describeTransactionRequest(this.#transactionalId);
    return this.#call('describing a transaction', request, (bytes) => {
      const { errorCode, state } = readDescribeTransaction(bytes);
      return { code: errorCode, value: state };
    });
  }

  async #addPartitions(partitions: readonly TopicPartition[]): Promise<void> {
    await this.settled();
    await this.#add(partitions);
  }

  async #add(partitions: readonly TopicPartition[]): Promise<void> {
    const request = addPartitionsRequest(this.#identity!, partitions);
    await this.#call('adding partitions to a transaction', request, (bytes) => {
      // Of several faults the one that cannot be retried says what to do.
      const codes = readAddPartitions(bytes).map((item) => item.errorCode);
      const failed = codes.filter((code) => code !== KAFKA_ERROR.NONE && code !== KAFKA_ERROR.OPERATION_NOT_ATTEMPTED);
      const code = failed.find((item) => !isRetriableCode(item)) ?? failed[0] ?? KAFKA_ERROR.NONE;
      return { code, value: undefined };
    });
  }

  /** Asks the coordinator until it answers with a final code. `isRepeatable` false: a lost answer is not asked for again. `before` each attempt. */
  async #call<T>(
    what: string,
    request: WireRequest,
    read: (answer: Buffer) => { code: number; value: T; outcome?: string },
    { isRepeatable = true, before }: { isRepeatable?: boolean; before?: () => Promise<void> } = {},
  ): Promise<T> {
    const backoff = new Backoff();
    const until = Date.now() + this.#brokers.settings.retryTimeoutMs;
    for (;;) {
      const facts = { transactionalId: this.#transactionalId, outcome: 'aborted' };
      let failure: unknown;
      await before?.();
      try {
        this.#coordinator ??= await this.#brokers.coordinatorOf(this.#transactionalId);
        const { code, value, outcome } = read(await this.#brokers.sendToAddress(this.#coordinator, request));
        if (code === KAFKA_ERROR.NONE) return value;
        if (code !== KAFKA_ERROR.CONCURRENT_TRANSACTIONS) this.#coordinator = undefined;
        const fault = faultOf(code, what, { ...facts, outcome: outcome ?? facts.outcome });
        if (!isRetriableCode(code)) throw fault;
        failure = fault;
      } catch (error) {
        this.#coordinator = undefined;
        const isLost = error instanceof AnswerLost;
        if (error instanceof SluiceError && error.kind === 'KafkaUnreachable') throw this.#unreachable(error, facts);
        if ((isLost && !isRepeatable) || (!isLost && !(error instanceof ConnectionLost))) throw error;
        failure = error;
      }
      if (Date.now() >= until || this.#brokers.isClosed) {
        throw this.#unreachable(failure, facts);
      }
      await backoff.wait();
    }
  }

  #unreachable(failure: unknown, facts: SluiceError['facts']): SluiceError {
    const error = failure instanceof SluiceError ? failure : this.#brokers.unreachable(failure);
    return new SluiceError(error.kind, error.message, { ...facts, ...error.facts }, { cause: failure });
  }

  #wrongState(what: string): SluiceError {
    if (this.#sender.fault !== undefined) return this.#sender.fault;
    const text = this.#state === 'broken' ? 'the producer must be initialised again' : `the producer is ${this.#state}`;
    return new SluiceError('KafkaTransactionFailed', `cannot ${what}: ${text}`, {
      transactionalId: this.#transactionalId,
      outcome: 'aborted',
    });
  }
}
