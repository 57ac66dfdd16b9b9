interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where the lines go; the process's own by default. */
export interface Streams {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** Where a command speaks: people read lines, machines one JSON document on standard output under `--json`. */
export class Output {
  private document: unknown;

  constructor(
    readonly isJson: boolean,
    private readonly streams: Streams = process,
  ) {}

  /** A line for a person: on standard output, or on standard error under `--json`. */
  line(text = ''): void {
    (this.isJson ? this.streams.stderr : this.streams.stdout).write(`${text}\n`);
  }

  /** Progress: always standard error. */
  progress(text: string): void {
    this.streams.stderr.write(`${text}\n`);
  }

  /** Control characters for the terminal. */
  raw(text: string): void {
    this.streams.stderr.write(text);
  }

  /** Whether progress goes to a terminal. */
  get isTerminal(): boolean {
    return this.streams.stderr.isTTY === true;
  }

  /** Characters in a line of that terminal. */
  get width(): number {
    return this.streams.stderr.columns || 120;
  }

  /** The answer for machines; printed once at the end under `--json`. */
  result(document: unknown): void {
    this.document = document;
  }

  /** Rows as a table with aligned columns; numbers to the right. */
  table(headers: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
    const cells = [
      headers.map(String),
      ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell))),
    ];
    const widths = headers.map((_, column) => Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))));
    const isNumber = headers.map(
      (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
    );
    const print = (row: readonly string[]): void => {
      const padded = row.map((cell, column) => pad(cell, widths[column] ?? 0, isNumber[column] ?? false));
      this.line(`  ${padded.join('  ').trimEnd()}`);
    };
    print(cells[0] ?? []);
    this.line(`  ${widths.map((width) => '─'.repeat(width)).join('  ')}`);
    for (const row of cells.slice(1)) print(row);
  }

  end(): void {
    if (this.isJson) this.streams.stdout.write(`${JSON.stringify(this.document ?? {}, null, 2)}\n`);
  }
}

function displayWidth(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, toRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return toRight ? blanks + text : text + blanks;
}
