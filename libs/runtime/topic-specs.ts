import { type EventTable, topics } from '#events';
import type { TopicSettings } from '#jobs';
import type { TopicSpec } from '#kafka';

const HUNDRED_YEARS_MS = String(100 * 365 * 24 * 3600 * 1000);
const FOREVER = { 'retention.ms': '-1', 'retention.bytes': '-1' };

/** Topics of a job, as they are made and checked (events.md, "Topics"). */
export function topicSpec(settings: TopicSettings, name: string, partitions: number, isCompacted: boolean): TopicSpec {
  const config: Record<string, string> = {
    'max.message.bytes': String(settings.maxMessageBytes),
    'min.insync.replicas': String(settings.minInsyncReplicas),
    'compression.type': 'producer',
    ...(isCompacted
      ? {
          'cleanup.policy': 'compact',
          'min.compaction.lag.ms': String(settings.compactionLagMs),
          'delete.retention.ms': HUNDRED_YEARS_MS,
        }
      : { 'cleanup.policy': 'delete', ...FOREVER }),
  };
  return { name, partitions, replicationFactor: settings.replicationFactor, config };
}

/** A table's topic is compacted when every event is a whole row with a key (rules 6 and 8). */
export function tableTopicSpec(settings: TopicSettings, table: EventTable, partitions: number): TopicSpec {
  const canLackColumns = table.columns.some(
    ({ type }) =>
      type.kind === 'bytes' ||
      type.kind === 'xml' ||
      type.kind === 'json' ||
      (type.kind === 'text' && (type.of === 'geography' || type.of === 'geometry')) ||
      (type.kind === 'string' && type.length === undefined),
  );
  const isCompacted = table.key.length > 0 && !canLackColumns;
  return topicSpec(
    settings,
    topics.table(table.job, table.database, table.schema, table.name),
    partitions,
    isCompacted,
  );
}

/** The job's own topics. */
export function jobTopicSpecs(settings: TopicSettings, job: string): TopicSpec[] {
  return [topics.windows(job), topics.schemaChanges(job), topics.deadLetters(job)].map((name) =>
    topicSpec(settings, name, 1, false),
  );
}

export function journalTopicSpec(settings: TopicSettings, name: string): TopicSpec {
  return topicSpec(settings, name, 1, false);
}
