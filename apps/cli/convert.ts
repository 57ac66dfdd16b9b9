import { join } from 'node:path';
import {
  convertDatabase,
  idleSuppressions,
  type Issue,
  objectFiles,
  placedIssues,
  readSuppressions,
  type ScriptReading,
  suppressedBy,
  type Suppression,
} from '#conversion';
import { SluiceError } from '#errors';
import { type JobFile, readJobFile } from '#jobs';
import type { DatabaseModel } from '#schema';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { withSource } from './context.ts';
import { textOf, type TreeChanges, writeTree } from './convert-tree.ts';
import { setOptions } from './job.ts';
import type { Output } from './output.ts';
import { openScripts, readsScripts, SCRIPT_OPTIONS } from './scripts.ts';

/** Beside the tree: issues that somebody has accepted, with the reason. */
const ACCEPTED = 'sluice-issues.yaml';

export const convertCommand: Command = {
  name: 'convert',
  usage: 'convert JOB|--scripts PATH… [--out DIR]',
  summary: 'Convert schema and code: one file an object, and issues; touches no server',
  example: 'sluice convert --scripts install.sql migrations --out converted',
  moreWordsOf: 'scripts',
  options: {
    ...JOB_OPTIONS,
    ...SCRIPT_OPTIONS,
    out: {
      type: 'string',
      value: 'DIR',
      help: 'Write a tree of files, one an object; edits in it are kept when it is written again',
    },
  },
  async run(invocation: Invocation) {
    const { out, options } = invocation;
    const { database, job, reading } = await openSource(invocation);
    const converted = convertDatabase(database, job);
    const conversion = reading
      ? { ...converted, issues: [...reading.issues, ...placedIssues(converted.issues, reading)] }
      : converted;
    const dir = options['out'];
    const accepted = typeof dir === 'string' ? await readAccepted(dir) : [];
    const left = conversion.issues.filter((one) => !suppressedBy(one, accepted));
    printIssues(left, out);
    for (const { code, object } of idleSuppressions(conversion.issues, accepted))
      out.line(`${ACCEPTED}: ${code} of ${object} accepts nothing.`);
    let changes: TreeChanges = new Map();
    if (typeof dir === 'string') {
      const files = objectFiles(database, conversion, accepted);
      changes = await writeTree(
        dir,
        files,
        new Map([['issues.json', `${JSON.stringify(conversion.issues, null, 2)}\n`]]),
      );
      printChanges(changes, out);
    }
    const hidden = conversion.issues.length - left.length;
    out.line(
      `${conversion.tables.length} tables, ${conversion.steps.length} statements, ${left.length} issues${hidden > 0 ? `, ${hidden} accepted` : ''}.`,
    );
    out.result({
      tables: conversion.tables.length,
      statements: conversion.steps,
      issues: left,
      accepted: hidden,
      files: Object.fromEntries(changes),
    });
    return isSettled(changes) ? 0 : 1;
  },
};

/** The model to convert with the settings for it: of the job's live source, or of scripts. @throws SluiceError UsageInvalid, JobFileInvalid */
async function openSource(
  invocation: Invocation,
): Promise<{ database: DatabaseModel; job: JobFile; reading?: ScriptReading }> {
  if (readsScripts(invocation)) {
    const { reading, job } = await openScripts(invocation);
    return { database: reading.database, job, reading };
  }
  const [path] = invocation.positionals;
  if (path === undefined) throw new SluiceError('UsageInvalid', 'Name the job file, or scripts with --scripts.');
  const job = readJobFile(path, setOptions(invocation));
  return { database: await withSource(job, (source) => source.catalog.readDatabase()), job };
}

async function readAccepted(dir: string): Promise<Suppression[]> {
  const file = join(dir, ACCEPTED);
  const text = await textOf(file);
  return text === undefined ? [] : readSuppressions(text, file);
}

function printIssues(issues: readonly Issue[], out: Output): void {
  for (const one of issues) {
    const place = one.file === undefined ? '' : `${one.file}:${one.line}: `;
    const object = one.object === one.file ? '' : `${one.object}: `;
    out.line(`${one.code} ${one.severity.padEnd(8)} ${place}${object}${one.message}`);
  }
}

/** What a person has to know of: everything but what stayed as it was. */
function printChanges(changes: TreeChanges, out: Output): void {
  const counts = Map.groupBy(changes, ([, change]) => change);
  for (const kind of ['merged', 'orphaned', 'conflict', 'unsettled'] as const)
    for (const [path] of counts.get(kind) ?? []) out.line(`${kind.padEnd(9)} ${path}`);
  out.line([...counts].map(([kind, of]) => `${of.length} ${kind}`).join(', '));
}

function isSettled(changes: TreeChanges): boolean {
  return ![...changes.values()].some((change) => change === 'conflict' || change === 'unsettled');
}
