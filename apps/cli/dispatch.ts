import { parseArgs } from 'node:util';
import { nearest } from '#jobs';
import { oneLine, SluiceError } from '#errors';
import { COMMON_OPTIONS, type Command, type Invocation } from './command.ts';
import { fileFault } from './fault.ts';
import { commandHelp, overview } from './help.ts';
import type { Output } from './output.ts';

/** Exit code of a command that was stopped by a signal, as shells have it. */
const STOPPED = 130;

/** Runs one command line. Gives the exit code of cli.md: 0 done, 1 the thing asked for does not hold, 2 wrong use, 3 a fault on the way. Never throws. */
export async function runCommandLine(
  commands: readonly Command[],
  args: readonly string[],
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  try {
    const code = await dispatch(commands, args, out, signal);
    out.end();
    return code;
  } catch (thrown) {
    const error = fileFault(thrown) ?? thrown;
    if (signal.aborted) {
      out.progress('sluice: stopped; run the same command again to go on.');
      out.result({ stopped: true });
      out.end();
      return STOPPED;
    }
    out.progress(`sluice: ${oneLine(error)}`);
    if (!(error instanceof SluiceError) || error.kind === 'Bug') out.progress(String((error as Error).stack));
    out.result({ error: describe(error) });
    out.end();
    return error instanceof SluiceError && error.action === 'refuse' ? 2 : 3;
  }
}

function describe(error: unknown): object {
  if (error instanceof SluiceError)
    return { kind: error.kind, message: error.message, advice: error.advice, facts: error.facts };
  return { kind: 'Unknown', message: error instanceof Error ? error.message : String(error), advice: '' };
}

async function dispatch(
  commands: readonly Command[],
  args: readonly string[],
  out: Output,
  signal: AbortSignal,
): Promise<number> {
  const [name, ...rest] = args.filter((arg) => arg !== '--json' || args[0] !== '--json');
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = rest.find((word) => !word.startsWith('-'));
    return showHelp(commands, about === undefined ? undefined : find(commands, about), out);
  }
  const command = find(commands, name);
  if (rest.includes('--help') || rest.includes('-h')) return showHelp(commands, command, out);
  return command.run({ ...parse(command, rest), out, signal });
}

function showHelp(commands: readonly Command[], about: Command | undefined, out: Output): number {
  out.line(about ? commandHelp(about) : overview(commands));
  out.result(
    about
      ? { name: about.name, usage: about.usage, summary: about.summary, example: about.example }
      : { commands: commands.map(({ name, usage, summary }) => ({ name, usage, summary })) },
  );
  return 0;
}

function find(commands: readonly Command[], name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const near = nearest(
    name,
    commands.map((one) => one.name),
  );
  throw new SluiceError('UsageInvalid', `Unknown command "${name}"${near ? `, did you mean "${near}"?` : ''}`);
}

/** Options and words of a command line. @throws SluiceError UsageInvalid, naming the nearest known option */
export function parse(command: Command, args: readonly string[]): Pick<Invocation, 'options' | 'positionals'> {
  const specs = { ...COMMON_OPTIONS, ...command.options };
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { type: spec.type, multiple: spec.multiple ?? false }]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const takesMore =
      command.usage.includes('JOB…') ||
      (command.moreWordsOf !== undefined && values[command.moreWordsOf] !== undefined);
    // Words in capitals before the first option or alternative: `explain JOB OBJECT [--send]` takes two.
    const named = /^[^[|]*/.exec(command.usage)?.[0].match(/\b[A-Z]{2,}\b/g)?.length ?? 0;
    const most = takesMore ? Number.POSITIVE_INFINITY : named;
    if (positionals.length > most) throw new Error(`Unexpected word "${positionals[most]}"`);
    return { options: values as Invocation['options'], positionals };
  } catch (error) {
    const message = (error as Error).message.split(/\. |\n/)[0]?.replace(/\.$/, '') ?? '';
    const unknown = /Unknown option '-*([^']*)'/.exec(message)?.[1];
    const near = unknown === undefined ? undefined : nearest(unknown, Object.keys(specs));
    throw new SluiceError(
      'UsageInvalid',
      `${message}${near ? `, did you mean "--${near}"?` : ''} Usage: sluice ${command.usage}`.replace(
        /([^?]) Usage/,
        '$1. Usage',
      ),
    );
  }
}
