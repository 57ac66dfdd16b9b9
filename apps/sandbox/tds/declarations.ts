/** One parameter of a declaration list as sp_executesql and sp_prepare take it. */
export interface Declaration {
  /** With its @. */
  readonly name: string;
  /** Type and what follows it, without OUTPUT and READONLY: `nvarchar(50)`, `dbo.Ids`. */
  readonly type: string;
  readonly output: boolean;
}

/** Splits `@a int, @b decimal(10, 2) output, @t dbo.[Ids, old] readonly`. A text it does not understand yields what it can; the engine judges types. */
export function readDeclarations(text: string): Declaration[] {
  const declarations: Declaration[] = [];
  for (const part of splitAtCommas(text)) {
    const match = /^\s*(@[^\s(,]+)\s+(?:as\s+)?([\s\S]*?)\s*$/i.exec(part);
    if (!match) continue;
    const tail = match[2] ?? '';
    const output = /\s+out(?:put)?$/i.test(tail);
    declarations.push({ name: match[1] ?? '', type: tail.replace(/\s+(?:out|output|readonly)$/i, ''), output });
  }
  return declarations;
}

function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let closing = '';
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    if (closing) {
      if (char === closing) closing = '';
    } else if (char === "'" || char === '"') closing = char;
    else if (char === '[') closing = ']';
    else if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
