import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { SluiceError } from '#errors';
import type { Command, Invocation } from './command.ts';
import { commands } from './commands.ts';
import { parse, runCommandLine } from './dispatch.ts';
import { commandHelp, overview } from './help.ts';
import { Output } from './output.ts';

/** Runs a command line against commands of the test's own, or the real ones. */
async function run(
  args: readonly string[],
  own: readonly Command[] = commands,
  signal = new AbortController().signal,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const out = new Output(args.includes('--json'), {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
  });
  const code = await runCommandLine(own, args, out, signal);
  return { code, ...written };
}

function command(work: (invocation: Invocation) => Promise<number>): Command {
  return {
    name: 'try',
    usage: 'try JOB [--deep]',
    summary: 'Tries',
    example: 'sluice try job.yaml --deep',
    options: {
      deep: { type: 'boolean', help: 'Deeper' },
      set: { type: 'string', multiple: true, value: 'KEY=VALUE', help: 'Overrides' },
    },
    run: work,
  };
}

describe('command lines', () => {
  test('options, words and repeated options reach the command', async () => {
    let seen: Invocation | undefined;
    const one = command((invocation) => {
      seen = invocation;
      return Promise.resolve(0);
    });
    const { code } = await run(['try', 'job.yaml', '--deep', '--set', 'a=1', '--set=b=2'], [one]);
    expect(code).toBe(0);
    expect(seen?.positionals).toEqual(['job.yaml']);
    expect(seen?.options).toEqual({ deep: true, set: ['a=1', 'b=2'] });
  });

  test('a file that cannot be used is named with the reason, without a stack', async () => {
    const one = command(async () => {
      await readFile('/there/is/none');
      return 0;
    });
    const { code, stderr } = await run(['try', 'job.yaml'], [one]);
    expect(code).toBe(2);
    expect(stderr).toContain('/there/is/none cannot be used: there is no such file or folder');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a command of many job files takes them all', () => {
    const many = { ...command(() => Promise.resolve(0)), usage: 'try JOB… [--deep]' };
    expect(parse(many, ['a.yaml', 'b.yaml', 'c.yaml']).positionals).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  });

  test.each([
    [['chek', 'job.yaml'], 'Unknown command "chek", did you mean "check"?'],
    [['check', 'job.yaml', '--fixx'], `Unknown option '--fixx', did you mean "--fix"? Usage: sluice check JOB [--fix]`],
    [['check', 'a.yaml', 'b.yaml'], 'Unexpected word "b.yaml". Usage: sluice check JOB [--fix]'],
    [['check'], 'Name the job file'],
    [['run', 'job.yaml', '--until', 'noon'], '--until takes loaded, streaming, validated, cutover, not "noon"'],
  ])('%j is wrong use, exit code 2', async (args, message) => {
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(`sluice: ${message}`);
  });

  test('exit codes follow the policy of the fault', async () => {
    const fail = (kind: 'JobFileInvalid' | 'TopicMismatch' | 'KafkaUnreachable'): Promise<{ code: number }> =>
      run(['try'], [command(() => Promise.reject(new SluiceError(kind, 'no')))]);
    expect((await fail('JobFileInvalid')).code).toBe(2);
    expect((await fail('TopicMismatch')).code).toBe(3);
    expect((await fail('KafkaUnreachable')).code).toBe(3);
    expect((await run(['try'], [command(() => Promise.resolve(1))])).code).toBe(1);
  });

  test('a fault is one line with its remedy, and no stack', async () => {
    const one = command(() => Promise.reject(new SluiceError('TopicMismatch', 'topic x has 3 partitions.')));
    const { stderr, stdout } = await run(['try'], [one]);
    expect(stderr).toBe(
      'sluice: topic x has 3 partitions — Delete the topic or choose another job name; its settings are not the job file’s.\n',
    );
    expect(stdout).toBe('');
  });

  test('--json prints one document, also for a fault, and lines go to standard error', async () => {
    const works = command(({ out }) => {
      out.line('hello');
      out.result({ rows: 3 });
      return Promise.resolve(0);
    });
    expect(await run(['try', '--json'], [works])).toEqual({
      code: 0,
      stdout: '{\n  "rows": 3\n}\n',
      stderr: 'hello\n',
    });
    const fails = command(() => Promise.reject(new SluiceError('TopicMismatch', 'no', { topic: 'x' })));
    expect(JSON.parse((await run(['try', '--json'], [fails])).stdout)).toMatchObject({
      error: { kind: 'TopicMismatch', message: 'no', facts: { topic: 'x' } },
    });
  });

  test('a command that was stopped by a signal exits with 130 and says how to go on', async () => {
    const stop = new AbortController();
    const one = command(({ signal }) => {
      stop.abort(new Error('stopped'));
      signal.throwIfAborted();
      return Promise.resolve(0);
    });
    const { code, stderr } = await run(['try'], [one], stop.signal);
    expect([code, stderr]).toEqual([130, 'sluice: stopped; run the same command again to go on.\n']);
  });
});

describe('help', () => {
  test('names every command once, with a summary on one line of a terminal', () => {
    const text = overview(commands);
    for (const one of commands) expect(text.match(new RegExp(`^  ${one.name}\\b`, 'gm'))).toHaveLength(1);
    for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(140);
  });

  test.each(commands.map((one) => [one.name, one] as const))(
    'of %s has usage, options and examples that are command lines of it',
    (name, one) => {
      const text = commandHelp(one);
      expect(text).toMatch(new RegExp(`^Usage: sluice ${name}`));
      expect(text).toContain(one.summary);
      for (const line of one.example.split('\n')) expect(line.trim()).toMatch(new RegExp(`^sluice ${name}\\b`));
      for (const option of Object.keys(one.options)) expect(text).toContain(`--${option}`);
      const words = one.example
        .split(/\s+/)
        .filter((word) => word.startsWith('--'))
        .map((word) => word.slice(2));
      for (const word of words) expect([...Object.keys(one.options), 'json']).toContain(word);
    },
  );

  test('looks as it does', () => {
    expect(commandHelp(command(() => Promise.resolve(0)))).toMatchInlineSnapshot(`
"Usage: sluice try JOB [--deep]

Tries

  --deep           Deeper
  --set KEY=VALUE  Overrides
  --json           One JSON document on standard output
  --help           This text

Example:
  sluice try job.yaml --deep"
`);
  });

  test('help, --help and sluice alone exit with 0', async () => {
    for (const args of [[], ['help'], ['--help'], ['help', 'run'], ['run', '--help']])
      expect((await run(args)).code).toBe(0);
  });
});
