import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { decodeScript } from '#tsql';

/** What a database project of Visual Studio (`.sqlproj`, the older `.dbproj`) makes of the scripts below its folder. */
export interface ProjectScripts {
  /** What it builds, in the order given, then what it runs behind that. */
  readonly files: readonly string[];
  /** Of the scripts below its folder those that are no part of a new database: tools, data for tests, what prepares an older one. */
  readonly left: readonly string[];
}

/** Whether a file is such a project. */
export const isProject = (name: string): boolean => /\.(sql|db)proj$/i.test(name);

const ITEM = /<(Build|PreDeploy|PostDeploy|None)\s+(Include|Remove)\s*=\s*"([^"]*)"/g;

/**
 * Reads which scripts a project builds. `below`: all scripts below its folder, by name. Paths are compared without case, as Windows has them. Projects of the newer form
 * that list nothing build all that they do not name as something else.
 */
export async function projectScripts(project: string, below: readonly string[]): Promise<ProjectScripts> {
  const folder = dirname(project);
  const items = itemsOf(decodeScript(await readFile(project)));
  const named = (kind: string): readonly string[] =>
    below.filter((path) => items.some((one) => one.kind === kind && one.pattern.test(keyOf(relative(folder, path)))));
  const [listed, after, others] = [
    named('Build Include'),
    named('PostDeploy Include'),
    new Set([...named('PreDeploy Include'), ...named('None Include'), ...named('Build Remove')]),
  ];
  const built = listed.length > 0 ? listed : below.filter((path) => !others.has(path));
  const files = [...built.filter((path) => !after.includes(path)), ...after];
  const read = new Set(files);
  return { files, left: below.filter((path) => !read.has(path)) };
}

/** `shop.sqlproj does not build 3 scripts below its folder …: a.sql, b.sql` */
export function leftWords(project: string, left: readonly string[]): string {
  const names = left.slice(0, 5).map((path) => relative(dirname(resolve(project)), resolve(path)));
  const more = left.length > names.length ? ' …' : '';
  const what = left.length === 1 ? '1 script' : `${left.length} scripts`;
  return `${basename(project)} does not build ${what} below its folder, not read: ${names.join(', ')}${more}. Name with --scripts what is meant.`;
}

function itemsOf(xml: string): { readonly kind: string; readonly pattern: RegExp }[] {
  return [...xml.replaceAll(/<!--[\s\S]*?-->/g, '').matchAll(ITEM)].flatMap(({ 1: kind, 2: how, 3: paths = '' }) =>
    paths
      .replaceAll('&apos;', "'")
      .replaceAll('&amp;', '&')
      .split(';')
      .map((path) => ({ kind: `${kind} ${how}`, pattern: patternOf(path.trim()) })),
  );
}

const keyOf = (path: string): string => path.replaceAll('\\', '/').replace(/^\.\//, '').toLowerCase();

/** MSBuild's wildcards and escapes. */
function patternOf(written: string): RegExp {
  const path = keyOf(
    written.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
  );
  const text = path
    .replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`)
    .replaceAll('?', '[^/]')
    .replaceAll('**/', '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '(?:.*/)?');
  return new RegExp(`^${text}$`);
}
