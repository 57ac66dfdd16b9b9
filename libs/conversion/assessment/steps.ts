import type { SurveyCheck } from '#source';
import { hoursText } from './effort.ts';
import type { IssueCount } from './model.ts';
import { several } from './report/words.ts';

/** More would be a list, not a beginning. */
const STEPS = 5;

/** What an issue asks of a person. */
const TO_DO: Readonly<Record<IssueCount['severity'], string>> = {
  manual: 'Write by hand',
  decision: 'Decide',
  review: 'Review',
  info: 'Know',
};

/** What to do first: what fails, then the issues that cost most; never empty. Issues of one code, from several databases, are one. */
export function firstSteps(checks: readonly SurveyCheck[], issues: readonly IssueCount[]): string[] {
  const failing = checks
    .filter((one) => one.verdict === 'fail')
    .map((one) => `${one.check}: ${one.remedy ?? one.message}`);
  const costly = together(issues)
    .filter((one) => one.hours > 0)
    .toSorted((a, b) => b.hours - a.hours)
    .map(
      (one) =>
        `${TO_DO[one.severity]}: ${one.title} (${one.code}), ${several(one.occurrences, 'time')}, about ${hoursText(one.hours)}`,
    );
  const none = 'Nothing is in the way: write the job file and start with `sluice check`.';
  const steps = [...new Set(failing), ...costly];
  return (steps.length > 0 ? steps : [none]).slice(0, STEPS);
}

/** What is learnt for one database is known for the others. */
function together(issues: readonly IssueCount[]): IssueCount[] {
  return [...Map.groupBy(issues, (one) => one.code).values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const sum = (of: (one: IssueCount) => number): number => group.reduce((all, one) => all + of(one), 0);
    const hours = first.learning + sum((one) => one.hours - one.learning);
    return [{ ...first, occurrences: sum((one) => one.occurrences), objects: sum((one) => one.objects), hours }];
  });
}
