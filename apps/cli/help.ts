import { COMMON_OPTIONS, type Command } from './command.ts';

/** Columns that the usage of a command has at most, beside its summary. */
const WIDEST = 40;

/** `sluice help`: every command with its summary. */
export function overview(commands: readonly Command[]): string {
  const width = Math.min(WIDEST, Math.max(...commands.map((command) => command.usage.length)));
  // What is longer has its summary on a line of its own.
  const line = ({ usage, summary }: Command): string =>
    usage.length <= width ? `  ${usage.padEnd(width)}  ${summary}` : `  ${usage}\n  ${''.padEnd(width)}  ${summary}`;
  return [
    'sluice moves a live SQL Server database into PostgreSQL, through Kafka.',
    '',
    'Usage: sluice COMMAND [JOB] [options]',
    '',
    ...commands.map(line),
    '',
    'JOB is a job file (YAML). `sluice help COMMAND` shows options and an example.',
    'Exit codes: 0 done, 1 the thing asked for does not hold, 2 wrong use, 3 a fault on the way.',
  ].join('\n');
}

/** `sluice help COMMAND`. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const names = options.map(([name, spec]) => `--${name}${spec.type === 'string' ? ` ${spec.value ?? 'VALUE'}` : ''}`);
  const width = Math.max(...names.map((name) => name.length));
  return [
    `Usage: sluice ${command.usage}`,
    '',
    command.summary,
    '',
    ...options.map(([, spec], index) => `  ${(names[index] ?? '').padEnd(width)}  ${spec.help}`),
    '',
    'Example:',
    `  ${command.example}`,
  ].join('\n');
}
