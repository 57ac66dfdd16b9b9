/** How names of a database with this collation are compared; the same rule as meta.fold (schema/helpers.sql.ts). */
export function foldOf(collation: string): (name: string) => string {
  const upper = collation.toUpperCase();
  const lower = upper.includes('_CS') || /_BIN2?(_|$)/.test(upper) ? (name: string) => name : simpleLower;
  if (!upper.includes('_AI')) return lower;
  return (name) =>
    lower(name)
      .normalize('NFD')
      .replaceAll(/[\u0300-\u036F]/g, '');
}

/** Lower case by Unicode's simple mapping (one code point to one), as PostgreSQL's C.UTF-8 has it. */
function simpleLower(name: string): string {
  if (/^[\u0020-\u007E]*$/.test(name)) return name.toLowerCase();
  return Array.from(name, (point) => {
    if (point === '\u0130') return 'i';
    const lower = point.toLowerCase();
    return lower.length === point.length ? lower : point;
  }).join('');
}

/** True where two names that differ only in case are different. */
export function isCaseSensitive(collation: string): boolean {
  const upper = collation.toUpperCase();
  return upper.includes('_CS') || /_BIN2?(_|$)/.test(upper);
}
