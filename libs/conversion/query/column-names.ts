import type { Span } from '#tsql';
import type { Translation } from './translation.ts';

/** A derived table or common table expression, and how many names stand in parentheses behind its own. */
export interface Named {
  readonly name: string;
  readonly given: number;
  readonly span: Span;
}

/** The columns of a derived table or common table expression: as many as the names given (8158, 8159), each with a name (8155), no two the same (8156). */
export function checkColumnNames(t: Translation, table: Named, columns: readonly { readonly name: string }[]): void {
  const { name: of, given, span } = table;
  if (given !== 0 && given !== columns.length) {
    const [number, word] = columns.length > given ? ([8158, 'more'] as const) : ([8159, 'fewer'] as const);
    t.fail('column-list', number, `'${of}' has ${word} columns than were specified in the column list.`, span);
    return;
  }
  if (t.profile.kind !== 'sandbox') return;
  const seen = new Set<string>();
  for (const [index, { name }] of columns.entries()) {
    if (name === '')
      t.fail('unnamed-column', 8155, `No column name was specified for column ${index + 1} of '${of}'.`, span);
    if (name !== '' && seen.has(name.toLowerCase()))
      t.fail('repeated-column', 8156, `The column '${name}' was specified multiple times for '${of}'.`, span);
    seen.add(name.toLowerCase());
  }
}
