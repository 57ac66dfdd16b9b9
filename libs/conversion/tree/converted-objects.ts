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
  const owners = new Owners(database);
  const drafts = new Map<string, Draft>();
  const draftOf = (owner: Owner, phase: Phase | null): Draft => {
    const key = JSON.stringify([owner.schema, owner.kind, owner.name, phase]);
    const found = drafts.get(key) ?? { owner, phase, steps: [], issues: [] };
    drafts.set(key, found);
    return found;
  };
  const first = new Map<string, Draft>();
  for (const phase of PHASES) {
    for (const step of conversion.steps) {
      if (step.phase !== phase) continue;
      const owner = owners.of(step.object, step);
      const draft = draftOf(partOf(owner, step), phase);
      draft.steps.push(step);
      // Issues stand with what an object is; what is granted or added later is beside it.
      const key = JSON.stringify([owner.schema, owner.name]);
      if (!first.has(key)) first.set(key, draft);
    }
  }
  for (const issue of conversion.issues) {
    const owner = owners.of(issue.object);
    const draft = first.get(JSON.stringify([owner.schema, owner.name])) ?? draftOf(owner, null);
    draft.issues.push(issue);
  }
  return withPaths([...drafts.values()]);
}

const RIGHTS = /^(GRANT|REVOKE|ALTER SCHEMA \S+ OWNER TO)\b/;

/** What an object has in other phases than its own, or for other people: indexes, constraints, triggers, policies of a table; rights, which need roles that come last. */
function partOf(owner: Owner, step: Step): Owner {
  if (RIGHTS.test(step.sql)) return { schema: owner.schema, kind: 'rights', name: owner.name };
  if (owner.kind !== 'table' || step.phase === 'before') return owner;
  const isPolicy = /^CREATE POLICY\b|ROW LEVEL SECURITY$/.test(step.sql);
  const kind = { after: 'index', cutover: 'constraint', code: isPolicy ? 'policy' : 'trigger' }[step.phase];
  return { schema: owner.schema, kind, name: owner.name };
}

type Named = { readonly schema: string; readonly name: string; readonly definition?: string | null };

/** The objects of the source by the names that steps and issues have for them. */
class Owners {
  private readonly known = new Map<string, Owner>();
  private readonly principals = new Map<string, Owner>();

  constructor(database: DatabaseModel) {
    this.add('table', database.tables);
    this.add('sequence', database.sequences);
    this.add('type', database.aliasTypes);
    this.add('type', database.tableTypes ?? []);
    this.add('synonym', database.synonyms);
    for (const module of database.modules) this.add(module.kind === 'other' ? 'clr' : module.kind, [module]);
    this.add('security-policy', database.securityPolicies ?? []);
    for (const table of database.tables) {
      const parts = (names: readonly { readonly name: string }[]): Named[] =>
        names.map(({ name }) => ({ schema: table.schema, name: `${table.name}.${name}` }));
      this.add('index', parts(table.indexes));
      this.add('constraint', parts([...table.uniques, ...table.checks]));
      this.add('foreign-key', parts(table.foreignKeys));
    }
    const single = (name: string, owner: Owner): void => {
      if (!this.known.has(name)) this.known.set(name, owner);
    };
    for (const { name } of database.schemas) single(name, { schema: name, kind: 'schema', name });
    for (const { kind, name } of database.principals ?? []) {
      this.principals.set(name, { schema: '', kind, name });
      single(name, { schema: '', kind, name });
    }
    for (const { name, kind } of database.facilities ?? []) single(name, { schema: '', kind, name });
    single(database.name, { schema: '', kind: 'database', name: database.name });
  }

  private add(kind: string, objects: readonly Named[]): void {
    for (const { schema, name, definition } of objects) {
      const key = `${schema}.${name}`;
      if (!this.known.has(key))
        this.known.set(key, { schema, kind, name, ...(definition === undefined ? {} : { source: definition }) });
    }
  }

  /** The object that a step or an issue names, or the one that it is a part of: names may hold dots. What is none stands for itself. */
  of(object: string, step?: Step): Owner {
    if (step && /^CREATE SCHEMA\b/.test(step.sql)) return { schema: object, kind: 'schema', name: object };
    // A role may be called like a schema.
    const principal = step && /\bCREATE ROLE\b/.test(step.sql) ? this.principals.get(object) : undefined;
    if (principal) return principal;
    for (let name = object; ; name = name.slice(0, name.lastIndexOf('.'))) {
      const found = this.known.get(name);
      if (found) return found;
      if (!name.includes('.')) return { schema: '', kind: 'other', name: object };
    }
  }
}

/** Paths that no other file has, on file systems without case too. */
function withPaths(drafts: readonly Draft[]): ConvertedObject[] {
  const taken = new Set<string>();
  return drafts.map(({ owner, ...draft }) => {
    const { schema, kind, name, source } = owner;
    const { phase } = draft;
    const parts = schema === '' ? [kind] : [safeFileName(schema).replaceAll('.', '%2E'), kind];
    const base = [...parts, safeFileName(name)].join('/');
    const path = taken.has(`${base}.sql`.toLowerCase())
      ? `${base}~${hashOf(JSON.stringify([schema, name, phase]))}.sql`
      : `${base}.sql`;
    taken.add(path.toLowerCase());
    return { ...draft, path, kind, schema, name, ...(source === undefined ? {} : { source }) };
  });
}
