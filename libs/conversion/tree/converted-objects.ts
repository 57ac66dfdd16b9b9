import type { DatabaseModel } from '#schema';
import type { Conversion, Issue, Phase, Step } from '../schema/index.ts';
import { hashOf, safeFileName } from './file-name.ts';

/** In the order in which they are applied. */
export const PHASES: readonly Phase[] = ['before', 'after', 'cutover', 'code'];

/** One object of the source as it is converted: a table with what it cannot be without, an index, a constraint, a view, a routine … */
export interface ConvertedObject {
  /** Its file in the tree, with forward slashes; also what tells it from all others. */
  readonly path: string;
  /** table, index, constraint, foreign-key, view, procedure, trigger … */
  readonly kind: string;
  /** In the source; empty for what has no schema. */
  readonly schema: string;
  /** In the source; of a part of a table `table.part`. */
  readonly name: string;
  /** When it is applied; null: there is nothing to apply. */
  readonly phase: Phase | null;
  readonly steps: readonly Step[];
  readonly issues: readonly Issue[];
  /** Of code: its text in the source. */
  readonly source?: string | null;
}

interface Owner {
  readonly schema: string;
  readonly kind: string;
  readonly name: string;
  readonly source?: string | null;
}

interface Draft {
  readonly owner: Owner;
  readonly phase: Phase | null;
  readonly steps: Step[];
  readonly issues: Issue[];
}

/**
 * The conversion by objects, in an order in which they can be applied. What has no statement of its own (code that is not converted) is there too, with its issues.
 * Deterministic: paths are named as in the source, so that another naming policy moves none.
 */
export function convertedObjects(database: DatabaseModel, conversion: Conversion): ConvertedObject[] {
  const owners = ownersOf(database);
  const drafts = new Map<string, Draft>();
  const draftOf = (owner: Owner, phase: Phase | null): Draft => {
    const key = keyOf(owner);
    const found = drafts.get(key) ?? { owner, phase, steps: [], issues: [] };
    drafts.set(key, found);
    return found;
  };
  for (const phase of PHASES) {
    for (const step of conversion.steps)
      if (step.phase === phase) draftOf(partOf(ownerOf(step.object, owners), step), phase).steps.push(step);
  }
  for (const issue of conversion.issues) {
    const owner = ownerOf(issue.object, owners);
    draftOf(owner, null).issues.push(issue);
  }
  return withPaths([...drafts.values()]);
}

const keyOf = (owner: Owner): string => JSON.stringify([owner.schema, owner.kind, owner.name]);

/** What is made of a table later: its code are the triggers that the converter makes for what the source's engine does by itself. */
const PART_KINDS: Readonly<Record<Exclude<Phase, 'before'>, string>> = {
  after: 'index',
  cutover: 'constraint',
  code: 'trigger',
};

/** What comes after the load for a table and is no object of its own. */
function partOf(owner: Owner, step: Step): Owner {
  if (owner.kind !== 'table' || step.phase === 'before') return owner;
  return { schema: owner.schema, kind: PART_KINDS[step.phase], name: owner.name };
}

type Named = { readonly schema: string; readonly name: string; readonly definition?: string | null };

function ownersOf(database: DatabaseModel): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  const add = (kind: string, objects: readonly Named[]): void => {
    for (const { schema, name, definition } of objects) {
      const key = `${schema}.${name}`;
      if (!owners.has(key))
        owners.set(key, { schema, kind, name, ...(definition === undefined ? {} : { source: definition }) });
    }
  };
  add('table', database.tables);
  add('sequence', database.sequences);
  add('type', database.aliasTypes);
  add('type', database.tableTypes ?? []);
  add('synonym', database.synonyms);
  add('security-policy', database.securityPolicies ?? []);
  for (const module of database.modules) add(module.kind === 'other' ? 'clr' : module.kind, [module]);
  for (const table of database.tables) {
    const parts = (names: readonly { readonly name: string }[]): Named[] =>
      names.map(({ name }) => ({ schema: table.schema, name: `${table.name}.${name}` }));
    add('index', parts(table.indexes));
    add('constraint', parts([...table.uniques, ...table.checks]));
    add('foreign-key', parts(table.foreignKeys));
  }
  // What belongs to no schema, by its kind; a schema of the same name goes before.
  const schemas = new Set(database.schemas.map((one) => one.name));
  const alone = (kind: string, name: string): void => {
    if (!owners.has(name) && !schemas.has(name)) owners.set(name, { schema: '', kind, name });
  };
  for (const { kind, name } of database.principals ?? []) alone(kind, name);
  for (const { kind, name } of database.facilities ?? []) alone(kind, name);
  alone('database', database.name);
  return owners;
}

/** The object that a step or an issue names, or the one that it is a part of: names may hold dots. What is none has a file by its own name. */
function ownerOf(object: string, owners: ReadonlyMap<string, Owner>): Owner {
  const own = owners.get(object);
  if (own) return own;
  for (let name = object; name.includes('.'); name = name.slice(0, name.lastIndexOf('.'))) {
    const found = owners.get(name);
    if (found) return found;
  }
  return object.includes('.')
    ? { schema: '', kind: 'other', name: object }
    : { schema: object, kind: 'schema', name: object };
}

/** Paths that no other file has, on file systems without case too. */
function withPaths(drafts: readonly Draft[]): ConvertedObject[] {
  const taken = new Set<string>();
  return drafts.map(({ owner, ...draft }) => {
    const { schema, kind, name, source } = owner;
    const parts = schema === '' ? [kind] : [safeFileName(schema).replaceAll('.', '%2E'), kind];
    const base = [...parts, safeFileName(name)].join('/');
    const path = taken.has(`${base}.sql`.toLowerCase())
      ? `${base}~${hashOf(JSON.stringify([schema, name]))}.sql`
      : `${base}.sql`;
    taken.add(path.toLowerCase());
    return { ...draft, path, kind, schema, name, ...(source === undefined ? {} : { source }) };
  });
}
