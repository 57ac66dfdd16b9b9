import { down, status, up } from '#stack';
import type { Command, Invocation } from './command.ts';
import type { Output } from './output.ts';

/** Starts the embedded stack where it does not run. */
export async function startStackFor(out: Output): Promise<void> {
  await up({ detached: true, log: (line) => out.progress(line) });
}

export const upCommand: Command = {
  name: 'up',
  usage: 'up',
  summary: 'Start the embedded stack (Kafka, registry, PostgreSQL), or find it',
  example: 'sluice up --json',
  options: {},
  async run({ out }: Invocation) {
    const { found } = await up({ detached: true, log: (line) => out.progress(line) });
    const { endpoints, services, dir } = await status();
    out.line(found ? 'The stack was running already:' : 'The stack runs:');
    for (const [name, endpoint] of Object.entries(endpoints)) out.line(`  ${name.padEnd(10)} ${describe(endpoint)}`);
    out.line(`  logs       ${dir}/logs`);
    out.result({ found, endpoints, services, dir });
    return 0;
  },
};

export const downCommand: Command = {
  name: 'down',
  usage: 'down',
  summary: 'Stop the embedded stack; its data stay',
  example: 'sluice down',
  options: {},
  async run({ out }: Invocation) {
    const ended = await down({ log: (line) => out.progress(line) });
    out.line(ended.length > 0 ? `Stopped: ${ended.join(', ')}.` : 'Nothing was running.');
    out.result({ stopped: ended });
    return 0;
  },
};

/** One line without secrets. */
function describe(endpoint: unknown): string {
  const { brokers, url, host, port, database } = endpoint as {
    brokers?: string[];
    url?: string;
    host?: string;
    port?: number;
    database?: string;
  };
  if (brokers) return brokers.join(', ');
  if (host !== undefined) return `${host}:${port}${database === undefined ? '' : `/${database}`}`;
  return url ?? '';
}
