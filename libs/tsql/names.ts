/**
 * The one place that quotes a T-SQL name: brackets around it, `]` doubled. Any string is safe in it; lengths are not checked.
 */
export function quoteName(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

/** A dotted name of quoted parts: `qualifiedName('dbo', 't')` is `[dbo].[t]`. */
export function qualifiedName(...parts: readonly string[]): string {
  return parts.map(quoteName).join('.');
}

/** The one place that quotes a T-SQL character literal; `national` puts the N before it. */
export function quoteString(text: string, national = true): string {
  return `${national ? 'N' : ''}'${text.replaceAll("'", "''")}'`;
}

/** The name within brackets, double or single quotes, doubled closing quotes undone; a name without quotes is itself. */
export function unquote(name: string): string {
  const open = name.charAt(0);
  const close = open === '[' ? ']' : open;
  if ((open !== '[' && open !== '"' && open !== "'") || name.length < 2 || !name.endsWith(close)) return name;
  return name.slice(1, -1).replaceAll(close + close, close);
}
