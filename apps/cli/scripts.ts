import { readdir, readFile, stat } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { type Include, type Issue, issue, readScripts, type ScriptFile, type ScriptReading } from '#conversion';
import { SluiceError } from '#errors';
import { type JobFile, parseJobFile, readJobFile } from '#jobs';
import { decodeScript, encodingOf } from '#tsql';
import type { Invocation, OptionSpec } from './command.ts';
import { isProject, leftWords, projectScripts } from './database-project.ts';
import { setOptions } from './job.ts';
import type { Output } from './output.ts';

/** Options of commands that read script files in place of a live source. */
export const SCRIPT_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  scripts: {
    type: 'string',
    multiple: true,
    value: 'PATH…',
    help: 'Read scripts in place of a live source: files, and folders with all their .sql files by name',
  },
  database: { type: 'string', value: 'NAME', help: 'Of scripts: which database is meant, where they build several' },
  collation: { type: 'string', value: 'NAME', help: 'Of scripts: the collation of the database' },
  var: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'Of scripts: a variable of SQLCMD, $(NAME)' },
  replace: {
    type: 'string',
    multiple: true,
    value: 'TEXT=VALUE',
    help: 'Of scripts: a text that their installer replaces, such as {owner}',
  },
  'code-page': { type: 'string', value: 'NAME', help: 'Of scripts that are not Unicode; windows-1252 if not given' },
};

/** A reading of scripts with the settings under which it is converted. */
export interface ScriptSource {
  readonly reading: ScriptReading;
  readonly job: JobFile;
  /** What was read, in words. */
  readonly place: string;
}

/** Whether a command was told to read scripts. */
export function readsScripts(invocation: Invocation): boolean {
  return invocation.options['scripts'] !== undefined;
}

/** What is said where scripts gave no object and are not understood: they are no T-SQL. null: they are, or there is nothing in them. */
export function nothingRead({ reading, place }: Pick<ScriptSource, 'reading' | 'place'>): string | null {
  const { tables, sequences, aliasTypes, tableTypes = [], modules, synonyms, facilities = [] } = reading.database;
  const made = [tables, sequences, aliasTypes, tableTypes, modules, synonyms, facilities];
  const broken = reading.issues.filter((one) => one.code === 'SL1080').length;
  if (broken === 0 || made.some((list) => list.length > 0)) return null;
  return `Nothing could be read from ${place}: no object is made in it, and ${broken} statements are not understood. Is it T-SQL, and in which code page (--code-page)?`;
}

/** Without a job file: naming and all else by their defaults. Nothing of it is ever connected to. */
const NO_JOB = `job: scripts
source: { kind: sqlserver, database: scripts, user: none, password: "" }
target: { url: "postgresql://none@localhost/none" }
`;

/**
 * Reads the scripts that a command line names. Words beside the options are more of them (a shell puts them there for *.sql), but for a job file.
 * @throws SluiceError UsageInvalid, JobFileInvalid
 */
export async function openScripts(invocation: Invocation): Promise<ScriptSource> {
  const { options, positionals } = invocation;
  const jobs = positionals.filter((word) => /\.(ya?ml|json)$/i.test(word));
  const [path, second] = jobs;
  if (second !== undefined) throw new SluiceError('UsageInvalid', `One job file is enough, not ${jobs.join(' and ')}.`);
  const given = [...listOf(options['scripts']), ...positionals.filter((word) => !jobs.includes(word))];
  const overrides = setOptions(invocation);
  const job =
    path === undefined ? parseJobFile(NO_JOB, { overrides }) : readJobFile(path, overrides, { lazySecrets: true });
  const codePage = textOf(options['code-page']);
  checkCodePage(codePage);
  const files: string[] = [];
  const unbuilt: Unbuilt[] = [];
  for (const one of given) files.push(...(await filesOf(one, unbuilt)));
  if (files.length === 0) throw new SluiceError('UsageInvalid', `There is no .sql file in ${given.join(', ')}.`);
  const chosen = textOf(options['database']);
  const collation = textOf(options['collation']);
  const include = includeBeside(codePage);
  const included = new Set<string>();
  const reading = readScripts(await decoded(files, codePage, invocation.out), {
    database: chosen ?? (path === undefined ? nameFrom(given[0] ?? '') : job.source.database),
    ...(chosen === undefined ? {} : { chosen }),
    ...(collation === undefined ? {} : { collation }),
    variables: pairsOf(listOf(options['var']), '--var takes NAME=VALUE'),
    replacements: pairsOf(listOf(options['replace']), '--replace takes TEXT=VALUE'),
    include: (written, from) => {
      const found = include(written, from);
      if (found) included.add(resolve(found.path));
      return found;
    },
  });
  const left = leftIssues(unbuilt, new Set([...files.map((one) => resolve(one)), ...included]));
  return { reading: { ...reading, issues: [...left, ...reading.issues] }, job, place: given.join(', ') };
}

