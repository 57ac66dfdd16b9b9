import type { RowBlock } from '#source';
import type { SourceRow, SourceValue } from '#values';

/** What a queue needs of a streaming request to hold it back. */
interface Pausable {
  pause(): boolean | void;
  resume(): boolean | void;
}

/** Collects rows into blocks and holds the request back while two full blocks wait, so that memory is bounded whatever the consumer does. */
export class BlockQueue {
  ended = false;
  private error: Error | null = null;
  private rows: SourceRow[] = [];
  private bytes = 0;
  private readonly ready: RowBlock[] = [];
  private paused = false;
  private wake: (() => void) | null = null;
  private makeRoom: (() => void) | null = null;

  constructor(
    private readonly bounds: { readonly blockRows: number; readonly blockBytes: number },
    private readonly request: Pausable,
  ) {}

  /** A row as the driver hands it over, one by one; the request is paused when enough wait. */
  push(row: unknown[]): void {
    this.add(row as SourceValue[], sizeOf(row as SourceValue[]));
    if (this.isFull && !this.paused) {
      this.paused = true;
      this.request.pause();
    }
  }

  /** A row of about so many bytes from a reader that looks at {@link isFull} and waits for {@link room} by itself. */
  add(row: SourceRow, bytes: number): void {
    if (this.ended) return;
    this.rows.push(row);
    this.bytes += bytes;
    if (this.rows.length >= this.bounds.blockRows || this.bytes >= this.bounds.blockBytes) this.cut();
  }

  /** Enough blocks wait. Never after the end: what comes then is dropped. */
  get isFull(): boolean {
    return this.ready.length >= 2 && !this.ended;
  }

  /** The server sends nothing because we take nothing. */
  get isHeldBack(): boolean {
    return this.isFull || this.paused;
  }

  /** Resolves when a block was taken, or nobody takes any more. */
  room(): Promise<void> {
    if (!this.isFull) return Promise.resolve();
    return new Promise((resolve) => (this.makeRoom = resolve));
  }

  end(): void {
    if (this.ended) return;
    if (this.rows.length > 0) this.cut();
    this.ended = true;
    this.wake?.();
    this.makeRoom?.();
  }

  fail(error: Error): void {
    this.error ??= error;
    this.end();
  }

  async *blocks(): AsyncIterable<RowBlock> {
    for (;;) {
      const block = this.ready.shift();
      if (block) {
        this.makeRoom?.();
        this.makeRoom = null;
        yield block;
      } else if (this.error) {
        throw this.error;
      } else if (this.ended) {
        return;
      } else {
        if (this.paused) {
          this.paused = false;
          this.request.resume();
        }
        await new Promise<void>((resolve) => (this.wake = resolve));
        this.wake = null;
      }
    }
  }

  private cut(): void {
    this.ready.push({ rows: this.rows, bytes: this.bytes });
    this.rows = [];
    this.bytes = 0;
    this.wake?.();
  }
}

/** About the memory a row holds: 16 bytes a value, two a character, one a byte. */
export function sizeOf(row: SourceRow): number {
  let bytes = row.length * 16;
  for (let index = 0; index < row.length; index++) {
    const value = row[index];
    if (typeof value === 'string') bytes += value.length * 2;
    else if (typeof value === 'object' && value !== null) bytes += value.length;
  }
  return bytes;
}
