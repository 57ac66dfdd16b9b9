import { issue, type Issue } from '../schema/issue.ts';
import type { ScriptFile } from './sqlcmd.ts';

/** Comments stay as they are; `<name, type, value>` is a parameter of a template of SSMS. */
const TEMPLATE = /--[^\n]*|\/\*[\s\S]*?\*\/|<([A-Za-z_]\w*)\s*,\s*[^<>,'\n]*,\s*([^<>,'\n]*?)\s*>/g;

/** What T-SQL has no place for, and installers replace: `{owner}`, and `@schema.` where a table is named. */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?\*\/|(\{[A-Za-z_]\w*\}|(?<=\b(?:TABLE|INTO|FROM|JOIN|ON|UPDATE|REFERENCES|VIEW|PROC|PROCEDURE|FUNCTION)\s+)@[A-Za-z_]\w*(?=\.(?!nodes\b)))/gi;

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

  filled({ path, text }: ScriptFile): ScriptFile {
    const replaced = this.pattern
      ? text.replaceAll(this.pattern, (found) => this.values.get(found.toLowerCase()) ?? found)
      : text;
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

  /** Says of a script that was not understood which texts in it may be an installer's. */
  leftIn(file: ScriptFile): void {
    for (const { 1: found, index: at } of file.text.matchAll(TOKENS))
      if (found !== undefined)
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
