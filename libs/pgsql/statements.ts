/** What a CREATE statement makes, by its words alone: `parent` is the table of an index, a trigger, a constraint or a policy, as it is written. */
export interface MadeObject {
  readonly type:
    | 'schema'
    | 'relation'
    | 'index'
    | 'routine'
    | 'type'
    | 'trigger'
    | 'constraint'
    | 'policy'
    | 'extension'
    | 'collation';
  /** null: whatever schema comes first in the search path. */
  readonly schema: string | null;
  readonly name: string;
  readonly parent: string | null;
}

const SKIPPED = /(?:--[^\n]*(?:\n|$)|\/\*[^]*?\*\/|\s)+/y;
const DOLLAR = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;

/**
 * The statements of a script, without the semicolons between them; comments stay with the statement behind them, and what holds nothing else is left out. Knows strings, quoted
 * names, dollar quotes, nested comments, parentheses and bodies in BEGIN ATOMIC … END; linear in the text.
 */
export function splitStatements(script: string): string[] {
  const statements: string[] = [];
  let from = 0;
  let depth = 0;
  let isEmpty = true;
  const cut = (to: number): void => {
    if (!isEmpty) statements.push(script.slice(from, to).trim());
    from = to + 1;
    isEmpty = true;
    depth = 0;
  };
  let before = '';
  for (let at = 0; at < script.length;) {
    const char = script.charAt(at);
    if (char === ';' && depth === 0) {
      cut(at++);
      continue;
    }
    const token = tokenAt(script, at);
    if (!token.isBlank) isEmpty = false;
    if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') depth = Math.max(0, depth - 1);
    else if (token.word !== '') {
      const word = token.word.toLowerCase();
      if ((word === 'atomic' && before === 'begin') || (depth > 0 && word === 'case')) depth++;
      else if (word === 'end' && depth > 0) depth--;
      before = word;
    }
    at = token.end;
  }
  cut(script.length);
  return statements;
}

interface Token {
  readonly end: number;
  readonly word: string;
  readonly isBlank: boolean;
}

function tokenAt(script: string, at: number): Token {
  const char = script.charAt(at);
  const two = script.slice(at, at + 2);
  if (two === '--') return { end: endOf(script, '\n', at), word: '', isBlank: true };
  if (two === '/*') return { end: endOfComment(script, at), word: '', isBlank: true };
  if (char === "'" || char === '"') return { end: endOfQuote(script, at), word: '', isBlank: false };
  if (char === '$') {
    DOLLAR.lastIndex = at;
    const tag = DOLLAR.exec(script)?.[0];
    if (tag) return { end: endOf(script, tag, at + tag.length), word: '', isBlank: false };
  }
  WORD.lastIndex = at;
  const word = WORD.exec(script)?.[0] ?? '';
  if (word !== '') return { end: at + word.length, word, isBlank: false };
  return { end: at + 1, word: '', isBlank: /\s/.test(char) };
}

function endOf(script: string, what: string, from: number): number {
  const found = script.indexOf(what, from);
  return found < 0 ? script.length : found + what.length;
}

function endOfComment(script: string, start: number): number {
  let depth = 1;
  for (let at = start + 2; at < script.length; at++) {
    const two = script.slice(at, at + 2);
    if (two === '/*') depth++;
    else if (two === '*/') depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return script.length;
}

/** The end of a string or a quoted name, behind its last quote. */
function endOfQuote(script: string, start: number): number {
  const quote = script.charAt(start);
  const isEscaped = quote === "'" && /[eE]/.test(script.charAt(start - 1)) && !/[\w$]/.test(script.charAt(start - 2));
  for (let at = start + 1; at < script.length; at++) {
    if (isEscaped && script.charAt(at) === '\\') at++;
    else if (script.charAt(at) === quote) {
      if (script.charAt(at + 1) !== quote) return at + 1;
      at++;
    }
  }
  return script.length;
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const QUALIFIED = String.raw`${NAME}(?:\s*\.\s*${NAME})?`;
const MAKERS: readonly (readonly [MadeObject['type'], RegExp])[] = [
  ['schema', head(`create schema (?:if not exists )?(?<name>${NAME})`)],
  ['extension', head(`create extension (?:if not exists )?(?<name>${NAME})`)],
  ['relation', head(`create (?:unlogged )?table (?:if not exists )?(?<name>${QUALIFIED})`)],
  ['relation', head(`create (?:or replace )?(?:recursive )?view (?<name>${QUALIFIED})`)],
  ['relation', head(`create (?:materialized view|foreign table) (?:if not exists )?(?<name>${QUALIFIED})`)],
  ['relation', head(`create (?:unlogged )?sequence (?:if not exists )?(?<name>${QUALIFIED})`)],
  ['collation', head(`create collation (?:if not exists )?(?<name>${QUALIFIED})`)],
  ['type', head(`create (?:type|domain) (?<name>${QUALIFIED})`)],
  ['routine', head(`create (?:or replace )?(?:function|procedure) (?<name>${QUALIFIED})`)],
  ['index', head(`create (?:unique )?index (?:if not exists )?(?<name>${NAME}) on (?:only )?(?<parent>${QUALIFIED})`)],
  [
    'trigger',
    head(`create (?:or replace )?(?:constraint )?trigger (?<name>${NAME}) [^]*?\\bon (?<parent>${QUALIFIED})`),
  ],
  ['policy', head(`create policy (?<name>${NAME}) on (?<parent>${QUALIFIED})`)],
  ['constraint', head(`alter table (?:if exists )?(?:only )?(?<parent>${QUALIFIED}) add constraint (?<name>${NAME})`)],
];
const ALTERED = head(`alter table (?:if exists )?(?:only )?(?<name>${QUALIFIED})`);

/** A pattern of the beginning of a statement, its blanks any white space. */
function head(words: string): RegExp {
  return new RegExp(`^${words.replaceAll(' ', String.raw`\s+`)}`, 'iu');
}

/** The object that a statement makes, or null: it makes none, or one that only lives in its session. */
export function madeBy(statement: string): MadeObject | null {
  const text = withoutHead(statement);
  for (const [type, pattern] of MAKERS) {
    const groups = pattern.exec(text)?.groups;
    if (!groups) continue;
    const parts = partsOf(groups['name'] ?? '');
    return {
      type,
      schema: parts.length > 1 ? (parts[0] ?? null) : null,
      name: parts.at(-1) ?? '',
      parent: groups['parent'] ?? null,
    };
  }
  return null;
}

/** The table that a statement alters, as it is written, or null. */
export function alteredBy(statement: string): string | null {
  return ALTERED.exec(withoutHead(statement))?.groups?.['name'] ?? null;
}

/** Whether a statement begins or ends a transaction, or cannot run in one. */
export function isTransactional(statement: string): boolean {
  const words =
    /^(begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction|vacuum|(?:create|drop)\s+(?:database|tablespace)|create\s+(?:unique\s+)?index\s+concurrently|alter\s+system)\b/i;
  return words.test(withoutHead(statement));
}

/** A statement without the comments and blanks before its first word. */
function withoutHead(statement: string): string {
  SKIPPED.lastIndex = 0;
  const skipped = SKIPPED.exec(statement)?.[0].length ?? 0;
  return statement.slice(skipped);
}

/** The parts of a qualified name as PostgreSQL keeps them: what is not quoted is in lower case. */
function partsOf(qualified: string): string[] {
  return [...qualified.matchAll(new RegExp(NAME, 'gu'))].map(([part]) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase(),
  );
}
