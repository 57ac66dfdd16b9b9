import { COMMON_OPTIONS, type Command } from './command.ts';

/** `sluice help`: every command with its summary. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => command.usage.length));
  return [
    'sluice moves a live SQL Server database into PostgreSQL, through Kafka.',
    '',
    'Usage: sluice COMMAND [JOB] [options]',
    '',
    ...commands.map((command) => `  ${command.usage.padEnd(width)}  ${command.summary}`),
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
