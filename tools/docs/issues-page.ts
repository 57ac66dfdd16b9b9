import { effortOf, ISSUE_CODES, type IssueCode, type Severity } from '#conversion';
import { code, heading, table } from './markdown.ts';

/** Every issue that the conversion may report. */
export function issuesPage(): string {
  const rows = Object.entries(ISSUE_CODES)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { severity, title, remedy }]) => [
      code(name),
      severity,
      title,
      remedy,
      effortText(name as IssueCode, severity),
    ]);
  return `${heading('Conversion issues', '`libs/conversion/schema/issue-codes`')}

What cannot be converted, or only with a difference, is never skipped in silence: it has an issue with the object, its place in the source text, and a
remedy. \`sluice convert JOB\` lists them without touching anything; \`sluice status JOB\` counts those of a job that runs, and \`--json\` shows them.

The effort is a rule of thumb for \`sluice assess\`: hours for an occurrence, less for further ones in the same object, and once to learn what to do. A whole code object by hand goes by its size ([assessment.md](assessment.md)).

Severities: **info**, converted, worth knowing; **review**, converted with a difference; **decision**, needs one; **manual**, not converted.

${table(['code', 'severity', 'what', 'what to do', 'effort'], rows)}
`;
}

function effortText(name: IssueCode, severity: Severity): string {
  const { learning, each } = effortOf({ code: name, severity });
  if (each === 0 && learning === 0) return 'none';
  return name === 'SL1008' ? `by size, ${learning} h once` : `${each} h, ${learning} h once`;
}
