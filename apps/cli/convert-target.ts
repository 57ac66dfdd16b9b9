import { editOf, textHash, type WorkspaceObject } from '#conversion';
import { type Edit, mergeObjects, type WorkspaceRow } from '#target-postgres';
import type { TargetContext } from './context.ts';

/** The workspace as it is once a conversion is taken in. */
export interface TakenIn {
  readonly rows: readonly WorkspaceRow[];
  /** Whether the target has a control schema with this job: else nothing in the target is ours. */
  readonly isInstalled: boolean;
}

/** Major version of the target's PostgreSQL. */
export async function serverVersion({ control }: TargetContext): Promise<number> {
  const found = await control.pool.query<{ version: number }>(
    `select current_setting('server_version_num')::int / 10000 as version`,
  );
  return found.rows[0]?.version ?? 0;
}

/** What people made of the files of a tree, by path. */
export function editsOf(
  objects: readonly WorkspaceObject[],
  texts: ReadonlyMap<string, string>,
): ReadonlyMap<string, Edit> {
  const edits = new Map<string, Edit>();
  for (const object of objects) {
    if (object.phase === null && !texts.has(object.path)) continue;
    const text = editOf(object, texts.get(object.path));
    if (text !== null) edits.set(object.path, { text, hash: textHash(text) });
  }
  return edits;
}

/** Takes a conversion in: into the control schema, which is made where it is missing; a dry run changes nothing there. */
export async function takeIn(
  { control, job, who }: TargetContext,
  taken: {
    readonly database: string;
    readonly objects: readonly WorkspaceObject[];
    readonly edits: ReadonlyMap<string, Edit> | null;
    readonly isDry: boolean;
  },
): Promise<TakenIn> {
  const { database, objects, edits, isDry } = taken;
  if (isDry) {
    const isInstalled = await control.workspace.exists();
    const rows = isInstalled ? await control.workspace.readAll() : [];
    return { rows: mergeObjects(rows, objects, edits), isInstalled };
  }
  await control.install();
  await control.openJob(database, JSON.parse(JSON.stringify(job)) as object);
  await control.workspace.save(objects, edits, who);
  return { rows: await control.workspace.readAll(), isInstalled: true };
}
