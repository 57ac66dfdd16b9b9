import { sqlcmdLines, unquote } from '#tsql';
import { type Issue, issue } from '../schema/issue.ts';

/** A script file, decoded. */
export interface ScriptFile {
  /** As it is named in issues. */
  readonly path: string;
  readonly text: string;
}

/** Gives the file that a `:r` line names, or undefined where it cannot be read. */
export type Include = (path: string, from: string) => ScriptFile | undefined;

/** `:r` in a circle ends here. */
const DEEPEST = 32;

const VARIABLE = /\$\(([A-Za-z_][\w-]*)\)/g;
const COMMENT_OR_VARIABLE = new RegExp(String.raw`--[^\n]*|/\*[\s\S]*?\*/|${VARIABLE.source}`, 'g');

/** Variables of SQLCMD in force, by lower-case name; they go on from one file to the next. */
export type SqlcmdVariables = Map<string, string>;

/**
 * A script as sqlcmd would send it: `:setvar` followed, `$(name)` replaced, files of `:r` put in, all other lines for the client left out. Lines keep their numbers.
 */
export class SqlcmdReader {
  private readonly unset = new Set<string>();

  constructor(
    private readonly variables: SqlcmdVariables,
    private readonly include: Include,
    private readonly issues: Issue[],
  ) {}

  *pieces(file: ScriptFile, depth = 0): Generator<ScriptFile, undefined> {
    const { path, text } = file;
    if (!/^[ \t]*(:|!!)/m.test(text) && !text.includes('$(')) {
      yield file;
      return undefined;
    }
    let from = 0;
    let line = 1;
    let piece = '';
    for (const { command, argument, span } of sqlcmdLines(text)) {
      piece += this.replaced(text.slice(from, span.start), path, line);
      from = span.end;
      line = span.line;
      if (command === 'setvar') this.set(argument);
      else if (command === 'r') {
        yield { path, text: piece };
        piece = '\n'.repeat(span.line - 1);
        yield* this.included(argument, path, span.line, depth);
      } else if (command === 'connect' || command === '!!') this.leftOut(command, argument, path, span.line);
    }
    yield { path, text: piece + this.replaced(text.slice(from), path, line) };
    return undefined;
  }

  private set(argument: string): void {
    const [, name, value] = /^(\S+)\s*(.*)$/.exec(argument) ?? [];
    if (name !== undefined) this.variables.set(name.toLowerCase(), unquote((value ?? '').trim()));
  }

  /** What goes to another server, or to the shell, is told: the rest of the script may rest on it. */
  private leftOut(command: 'connect' | '!!', argument: string, path: string, line: number): void {
    const written = command === '!!' ? `!!${argument}` : `:connect ${argument}`;
    const message =
      command === '!!'
        ? 'A command of the shell is not run.'
        : 'The script goes to another server here; what follows is read as if it were the same one.';
    this.issues.push({ ...issue('SL1085', path, message, { line, excerpt: written.trim() }), file: path });
  }

  private *included(argument: string, from: string, line: number, depth: number): Generator<ScriptFile, undefined> {
    const path = unquote(this.replaced(argument, from, line).trim());
    const file = depth < DEEPEST ? this.include(path, from) : undefined;
    if (file) yield* this.pieces(file, depth + 1);
    else {
      const message =
        depth < DEEPEST ? `The file ${path} of a :r line cannot be read.` : `:r ${path} goes round in a circle.`;
      this.issues.push({ ...issue('SL1082', from, message, { line, excerpt: `:r ${argument}` }), file: from });
    }
    return undefined;
  }

  /** A text with the variables that have a value. */
  private filled(text: string): string {
    return text.replaceAll(
      VARIABLE,
      (written: string, name: string) => this.variables.get(name.toLowerCase()) ?? written,
    );
  }

  /** A variable without a value is left as it stands, with one issue; in comments it means nothing. */
  private replaced(text: string, path: string, line: number): string {
    if (!text.includes('$(')) return text;
    return text.replaceAll(COMMENT_OR_VARIABLE, (written: string, name: string | undefined, at: number) => {
      if (name === undefined) return this.filled(written);
      const value = this.variables.get(name.toLowerCase());
      if (value !== undefined) return value;
      if (!this.unset.has(name.toLowerCase())) {
        this.unset.add(name.toLowerCase());
        const message = `The SQLCMD variable ${name} has no value: give it one with --var ${name}=….`;
        const before = text.slice(0, at).split('\n').length - 1;
        this.issues.push({ ...issue('SL1088', path, message, { line: line + before, excerpt: written }), file: path });
      }
      return written;
    });
  }
}
