import type { EventTable, Position } from '#events';
import type { ChangeReader, ChangeWindow, Source } from '#source';
import type { SourceRow } from '#values';

/** What a source gives to be held to its contract. */
export interface SourceUnderTest {
  readonly source: Source;
  /** A captured table (id integer as key, n integer); empty. */
  readonly table: EventTable;
  /** Runs INSERT, UPDATE and DELETE of the table, written as `T`, in one transaction. */
  write(...statements: string[]): Promise<void>;
  close(): Promise<void>;
}

const signal = new AbortController().signal;
const WIDE = { rows: 10_000, bytes: 16 << 20 };

/** The contract of `libs/source` that every source passes: one line in its spec, `await describeSource('sqlserver', open)`. */
export async function describeSource(name: string, open: () => Promise<SourceUnderTest>): Promise<void> {
  const { afterAll, beforeAll, describe, expect, test } = await import('@jest/globals');

  describe(`the ${name} source keeps the contract`, () => {
    let under: SourceUnderTest;
    let reader: ChangeReader;

    beforeAll(async () => {
      under = await open();
      reader = await under.source.openChangeReader([under.table]);
    });

    afterAll(async () => {
      await reader.close();
      await under.close();
    });

    const now = (): Promise<Position> => under.source.quiesce.writeMarker(`suite ${Math.random()}`);

    async function windows(from: Position, to: Position): Promise<ChangeWindow[]> {
      const found: ChangeWindow[] = [];
      for (let at = from; to.isAfter(at); at = found.at(-1)!.to) found.push(await reader.read(at, WIDE, signal));
      return found;
    }

    async function rows(chunkRows: number): Promise<SourceRow[]> {
      const chunks = await under.source.openChunkReader();
      const found: SourceRow[] = [];
      for await (const bounds of chunks.plan(under.table, chunkRows))
        for await (const block of chunks.read(under.table, bounds, signal)) found.push(...block.rows);
      await chunks.close();
      // Within a chunk rows come as the server likes.
      return found.toSorted((a, b) => Number(a[0]) - Number(b[0]));
    }

    test('positions only grow, windows join, and reading again from a position gives exactly what is behind it', async () => {
      const from = await now();
      await under.write(`INSERT INTO T VALUES (1, 1), (2, 2)`, `UPDATE T SET n = 5`, `DELETE FROM T WHERE id = 2`);
      await under.write(`INSERT INTO T VALUES (3, 3)`);
      const end = await now();
      const read = await windows(from, end);
      const changes = read.flatMap((window) => window.changes);
      expect(changes.map((change) => change.op)).toEqual(['c', 'c', 'u', 'u', 'd', 'c']);
      for (const [at, change] of changes.entries()) {
        if (at > 0) expect(change.position.isAfter(changes[at - 1]!.position)).toBe(true);
        const behind = (await windows(change.position, end)).flatMap((window) => window.changes);
        expect(behind.map((one) => one.position.text)).toEqual(changes.slice(at + 1).map((one) => one.position.text));
      }
      expect(changes.every((change) => change.position.isAfter(from) && !change.position.isAfter(end))).toBe(true);
    });

    test('nothing is behind the head, and an empty window is an answer', async () => {
      await now();
      const head = await reader.head();
      const window = await reader.read(head, WIDE, signal);
      expect([window.changes, window.gaps, window.partial]).toEqual([[], [], false]);
      expect(head.isAfter(window.to)).toBe(false);
    });

    test('capture began before what can be read', async () => {
      expect((await reader.start(0)).isAfter(await reader.head())).toBe(false);
    });

    test('chunks cover every row once, whatever their size, and a look-up finds rows by the texts of their boundaries', async () => {
      await under.write(`DELETE FROM T`, `INSERT INTO T VALUES (-5, 1), (0, 2), (10, 3), (9, 4), (2147483647, 5)`);
      const all = (await rows(100)).map((row) => row[0]);
      expect(all).toHaveLength(5);
      for (const size of [1, 2, 4, 5]) expect((await rows(size)).map((row) => row[0])).toEqual(all);
      const chunks = await under.source.openChunkReader();
      const found = await chunks.lookup(under.table, [['9'], ['8'], ['-5']], signal);
      await chunks.close();
      expect(found.map((row) => row[1]).toSorted()).toEqual([1, 4]);
    });

    test('a table read at one position shows what is before it and nothing behind it', async () => {
      await under.write(`DELETE FROM T`, `INSERT INTO T VALUES (1, 1)`);
      const chunks = await under.source.openChunkReader();
      const read = await chunks.readAtPosition(under.table, signal);
      await under.write(`INSERT INTO T VALUES (2, 2)`);
      const seen: unknown[] = [];
      for await (const block of read.rows) seen.push(...block.rows.map((row) => row[0]));
      await read.end();
      await chunks.close();
      const behind = (await windows(read.position, await now())).flatMap((window) => window.changes);
      expect([seen, behind.map((change) => change.after?.[0])]).toEqual([[1], [2]]);
    });
  });
}
