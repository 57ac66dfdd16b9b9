import { issue, type Issue } from '../schema/issue.ts';
import type { ScriptFile } from './sqlcmd.ts';

/** Comments stay as they are; `<name, type, value>` is a parameter of a template of SSMS. */
const TEMPLATE = /--[^\n]*|\/\*[\s\S]*?\*\/|<([A-Za-z_]\w*)\s*,\s*[^<>,'\n]*,\s*([^<>,'\n]*?)\s*>/g;

/**
 * What T-SQL has no place for, and installers replace: `{owner}`, `${schema}`, and `@schema.` where a table is named. Before them what may hold anything: comments and strings;
 * names in brackets are looked into.
 */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\[((?:[^\]]|\]\])*)\]|(\$?\{[A-Za-z_][\w.:-]*\}|(?<=\b(?:TABLE|INTO|FROM|JOIN|ON|UPDATE|REFERENCES|VIEW|PROC|PROCEDURE|FUNCTION)\s+)@[A-Za-z_]\w*(?=\.(?!nodes\b)))/gi;

/** A part of a name in brackets. */
const PARTS = /\$?\{[A-Za-z_][\w.:-]*\}/g;

/**
 * Fills what stands in scripts for something else before any client runs them: texts that an installer replaces, and parameters of SSMS templates, which have
 * the value that they name unless a variable of that name says another.
 */
export class Placeholders {
  private readonly pattern: RegExp | undefined;
  private readonly values: ReadonlyMap<string, string>;
  private readonly told = new Set<string>();

  /** `replacements`: by the text that is replaced, in any case. */
  constructor(
    replacements: ReadonlyMap<string, string>,
    private readonly variables: ReadonlyMap<string, string>,
    private readonly issues: Issue[],
  ) {
    this.values = new Map([...replacements].map(([text, value]) => [text.toLowerCase(), value]));
    const texts = [...replacements.keys()].toSorted((a, b) => b.length - a.length);
    if (texts.length > 0)
      this.pattern = new RegExp(texts.map((one) => one.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'gi');
  }

  filled(file: ScriptFile): ScriptFile {
    const { path, text } = file;
    const given = this.pattern
      ? text.replaceAll(this.pattern, (found) => this.values.get(found.toLowerCase()) ?? found)
      : text;
    const replaced = this.guessed({ path, text: given });
    if (!/<[A-Za-z_]\w*\s*,[^<>\n]*,/.test(replaced)) return { path, text: replaced };
    const whole = replaced.replaceAll(
      TEMPLATE,
      (found: string, name: string | undefined, usual: string | undefined, at: number) => {
        if (name === undefined || usual === undefined) return found;
        const value = this.variables.get(name.toLowerCase());
        if (value === undefined && usual === '') return found;
        if (value === undefined)
          this.tell(
            { path, text: replaced },
            { found, at },
            `The template parameter ${name} has its own value, ${usual}: give it another with --var ${name}=….`,
          );
        return value ?? usual;
      },
    );
    return { path, text: whole };
  }

  /**
   * A script without the texts that an installer would have replaced, where they cannot be anything else: dbo stands for one that a dot follows, nothing for one that is a
   * part of a name. In strings they have the same value.
   */
  private guessed(file: ScriptFile): string {
    const { text } = file;
    if (!/\{[A-Za-z_]|\s@\w+\./.test(text)) return text;
    const values = new Map<string, { value: string; found: string; at: number }>();
    for (const { found, at, before, after } of tokensOf(text)) {
      const value = after === '.' ? 'dbo' : /[\w\]}"]/.test(before) || /[\w[{"$@#]/.test(after) ? '' : undefined;
      const key = found.toLowerCase();
      if (value !== undefined && values.get(key)?.value !== 'dbo') values.set(key, { value, found, at });
    }
    for (const { value, found, at } of values.values())
      this.tell(
        file,
        { found, at },
        `${found} is no T-SQL but what an installer replaces: it is read as ${value === '' ? 'nothing' : value}; give another value with --replace '${found}=…'.`,
      );
    if (values.size === 0) return text;
    const all = [...values.keys()].map((one) =>
      one.startsWith('@') ? `${one}(?=\\.)` : one.replaceAll(/[$.{}]/g, String.raw`\$&`),
    );
    return text.replaceAll(new RegExp(all.join('|'), 'gi'), (found) => values.get(found.toLowerCase())?.value ?? found);
  }

  /** Says of a script that was not understood which texts in it may be an installer's. */
  leftIn(file: ScriptFile): void {
    for (const { found, at } of tokensOf(file.text))
      this.tell(
        file,
        { found, at },
        `${found} is no T-SQL: if an installer replaces it, give its value with --replace '${found}=…'.`,
      );
  }

  private tell({ path, text }: ScriptFile, { found, at }: { found: string; at: number }, message: string): void {
    if (this.told.has(message)) return;
    this.told.add(message);
    const before = text.slice(0, at).split('\n');
    const place = { line: before.length, column: (before.at(-1) ?? '').length + 1, excerpt: found };
    this.issues.push({ ...issue('SL1088', path, message, place), file: path });
  }
}

interface Token {
  readonly found: string;
  readonly at: number;
  /** The characters beside it. */
  readonly before: string;
  readonly after: string;
}

/** Texts of an installer that stand in code; of those that are a whole name in brackets the ones before a dot alone: `[{x}]` may be a column. */
function* tokensOf(text: string): Generator<Token, undefined> {
  for (const { 0: whole, 1: name, 2: found, index } of text.matchAll(TOKENS)) {
    const next = text[index + whole.length] ?? '';
    if (found !== undefined) yield { found, at: index, before: text[index - 1] ?? '', after: next };
    for (const { 0: part, index: at } of name?.matchAll(PARTS) ?? []) {
      const place = { found: part, at: index + 1 + at };
      if (part === name && next === '.') yield { ...place, before: '', after: next };
      else if (part !== name) yield { ...place, before: name?.[at - 1] ?? '', after: name?.[at + part.length] ?? '' };
    }
  }
  return undefined;
}
