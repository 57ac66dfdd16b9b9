import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setting } from '#config';
import { isRetryable, oneLine, SluiceError } from '#errors';
import { readJobFile } from '#jobs';
import { createLog, type Level, type Log, sleep } from '#telemetry';
import { type JobContext, openJobContext } from './job-context.ts';

/** How often an app that waits for the converter looks, ms. */
const PREPARED_MS = 200;
/** Pause before an app that lacked a server is made again, ms. */
const START_MS = 500;

/** Injection token of the {@link Runner} that an app's module provides. */
export const RUNNER = Symbol('runner');

/** The work of an app: runs until the signal is aborted, or throws what it cannot mend. */
export interface Runner {
  run(signal: AbortSignal): Promise<void>;
}

export interface BootOptions {
  readonly app: string;
  /** Module of the app for this job; provides {@link RUNNER}. */
  module(context: JobContext, args: Readonly<Record<string, string>>): DynamicModule;
  /** The app works on what the converter has made: started together with it, it waits until topics, tables and control schema are there. */
  readonly waitsForConverter?: boolean;
}

/**
 * Starts an app as a process of its own: `main.js --job FILE [--set key=value …]`. Prints `{"ready":true}` on standard output when it works; ends on SIGTERM or
 * SIGINT, or when the parent's end of standard input closes under `--with-parent`. Exit codes as in cli.md.
 */
export async function bootApp(options: BootOptions): Promise<void> {
  const log = createLog({ level: (setting('SLUICE_LOG_LEVEL') as Level | undefined) ?? 'info' }).with({
    app: options.app,
  });
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => stop.abort(new SluiceError('Cancelled', `${name} received`)));
  try {
    await runApp(options, log, stop);
    process.exitCode = 0;
  } catch (error) {
    log.error(oneLine(error), {
      kind: error instanceof SluiceError ? error.kind : 'unknown',
      message: messageOf(error),
      ...(error instanceof SluiceError && error.kind !== 'Bug' ? {} : { stack: (error as Error).stack }),
    });
    process.exitCode = error instanceof SluiceError && error.action === 'refuse' ? 2 : 3;
  }
  // Pools and sockets may keep the loop alive for their idle time: the work is over, end now.
  process.exit();
}

async function runApp(options: BootOptions, log: Log, stop: AbortController): Promise<void> {
  const { values } = parseArgs({
    options: {
      job: { type: 'string' },
      set: { type: 'string', multiple: true },
      arg: { type: 'string', multiple: true },
      'with-parent': { type: 'boolean' },
    },
  });
  if (!values.job) throw new SluiceError('UsageInvalid', `${options.app} needs --job FILE.`);
  const overrides = pairs(values.set);
  const context = openJobContext(readJobFile(values.job, overrides), options.app, log);
  if (values['with-parent'])
    process.stdin.on('end', () => stop.abort(new SluiceError('Cancelled', 'the parent process has ended'))).resume();
  let nest: INestApplicationContext | undefined;
  try {
    nest = await createContext(() => options.module(context, pairs(values.arg)), context.log, stop.signal);
    const runner = nest.get<Runner>(RUNNER);
    process.stdout.write(`${JSON.stringify({ ready: true, app: options.app, pid: process.pid })}\n`);
    if (options.waitsForConverter) await waitUntilPrepared(context, stop.signal);
    await runner.run(stop.signal);
  } finally {
    await nest?.close();
    await context.close();
  }
}

/** The message with its cause, without the advice, for whoever started this process. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.cause instanceof Error && !error.message.includes(error.cause.message) ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}

/** The parts of an app may ask the registry while they are made: a server that is away then is waited for, as it is later. */
async function createContext(
  module: () => DynamicModule,
  log: Log,
  signal: AbortSignal,
): Promise<INestApplicationContext> {
  for (;;) {
    try {
      return await NestFactory.createApplicationContext(module(), { logger: false, abortOnError: false });
    } catch (error) {
      if (!isRetryable(error) || signal.aborted) throw error;
      log.warn('the app cannot be started yet', { cause: oneLine(error) });
      await sleep(START_MS, signal);
    }
  }
}

async function waitUntilPrepared({ control, log }: JobContext, signal: AbortSignal): Promise<void> {
  let isSaid = false;
  while (!signal.aborted) {
    try {
      if ((await control.readJob())?.record['prepared'] === true) return;
      if (!isSaid) log.info('waiting for the converter to prepare the job');
      isSaid = true;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      log.warn('the job cannot be looked at', { cause: oneLine(error) });
    }
    await sleep(PREPARED_MS, signal);
  }
}

function pairs(entries: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (entries ?? []).map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
