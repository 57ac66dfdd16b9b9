import { status } from '#stack';
import { SluiceError } from '#errors';
import { type JobFile, readJobFile } from '#jobs';
import type { Invocation } from './command.ts';

/** A job file together with how the apps are told of it. */
export interface OpenedJob {
  readonly path: string;
  readonly file: JobFile;
  /** `--set` arguments for the apps: overrides from the command line and the embedded stack's addresses. */
  readonly overrides: Readonly<Record<string, string>>;
}

/**
 * Reads the job file of a command. Where it names no brokers, the embedded stack's are used; `start` is called when that stack does not run.
 * @throws SluiceError UsageInvalid, JobFileInvalid
 */
export async function openJob(invocation: Invocation, start?: () => Promise<void>): Promise<OpenedJob> {
  const [path] = invocation.positionals;
  if (path === undefined) throw new SluiceError('UsageInvalid', 'Name the job file.');
  const overrides = setOptions(invocation);
  const file = readJobFile(path, overrides);
  if (file.kafka) return { path, file, overrides };
  let stack = await status();
  if (!stack.running && start) {
    await start();
    stack = await status();
  }
  const kafka = stack.endpoints['kafka'] as { brokers: string[] } | undefined;
  const registry = stack.endpoints['registry'] as { url: string } | undefined;
  if (!stack.running || !kafka || !registry) {
    throw new SluiceError(
      'KafkaUnreachable',
      'The job file names no kafka.brokers and the embedded stack does not run: start it with `sluice up`.',
    );
  }
  const all = { ...overrides, 'kafka.brokers': kafka.brokers.join(','), 'kafka.registry.url': registry.url };
  return { path, file: readJobFile(path, all), overrides: all };
}

/** Overrides of the job file from `--set`. @throws SluiceError UsageInvalid */
export function setOptions(invocation: Invocation): Record<string, string> {
  const set = invocation.options['set'];
  const found: Record<string, string> = {};
  for (const entry of Array.isArray(set) ? set : []) {
    const at = entry.indexOf('=');
    if (at < 1) throw new SluiceError('UsageInvalid', `--set takes KEY=VALUE, not "${entry}".`);
    found[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return found;
}
