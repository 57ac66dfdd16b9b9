import type pg from 'pg';
import { SluiceError } from '#errors';
import type { JobFile } from '#jobs';
import type { Finding } from '#source';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type CommandContext, selectedTables, withJob } from './context.ts';
import { explain, targetPlace } from './fault.ts';
import type { Output } from './output.ts';

/** A finding; `fault` where a server did not answer or refused the login, so that nothing else could be looked at. */
export interface Checked extends Finding {
  readonly fault?: SluiceError;
}

export const checkCommand: Command = {
  name: 'check',
  usage: 'check JOB [--fix]',
  summary: 'Connections, rights, settings, CDC state: what works, what lacks, how to mend it',
  example: 'sluice check job.yaml --fix',
  options: {
    ...JOB_OPTIONS,
    fix: { type: 'boolean', help: 'Mend what may be mended: enable CDC for the database and its tables' },
  },
  run(invocation: Invocation) {
    const { out, options } = invocation;
    return withJob(
      invocation,
      async (context) => {
        const findings = await checkAll(context);
        const fixed = options['fix'] === true ? await fixAll(context, findings) : [];
        const now = fixed.length > 0 ? await checkAll(context) : findings;
        for (const finding of fixed) out.line(`fixed    ${finding.object}: ${finding.message}`);
        print(now, out);
        out.result({ findings: now.map(({ fault: _, ...finding }) => finding), fixed });
        return now.some((finding) => finding.severity === 'error') ? 1 : 0;
      },
      { startsStack: true },
    );
  },
};

/** Every finding of source, target, Kafka and registry; an unreachable one is a finding too. */
export async function checkAll(context: CommandContext): Promise<Checked[]> {
  const { job, source, kafka, registry } = context;
  const parts = await Promise.all([
    tryAll('source', job, async () => source.preflight.check(await selectedTables(source, job))),
    tryAll('target', job, () => checkTarget(context.control.pool, job)),
    tryAll('kafka', job, async () => [
      ok('kafka', `${await kafka.check()} broker(s) at ${job.kafka?.brokers.join(', ')}.`),
    ]),
    tryAll('registry', job, async () => {
      await registry.check();
      return [ok('registry', `The schema registry at ${job.kafka?.registry.url} answers.`)];
    }),
  ]);
  return parts.flat();
}

async function tryAll(
  object: string,
  job: CommandContext['job'],
  work: () => Promise<readonly Finding[]>,
): Promise<readonly Checked[]> {
  try {
    return await work();
  } catch (error) {
    const fault = explain(error, job);
    if (!(fault instanceof SluiceError) || fault.kind === 'Bug') throw fault;
    const { message, advice: remedy } = fault;
    return [{ check: object, severity: 'error', object, message, remedy, fixable: false, fault }];
  }
}

/** Mends what is fixable; only what lacks. */
export async function fixAll(context: CommandContext, findings: readonly Finding[]): Promise<readonly Finding[]> {
  if (!findings.some((finding) => finding.severity === 'error' && finding.fixable)) return [];
  return context.source.preflight.fix(await selectedTables(context.source, context.job));
}

/** What the target lacks: its version, and rights of its user. */
export async function checkTarget(
  pool: { query<R extends pg.QueryResultRow>(text: string): Promise<pg.QueryResult<R>> },
  job: JobFile,
): Promise<Finding[]> {
  const result = await pool.query<{
    version: string;
    creates: boolean;
    replica: boolean;
    encoding: string;
    icu: boolean;
  }>(
    `select current_setting('server_version') as version, has_database_privilege(current_database(), 'CREATE') as creates,
       (select rolsuper from pg_roles where rolname = current_user) or has_parameter_privilege(current_user, 'session_replication_role', 'SET') as replica,
       current_setting('server_encoding') as encoding, exists (select from pg_collation where collprovider = 'i') as icu`,
  );
  const row = result.rows[0];
  const findings = [ok('target', `PostgreSQL ${row?.version} at ${targetPlace(job)}.`)];
  if (Number.parseInt(row?.version ?? '0', 10) < 15)
    findings.push(lack('target-version', `PostgreSQL ${row?.version} is too old.`, 'Use PostgreSQL 15 or later.'));
  findings.push(
    row?.encoding === 'UTF8'
      ? ok('target-encoding', 'The target’s database holds Unicode (UTF8).')
      : lack(
          'target-encoding',
          `The target’s database is encoded in ${row?.encoding}: most texts of the source do not fit.`,
          "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in target.url.",
        ),
  );
  if (!row?.icu && job.convert.caseInsensitive === 'icu')
    findings.push(
      lack(
        'target-icu',
        'This PostgreSQL was built without ICU: it has no collation without case.',
        'Choose convert.caseInsensitive: lower, or a PostgreSQL with ICU.',
      ),
    );
  if (!row?.creates)
    findings.push(
      lack('target-create', 'The target’s user may not create schemas.', 'GRANT CREATE ON DATABASE … TO the user.'),
    );
  if (!row?.replica)
    findings.push(
      lack(
        'target-replica',
        'The target’s user may not set session_replication_role.',
        'GRANT SET ON PARAMETER session_replication_role TO the user.',
      ),
    );
  return findings;
}

function ok(check: string, message: string): Finding {
  return { check, severity: 'ok', object: check, message, fixable: false };
}

function lack(check: string, message: string, remedy: string): Finding {
  return { check, severity: 'error', object: 'target', message, remedy, fixable: false };
}

/** Errors first; remedies under them. */
export function print(findings: readonly Finding[], out: Output): void {
  const rank = { error: 0, warning: 1, ok: 2 };
  for (const finding of findings.toSorted((a, b) => rank[a.severity] - rank[b.severity])) {
    out.line(`${finding.severity.padEnd(8)} ${finding.object}: ${finding.message}`);
    if (finding.remedy && finding.severity !== 'ok') out.line(`         → ${finding.remedy}`);
  }
}