/** Scripts below the folder of a project that it does not build. */
interface Unbuilt {
  readonly project: string;
  readonly left: readonly string[];
}

/** One issue for each project of what was read by no way. */
function leftIssues(unbuilt: readonly Unbuilt[], read: ReadonlySet<string>): Issue[] {
  return unbuilt.flatMap(({ project, left }) => {
    const unread = left.filter((path) => !read.has(resolve(path)));
    return unread.length > 0 ? [{ ...issue('SL1085', project, leftWords(project, unread)), file: project }] : [];
  });
}

function listOf(option: Invocation['options'][string]): string[] {
  return Array.isArray(option) ? option : [];
}

function textOf(option: Invocation['options'][string]): string | undefined {
  return typeof option === 'string' ? option : undefined;
}

function checkCodePage(name: string | undefined): void {
  try {
    new TextDecoder(name ?? 'windows-1252');
  } catch (error) {
    throw new SluiceError(
      'UsageInvalid',
      `There is no code page ${name}: name one such as windows-1251 or shift_jis.`,
      {},
      { cause: error },
    );
  }
}

function pairsOf(entries: readonly string[], rule: string): Map<string, string> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      if (at < 1) throw new SluiceError('UsageInvalid', `${rule}, not "${entry}".`);
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** A database without a name is called as its script or folder. */
function nameFrom(path: string): string {
  const name = basename(resolve(path));
  return basename(name, extname(name)) || 'scripts';
}

/** Numbers in names count as numbers: 2-tables.sql stands before 10-views.sql. */
const byName = new Intl.Collator('en', { numeric: true });

/** A file, or all .sql files below a folder by name; of a folder, its files and folders in one order, of a database project those that it builds. */
async function filesOf(path: string, unbuilt: Unbuilt[]): Promise<string[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw new SluiceError('UsageInvalid', `${path} cannot be read.`, { path }, { cause: error });
  }
  if (!isFolder) return [path];
  const all = await readdir(path, { withFileTypes: true });
  const entries = all
    .filter((entry) => (entry.isDirectory() ? !entry.name.startsWith('.') : /\.sql$/i.test(entry.name)))
    .toSorted((a, b) => byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const entry of entries) found.push(...(await filesOf(join(path, entry.name), unbuilt)));
  const projects = all.filter((entry) => isProject(entry.name)).map((entry) => join(path, entry.name));
  // Of two projects in one folder nobody says which is meant.
  const [project] = projects.length === 1 ? projects : [];
  if (project === undefined) return found;
  const { files, left } = await projectScripts(project, found);
  unbuilt.push({ project, left });
  return [...files];
}

/** Texts of files. Where no code page was named, files that need one are told: their letters may be wrong. */
async function decoded(paths: readonly string[], codePage: string | undefined, out: Output): Promise<ScriptFile[]> {
  const files: ScriptFile[] = [];
  const guessed: string[] = [];
  for (const path of paths) {
    const bytes = await readFile(path);
    files.push({ path, text: decodeScript(bytes, codePage) });
    if (codePage === undefined && encodingOf(bytes) === undefined) guessed.push(path);
  }
  const [first] = guessed;
  if (first !== undefined)
    out.progress(
      `${first}${guessed.length > 1 ? ` and ${guessed.length - 1} more` : ''}: not Unicode, read as windows-1252. Where letters are wrong, name the code page (--code-page windows-1251 …).`,
    );
  return files;
}

/** `:r` names a file beside the one that it stands in, or from the working folder, as sqlcmd has it. */
function includeBeside(codePage: string | undefined): Include {
  return (written, from) => {
    const path = written.replaceAll('\\', '/');
    for (const candidate of [join(dirname(from), path), resolve(path)]) {
      try {
        const found = asOnDisk(candidate);
        return { path: found, text: decodeScript(readFileSync(found), codePage) };
      } catch (error) {
        if (!['ENOENT', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
    }
    return undefined;
  };
}

/** A path as the disk spells it: scripts are written where case does not count. */
function asOnDisk(path: string): string {
  if (existsSync(path) || dirname(path) === path) return path;
  const folder = asOnDisk(dirname(path));
  const own = basename(path).toLowerCase();
  const found = existsSync(folder) ? readdirSync(folder).find((name) => name.toLowerCase() === own) : undefined;
  return join(folder, found ?? basename(path));
}
