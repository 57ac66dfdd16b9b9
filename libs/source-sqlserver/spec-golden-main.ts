import { Secret } from '#config';
import { type EventTable, Position } from '#events';
import { ByteWriter, RowEncoder } from '#avro-codec';
import { SqlServerSource } from './source.ts';
import { readChanges, readChunks } from './spec-golden-reading.ts';

/** What a run of this file is told, as JSON in its first argument. */
export interface GoldenTask {
  readonly port: number;
  readonly database: string;
  readonly password: string;
  readonly table: EventTable;
  readonly from: string;
  readonly to: string;
}

/** What it prints. `zone` and `local` prove that the process was where it should be. */
export interface GoldenBytes {
  readonly zone: string;
  readonly local: string;
  /** Keys and envelopes of the chunk and then of the changes, in hex. */
  readonly records: readonly string[];
}

/** Reads a golden table by both readers and writes its records as the pipeline does; run in a process of its own, for the sake of its time zone (row C8). */
async function main(task: GoldenTask): Promise<GoldenBytes> {
  const { port, database, password, table } = task;
  const login = { host: '127.0.0.1', port, database, user: 'sa', password: new Secret(password) };
  const source = new SqlServerSource({ ...login, encrypt: true, trustServerCertificate: true });
  const [from, to] = [Position.parse(task.from), Position.parse(task.to)];
  const rows = await readChunks(source, table);
  const changes = await readChanges(source, table, from, to);
  await source.close();
  const ids = { key: 1, value: 2, reservedKey: 3 };
  // What PostgreSQL cannot hold is replaced, so that every row is written.
  const policy = { nul: 'replace', digit7: 'truncate' } as const;
  const encoder = new RowEncoder({ table, ids, connector: 'sqlserver', version: '0', policy });
  const records: string[] = [];
  const add = (write: (out: ByteWriter) => void): void => {
    const out = new ByteWriter();
    write(out);
    records.push(out.take().toString('hex'));
  };
  for (const row of rows) {
    add((out) => encoder.encodeKey(out, row));
    const meta = { commitMs: 0, tsMs: 0, snapshot: 'true', position: from } as const;
    add((out) => encoder.encodeEnvelope(out, 'r', null, row, meta));
  }
  for (const { op, before, after, position, commitMs } of changes) {
    add((out) => encoder.encodeKey(out, (after ?? before)!));
    const meta = { commitMs, tsMs: 0, snapshot: 'false', position } as const;
    add((out) => encoder.encodeEnvelope(out, op, before, after, meta));
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { zone, local: new Date(2018, 10, 4, 0, 30).toISOString(), records };
}

process.stdout.write(JSON.stringify(await main(JSON.parse(process.argv[2] ?? '{}') as GoldenTask)));
