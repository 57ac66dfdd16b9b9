import { SluiceError } from '#errors';
import type { Finding } from '#source';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { type CommandContext, openCommandContext, selectedTables } from './context.ts';
import { openJob } from './job.ts';
import type { Output } from './output.ts';
import { startStackFor } from './stack.ts';

export const checkCommand: Command = {
  name: 'check',
  usage: 'check JOB [--fix]',
  summary: 'Connections, rights, settings, CDC state: what works, what lacks, how to mend it',
  example: 'sluice check job.yaml --fix',
  options: {
    ...JOB_OPTIONS,
    fix: { type: 'boolean', help: 'Mend what may be mended: enable CDC for the database and its tables' },
  },
  async run(invocation: Invocation) {
    const { out, options } = invocation;
    const opened = await openJob(invocation, () => startStackFor(out));
    const context = openCommandContext(opened, out);
    try {
      const findings = await checkAll(context);
      const fixed = options['fix'] === true ? await fixAll(context, findings) : [];
      const now = fixed.length > 0 ? await checkAll(context) : findings;
      for (const finding of fixed) out.line(`fixed    ${finding.object}: ${finding.message}`);
      print(now, out);
      out.result({ findings: now, fixed });
      return now.some((finding) => finding.severity === 'error') ? 1 : 0;
    } finally {
      await context.close();
    }
  },
};

/** Every finding of source, target, Kafka and registry; an unreachable one is a finding too. */
export async function checkAll(context: CommandContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  const tryAll = async (check: string, object: string, work: () => Promise<readonly Finding[]>): Promise<void> => {
    try {
      findings.push(...(await work()));
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      findings.push({ check, severity: 'error', object, message: error.message, remedy: error.advice, fixable: false });
    }
  };
  await tryAll('source', 'source', async () =>
    context.source.preflight.check(await selectedTables(context.source, context.job)),
  );
  await tryAll('target', 'target', () => checkTarget(context));
  await tryAll('kafka', 'kafka', async () => [ok('kafka', `${await context.kafka.check()} broker(s)`)]);
  await tryAll('registry', 'registry', async () => {
    await context.registry.check();
    return [ok('registry', 'The schema registry answers.')];
  });
  return findings;
}

/** Mends what is fixable; only what lacks. */
export async function fixAll(context: CommandContext, findings: readonly Finding[]): Promise<readonly Finding[]> {
  if (!findings.some((finding) => finding.severity === 'error' && finding.fixable)) return [];
  return context.source.preflight.fix(await selectedTables(context.source, context.job));
}

async function checkTarget(context: CommandContext): Promise<Finding[]> {
  const result = await context.control.pool.query<{ version: string; creates: boolean; replica: boolean }>(
    `select current_setting('server_version') as version, has_database_privilege(current_database(), 'CREATE') as creates,
       (select rolsuper from pg_roles where rolname = current_user) or has_parameter_privilege(current_user, 'session_replication_role', 'SET') as replica`,
  );
  const row = result.rows[0];
  const findings = [ok('target', `PostgreSQL ${row?.version}.`)];
  if (Number.parseInt(row?.version ?? '0', 10) < 15)
    findings.push(lack('target-version', `PostgreSQL ${row?.version} is too old.`, 'Use PostgreSQL 15 or later.'));
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
