import { join } from 'node:path';
import {
  type Conversion,
  convertDatabase,
  convertedObjects,
  idleSuppressions,
  issue,
  type Issue,
  objectFiles,
  placedIssues,
  readSuppressions,
  type ScriptReading,
  suppressedBy,
  type Suppression,
  workspaceObjects,
} from '#conversion';
import { type JobFile, readJobFile } from '#jobs';
import { SluiceError } from '#errors';
import type { DatabaseModel } from '#schema';
import type { WorkspaceRow } from '#target-postgres';
import type { Verification } from '#workspace';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type TargetContext, withSource, withTarget } from './context.ts';
import { applyRows, phasesOf } from './convert-apply.ts';
import { printVerification, verifyRows } from './convert-verify.ts';
import { listObjects, rollBack, showObject } from './convert-workspace.ts';
import { planTree, textOf, type TreeChanges, type TreePlan } from './convert-tree.ts';
import { editsOf, serverVersion, takeIn } from './convert-target.ts';
import { setOptions } from './job.ts';
import { countedIssues, summarize } from './issue-summary.ts';
import type { Output } from './output.ts';
import { prove, PROVE_OPTIONS, proveOptions } from './prove/prove.ts';
import { reportProofs } from './prove/report.ts';
import { nothingRead, openScripts, readsScripts, SCRIPT_OPTIONS } from './scripts.ts';

/** Beside the tree: issues that somebody has accepted, with the reason. */
const ACCEPTED = 'sluice-issues.yaml';

export const convertCommand: Command = {
  name: 'convert',
  usage: 'convert JOB|--scripts PATH… [--out DIR] [--apply|--prove]',
  summary: 'Convert schema and code; verify, apply, prove it',
  example: `sluice convert --scripts install.sql migrations --out converted
  sluice convert job.yaml --out converted --verify
  sluice convert job.yaml --out converted --apply --dry-run
  sluice convert job.yaml --out converted --apply --phase code
  sluice convert job.yaml --list --state failed
  sluice convert job.yaml --show dbo/view/Orders.sql
  sluice convert job.yaml --rollback --dry-run
  sluice convert job.yaml --prove`,
  moreWordsOf: 'scripts',
  options: {
    ...JOB_OPTIONS,
    ...SCRIPT_OPTIONS,
    out: {
      type: 'string',
      value: 'DIR',
      help: 'Write a tree of files, one an object; edits in it are kept when it is written again, and are what is applied',
    },
    verify: { type: 'boolean', help: 'Make every object in a scratch place of the target, check routines, remove all' },
    apply: { type: 'boolean', help: 'Bring the objects into the target; what is there as it should be is left alone' },
    phase: { type: 'string', value: 'PHASE', help: 'Of --apply and --rollback: pre-data, post-data, cutover or code' },
    rollback: { type: 'boolean', help: 'Drop what is ours from the target, what was applied last first' },
    'with-data': { type: 'boolean', help: 'Of --rollback: tables with rows too' },
    'dry-run': { type: 'boolean', help: 'Say what would be done; nothing is changed, no file, no server' },
    list: { type: 'boolean', help: 'The objects of the workspace in the target' },
    state: { type: 'string', value: 'STATE', help: 'Of --list: not_converted, converted, to_review, edited …' },
    kind: { type: 'string', value: 'KIND', help: 'Of --list: table, index, view, procedure …' },
    code: { type: 'string', value: 'CODE', help: 'Of --list: with an issue of this code' },
    name: { type: 'string', value: 'PATTERN', help: 'Of --list: names in the source, with * and ?' },
    ...PROVE_OPTIONS,
    show: { type: 'string', value: 'PATH', help: 'One object of the workspace with its texts and its history' },
  },
  async run(invocation: Invocation) {
    const { options } = invocation;
    refuseMixed(options);
    if (options['prove'] === true) {
      const proofs = await prove(targetJob(invocation), proveOptions(invocation));
      return reportProofs(proofs, invocation.out) ? 0 : 1;
    }
    const needsTarget = ['list', 'show', 'rollback', 'verify', 'apply'].some(
      (name) => options[name] !== undefined && options[name] !== false,
    );
    if (!needsTarget) return convert(await openSource(invocation), invocation, null);
    return withTarget(targetJob(invocation), async (target) => {
      if (options['list'] === true) return listObjects(target, invocation);
      if (options['show'] !== undefined) return showObject(target, invocation);
      if (options['rollback'] === true) return rollBack(target, invocation);
      return convert(await openSource(invocation), invocation, target);
    });
  },
};

