import type pg from 'pg';

/** What of pg's connection a script uses. */
interface Wire {
  query(text: string): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
  readonly stream: { cork(): void; uncork(): void; write(bytes: Buffer): boolean };
}

/** Pieces of COPY data stay under the server's message bound, and the socket can begin while the rest is framed. */
const CHUNK = 4 * 1024 * 1024;

/**
 * Several statements, with the data of the one COPY among them, sent at once and answered in one round trip. When a statement fails the rest of the text
 * is not run, and the server reads over the data that comes behind it (PostgreSQL's protocol says so). Not possible on a connection in pipeline mode.
 */
export class CopyScript {
  /** Filled in by the driver for its time-out; see {@link runScript}. */
  callback: (error: Error | null) => void = () => undefined;
  /** Row counts by command tag, in order: [['INSERT', 3], …]. */
  readonly tags: (readonly [string, number])[] = [];
  readonly rows: (string | null)[][] = [];
  #copies = 0;
  #failure: Error | null = null;

  constructor(
    readonly text: string,
    readonly data: readonly Buffer[],
  ) {}

  submit(connection: Wire): void {
    connection.stream.cork();
    connection.query(this.text);
    for (const part of this.data) {
      for (let at = 0; at < part.length; at += CHUNK) sendCopyData(connection, part.subarray(at, at + CHUNK));
    }
    if (this.data.length > 0) connection.endCopyFrom();
    connection.stream.uncork();
  }

  handleCopyInResponse(connection: Wire): void {
    this.#copies++;
    if (this.#copies > 1 || this.data.length === 0) connection.sendCopyFail('BUG: a script has one COPY and its data');
  }

  handleCommandComplete(message: { text: string }): void {
    const words = message.text.split(' ');
    this.tags.push([words[0] ?? '', Number(words.at(-1)) || 0]);
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.rows.push(message.fields);
  }

  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  handleError(error: Error): void {
    this.#failure = error;
    this.callback(error);
  }

  handleReadyForQuery(): void {
    if (!this.#failure) this.callback(null);
  }
}

/** Message `d`, without the copy of the data that the driver's own serializer makes. */
function sendCopyData(connection: Wire, chunk: Buffer): void {
  const head = Buffer.alloc(5);
  head[0] = 0x64;
  head.writeInt32BE(chunk.length + 4, 1);
  connection.stream.write(head);
  connection.stream.write(chunk);
}

/** Runs the statements in one round trip. Rejects with the driver's error; the session may then stand in a failed transaction. */
export function runScript(client: pg.ClientBase, text: string, data: readonly Buffer[] = []): Promise<CopyScript> {
  return new Promise((resolve, reject) => {
    const script = new CopyScript(text, data);
    script.callback = (error) => (error ? reject(error) : resolve(script));
    client.query(script as unknown as pg.Submittable);
  });
}
