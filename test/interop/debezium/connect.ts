import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TopicSpec } from '#kafka';
import type { SampleServer } from '#samples';
import { freePort, startProcess, type RunningProcess } from '#stack';

export interface ConnectOptions {
  readonly java: string;
  readonly classPath: string;
  /** For configuration, offsets and the log. */
  readonly dir: string;
  readonly brokers: readonly string[];
  readonly source: SampleServer;
  /** The connector's name and the prefix of its topics. */
  readonly name: string;
}

/** The sample has a row of five megabytes, and JSON with base64 is longer. */
const LARGEST_MESSAGE = 20_000_000;

/** The one topic, of one partition, to which all tables' events go: in the order in which the connector sends them. */
export const eventsTopic = (name: string): TopicSpec => ({
  name: `${name}.all`,
  partitions: 1,
  replicationFactor: 1,
  config: { 'max.message.bytes': String(LARGEST_MESSAGE) },
});

/** Kafka Connect in one process, with Debezium's SQL Server connector in it; {@link eventsTopic} is there before. Resolves when the connector has been taken. */
export async function startConnect(options: ConnectOptions): Promise<RunningProcess> {
  const { dir, name } = options;
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const file = (base: string, settings: Readonly<Record<string, string>>): string => {
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}`);
    writeFileSync(join(dir, base), lines.join('\n'));
    return join(dir, base);
  };
  const worker = file('worker.properties', workerSettings(options, port));
  const connector = file('connector.properties', connectorSettings(options));
  const log = file('log4j2.properties', LOG_SETTINGS);
  return startProcess({
    name: 'connect',
    command: options.java,
    args: [
      ...['-Xmx512m', '-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${log}`, '-cp', options.classPath],
      ...['org.apache.kafka.connect.cli.ConnectStandalone', worker, connector],
    ],
    logFile: join(dir, 'connect.log'),
    ready: async () => (await fetch(`http://127.0.0.1:${port}/connectors/${name}/status`)).ok,
  });
}

function workerSettings({ brokers, dir }: ConnectOptions, port: number): Record<string, string> {
  const json = 'org.apache.kafka.connect.json.JsonConverter';
  return {
    'bootstrap.servers': brokers.join(','),
    'key.converter': json,
    'value.converter': json,
    'key.converter.schemas.enable': 'false',
    'value.converter.schemas.enable': 'false',
    'offset.storage.file.filename': join(dir, 'offsets'),
    'offset.flush.interval.ms': '1000',
    listeners: `http://127.0.0.1:${port}`,
    'plugin.discovery': 'service_load',
    'producer.max.request.size': String(LARGEST_MESSAGE),
  };
}

/** The connector as its documentation sets it up; values in the forms that keep every digit. */
function connectorSettings({ brokers, source, name }: ConnectOptions): Record<string, string> {
  return {
    name,
    'connector.class': 'io.debezium.connector.sqlserver.SqlServerConnector',
    'database.hostname': source.host,
    'database.port': String(source.port),
    'database.user': source.user,
    'database.password': source.password,
    'database.names': source.database,
    'database.encrypt': 'true',
    'database.trustServerCertificate': 'true',
    'topic.prefix': name,
    'schema.history.internal.kafka.bootstrap.servers': brokers.join(','),
    'schema.history.internal.kafka.topic': `${name}.history`,
    'include.schema.changes': 'false',
    'snapshot.isolation.mode': 'snapshot',
    'poll.interval.ms': '200',
    'decimal.handling.mode': 'string',
    'time.precision.mode': 'isostring',
    'binary.handling.mode': 'base64',
    transforms: 'together',
    'transforms.together.type': 'org.apache.kafka.connect.transforms.RegexRouter',
    'transforms.together.regex': '.*',
    'transforms.together.replacement': eventsTopic(name).name,
  };
}

const LOG_SETTINGS = {
  status: 'error',
  'appender.console.type': 'Console',
  'appender.console.name': 'console',
  'appender.console.layout.type': 'PatternLayout',
  'appender.console.layout.pattern': '%d{HH:mm:ss.SSS} %p %c{1} %m%n',
  'rootLogger.level': 'info',
  'rootLogger.appenderRef.console.ref': 'console',
};
