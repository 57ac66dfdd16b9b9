import { nearest } from '#jobs';
import { SluiceError } from '#errors';
import { OBJECT_STATES, type ObjectState } from '#target-postgres';
import { appliedPaths, planRollBack, rollBackObject } from '#workspace';
import type { Invocation } from './command.ts';
import type { TargetContext } from './context.ts';
import { phasesOf, printOutcomes } from './convert-apply.ts';
import { targetPlace } from './fault.ts';

/** `--list`: a line for each object of the workspace that the filters let through. */
export async function listObjects(target: TargetContext, { options, out }: Invocation): Promise<number> {
  await existing(target);
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const [state, kind, code, name] = [stateOf(text('state')), text('kind'), text('code'), text('name')];
  const objects = await target.control.workspace.list({
    ...(state === undefined ? {} : { state }),
    ...(kind === undefined ? {} : { kind }),
    ...(code === undefined ? {} : { code }),
    ...(name === undefined ? {} : { name }),
  });
  out.table(
    ['object', 'state', 'target', 'issues', 'verified', ''],
    objects.map((one) => [
      one.path,
      `${one.state}${one.isEdited && one.state !== 'edited' ? ' (edited)' : ''}${one.gone ? ' (gone)' : ''}`,
      one.targetName ?? '',
      one.codes.join(' '),
      one.verdict === null ? '' : one.verdict.ok ? one.verdict.by : 'refused',
      one.error?.replaceAll(/\s*\n\s*/g, ' ') ?? '',
    ]),
  );
  const counts = Map.groupBy(objects, (one) => one.state);
  out.line([...counts].map(([of, list]) => `${list.length} ${of}`).join(', ') || 'No object.');
  out.result({ objects });
  return 0;
}

function stateOf(text: string | undefined): ObjectState | undefined {
  if (text === undefined) return undefined;
  const found = OBJECT_STATES.find((one) => one === text.replaceAll('-', '_'));
  if (found) return found;
  const near = nearest(text, OBJECT_STATES);
  throw new SluiceError(
    'UsageInvalid',
    `--state is one of ${OBJECT_STATES.join(', ')}, not "${text}"${near ? `: did you mean ${near}?` : '.'}`,
  );
}

/** `--show`: one object with its texts and its history. */
export async function showObject(target: TargetContext, { options, out }: Invocation): Promise<number> {
  await existing(target);
  const path = String(options['show']);
  const found = await target.control.workspace.read(path);
  if (!found) {
    out.line(`The workspace has no object ${path}: see --list.`);
    out.result({ object: null });
    return 1;
  }
  const { object, history } = found;
  out.line(`${path}: ${object.state}${object.targetName === null ? '' : `, ${object.targetName}`}`);
  if (object.error !== null) out.line(`  ${object.error}`);
  for (const one of object.issues) out.line(`  ${one.code} ${one.severity}: ${one.message}`);
  for (const problem of object.verdict?.problems ?? []) out.line(`  ${problem.level}: ${problem.message}`);
  for (const [title, body] of [
    ['source', object.source],
    ['converted', object.converted],
    ['edited', object.edited],
  ] as const)
    if (body !== null && body !== '') out.line(`\n-- ${title}\n${body.trimEnd()}`);
  out.line('\n-- history');
  for (const one of history) out.line(`${one.at}  ${one.who}  ${one.what} (${one.state})`);
  out.result({ object, history });
  return 0;
}

/** `--rollback`: drops what is ours, what was applied last first. 1 where something had to stay. */
export async function rollBack(target: TargetContext, { options, out, signal }: Invocation): Promise<number> {
  const { control, who } = target;
  await existing(target);
  await refuseWorking(target);
  const [isDry, withData] = [options['dry-run'] === true, options['with-data'] === true];
  const phases = new Set<string | null>(phasesOf(options['phase']));
  const paths = await appliedPaths(control, phases);
  const objects = isDry ? await planRollBack(control, paths, { withData }) : [];
  for (const path of isDry ? [] : paths) {
    signal.throwIfAborted();
    objects.push(await rollBackObject(control, path, who, { withData }));
  }
  printOutcomes(objects, isDry, out);
  out.result({ dryRun: isDry, objects });
  return objects.some((one) => one.outcome === 'kept') ? 1 : 0;
}

/** @throws SluiceError JobMissing where nothing was ever taken in */
async function existing({ control, job }: TargetContext): Promise<void> {
  if (!(await control.workspace.exists()) || (await control.readJob()) === null)
    throw new SluiceError(
      'JobMissing',
      `There is no conversion of job ${job.job} in ${targetPlace(job)} yet: \`sluice convert JOB --verify\` or \`--apply\` takes one in`,
    );
}

/** Tables that rows are being moved into are not to be dropped beneath them. @throws SluiceError UsageInvalid */
async function refuseWorking({ control, job }: TargetContext): Promise<void> {
  const row = await control.readJob();
  if (!row || row.state === 'done' || (await control.readTables()).length === 0) return;
  throw new SluiceError('UsageInvalid', `Job ${job.job} moves rows (${row.state}): it cannot be rolled back now.`);
}
