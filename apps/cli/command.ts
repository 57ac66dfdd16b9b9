import type { Output } from './output.ts';

/** An option of a command, as `node:util` parseArgs takes it, with its help. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly help: string;
  /** Shown as the value's name, e.g. FILE. */
  readonly value?: string;
}

export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | string[] | undefined>>;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** One command of `sluice`. `run` returns the exit code: 0 done, 1 the thing asked for does not hold. Faults are thrown. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** An option of which words behind it are more values, where it is given: `--scripts *.sql`. */
  readonly moreWordsOf?: string;
  run(invocation: Invocation): Promise<number>;
}

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  json: { type: 'boolean', help: 'One JSON document on standard output' },
  help: { type: 'boolean', help: 'This text' },
};

/** Options of commands that read a job file. */
export const JOB_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  set: {
    type: 'string',
    multiple: true,
    value: 'KEY=VALUE',
    help: 'Overrides a key of the job file, e.g. load.workers=2',
  },
};
