const CLAUSES = [
  'FROM',
  'WHERE',
  'GROUP BY',
  'HAVING',
  'ORDER BY',
  'LIMIT',
  'OFFSET',
  'FETCH FIRST',
  'WINDOW',
  'UNION ALL',
  'UNION',
  'EXCEPT',
  'INTERSECT',
  'VALUES',
  'SET',
  'USING',
  'RETURNING',
  'WHEN MATCHED',
  'WHEN NOT MATCHED',
  'INNER JOIN',
  'LEFT JOIN',
  'RIGHT JOIN',
  'FULL JOIN',
  'CROSS JOIN',
  'JOIN',
];

/** Lines longer than this are broken before their clauses. */
const WIDTH = 90;

/** The end of a string or a quoted name that begins at `start`. */
function endOfQuote(sql: string, start: number): number {
  const quote = sql.charAt(start);
  const escaped = quote === "'" && /[eE]/.test(sql.charAt(start - 1));
  for (let index = start + 1; index < sql.length; index += 1) {
    if (escaped && sql.charAt(index) === '\\') index += 1;
    else if (sql.charAt(index) === quote) {
      if (sql.charAt(index + 1) !== quote) return index;
      index += 1;
    }
  }
  return sql.length;
}

function clauseAt(sql: string, index: number): boolean {
  if (sql.charAt(index - 1) !== ' ') return false;
  return CLAUSES.some((word) => sql.startsWith(word, index) && /^(\s|\(|$)/.test(sql.slice(index + word.length)));
}

/** One statement on several lines: every clause of its outermost level begins one. Text within quotes stays as it is. */
export function layOut(sql: string): readonly string[] {
  if (sql.length <= WIDTH) return sql.split('\n');
  const lines: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < sql.length; index += 1) {
    const char = sql.charAt(index);
    if (char === "'" || char === '"') index = endOfQuote(sql, index);
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (depth === 0 && clauseAt(sql, index) && index > from) {
      lines.push(sql.slice(from, index).trimEnd());
      from = index;
    }
  }
  lines.push(sql.slice(from));
  return lines;
}
