import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifacts } from './artifacts.ts';
import { endedEarly, startProcess, type RunningProcess } from './process.ts';
import { logFileOf, type Ports, type ServiceSettings } from './settings.ts';

// Serial collector: a broker of this heap spends least CPU with it on two cores. The C2 compiler stays on: throughput needs it.
const JVM_FLAGS = [
  '-XX:+UseSerialGC',
  '-XX:-UsePerfData',
  '-Xshare:auto',
  '-Djava.awt.headless=true',
  '-Djava.net.preferIPv4Stack=true',
];

/** Starts a single-node Kafka (KRaft, broker and controller in one) on the data of `dir`, formatted at the first start. */
export async function startKafka(settings: ServiceSettings, artifacts: Artifacts): Promise<RunningProcess> {
  const home = join(settings.dir, 'kafka');
  const properties = join(home, 'server.properties');
  const logging = join(home, 'log4j2.xml');
  await mkdir(home, { recursive: true });
  await writeFile(properties, serverProperties(join(home, 'data'), settings.ports));
  await writeFile(logging, LOGGING);
  const jvm = [...JVM_FLAGS, `-Dlog4j2.configurationFile=${logging}`, '-cp', artifacts.kafkaClassPath];
  if (!existsSync(join(home, 'data', 'meta.properties'))) await format(settings, artifacts, { home, properties, jvm });
  const heap = settings.kafkaHeap ?? '512m';
  return startProcess({
    name: 'kafka',
    command: artifacts.java,
    args: [`-Xmx${heap}`, '-Xms128m', ...jvm, 'kafka.Kafka', properties],
    logFile: logFileOf(settings.dir, 'kafka'),
    detached: settings.detached ?? false,
    // On a busy machine the controller alone may take a minute to come back.
    readyTimeoutMs: 180_000,
    // Its own last word of the start: listening, registered with the controller and no longer fenced. A TCP accept comes before that.
    ready: async (started) => started.output().includes('Kafka Server started'),
  });
}

/** Gives the data folder its cluster id and first metadata. meta.properties is what it writes last: an interrupted one is done again. */
async function format(
  settings: ServiceSettings,
  artifacts: Artifacts,
  paths: { home: string; properties: string; jvm: readonly string[] },
): Promise<void> {
  const clusterId = randomBytes(16).toString('base64url');
  const formatter = await startProcess({
    name: 'kafka-format',
    command: artifacts.java,
    args: [
      '-Xmx128m',
      '-XX:TieredStopAtLevel=1',
      ...paths.jvm,
      'kafka.tools.StorageTool',
      // The id may begin with a dash.
      ...['format', `--cluster-id=${clusterId}`, '--config', paths.properties],
    ],
    logFile: logFileOf(settings.dir, 'kafka'),
  });
  const exitCode = await formatter.exited;
  if (exitCode !== 0) throw endedEarly(formatter);
}

/** Sized for one machine that other servers share: few threads, small internal topics, no waiting for members of a group. */
function serverProperties(data: string, ports: Ports): string {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${ports.kafka},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports.kafka}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 2,
    'background.threads': 4,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'message.max.bytes': 33_554_432,
    'replica.fetch.max.bytes': 33_554_432,
    'socket.request.max.bytes': 104_857_600,
    'socket.send.buffer.bytes': 1_048_576,
    'socket.receive.buffer.bytes': 1_048_576,
    'log.segment.bytes': 134_217_728,
    'log.index.size.max.bytes': 1_048_576,
    // Its default of 128 MB is a quarter of our heap.
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'log.cleaner.threads': 1,
    // Topics of tables with no end: only compaction and our own trimming remove records.
    'log.retention.hours': -1,
    // How long a killed producer's transaction holds back readers at most is the producer's own time-out; look every second.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1_000,
    'controlled.shutdown.enable': false,
    // A broker killed and started again is refused until its former registration runs out (default 9 s).
    'broker.heartbeat.interval.ms': 500,
    'broker.session.timeout.ms': 3_000,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const LOGGING = `<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN" shutdownHook="disable">
  <Appenders>
    <Console name="out"><PatternLayout pattern="%d{ISO8601} %p %c{1}: %m%n"/></Console>
  </Appenders>
  <Loggers>
    <Root level="WARN"><AppenderRef ref="out"/></Root>
    <Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
    <Logger name="org.apache.kafka.common.utils.AppInfoParser" level="ERROR"/>
  </Loggers>
</Configuration>
`;
