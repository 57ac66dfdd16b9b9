import { SluiceError } from '#errors';

/** Confluent's wire format: zero, then the schema's id. */
export function frame(id: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeInt32BE(id, 1);
  return bytes;
}

/** Schema id of bytes in Confluent's framing. @throws SluiceError TopicMismatch for other bytes */
export function schemaIdOf(bytes: Buffer, start = 0): number {
  if (bytes.length < start + 5 || bytes[start] !== 0) {
    throw new SluiceError('TopicMismatch', 'a record is not in the Confluent wire format: no schema id in front');
  }
  return bytes.readInt32BE(start + 1);
}
