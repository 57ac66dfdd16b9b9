/** Messages of PostgreSQL's logical replication protocol version 1 with binary values, as far as the capture job needs them. */

/** The table a change belongs to, as of the change. */
export interface RelationMessage {
  readonly relationId: number;
  readonly schema: string;
  readonly name: string;
  /** In the order of the tuples. */
  readonly columns: readonly string[];
}

export type LogicalMessage =
  | { readonly kind: 'begin'; readonly commitLsn: bigint; readonly commitMicros: bigint; readonly xid: number }
  | { readonly kind: 'commit'; readonly commitLsn: bigint; readonly endLsn: bigint }
  | { readonly kind: 'relation'; readonly relation: RelationMessage }
  | { readonly kind: 'insert'; readonly relationId: number }
  | { readonly kind: 'update'; readonly relationId: number }
  | { readonly kind: 'delete'; readonly relationId: number }
  | { readonly kind: 'message'; readonly transactional: boolean; readonly prefix: string; readonly content: string }
  | { readonly kind: 'other' };

/**
 * One row image: where each column's value lies in the message. `-1` is NULL, `-2` an unchanged value that was not sent. The
 * arrays are used again for the next message.
 */
export class Tuple {
  count = 0;
  starts = new Int32Array(64);
  lengths = new Int32Array(64);

  /** Reads a tuple at `offset`; answers where it ends. */
  read(buffer: Buffer, offset: number): number {
    const count = buffer.readUInt16BE(offset);
    if (count > this.starts.length) {
      this.starts = new Int32Array(count);
      this.lengths = new Int32Array(count);
    }
    this.count = count;
    let at = offset + 2;
    for (let i = 0; i < count; i += 1) {
      const kind = buffer[at];
      at += 1;
      if (kind === NULL_VALUE) {
        this.lengths[i] = -1;
      } else if (kind === UNCHANGED_VALUE) {
        this.lengths[i] = -2;
      } else {
        const length = buffer.readInt32BE(at);
        this.starts[i] = at + 4;
        this.lengths[i] = length;
        at += 4 + length;
      }
    }
    return at;
  }
}

const NULL_VALUE = 0x6e;
const UNCHANGED_VALUE = 0x75;
const NEW_TUPLE = 0x4e;

/** Decodes messages; row images land in {@link before} and {@link after}, valid until the next call. */
export class LogicalDecoder {
  readonly before = new Tuple();
  readonly after = new Tuple();
  /** Whether the last update or delete brought a before-image. */
  hasBefore = false;

  /** `offset` is where the message begins in `buffer`. */
  decode(buffer: Buffer, offset: number): LogicalMessage {
    switch (buffer[offset]) {
      case 0x42:
        return {
          kind: 'begin',
          commitLsn: buffer.readBigUInt64BE(offset + 1),
          commitMicros: buffer.readBigInt64BE(offset + 9),
          xid: buffer.readUInt32BE(offset + 17),
        };
      case 0x43:
        return {
          kind: 'commit',
          commitLsn: buffer.readBigUInt64BE(offset + 2),
          endLsn: buffer.readBigUInt64BE(offset + 10),
        };
      case 0x52:
        return { kind: 'relation', relation: readRelation(buffer, offset + 1) };
      case 0x49:
        this.hasBefore = false;
        this.after.read(buffer, offset + 6);
        return { kind: 'insert', relationId: buffer.readUInt32BE(offset + 1) };
      case 0x55:
        return this.update(buffer, offset);
      case 0x44:
        this.hasBefore = true;
        this.before.read(buffer, offset + 6);
        return { kind: 'delete', relationId: buffer.readUInt32BE(offset + 1) };
      case 0x4d:
        return readLogical(buffer, offset + 1);
      default:
        return { kind: 'other' };
    }
  }

  private update(buffer: Buffer, offset: number): LogicalMessage {
    let at = offset + 5;
    this.hasBefore = buffer[at] !== NEW_TUPLE;
    if (this.hasBefore) at = this.before.read(buffer, at + 1);
    this.after.read(buffer, at + 1);
    return { kind: 'update', relationId: buffer.readUInt32BE(offset + 1) };
  }
}

function readText(buffer: Buffer, offset: number): { text: string; next: number } {
  const end = buffer.indexOf(0, offset);
  return { text: buffer.toString('utf8', offset, end), next: end + 1 };
}

function readRelation(buffer: Buffer, offset: number): RelationMessage {
  const schema = readText(buffer, offset + 4);
  const name = readText(buffer, schema.next);
  const count = buffer.readUInt16BE(name.next + 1);
  const columns: string[] = [];
  let at = name.next + 3;
  for (let i = 0; i < count; i += 1) {
    const column = readText(buffer, at + 1);
    columns.push(column.text);
    at = column.next + 8;
  }
  return { relationId: buffer.readUInt32BE(offset), schema: schema.text, name: name.text, columns };
}

function readLogical(buffer: Buffer, offset: number): LogicalMessage {
  const prefix = readText(buffer, offset + 9);
  const length = buffer.readUInt32BE(prefix.next);
  const start = prefix.next + 4;
  return {
    kind: 'message',
    transactional: (buffer[offset] ?? 0) === 1,
    prefix: prefix.text,
    content: buffer.toString('utf8', start, start + length),
  };
}
