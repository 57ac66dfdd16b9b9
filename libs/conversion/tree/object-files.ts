import type { DatabaseModel } from '#schema';
import type { Conversion, Issue, Phase, Step } from '../schema/index.ts';
import { hashOf, safeFileName } from './file-name.ts';
import { suppressedBy, type Suppression } from './suppression.ts';

/** A file of the tree. `path` with forward slashes, relative to the tree's folder; text ends with a line feed. */
export interface ObjectFile {
  readonly path: string;
  readonly text: string;
  /** When it is applied; null: there is nothing to apply in it. */
  readonly phase: Phase | null;
}

const PHASES: readonly Phase[] = ['before', 'after', 'cutover', 'code'];

interface Owner {
  readonly schema: string;
  readonly kind: string;
  readonly name: string;
  /** Of code: its text in the source. */
  readonly source?: string | null;
}

interface Draft {
  readonly owner: Owner;
  readonly folder: string;
  readonly phase: Phase | null;
  readonly steps: Step[];
  readonly issues: Issue[];
}

/**
 * The conversion as files, one for each object and phase, in an order in which they can be applied: `schema/kind/name.sql`, named as in the source, so that another naming policy
 * moves no file. What has no statement of its own (code that is not converted) has a file too, with its issues and its source text as comments. Deterministic: no times, no versions.
 */
export function objectFiles(
  database: DatabaseModel,
  conversion: Conversion,
  suppressions: readonly Suppression[] = [],
): ObjectFile[] {
  const owners = ownersOf(database);
  const foreignKeys = foreignKeysOf(database);
  const drafts = new Map<string, Draft>();
  const draftOf = (owner: Owner, folder: string, phase: Phase | null): Draft => {
    const key = JSON.stringify([owner.schema, folder, owner.name]);
    const found = drafts.get(key) ?? { owner, folder, phase, steps: [], issues: [] };
    drafts.set(key, found);
    return found;
  };
  for (const phase of PHASES) {
    for (const step of conversion.steps) {
      if (step.phase !== phase) continue;
      const owner = ownerOf(step.object, owners);
      draftOf(owner, folderOf(owner, step, foreignKeys), phase).steps.push(step);
    }
  }
  for (const issue of conversion.issues) {
    const owner = ownerOf(issue.object, owners);
    (firstOf(drafts, owner) ?? draftOf(owner, owner.kind, null)).issues.push(issue);
  }
  return withPaths([...drafts.values()], database, suppressions);
}

/** The file that an object's issues are named in: its first. */
function firstOf(drafts: ReadonlyMap<string, Draft>, owner: Owner): Draft | undefined {
  for (const folder of [owner.kind, 'index', 'constraint', 'foreign-key']) {
    const found = drafts.get(JSON.stringify([owner.schema, folder, owner.name]));
    if (found) return found;
  }
  return undefined;
}

/** Foreign keys come last at cutover: they need the unique keys of other tables, which are in files of those. */
function folderOf(owner: Owner, step: Step, foreignKeys: ReadonlySet<string>): string {
  if (owner.kind !== 'table' || step.phase === 'before') return owner.kind;
  if (step.phase === 'after') return 'index';
  return foreignKeys.has(step.object) ? 'foreign-key' : 'constraint';
}

function ownersOf(database: DatabaseModel): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  const add = (
    kind: string,
    objects: readonly { schema: string; name: string; definition?: string | null }[],
  ): void => {
    for (const { schema, name, definition } of objects) {
      const key = `${schema}.${name}`;
      if (!owners.has(key))
        owners.set(key, { schema, kind, name, ...(definition === undefined ? {} : { source: definition }) });
    }
  };
  add('table', database.tables);
  add('sequence', database.sequences);
  add('type', database.aliasTypes);
  add('synonym', database.synonyms);
  for (const module of database.modules) add(module.kind === 'other' ? 'clr' : module.kind, [module]);
  return owners;
}

function foreignKeysOf(database: DatabaseModel): Set<string> {
  return new Set(
    database.tables.flatMap((table) => table.foreignKeys.map((key) => `${table.schema}.${table.name}.${key.name}`)),
  );
}

/** The object that a step or an issue names, or the one that it is a part of: names may hold dots. What is none has a file by its own name. */
function ownerOf(object: string, owners: ReadonlyMap<string, Owner>): Owner {
  for (let name = object; name.includes('.'); name = name.slice(0, name.lastIndexOf('.'))) {
    const found = owners.get(name);
    if (found) return found;
  }
  return object.includes('.')
    ? { schema: '', kind: 'other', name: object }
    : { schema: object, kind: 'schema', name: object };
}

/** Paths that no other file has, on file systems without case too. */
function withPaths(
  drafts: readonly Draft[],
  database: DatabaseModel,
  suppressions: readonly Suppression[],
): ObjectFile[] {
  const taken = new Set<string>();
  return drafts.map((draft) => {
    const { owner, folder, phase } = draft;
    const parts = owner.schema === '' ? [folder] : [safeFileName(owner.schema).replaceAll('.', '%2E'), folder];
    const base = [...parts, safeFileName(owner.name)].join('/');
    const path = taken.has(`${base}.sql`.toLowerCase())
      ? `${base}~${hashOf(JSON.stringify([owner.schema, owner.name]))}.sql`
      : `${base}.sql`;
    taken.add(path.toLowerCase());
    return { path, phase, text: textOf(draft, database, suppressions) };
  });
}

function textOf(draft: Draft, database: DatabaseModel, suppressions: readonly Suppression[]): string {
  const { owner, folder, steps, issues } = draft;
  const name = owner.schema === '' || owner.kind === 'schema' ? owner.name : `${owner.schema}.${owner.name}`;
  const head = [
    `-- ${oneLine(name)} (${folder}) of ${oneLine(database.name)}`,
    ...issues.flatMap((one) => issueLines(one, suppressions)),
  ];
  if (steps.length > 0)
    return `${head.join('\n')}\n\n${steps.map((step) => `${step.sql.trimEnd().replace(/;$/, '')};\n`).join('\n')}`;
  const source = typeof owner.source === 'string' ? owner.source.trimEnd().split(/\r?\n/) : [];
  const quoted = source.length > 0 ? ['--', '-- Its source:', ...source.map((line) => `--   ${line}`.trimEnd())] : [];
  return `${[...head, ...quoted].join('\n')}\n`;
}

function issueLines(one: Issue, suppressions: readonly Suppression[]): string[] {
  const suppression = suppressedBy(one, suppressions);
  if (suppression) return [`-- ${one.code} accepted: ${oneLine(suppression.reason)}`];
  return [
    `-- ${one.code} ${one.severity}, ${oneLine(one.object)}, line ${one.line}: ${oneLine(one.message)}`,
    `--   → ${oneLine(one.remedy)}`,
  ];
}

/** A text from the source must not end the comment that it stands in. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}

/** The list of files in the order in which they are applied, by phase. */
export function orderFile(files: readonly ObjectFile[]): string {
  const lines = PHASES.flatMap((phase) => {
    const paths = files.filter((file) => file.phase === phase).map((file) => file.path);
    return paths.length === 0 ? [] : [`# ${PHASE_TEXT[phase]}`, ...paths, ''];
  });
  const rest = files.filter((file) => file.phase === null).map((file) => file.path);
  return [
    ...lines,
    ...(rest.length === 0 ? [] : ['# not converted: by hand', ...rest.map((path) => `# ${path}`), '']),
  ].join('\n');
}

const PHASE_TEXT: Readonly<Record<Phase, string>> = {
  before: 'before the load',
  after: 'after the load',
  cutover: 'at cutover',
  code: 'code',
};
