import { createHash } from 'node:crypto';

/** Kafka's alphabet for topic names is [a-zA-Z0-9._-], at most 249 bytes. A cleaned or shortened name gets a hash of the true one. */
export function topicName(...parts: readonly string[]): string {
  const cleaned = parts.map((part) => part.replaceAll(/[^a-zA-Z0-9_-]/g, '_'));
  const name = cleaned.join('.');
  const changed = parts.some((part, index) => part !== cleaned[index]);
  if (!changed && name.length <= 249) return name;
  const hash = createHash('sha256').update(parts.join('\u0000')).digest('hex').slice(0, 10);
  return `${name.slice(0, 249 - hash.length - 1)}-${hash}`;
}

/** Names of a job's topics (events.md, "Topics"). */
export const topics = {
  table: (job: string, database: string, schema: string, table: string): string =>
    topicName(job, database, schema, table),
  journal: (job: string, hold: string): string => topicName(job, 'journal', hold),
  windows: (job: string): string => topicName(job, 'windows'),
  schemaChanges: (job: string): string => topicName(job, 'schema-changes'),
  deadLetters: (job: string): string => topicName(job, 'dead-letters'),
  commands: (job: string): string => topicName(job, 'commands'),
  events: (job: string): string => topicName(job, 'events'),
};

/** Avro names are [A-Za-z_][A-Za-z0-9_]*; same rule of cleaning. */
export function avroName(name: string): string {
  let cleaned = name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  if (!/^[A-Za-z_]/.test(cleaned)) cleaned = `_${cleaned}`;
  if (cleaned === name) return name;
  return `${cleaned.slice(0, 200)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
