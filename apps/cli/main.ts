import { parseArgs } from 'node:util';
import { nearest } from '#jobs';
import { oneLine, SluiceError } from '#errors';
import { COMMON_OPTIONS, type Command } from './command.ts';
import { commands } from './commands.ts';
import { commandHelp, overview } from './help.ts';
import { Output } from './output.ts';

const stop = new AbortController();
let stoppedMs = 0;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // A second Ctrl-C does not wait; the terminal and the launcher may both pass on the first one.
    if (stop.signal.aborted && Date.now() - stoppedMs > 1000) process.exit(130);
    stoppedMs ||= Date.now();
    stop.abort(new SluiceError('Cancelled', 'Stopped on request.'));
  });
}

process.exitCode = await main(process.argv.slice(2));
process.exit();

async function main(args: readonly string[]): Promise<number> {
  const isJson = args.includes('--json');
  const out = new Output(isJson);
  try {
    const code = await dispatch(args, out);
    out.end();
    return code;
  } catch (error) {
    if (stop.signal.aborted) {
      out.progress('sluice: stopped; run the same command again to go on.');
      return 130;
    }
    const kind = error instanceof SluiceError ? error.kind : 'Unknown';
    out.progress(`sluice: ${oneLine(error)}`);
    if (!(error instanceof SluiceError) || error.kind === 'Bug') out.progress(String((error as Error).stack));
    if (isJson) {
      out.result({
        error: {
          kind,
          message: error instanceof Error ? error.message : String(error),
          advice: error instanceof SluiceError ? error.advice : '',
        },
      });
      out.end();
    }
    return error instanceof SluiceError && error.action === 'refuse' ? 2 : 3;
  }
}

async function dispatch(args: readonly string[], out: Output): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = rest[0] === undefined ? undefined : find(rest[0]);
    out.line(about ? commandHelp(about) : overview(commands));
    return 0;
  }
  const command = find(name);
  if (rest.includes('--help')) {
    out.line(commandHelp(command));
    return 0;
  }
  const { values, positionals } = parse(command, rest);
  return command.run({ positionals, options: values, out, signal: stop.signal });
}

function find(name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const near = nearest(
    name,
    commands.map((one) => one.name),
  );
  throw new SluiceError('UsageInvalid', `Unknown command "${name}"${near ? `, did you mean "${near}"?` : '.'}`);
}

function parse(
  command: Command,
  args: readonly string[],
): { values: Record<string, string | boolean | string[] | undefined>; positionals: string[] } {
  const specs = { ...COMMON_OPTIONS, ...command.options };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { type: spec.type, multiple: spec.multiple ?? false }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Record<string, string | boolean | string[] | undefined>, positionals };
  } catch (error) {
    throw new SluiceError('UsageInvalid', `${(error as Error).message.split('.')[0]}. Usage: sluice ${command.usage}`);
  }
}
