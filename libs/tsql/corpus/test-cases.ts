import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One text of the corpus, and the page of Microsoft's documentation that has its syntax, below https://learn.microsoft.com/sql/. */
export interface CorpusCase {
  readonly page: string;
  readonly sql: string;
}

/** The files of a folder of the corpus, by name. */
export function corpusFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
}

/**
 * Reads one file: a line is a case, and lines that begin with a blank go on with it. `-- page: …` holds for the cases behind it;
 * other lines that begin with two dashes are headings.
 */
export function corpusCases(folder: string, name: string): CorpusCase[] {
  const cases: { page: string; sql: string }[] = [];
  let page = '';
  for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
    const last = cases.at(-1);
    if (line.startsWith('-- page: ')) page = line.slice('-- page: '.length).trim();
    else if (line.startsWith('--') || line.trim() === '') continue;
    else if (/^\s/.test(line) && last !== undefined) last.sql += `\n${line}`;
    else cases.push({ page, sql: line });
  }
  return cases;
}
