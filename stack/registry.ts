import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifacts } from './artifacts.ts';
import { startProcess, type RunningProcess } from './process.ts';
import { logFileOf, type ServiceSettings } from './settings.ts';

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
    // A light load all its life: the quick compiler alone starts sooner and takes less CPU and memory.
    args: [
      `-Xmx${settings.registryHeap ?? '256m'}`,
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:-UsePerfData',
      '-Xshare:auto',
      '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
      '-jar',
      artifacts.registryJar,
    ],
    cwd: home,
    env: {
      QUARKUS_HTTP_HOST: '127.0.0.1',
      QUARKUS_HTTP_PORT: String(settings.ports.registry),
      QUARKUS_LOG_LEVEL: 'WARN',
      QUARKUS_LOG_CONSOLE_COLOR: 'false',
      APICURIO_STORAGE_KIND: 'kafkasql',
      APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: `127.0.0.1:${settings.ports.kafka}`,
    },
    logFile: logFileOf(settings.dir, 'registry'),
    detached: settings.detached ?? false,
    readyTimeoutMs: 120_000,
    ready: () => registryAnswers(settings.ports.registry),
  });
}

async function registryAnswers(port: number): Promise<boolean> {
  const answer = await fetch(`${registryUrl(port)}/subjects`, { signal: AbortSignal.timeout(5_000) });
  await answer.arrayBuffer();
  return answer.ok;
}
