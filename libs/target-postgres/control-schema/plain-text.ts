/** A text as PostgreSQL takes it: it holds no U+0000 and no halves of surrogate pairs. */
export function plainText(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed();
}

/** JSON that PostgreSQL takes as jsonb: its texts are {@link plainText}. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'string' ? plainText(one) : one));
}
