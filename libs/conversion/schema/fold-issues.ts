import type { TableModel } from '#schema';
import type { Issue, IssueCode } from './issue.ts';

/** Codes that say the same of every column they are about. */
const SAME: readonly IssueCode[] = ['SL1009', 'SL1038'];

/** One issue for a table where several of its columns have the same: at the place of the first. */
export function foldIssues(issues: readonly Issue[], tables: readonly TableModel[]): Issue[] {
  const columns = new Map<string, { readonly table: string; readonly column: string }>();
  for (const { schema, name, columns: list } of tables)
    for (const one of list)
      columns.set(`${schema}.${name}.${one.name}`, { table: `${schema}.${name}`, column: one.name });
  const groups = new Map<string, { readonly first: Issue; readonly names: string[]; readonly table: string }>();
  const kept: (Issue | { readonly group: string })[] = [];
  for (const issue of issues) {
    const place = SAME.includes(issue.code) ? columns.get(issue.object) : undefined;
    if (!place) {
      kept.push(issue);
      continue;
    }
    const group = `${issue.code} ${place.table} ${issue.message}`;
    const known = groups.get(group);
    if (known) known.names.push(place.column);
    else {
      groups.set(group, { first: issue, names: [place.column], table: place.table });
      kept.push({ group });
    }
  }
  return kept.flatMap((one) => {
    if (!('group' in one)) return [one];
    const found = groups.get(one.group);
    if (!found) return [];
    const { first, names, table } = found;
    if (names.length === 1) return [first];
    return [{ ...first, object: table, message: `${first.message} Columns: ${names.join(', ')}.` }];
  });
}