/** What is converted, with the settings for it. */
interface OpenedSource {
  readonly database: DatabaseModel;
  readonly job: JobFile;
  /** Of scripts. */
  readonly reading?: ScriptReading;
  /** What is said where they gave no object. */
  readonly nothing?: string | null;
}

/** The model to convert with the settings for it: of the job's live source, or of scripts. @throws SluiceError UsageInvalid, JobFileInvalid */
async function openSource(invocation: Invocation): Promise<OpenedSource> {
  if (readsScripts(invocation)) {
    const scripts = await openScripts(invocation);
    const { reading, job } = scripts;
    return { database: reading.database, job, reading, nothing: nothingRead(scripts) };
  }
  const [path] = invocation.positionals;
  if (path === undefined) throw new SluiceError('UsageInvalid', 'Name the job file, or scripts with --scripts.');
  const job = readJobFile(path, setOptions(invocation), { lazySecrets: true });
  return { database: await withSource(job, (source) => source.catalog.readDatabase()), job };
}

/** The job whose target is meant. @throws SluiceError UsageInvalid, JobFileInvalid */
function targetJob(invocation: Invocation): JobFile {
  const isOfScripts = readsScripts(invocation);
  const path = isOfScripts
    ? invocation.positionals.find((word) => /\.(ya?ml|json)$/i.test(word))
    : invocation.positionals[0];
  if (path === undefined)
    throw new SluiceError('UsageInvalid', 'Name a job file too: it says which target is meant (target.url).');
  return readJobFile(path, setOptions(invocation), { lazySecrets: true });
}

/** One thing at a time, and no option that means nothing. @throws SluiceError UsageInvalid */
function refuseMixed(options: Invocation['options']): void {
  const is = (name: string): boolean => options[name] !== undefined && options[name] !== false;
  const modes = ['list', 'show', 'rollback', 'apply', 'prove'].filter(is);
  if (modes.length > 1)
    throw new SluiceError('UsageInvalid', `--${modes[0]} and --${modes[1]} are two things: name one.`);
  const needs: Readonly<Record<string, readonly string[]>> = {
    state: ['list'],
    kind: ['list'],
    code: ['list'],
    name: ['list'],
    phase: ['apply', 'rollback'],
    'with-data': ['rollback'],
    'dry-run': ['apply', 'rollback', 'verify'],
    writes: ['prove'],
    cases: ['prove'],
    object: ['prove'],
  };
  for (const [name, wanted] of Object.entries(needs))
    if (is(name) && !wanted.some(is))
      throw new SluiceError('UsageInvalid', `--${name} belongs to ${wanted.map((one) => `--${one}`).join(' or ')}.`);
}

