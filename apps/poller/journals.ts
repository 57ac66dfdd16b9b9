import { HEADER, type Position, topics, type WindowHold } from '#events';
import { oneLine, SluiceError } from '#errors';
import type { Fetcher, RecordCursor } from '#kafka';
import type { TablePublisher } from '#publish';
import type { JobTable } from '#target-postgres';
import { failpoint } from '#telemetry';
import type { PollerTerm } from './poller-term.ts';

/** Bytes handed to Kafka and not acknowledged, at which a window waits: what one request takes. */
export const BUFFERED_BYTES = 16 * 1024 * 1024;

/** Records of one journal copied in one transaction, and the rest below which no new window is read before the journal is empty. */
const COPY_RECORDS = 50_000;

/** The journals of held tables: changes go in while the table is loaded, and out to the topic, in order, when it is released (rule 3). */
export class Journals {
  private readonly publishers = new Map<string, TablePublisher>();
  private readonly released = new Set<string>();
  /** Released holds that no marker stands for yet, and the marker's position of those that have one. */
  private readonly unmarked = new Set<string>();
  private readonly markers = new Map<string, Position>();
  private isMarking = false;
  private fetcher: Fetcher | null = null;
  private reading: string | null = null;

  constructor(private readonly term: PollerTerm) {}

  /** The publisher into the journal of a held table. */
  async publisherOf(table: JobTable): Promise<TablePublisher> {
    const hold = this.term.state.holds.find((one) => one.table === table.tableName);
    if (!hold) throw new SluiceError('Bug', `BUG: ${table.tableName} is not held`);
    let publisher = this.publishers.get(hold.hold);
    if (!publisher) {
      const { options, producer } = this.term;
      publisher = await options.openPublisher(producer, table.eventTable, topics.journal(options.job, hold.hold), 1);
      this.publishers.set(hold.hold, publisher);
    }
    return publisher;
  }

  push(): void {
    for (const publisher of this.publishers.values()) publisher.push();
  }

  clear(): void {
    for (const publisher of this.publishers.values()) publisher.clear();
  }

  /**
   * All chunks of the hold's table are committed: copying may begin. The hold ends when the position has passed a marker that is committed now: everything that the
   * chunks may have shown stands before it, and must go through the journal. Else events older than the rows would come to the topic of a table that streams, and those
   * of a table without a key twice. Called again and again while the hold stands.
   */
  release(hold: string): void {
    if (!this.released.has(hold)) {
      this.released.add(hold);
      this.unmarked.add(hold);
    }
    if (this.unmarked.size > 0 && !this.isMarking) void this.mark();
  }

  private async mark(): Promise<void> {
    const { source, log } = this.term.options;
    const holds = [...this.unmarked];
    this.isMarking = true;
    try {
      const position = await source.quiesce.writeMarker(`release ${Date.now()}`);
      for (const hold of holds) {
        this.unmarked.delete(hold);
        this.markers.set(hold, position);
      }
    } catch (error) {
      log.warn('marker not written', { cause: oneLine(error) });
    } finally {
      this.isMarking = false;
    }
  }

  async close(): Promise<void> {
    await this.fetcher?.close();
  }

  /**
   * Copies the next records of one released journal, if there is one. `nearly-empty`: call again before reading a window, so that the journal does not grow;
   * when nothing is left the hold ends in the same transaction.
   */
  async drain(signal: AbortSignal): Promise<'idle' | 'behind' | 'nearly-empty'> {
    const found = await this.next();
    if (!found) return 'idle';
    const { hold, topic, from, end } = found;
    const { state } = this.term;
    let next = from;
    const copies = async (): Promise<void> => {
      next = await this.copy(hold.table, topic, { from, end }, signal);
    };
    const journals = state.journals.filter((journal) => journal.hold !== hold.hold);
    if (end <= from) {
      await this.term.publish(null, { holds: state.holds.filter((one) => one.hold !== hold.hold), journals });
      this.forget(hold.hold);
      return 'behind';
    }
    // The offset is written with the copies: the array is filled in by `copies`, before the window record is made.
    const moved = { hold: hold.hold, nextOffset: String(from) };
    await this.term.publish(null, { journals: [...journals, moved] }, async () => {
      await copies();
      moved.nextOffset = String(next);
    });
    failpoint('poller.journal-copied');
    return end - next <= COPY_RECORDS ? 'nearly-empty' : 'behind';
  }

  /** A released hold whose journal has records to copy, or which can end. */
  private async next(): Promise<{ hold: WindowHold; topic: string; from: number; end: number } | null> {
    const { options, state } = this.term;
    for (const hold of state.holds.filter((one) => this.released.has(one.hold))) {
      const topic = topics.journal(options.job, hold.hold);
      const from = Number(state.journals.find((journal) => journal.hold === hold.hold)?.nextOffset ?? 0);
      // The high watermark, not the read-committed end: that one lags behind a commit that was answered, and a hold that ended by it would leave the last changes in
      // the journal. Reading is read committed all the same, and waits for the markers.
      const [range] = await options.kafka.offsets([{ topic, partition: 0 }], { committed: false });
      const end = range?.end ?? 0;
      const marker = this.markers.get(hold.hold);
      if (end > from || (marker && !marker.isAfter(state.to))) return { hold, topic, from, end };
    }
    return null;
  }

  /** Appends records [from, end) of a journal, at most {@link COPY_RECORDS}, to the table's topic. Returns the offset to go on at. */
  private async copy(
    table: string,
    topic: string,
    range: { from: number; end: number },
    signal: AbortSignal,
  ): Promise<number> {
    const fetcher = this.fetcherFor(topic, range.from);
    const publisher = this.term.publisherOf(table);
    // A table without a key was read at one exact position: what the journal holds up to it is in the rows already (rule 6).
    const readAt = await this.term.options.control.chunks.readPosition(table);
    let next = range.from;
    let copied = 0;
    while (next < range.end && copied < COPY_RECORDS) {
      const { batches, faults } = await fetcher.fetch(signal);
      if (faults[0]) throw faults[0].error;
      for (const batch of batches) {
        while (batch.records.next()) {
          if (readAt === null || !isUpTo(batch.records, readAt)) publisher.copy(batch.records);
          copied++;
        }
        next = batch.nextOffset;
      }
      await this.term.producer.drain(BUFFERED_BYTES);
    }
    return next;
  }

  private fetcherFor(topic: string, offset: number): Fetcher {
    this.fetcher ??= this.term.options.kafka.fetcher({ maxWaitMs: 200 });
    if (this.reading !== null && this.reading !== topic) this.fetcher.remove(this.reading, 0);
    this.reading = topic;
    if (this.fetcher.position(topic, 0) !== offset) this.fetcher.seek(topic, 0, offset);
    return this.fetcher;
  }

  private forget(hold: string): void {
    this.released.delete(hold);
    this.markers.delete(hold);
    this.publishers.delete(hold);
    if (this.reading !== null) this.fetcher?.remove(this.reading, 0);
    this.reading = null;
  }
}

const POSITION = Buffer.from(HEADER.position);

/** Whether a journal record stands at or before a position; its header has the sub-index behind the position. */
function isUpTo(record: RecordCursor, position: string): boolean {
  const text = record.header(POSITION);
  return text !== null && text.slice(0, position.length) <= position;
}
