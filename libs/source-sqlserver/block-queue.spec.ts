import { describe, expect, test } from '@jest/globals';
import { BlockQueue, sizeOf } from './block-queue.ts';

class Pipe {
  paused = 0;
  resumed = 0;
  pause(): void {
    this.paused++;
  }
  resume(): void {
    this.resumed++;
  }
}

describe('block queue', () => {
  test('C20: the request is held back while two blocks wait, and rows that still come are kept', async () => {
    const pipe = new Pipe();
    const queue = new BlockQueue({ blockRows: 2, blockBytes: 1e9 }, pipe);
    for (let n = 0; n < 7; n++) queue.push([n]);
    expect(pipe.paused).toBe(1);
    setImmediate(() => queue.end());
    const rows: unknown[] = [];
    for await (const block of queue.blocks()) rows.push(...block.rows.map(([n]) => n));
    expect(rows).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(pipe.resumed).toBeGreaterThan(0);
  });

  test('a block is cut by bytes as well as by rows', async () => {
    const queue = new BlockQueue({ blockRows: 1000, blockBytes: 100 }, new Pipe());
    queue.push(['x'.repeat(60)]);
    queue.push(['y']);
    queue.end();
    const blocks = [];
    for await (const block of queue.blocks()) blocks.push(block.rows.length);
    expect(blocks).toEqual([1, 1]);
  });

  test('a fault reaches the consumer after the rows before it', async () => {
    const queue = new BlockQueue({ blockRows: 1, blockBytes: 1e9 }, new Pipe());
    queue.push([1]);
    queue.fail(new Error('gone'));
    const seen: unknown[] = [];
    const reading = async (): Promise<void> => {
      for await (const block of queue.blocks()) seen.push(block.rows.length);
    };
    await expect(reading()).rejects.toThrow('gone');
    expect(seen).toEqual([1]);
  });

  test('the size of a row counts texts and buffers', () => {
    expect(sizeOf([null, 'ab', Buffer.alloc(10)])).toBe(3 * 16 + 4 + 10);
  });
});
