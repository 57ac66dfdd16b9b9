import { type Issue, ISSUE_CODES, type Severity } from '#conversion';
import type { Output } from './output.ts';

/** What each severity asks for, the most urgent first. */
const WORDS: Readonly<Record<Severity, string>> = {
  decision: 'to decide',
  manual: 'by hand',
  review: 'to review',
  info: 'to know',
};

/** So few can be looked through as they stand. */
const FEW = 10;

const SEVERITIES = Object.keys(WORDS) as readonly Severity[];

/** `12 issues (2 by hand, 10 to know)`. */
export function countedIssues(issues: readonly Issue[]): string {
  const parts = SEVERITIES.flatMap((severity) => {
    const count = issues.filter((one) => one.severity === severity).length;
    return count > 0 ? [`${count} ${WORDS[severity]}`] : [];
  });
  return `${issues.length} ${issues.length === 1 ? 'issue' : 'issues'}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

/** Of many issues how many there are of each code, the most urgent and frequent first: where to begin. Of few nothing. */
export function summarize(issues: readonly Issue[], out: Output): void {
  if (issues.length <= FEW) return;
  const kinds = [...Map.groupBy(issues, (one) => `${one.code} ${one.severity}`).values()].flatMap((of) => {
    const [first] = of;
    const objects = new Set(of.map((one) => one.object)).size;
    return first ? [{ ...first, count: of.length, objects }] : [];
  });
  const rank = ({ severity }: Issue): number => SEVERITIES.indexOf(severity);
  const sorted = kinds.toSorted((a, b) => rank(a) - rank(b) || b.count - a.count);
  out.table(
    ['code', '', 'issues', 'objects', ''],
    sorted.map(({ code, severity, count, objects }) => [
      code,
      WORDS[severity],
      count,
      objects,
      ISSUE_CODES[code].title,
    ]),
  );
}
