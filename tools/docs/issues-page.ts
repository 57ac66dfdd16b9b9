import { ISSUE_CODES } from '#conversion';
import { code, heading, table } from './markdown.ts';

/** Every issue that the conversion may report. */
export function issuesPage(): string {
  const rows = Object.entries(ISSUE_CODES).map(([name, { severity, title, remedy }]) => [
    code(name),
    severity,
    title,
    remedy,
  ]);
  return `${heading('Conversion issues', '`libs/conversion/schema/issue.ts`')}

What cannot be converted, or only with a difference, is never skipped in silence: it has an issue with the object, its place in the source text, and a
remedy. \`sluice convert JOB\` lists them without touching anything; \`sluice status JOB\` counts those of a job that runs, and \`--json\` shows them.

Severities: **info**, converted, worth knowing; **review**, converted with a difference; **decision**, needs one; **manual**, not converted.

${table(['code', 'severity', 'what', 'what to do'], rows)}
`;
}
