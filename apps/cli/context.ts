import { createLog, type Log } from '#telemetry';
import { type JobContext, openJobContext } from '#runtime';
import { SqlServerSource } from '#source-sqlserver';
import type { Source } from '#source';
import { isSelected, type JobFile } from '#jobs';
import type { OpenedJob } from './job.ts';
import type { Output } from './output.ts';

/** A command's own view of a job: the control schema, Kafka, and the source. */
export interface CommandContext extends JobContext {
  readonly source: Source;
}

export function openCommandContext(opened: OpenedJob, out: Output): CommandContext {
  const log: Log = createLog({ level: 'warn', write: (line) => out.progress(line) });
  const context = openJobContext(opened.file, 'cli', log);
  const source = new SqlServerSource(opened.file.source);
  return {
    ...context,
    source,
    close: async () => {
      await source.close();
      await context.close();
    },
  };
}

/** Tables of the source that the job moves. */
export async function selectedTables(source: Source, job: JobFile): Promise<{ schema: string; name: string }[]> {
  const database = await source.catalog.readDatabase();
  return database.tables
    .filter((table) => isSelected(job.tables, table.schema, table.name))
    .map(({ schema, name }) => ({ schema, name }));
}
