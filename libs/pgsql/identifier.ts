/** Quotes a PostgreSQL identifier: always, so that no name is special. The one function for it. */
export function quoteIdent(name: string): string {
  if (name.includes('\u0000')) throw new RangeError('an identifier cannot hold U+0000');
  return `"${name.replaceAll('"', '""')}"`;
}

/** `"schema"."name"`. */
export function quoteQualified(name: { readonly schema: string; readonly name: string }): string {
  return `${quoteIdent(name.schema)}.${quoteIdent(name.name)}`;
}

/** A PostgreSQL string literal, for DDL where parameters are not allowed. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
