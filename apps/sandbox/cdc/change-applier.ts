import type { CapturedTable } from './capture-instance.ts';
import type { MappingRow } from './capture-store.ts';
import { RelationEncoder, type ChangePlace } from './change-encoder.ts';
import { commitLsn, SequenceValues } from './lsn.ts';
import { LogicalDecoder, type LogicalMessage, type RelationMessage } from './pgoutput.ts';
import type { StreamMessage } from './replication-stream.ts';

const TABLE_NAME = /^t(\d+)$/;

/** The transaction whose messages are being read. */
export interface CapturedTransaction {
  readonly commitWal: bigint;
  readonly mapping: MappingRow;
  /** Stored already by a batch whose slot did not advance. */
  readonly skipped: boolean;
  commandId: number;
  rows: number;
  /** It changed capture instances: they are read anew at its end. */
  reload: boolean;
}

/** Turns row messages into rows of change tables, in the buffers of the capture instances. No promises: this is the hot path. */
export class ChangeApplier {
  readonly decoder = new LogicalDecoder();
  transaction: CapturedTransaction | undefined;
  /** Rows of the batch, and roughly the bytes that are not yet stored. */
  rows = 0;
  bytes = 0;
  private captured: ReadonlyMap<number, CapturedTable>;
  private readonly sequence = new SequenceValues();
  private readonly sequenceValue = Buffer.alloc(10);
  private readonly relations = new Map<number, RelationMessage>();
  private readonly encoders = new Map<number, RelationEncoder | undefined>();

  constructor(tables: ReadonlyMap<number, CapturedTable>) {
    this.captured = tables;
  }

  get tables(): ReadonlyMap<number, CapturedTable> {
    return this.captured;
  }

  /** Other capture instances count from here on. */
  set tables(tables: ReadonlyMap<number, CapturedTable>) {
    this.captured = tables;
    this.encoders.clear();
  }

  /** `lastCommitWal`: what is stored already. */
  begin(begin: Extract<LogicalMessage, { kind: 'begin' }>, lastCommitWal: bigint): void {
    this.sequence.start();
    this.transaction = {
      commitWal: begin.commitLsn,
      mapping: { lsn: commitLsn(begin.commitLsn), commitMicros: begin.commitMicros, xid: begin.xid },
      skipped: begin.commitLsn <= lastCommitWal,
      commandId: 0,
      rows: 0,
      reload: false,
    };
  }

  /** A table has this shape from here on. */
  relation(relation: RelationMessage): void {
    this.relations.set(relation.relationId, relation);
    this.encoders.delete(relation.relationId);
  }

  /** False where the message is not about a row. */
  row(decoded: LogicalMessage, message: StreamMessage): boolean {
    if (decoded.kind !== 'insert' && decoded.kind !== 'update' && decoded.kind !== 'delete') return false;
    const { transaction } = this;
    if (!transaction || transaction.skipped) return true;
    const encoder = this.encoderOf(decoded.relationId);
    if (!encoder) return true;
    this.sequence.next(message.walStart, this.sequenceValue);
    transaction.commandId += 1;
    encoder.begin(transaction.mapping.lsn);
    const rows = this.encode(encoder, decoded.kind, message.buffer, {
      commitWal: transaction.commitWal,
      sequence: this.sequenceValue,
      commandId: transaction.commandId,
    });
    transaction.rows += rows;
    this.rows += rows;
    this.bytes += rows * message.length;
    return true;
  }

  private encode(
    encoder: RelationEncoder,
    kind: 'insert' | 'update' | 'delete',
    buffer: Buffer,
    place: ChangePlace,
  ): number {
    const { before, after, hasBefore } = this.decoder;
    if (kind === 'insert') return encoder.insert(place, { buffer, tuple: after });
    if (kind === 'delete') return encoder.delete(place, { buffer, tuple: before });
    return hasBefore ? encoder.update(place, { buffer, before, after }) : 0;
  }

  private encoderOf(relationId: number): RelationEncoder | undefined {
    if (this.encoders.has(relationId)) return this.encoders.get(relationId);
    const relation = this.relations.get(relationId);
    const id = TABLE_NAME.exec(relation?.name ?? '')?.[1];
    const table = id === undefined ? undefined : this.captured.get(Number(id));
    const encoder = relation && table ? new RelationEncoder(table, relation) : undefined;
    this.encoders.set(relationId, encoder);
    return encoder;
  }
}
