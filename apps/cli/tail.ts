import { type Plain, PlainDecoder } from '#avro-codec';
import { SluiceError } from '#errors';
import type { FetchedBatch, Fetcher } from '#kafka';
import type { JobTable } from '#target-postgres';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type CommandContext, existingJob, withJob } from './context.ts';
import { shortName } from './figures.ts';

const POSITION = Buffer.from('sluice.position');

/** An event as people and scripts see it. */
export interface ShownEvent {
  readonly table: string;
  readonly partition: number;
  readonly offset: number;
  readonly atMs: number;
  readonly position: string | null;
  /** As in the envelope; `-` is a tombstone. */
  readonly op: string;
  readonly key: Plain;
  readonly before: Plain;
  readonly after: Plain;
}

export const tailCommand: Command = {
  name: 'tail',
  usage: 'tail JOB [--table T] [--key K]',
  summary: 'Events of the topics, decoded, as they come; with --from-start those that are there',
  example: 'sluice tail job.yaml --table dbo.Orders --key 10248 --from-start --limit 20',
  options: {
    ...JOB_OPTIONS,
    table: { type: 'string', value: 'SCHEMA.TABLE', help: 'Only this table' },
    key: { type: 'string', value: 'K', help: 'Only this key; the values of a composite key with commas between' },
    'from-start': { type: 'boolean', help: 'From the first event that the topics hold; ends at the last one' },
    limit: { type: 'string', value: 'N', help: 'End after so many events' },
  },
  run(invocation: Invocation) {
    return withJob(invocation, async (context) => {
      await existingJob(context);
      const limit = Number(invocation.options['limit'] ?? Number.POSITIVE_INFINITY);
      if (!(limit > 0)) throw new SluiceError('UsageInvalid', '--limit takes a number above 0');
      const tables = await chosenTables(context, invocation.options['table'] as string | undefined);
      const events = await new Tail(context, invocation, tables, limit).run();
      invocation.out.result({ events });
      return 0;
    });
  },
};

/** @throws SluiceError UsageInvalid for a table that the job has not */
async function chosenTables(context: CommandContext, only: string | undefined): Promise<JobTable[]> {
  const tables = await context.control.readTables();
  if (only === undefined) return tables;
  const found = tables.filter((table) => table.tableName.toLowerCase() === only.toLowerCase());
  if (found.length === 0)
    throw new SluiceError('UsageInvalid', `The job has no table ${only}; \`sluice tables JOB\` lists them`);
  return found;
}

class Tail {
  private readonly events: ShownEvent[] = [];
  private readonly decoder: PlainDecoder;
  private readonly names: ReadonlyMap<string, string>;
  /** Ends that are still to be reached, by topic and partition; empty where the tail follows. */
  private readonly left = new Map<string, number>();
  private shown = 0;

  constructor(
    private readonly context: CommandContext,
    private readonly invocation: Invocation,
    private readonly tables: readonly JobTable[],
    private readonly limit: number,
  ) {
    this.decoder = new PlainDecoder(context.registry);
    this.names = new Map(tables.map((table) => [table.topic, table.tableName]));
  }

  /** Shows events until the limit, the end, or Ctrl-C; gives them under --json. */
  async run(): Promise<readonly ShownEvent[]> {
    const fetcher = this.context.kafka.fetcher({ maxWaitMs: 300 });
    try {
      const follows = this.invocation.options['from-start'] !== true;
      await this.assign(fetcher, follows);
      while (!this.invocation.signal.aborted && this.shown < this.limit && (follows || this.left.size > 0)) {
        const { batches, faults } = await fetcher.fetch(this.invocation.signal);
        if (faults[0]) throw faults[0].error;
        for (const batch of batches) await this.show(batch);
      }
    } catch (error) {
      // Ctrl-C is how a tail ends.
      if (!this.invocation.signal.aborted) throw error;
    } finally {
      await fetcher.close();
    }
    return this.events;
  }

  private async assign(fetcher: Fetcher, follows: boolean): Promise<void> {
    const partitions = this.tables.flatMap((table) =>
      Array.from({ length: table.partitions }, (_, partition) => ({ topic: table.topic, partition })),
    );
    for (const { topic, partition, earliest, end } of await this.context.kafka.offsets(partitions)) {
      if (!follows && earliest >= end) continue;
      fetcher.seek(topic, partition, follows ? end : earliest);
      if (!follows) this.left.set(`${topic}:${partition}`, end);
    }
  }

  private async show({ topic, partition, records, nextOffset }: FetchedBatch): Promise<void> {
    while (this.shown < this.limit && records.next()) {
      const [keyBytes, valueBytes] = [records.key(), records.value()];
      const key = keyBytes ? await this.decoder.decode(keyBytes) : null;
      if (!isKey(key, this.invocation.options['key'] as string | undefined)) continue;
      const value = valueBytes ? ((await this.decoder.decode(valueBytes)) as Readonly<Record<string, Plain>>) : null;
      this.add({
        table: this.names.get(topic) ?? topic,
        partition,
        offset: records.offset,
        atMs: records.timestampMs,
        position: records.header(POSITION),
        op: value === null ? '-' : String(value['op']),
        key,
        before: value?.['before'] ?? null,
        after: value?.['after'] ?? null,
      });
    }
    const place = `${topic}:${partition}`;
    if (nextOffset >= (this.left.get(place) ?? Number.POSITIVE_INFINITY)) this.left.delete(place);
  }

  private add(event: ShownEvent): void {
    this.shown++;
    const { out } = this.invocation;
    if (out.isJson) this.events.push(event);
    else out.line(eventLine(event));
  }
}

/** Whether a decoded key is the one that was asked for: its values as text, with commas between. */
export function isKey(key: Plain, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (key === null || typeof key !== 'object' || Array.isArray(key)) return false;
  return Object.values(key).map(String).join(',').toLowerCase() === wanted.toLowerCase();
}

/** One line of an event: when, table, place, operation, row. */
export function eventLine(event: ShownEvent): string {
  const clock = new Date(event.atMs).toISOString().slice(11, 23);
  const place = `${event.partition}:${event.offset}`.padEnd(10);
  const row = event.op === '-' ? event.key : (event.after ?? event.before);
  return `${clock}  ${shortName(event.table, 32).padEnd(24)}  ${place}  ${event.op}  ${JSON.stringify(row)}`;
}
