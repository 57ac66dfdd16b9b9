import { SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import { openTargetPool } from '#runtime';
import type { CheckVerdict, Finding, SurveyCheck } from '#source';
import { checkTarget } from './check.ts';

/** Findings of `sluice check` under the names by which others know them. */
const NAMES: Readonly<Record<string, string>> = {
  'right-VIEW SERVER STATE': 'check-user-permission-on-view-server-state',
  'right-VIEW DEFINITION': 'check-user-permission-on-view-definition',
  'right-SELECT': 'check-user-permission-for-full-load-only',
  'right-changes': 'check-user-permission-for-cdc',
  'right-capture': 'check-user-permission-for-cdc',
  target: 'target-version',
  'target-create': 'check-target-privileges',
  'target-replica': 'check-target-privileges',
};

/** What it means that a check found nothing: it passes, and whoever compares lists finds its name. */
const SOURCE_PASSES: Readonly<Record<string, string>> = {
  'check-user-permission-for-full-load-only': 'The login may read every table of the job.',
  'check-user-permission-for-cdc': 'The login may read what is captured.',
};
const TARGET_PASSES: Readonly<Record<string, string>> = {
  'check-target-privileges': 'The user may create schemas and set session_replication_role.',
};

/** Checks of the source: its findings, and what they leave unsaid. */
export function sourceChecks(findings: readonly Finding[]): SurveyCheck[] {
  return withPasses(checksOf(findings), SOURCE_PASSES);
}

function withPasses(checks: readonly SurveyCheck[], passes: Readonly<Record<string, string>>): SurveyCheck[] {
  const named = new Set(checks.map((one) => one.check));
  const unsaid = Object.entries(passes).filter(([check]) => !named.has(check));
  return [
    ...checks,
    ...unsaid.map(([check, message]): SurveyCheck => ({ check, verdict: 'pass', message, objects: [] })),
  ];
}

/** Findings as checks: those of one name and verdict are one check, with all objects. What `sluice check --fix` mends does not block. */
function checksOf(findings: readonly Finding[]): SurveyCheck[] {
  const verdictOf = (finding: Finding): CheckVerdict => {
    if (finding.severity === 'ok') return 'pass';
    return finding.severity === 'error' && !finding.fixable ? 'fail' : 'warning';
  };
  const groups = Map.groupBy(findings, (finding) => `${NAMES[finding.check] ?? finding.check} ${verdictOf(finding)}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const verdict = verdictOf(first);
    const more = group.length > 1 ? ` (and ${group.length - 1} more of this kind)` : '';
    return [
      {
        check: NAMES[first.check] ?? first.check,
        verdict,
        message: `${first.message}${more}`,
        ...(first.remedy !== undefined && verdict !== 'pass' ? { remedy: first.remedy } : {}),
        objects: verdict === 'pass' ? [] : [...new Set(group.map((finding) => finding.object))],
      },
    ];
  });
}

/** Checks of the target; where it does not answer they are unknown: an assessment needs no target yet. */
export async function targetChecks(job: JobFile): Promise<SurveyCheck[]> {
  let pool: ReturnType<typeof openTargetPool> | undefined;
  try {
    pool = openTargetPool(job, 'sluice assess', 1);
    const findings = await checkTarget(pool, job);
    const { rows } = await pool.query<{ standby: boolean }>('select pg_is_in_recovery() as standby');
    return [...withPasses(checksOf(findings), TARGET_PASSES), replicaCheck(rows[0]?.standby === true)];
  } catch (error) {
    const isUnset = error instanceof SluiceError && error.kind === 'JobFileInvalid';
    const message = `The target ${isUnset ? 'was not asked' : 'does not answer'}: ${error instanceof SluiceError ? error.message : 'no connection'}`;
    return ['target-version', 'target-encoding', 'check-target-privileges', 'all-check-target-read-replica'].map(
      (check) => ({
        check,
        verdict: 'unknown',
        message,
        objects: [],
      }),
    );
  } finally {
    await pool?.end();
  }
}

function replicaCheck(isStandby: boolean): SurveyCheck {
  const check = 'all-check-target-read-replica';
  if (!isStandby) return { check, verdict: 'pass', message: 'The target takes writes.', objects: [] };
  const remedy = 'Name the primary in target.url.';
  return { check, verdict: 'fail', message: 'The target is a read replica.', remedy, objects: [] };
}