async function convert(
  { database, job, reading, nothing = null }: OpenedSource,
  invocation: Invocation,
  target: TargetContext | null,
): Promise<number> {
  const { out, options, signal } = invocation;
  const [dir, isDry] = [options['out'], options['dry-run'] === true];
  const phases = phasesOf(options['phase']);
  const version = target ? await serverVersion(target) : job.target.version;
  const converted = convertDatabase(database, { ...job, target: { ...job.target, version } });
  const conversion = reading
    ? { ...converted, issues: [...reading.issues, ...placedIssues(converted.issues, reading)] }
    : converted;
  const accepted = typeof dir === 'string' ? await readAccepted(dir) : [];
  // Places in a file of the tree are those of the object: lines of a script above it may come and go.
  const tree = typeof dir === 'string' ? await planTree(dir, objectFiles(database, converted, accepted)) : null;
  const isReady = isSettled(tree?.changes ?? new Map());
  const taken =
    target && isReady ? await take(target, { database, conversion: converted, accepted, tree, isDry }) : null;
  const isVerified = taken !== null && options['verify'] === true;
  const verification =
    isVerified && target
      ? await verifyRows(target, taken.rows, convertedObjects(database, conversion), isDry)
      : undefined;
  const issues = [...conversion.issues, ...(verification ? refusedIssues(taken?.rows ?? [], verification) : [])];
  const left = report(issues, accepted, out);
  if (tree) {
    if (!isDry) await tree.write(new Map([['issues.json', `${JSON.stringify(issues, null, 2)}\n`]]));
    printChanges(tree.changes, out);
  }
  if (verification) printVerification(verification, out);
  const hidden = issues.length - left.length;
  summarize(left, out);
  out.line(
    `${conversion.tables.length} tables, ${conversion.steps.length} statements, ${countedIssues(left)}${hidden > 0 ? `, ${hidden} accepted` : ''}.`,
  );
  const isAsked = target !== null && options['apply'] === true;
  if (isAsked && !isReady) out.line('Nothing was applied: settle the conflicts in the tree first.');
  const applied = isAsked && taken ? await applyRows(target, taken, { phases, isDry, out, signal }) : undefined;
  if (nothing !== null) out.line(nothing);
  out.result({
    tables: conversion.tables.length,
    statements: conversion.steps,
    issues: left,
    accepted: hidden,
    files: Object.fromEntries(tree?.changes ?? []),
    ...(verification ? { verification } : {}),
    ...(applied ? { dryRun: isDry, objects: applied.objects } : {}),
  });
  if (nothing !== null) return 1;
  return isReady && applied?.isDone !== false && verification?.verdicts.every((one) => one.verdict.ok) !== false
    ? 0
    : 1;
}

interface Made {
  readonly database: DatabaseModel;
  readonly conversion: Conversion;
  readonly accepted: readonly Suppression[];
  readonly tree: TreePlan | null;
  readonly isDry: boolean;
}

/** Takes a conversion and the edits in its tree into the workspace; a dry run only finds out what that would make of it. */
function take(target: TargetContext, made: Made): ReturnType<typeof takeIn> {
  const objects = workspaceObjects(made.database, made.conversion, made.accepted);
  const edits = made.tree ? editsOf(objects, made.tree.texts) : null;
  return takeIn(target, { database: made.database.name, objects, edits, isDry: made.isDry });
}

/** An issue for each object that PostgreSQL did not take in the scratch place. */
function refusedIssues(rows: readonly WorkspaceRow[], { verdicts }: Verification): Issue[] {
  const byPath = new Map(rows.map((row) => [row.path, row]));
  return verdicts.flatMap(({ path, verdict }) => {
    const row = byPath.get(path);
    const problem = verdict.problems.find((one) => one.level === 'error');
    if (!row || !problem) return [];
    const object = [row.sourceSchema, row.sourceName].filter((part) => part !== '').join('.');
    return [issue('SL1090', object, problem.message, { excerpt: row.edited ?? row.converted })];
  });
}

async function readAccepted(dir: string): Promise<Suppression[]> {
  const file = join(dir, ACCEPTED);
  const text = await textOf(file);
  return text === undefined ? [] : readSuppressions(text, file);
}

/** Tells the issues that nobody has accepted, and gives them. */
function report(issues: readonly Issue[], accepted: readonly Suppression[], out: Output): Issue[] {
  const left = issues.filter((one) => !suppressedBy(one, accepted));
  for (const one of left) {
    const place = one.file === undefined ? '' : `${one.file}:${one.line}: `;
    const object = one.object === one.file ? '' : `${one.object}: `;
    out.line(`${one.code} ${one.severity.padEnd(8)} ${place}${object}${one.message}`);
  }
  for (const { code, object } of idleSuppressions(issues, accepted))
    out.line(`${ACCEPTED}: ${code} of ${object} accepts nothing.`);
  return left;
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
