/** One statement that SQL Server accepts, and the kind of node it becomes. */
export interface SyntaxCase {
  readonly kind: string;
  readonly sql: string;
}

/** Reads a list of cases, one a line: the kind, a bar, the statement. A line that begins with two dashes is a heading. */
export function caseList(text: string): SyntaxCase[] {
  const list: SyntaxCase[] = [];
  for (const line of text.split('\n')) {
    const bar = line.indexOf('|');
    if (line.startsWith('--') || bar < 0) continue;
    list.push({ kind: line.slice(0, bar).trim(), sql: line.slice(bar + 1).trim() });
  }
  return list;
}
