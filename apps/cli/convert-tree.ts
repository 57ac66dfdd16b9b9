import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type FileChange, type ObjectFile, orderFile, planFile } from '#conversion';

/** What the converter wrote last, apart from what people made of it; belongs into version control with the rest. */
const BASE = join('.sluice', 'base');
const ORDER = '000-order.txt';

/** What became of each file of the tree, by its path. */
export type TreeChanges = ReadonlyMap<string, FileChange>;

/**
 * Brings a folder in step with a conversion: writes what changed and nothing else, and keeps what people edited. The file is written before what is remembered of it: a run that is
 * broken off is made good by the next.
 */
export async function writeTree(
  dir: string,
  files: readonly ObjectFile[],
  others: ReadonlyMap<string, string>,
): Promise<TreeChanges> {
  const changes = new Map<string, FileChange>();
  const converted = new Map(files.map((file) => [file.path, file.text]));
  const known = await filesBelow(join(dir, BASE));
  for (const path of [...converted.keys(), ...known.filter((path) => !converted.has(path))]) {
    const [file, base] = [join(dir, path), join(dir, BASE, path)];
    const plan = planFile(await textOf(base), await textOf(file), converted.get(path));
    await put(file, plan.text);
    await put(base, plan.base);
    changes.set(path, plan.change);
  }
  for (const [path, text] of [...others, [ORDER, orderFile(files)] as const]) {
    if ((await textOf(join(dir, path))) !== text) await put(join(dir, path), text);
  }
  return changes;
}

async function put(path: string, text: string | null | undefined): Promise<void> {
  if (text === undefined) return;
  if (text === null) return rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, text);
  await rename(`${path}.part`, path);
}

/** A file's text, or undefined where it is not there. */
export async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function filesBelow(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
