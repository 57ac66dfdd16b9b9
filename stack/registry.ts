import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifacts } from './artifacts.ts';
import { startProcess, type RunningProcess } from './process.ts';
import { logFileOf, type ServiceSettings } from './settings.ts';

// A light load all its life: the quick compiler alone starts sooner and takes less CPU and memory.
const JVM_FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-Xshare:auto'];

/** The base of the Confluent-compatible API. */
export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`;
}

/** Starts the Apicurio registry; its schemas live in Kafka, so that ids survive any end of the process. Kafka must be up. */
export async function startRegistry(settings: ServiceSettings, artifacts: Artifacts): Promise<RunningProcess> {
  const home = join(settings.dir, 'registry');
  await mkdir(home, { recursive: true });
  return startProcess({
    name: 'registry',
    command: artifacts.java,
    args: [
      `-Xmx${settings.registryHeap ?? '256m'}`,
      ...JVM_FLAGS,
      ...Object.entries(properties(settings)).map(([name, value]) => `-D${name}=${value}`),
      ...['-jar', artifacts.registryJar],
    ],
    cwd: home,
    logFile: logFileOf(settings.dir, 'registry'),
    detached: settings.detached ?? false,
    readyTimeoutMs: 120_000,
    ready: () => registryAnswers(settings.ports.registry),
  });
}

function properties(settings: ServiceSettings): Record<string, string | number> {
  return {
    'java.util.logging.manager': 'org.jboss.logmanager.LogManager',
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': settings.ports.registry,
    'quarkus.http.access-log.enabled': 'false',
    'quarkus.log.level': 'WARN',
    'quarkus.log.category."io.apicurio".level': 'WARN',
    'quarkus.console.color': 'false',
    'quarkus.banner.enabled': 'false',
    'apicurio.storage.kind': 'kafkasql',
    'apicurio.kafkasql.bootstrap.servers': `127.0.0.1:${settings.ports.kafka}`,
    // Its start waits this long (default 5 s) for a snapshot of its storage; one that it misses costs only the reading of the whole journal.
    'apicurio.kafkasql.consumer.poll.timeout': 200,
  };
}

async function registryAnswers(port: number): Promise<boolean> {
  const answer = await fetch(`${registryUrl(port)}/subjects`, { signal: AbortSignal.timeout(5_000) });
  await answer.arrayBuffer();
  return answer.ok;
}
