import { expect, test } from '@jest/globals';
import { readTypeInfo } from './type-info.ts';
import { MessageStream } from './message-stream.ts';
import { MessageReader } from './message-reader.ts';
import { valueReaderOf } from './value-decoders.ts';
import { ProtocolError, WireReader } from './wire-reader.ts';

/** A message that comes in pieces of so many bytes. */
function inPieces(bytes: Buffer, size: number): { read(): Promise<Buffer | undefined> } {
  let at = 0;
  return {
    read: () => {
      const piece = bytes.subarray(at, at + size);
      at += size;
      return Promise.resolve(piece.length === 0 ? undefined : piece);
    },
  };
}

const VARBINARY_MAX = readTypeInfo(new WireReader(Buffer.from('a5ffff', 'hex')));
const IMAGE = readTypeInfo(new WireReader(Buffer.from('22ffffff7f', 'hex')));

function plp(told: bigint, ...chunks: readonly Buffer[]): Buffer {
  const total = Buffer.alloc(8);
  total.writeBigUInt64LE(told);
  const parts = chunks.flatMap((chunk) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(chunk.length);
    return [length, chunk];
  });
  return Buffer.concat([total, ...parts, Buffer.alloc(4)]);
}

const UNKNOWN = 0xffff_ffff_ffff_fffen;
const text = Buffer.from('a value of some length');

test.each([1, 2, 3, 7, 64])('a long value is the same whatever pieces it comes in: %i bytes', async (size) => {
  const image = Buffer.concat([Buffer.from([text.length, 0, 0, 0]), text]);
  const message = Buffer.concat([
    plp(BigInt(text.length), text.subarray(0, 5), text.subarray(5)),
    plp(UNKNOWN, text),
    image,
  ]);
  const stream = new MessageStream(inPieces(message, size), 1_000);
  const one = valueReaderOf(VARBINARY_MAX, 'parameter');
  expect(await stream.value(one)).toEqual(text);
  expect(await stream.value(one)).toEqual(text);
  expect(await stream.value(valueReaderOf(IMAGE, 'parameter'))).toEqual(text);
  expect(await stream.atEnd()).toBe(true);
});

test('a length above the limit is 7119 before anything of the value has come', async () => {
  const stream = new MessageStream(inPieces(plp(2_000_000n), 8), 10_000_000, 1_000_000);
  await expect(stream.value(valueReaderOf(VARBINARY_MAX, 'parameter'))).rejects.toMatchObject({ number: 7119 });
});

test('a value that grows above the limit without having said so is 7119', async () => {
  const stream = new MessageStream(inPieces(plp(UNKNOWN, text, text), 5), 1_000, 30);
  await expect(stream.value(valueReaderOf(VARBINARY_MAX, 'parameter'))).rejects.toMatchObject({ number: 7119 });
});

test('a message above its limit is 701', async () => {
  const stream = new MessageStream(inPieces(Buffer.alloc(100), 10), 55);
  await expect(stream.read((reader) => reader.take(100))).rejects.toMatchObject({ number: 701 });
});

test('a message that ends inside a value is a fault of the client', async () => {
  const stream = new MessageStream(inPieces(plp(UNKNOWN, text).subarray(0, 20), 6), 1_000);
  await expect(stream.value(valueReaderOf(VARBINARY_MAX, 'parameter'))).rejects.toThrow(ProtocolError);
});

test('a message that nobody reads holds its client back', async () => {
  const said: string[] = [];
  const reader = new MessageReader({
    idleAttention: () => undefined,
    pause: () => said.push('pause'),
    resume: () => said.push('resume'),
  });
  const packet = Buffer.alloc(32_000);
  packet.set([3, 0, packet.length >> 8, packet.length & 0xff]);
  for (let count = 0; count < 20; count++) reader.feed(packet);
  expect(said).toEqual(['pause']);
  const message = await reader.next();
  const stream = new MessageStream({ read: async () => message?.read() }, 10_000_000);
  for (let count = 0; count < 15; count++) await stream.some(40_000);
  expect(said).toEqual(['pause', 'resume']);
});
