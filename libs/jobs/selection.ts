import type { TableRule } from './job-file.ts';

/** Whether a table moves: no include rule = all do; later rules win. Patterns compare without case, `*` stands for any text. */
export function isSelected(rules: readonly TableRule[], schema: string, name: string): boolean {
  const full = `${schema}.${name}`;
  let selected = !rules.some((rule) => rule.include !== undefined);
  for (const rule of rules) {
    if (rule.include !== undefined && matches(rule.include, full)) selected = true;
    if (rule.exclude !== undefined && matches(rule.exclude, full)) selected = false;
  }
  return selected;
}

/** The overrides of one table, all its rules merged in order. */
export function rulesOf(rules: readonly TableRule[], schema: string, name: string): TableRule {
  const full = `${schema}.${name}`.toLowerCase();
  return Object.assign({}, ...rules.filter((rule) => rule.name?.toLowerCase() === full)) as TableRule;
}

function matches(pattern: string, full: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`, 'isu').test(full);
}
