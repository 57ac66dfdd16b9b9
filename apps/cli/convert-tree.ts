import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type FileChange, type FilePlan, type ObjectFile, orderFile, planFile } from '#conversion';

/** What the converter wrote last, apart from what people made of it; belongs into version control with the rest. */
const BASE = join('.sluice', 'base');
const ORDER = '000-order.txt';

/** What became of each file of the tree, by its path. */
export type TreeChanges = ReadonlyMap<string, FileChange>;

/** What a conversion makes of a folder, before anything is written. */
export interface TreePlan {
  readonly changes: TreeChanges;
  /** Each file as it will stand; those that will not be there are left out. */
  readonly texts: ReadonlyMap<string, string>;
  /** Brings the folder in step: writes what changed and nothing else. `others`: files that nobody edits. */
  write(others: ReadonlyMap<string, string>): Promise<void>;
}

/** Holds a conversion against a folder. Nothing is written yet. */
export async function planTree(dir: string, files: readonly ObjectFile[]): Promise<TreePlan> {
  const converted = new Map(files.map((file) => [file.path, file.text]));
  const known = await filesBelow(join(dir, BASE));
  const plans = new Map<string, FilePlan>();
  const texts = new Map<string, string>();
  for (const path of [...converted.keys(), ...known.filter((one) => !converted.has(one))]) {
    const current = await textOf(join(dir, path));
    const plan = planFile(await textOf(join(dir, BASE, path)), current, converted.get(path));
    const text = plan.text === undefined ? current : plan.text;
    if (typeof text === 'string') texts.set(path, text);
    plans.set(path, plan);
  }
  return {
    changes: new Map([...plans].map(([path, plan]) => [path, plan.change])),
    texts,
    write: (others) => writeTree(dir, plans, new Map([...others, [ORDER, orderFile(files)]])),
  };
}

/** A file is written before what is remembered of it: a run that is broken off is made good by the next. */
async function writeTree(
  dir: string,
  plans: ReadonlyMap<string, FilePlan>,
  others: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [path, plan] of plans) {
    await put(join(dir, path), plan.text);
    await put(join(dir, BASE, path), plan.base);
  }
  for (const [path, text] of others) {
    if ((await textOf(join(dir, path))) !== text) await put(join(dir, path), text);
  }
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
