import { expect, test } from '@jest/globals';
import { LARGE_ROW, LargeRowDiverter, type LargeRowReader } from './large-rows.ts';

function message(code: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(code, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function dataRow(...fields: readonly (Buffer | null)[]): Buffer {
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(field?.length ?? -1);
    return field === null ? [length] : [length, field];
  });
  return message('D', Buffer.concat([Buffer.from([0, fields.length]), ...parts]));
}

const NUL: LargeRowReader = {
  begin: () => undefined,
  piece: () => undefined,
  end: () => undefined,
  close: () => undefined,
  keepsUp: true,
  drained: () => Promise.resolve(),
};

/** Writes down what it reads. */
class Recorder implements LargeRowReader {
  readonly fields: (Buffer | null)[] = [];
  closed = 0;
  readonly keepsUp = false;
  drained = (): Promise<void> => Promise.resolve();
  private pieces: Buffer[] = [];

  begin(length: number): void {
    this.pieces = [];
    if (length < 0) this.fields.push(null);
  }

  piece(bytes: Buffer): void {
    this.pieces.push(Buffer.from(bytes));
  }

  end(): void {
    this.fields.push(Buffer.concat(this.pieces));
  }

  close(): void {
    this.closed += 1;
  }
}

const LONG = Buffer.alloc(LARGE_ROW + 1, 'abcdefg');
const SMALL = [
  message('2', Buffer.alloc(0)),
  dataRow(Buffer.from('small'), null),
  message('C', Buffer.from('SELECT 3\0')),
];
const LARGE = dataRow(Buffer.from('x'), null, LONG, Buffer.alloc(0), Buffer.from('last'));
const STREAM = Buffer.concat([...SMALL, LARGE, LARGE, ...SMALL]);
const START = Buffer.concat(SMALL).length;

/** Where the stream is cut: at every byte near the ends of messages and fields. */
function cuts(): number[] {
  const edges = [START, START + LARGE.length, START + 2 * LARGE.length, START + LARGE.length - 20, STREAM.length];
  const near = edges.flatMap((edge) => Array.from({ length: 60 }, (_, at) => edge - 30 + at));
  return [...new Set(near)].filter((at) => at > 0 && at < STREAM.length).sort((a, b) => a - b);
}

test('a large row goes to its reader and all else to the driver, wherever chunks end', () => {
  for (const ends of [cuts(), cuts().filter((_, at) => at % 3 === 0), [], [START + 100]]) {
    const passed: Buffer[] = [];
    const readers: Recorder[] = [];
    const diverter = new LargeRowDiverter(
      (chunk) => passed.push(Buffer.from(chunk)),
      () => {
        readers.push(new Recorder());
        return readers.at(-1);
      },
    );
    [0, ...ends].forEach((from, at) => diverter.take(STREAM.subarray(from, ends[at] ?? STREAM.length)));
    expect(Buffer.concat(passed).equals(Buffer.concat([...SMALL, ...SMALL]))).toBe(true);
    expect(readers).toHaveLength(2);
    for (const { fields, closed } of readers) {
      expect(closed).toBe(1);
      expect(fields.map((field) => field?.toString('latin1', 0, 8))).toEqual(['x', undefined, 'abcdefga', '', 'last']);
      expect(fields[2]?.equals(LONG)).toBe(true);
    }
  }
});

test('the rows before a large one are passed on before anybody is asked who reads it', () => {
  const events: string[] = [];
  const diverter = new LargeRowDiverter(
    (chunk) => events.push(`${chunk.length} bytes`),
    () => {
      events.push('a reader');
      return new Recorder();
    },
  );
  diverter.take(STREAM);
  expect(events).toEqual([`${START} bytes`, 'a reader', 'a reader', `${START} bytes`]);
});

test('a large row that nobody wants in pieces passes to the driver', () => {
  const passed: Buffer[] = [];
  const diverter = new LargeRowDiverter(
    (chunk) => passed.push(Buffer.from(chunk)),
    () => undefined,
  );
  for (let at = 0; at < STREAM.length; at += 65_533)
    expect(diverter.take(STREAM.subarray(at, at + 65_533))).toBeUndefined();
  expect(Buffer.concat(passed).equals(STREAM)).toBe(true);
});

test('the reader of the row under way is asked whether it keeps up', () => {
  const reader = new Recorder();
  const diverter = new LargeRowDiverter(
    () => undefined,
    () => reader,
  );
  expect(diverter.take(STREAM.subarray(0, START + 1000))).toBe(reader);
  const other = new LargeRowDiverter(
    () => undefined,
    () => NUL,
  );
  expect(other.take(STREAM.subarray(0, START))).toBeUndefined();
});
