import type { ConvertedObject } from '#conversion';
import type { WorkspaceRow } from '#target-postgres';
import { type Verification, verifyObjects } from '#workspace';
import type { TargetContext } from './context.ts';
import type { Output } from './output.ts';

/** Verifies the workspace's objects in a scratch place of the target; the verdicts are kept but in a dry run. */
export async function verifyRows(
  { control, pool, job, who, openDatabase }: TargetContext,
  rows: readonly WorkspaceRow[],
  objects: readonly ConvertedObject[],
  isDry: boolean,
): Promise<Verification> {
  const standing = rows.filter((row) => !row.gone);
  const server = { job: job.job, target: pool, open: openDatabase };
  const verification = await verifyObjects(server, standing, objects);
  if (!isDry) await control.workspace.saveVerdicts(verification.verdicts, who);
  return verification;
}

const BY = {
  plpgsql_check: 'routines checked by plpgsql_check',
  planned: 'every statement of the routines planned',
  created: 'routines only created',
} as const;

/** What was refused, and how it was looked at. */
export function printVerification({ place, by, verdicts }: Verification, out: Output): void {
  for (const { path, verdict } of verdicts)
    for (const { message, level, line } of verdict.problems)
      out.line(
        `${level === 'error' ? 'refused' : 'warning'}   ${path}${line === undefined ? '' : `:${line}`}: ${message}`,
      );
  const good = verdicts.filter((one) => one.verdict.ok).length;
  const where = place === 'database' ? 'a scratch database' : 'scratch schemas';
  out.line(`${good} of ${verdicts.length} objects verified in ${where}, ${BY[by]}.`);
}
