import type { WorkspaceObject } from '../workspace/index.ts';

/** A message as OpenAI-compatible endpoints take it (POST /chat/completions). */
export interface ModelMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

const ROLE =
  'You help an engineer to move a database from SQL Server to PostgreSQL. You are shown one object: its T-SQL, what a converter made of it, and the issues that the converter found.';
const EXPLAIN =
  'Explain each issue in a few sentences: what differs, when it matters to the callers of this object, and what to change. Do not repeat the code.';
const PROPOSE =
  'Write the whole object anew for PostgreSQL, so that it does the same as the T-SQL. Keep its name, its parameters and their order as the converter has them, and its comments. Use no extension. Answer with one ```sql block, then name in a few sentences what you could not keep.';

/** What a model is asked of one object. All that is sent is in it: text of the object and of its issues, no rows, no settings. `version`: PostgreSQL's. */
export function modelMessages(
  object: WorkspaceObject,
  wanted: 'explanation' | 'proposal',
  version: number,
): ModelMessage[] {
  const issues = object.issues.map((one) => {
    return `- ${one.code} (${one.severity}, line ${one.line}): ${one.message}\n  Remedy: ${one.remedy}`;
  });
  const parts = [
    `${object.kind} ${object.sourceSchema}.${object.sourceName}, for PostgreSQL ${version}.`,
    ...(object.source === null ? [] : [`T-SQL:\n\`\`\`sql\n${object.source.trimEnd()}\n\`\`\``]),
    `Converted:\n\`\`\`sql\n${object.converted.trimEnd()}\n\`\`\``,
    `Issues:\n${issues.join('\n') || '- none'}`,
    wanted === 'proposal' ? PROPOSE : EXPLAIN,
  ];
  return [
    { role: 'system', content: ROLE },
    { role: 'user', content: parts.join('\n\n') },
  ];
}

/** The code of an answer: its first fenced block. Null where there is none. */
export function proposalIn(answer: string): string | null {
  const found = /```[a-z]*[ \t]*\r?\n([^]*?)```/i.exec(answer)?.[1]?.trim();
  return found === undefined || found === '' ? null : `${found}\n`;
}

/** A text of a tree's file with other statements under the comments at its head. */
export function underHead(file: string | undefined, statements: string): string {
  const head = /^(?:--[^\n]*\n|\s*\n)*/.exec(file ?? '')?.[0] ?? '';
  return `${head}${statements}`;
}
