import type { DatabaseModel, ModuleModel } from '#schema';
import { ISSUE_CODES } from '../schema/index.ts';
import type { Conversion, Issue } from '../schema/index.ts';
import { complexityOf, effortOf, hoursOfIssues, moduleHours, UNREADABLE_HOURS } from './effort.ts';
import type { ModuleFacts } from './features.ts';
import type { AssessedObject, IssueCount, KindCount, ObjectGroup, Outcome } from './model.ts';

interface Known {
  readonly group: ObjectGroup;
  readonly kind: string;
  readonly name: string;
  readonly schema: string;
  readonly facts?: ModuleFacts;
}

const MODULE_KINDS: Readonly<Record<ModuleModel['kind'], string>> = {
  view: 'view',
  procedure: 'procedure',
  'scalar-function': 'scalar function',
  'inline-function': 'inline function',
  'table-function': 'table function',
  trigger: 'trigger',
  other: 'CLR object',
};

/** Every object that moves, with the issues of its own and of its columns. Issues of what is not among them, such as the database, make an object of their own. */
export function assessObjects(
  database: DatabaseModel,
  conversion: Conversion,
  facts: ReadonlyMap<ModuleModel, ModuleFacts>,
): AssessedObject[] {
  const known = [...storageOf(database, conversion), ...codeOf(database, facts)];
  const byName = new Map<string, Known>();
  for (const object of known) if (!byName.has(object.name)) byName.set(object.name, object);
  const issues = new Map<Known, Issue[]>();
  for (const one of conversion.issues) {
    const owner = ownerOf(one, byName, database.name);
    if (!byName.has(owner.name)) {
      byName.set(owner.name, owner);
      known.push(owner);
    }
    const own = issues.get(owner);
    if (own) own.push(one);
    else issues.set(owner, [one]);
  }
  return known.map((object) => assess(object, issues.get(object) ?? []));
}

/** The object that an issue names, or the longest part of its name that is one: names may hold dots. */
function ownerOf(one: Issue, byName: ReadonlyMap<string, Known>, database: string): Known {
  for (let name = one.object; ; name = name.slice(0, name.lastIndexOf('.'))) {
    const found = byName.get(name);
    if (found) return found;
    if (!name.includes('.')) {
      const kind = one.object === database ? 'database' : 'other';
      return { group: 'storage', kind, name: one.object, schema: one.object.split('.')[0] ?? '' };
    }
  }
}

function assess(object: Known, issues: readonly Issue[]): AssessedObject {
  const { group, kind, name, schema, facts } = object;
  const outcome = outcomeOf(issues);
  const hours = hoursOfIssues(issues, wholeHours(facts)).reduce((total, one) => total + one, 0);
  return {
    group,
    kind,
    name,
    schema,
    outcome,
    complexity: complexityOf(hours),
    hours,
    lines: facts?.lines ?? 0,
    issues,
  };
}

function outcomeOf(issues: readonly Issue[]): Outcome {
  if (issues.some((one) => one.severity === 'manual' || one.severity === 'decision')) return 'manual';
  return issues.some((one) => one.severity === 'review') ? 'review' : 'automatic';
}

function wholeHours(facts: ModuleFacts | undefined): number {
  return facts === undefined || facts.unreadable !== null ? UNREADABLE_HOURS : moduleHours(facts);
}

function storageOf(database: DatabaseModel, conversion: Conversion): Known[] {
  const known: Known[] = [];
  const add = (kind: string, schema: string, ...names: readonly string[]): void => {
    known.push({ group: 'storage', kind, schema, name: [schema, ...names].join('.') });
  };
  for (const { source: table } of conversion.tables) {
    const { schema } = table;
    add('table', schema, table.name);
    if (table.primaryKey) add('primary key', schema, table.name, table.primaryKey.name);
    for (const key of table.uniques) add('unique constraint', schema, table.name, key.name);
    for (const index of table.indexes) add('index', schema, table.name, index.name);
    for (const key of table.foreignKeys) add('foreign key', schema, table.name, key.name);
    for (const check of table.checks) add('check', schema, table.name, check.name);
  }
  for (const sequence of database.sequences) add('sequence', sequence.schema, sequence.name);
  for (const type of database.aliasTypes) add('alias type', type.schema, type.name);
  for (const synonym of database.synonyms) add('synonym', synonym.schema, synonym.name);
  for (const type of database.tableTypes ?? []) add('table type', type.schema, type.name);
  for (const policy of database.securityPolicies ?? []) add('security policy', policy.schema, policy.name);
  for (const { kind, name } of database.facilities ?? [])
    known.push({ group: 'storage', kind: kind.replaceAll('-', ' '), name, schema: '' });
  return known;
}

function codeOf(database: DatabaseModel, facts: ReadonlyMap<ModuleModel, ModuleFacts>): Known[] {
  return database.modules.map((module) => {
    const found = facts.get(module);
    return {
      group: 'code',
      kind: MODULE_KINDS[module.kind],
      schema: module.schema,
      name: `${module.schema}.${module.name}`,
      ...(found ? { facts: found } : {}),
    };
  });
}

/** Objects counted by kind, in the order in which kinds first occur. */
export function countKinds(objects: readonly AssessedObject[]): KindCount[] {
  return [...Map.groupBy(objects, (object) => object.kind)].map(([kind, all]) => {
    const count = (test: (object: AssessedObject) => boolean): number => all.filter(test).length;
    return {
      group: all[0]?.group ?? 'storage',
      kind,
      total: all.length,
      automatic: count((object) => object.outcome === 'automatic'),
      review: count((object) => object.outcome === 'review'),
      manual: count((object) => object.outcome === 'manual'),
      simple: count((object) => object.complexity === 'simple'),
      medium: count((object) => object.complexity === 'medium'),
      complex: count((object) => object.complexity === 'complex'),
      lines: all.reduce((total, object) => total + object.lines, 0),
      hours: all.reduce((total, object) => total + object.hours, 0),
    };
  });
}

const RANK: Readonly<Record<Issue['severity'], number>> = { manual: 0, decision: 1, review: 2, info: 3 };

/** Issues counted by code: manual work first, then by hours. */
export function countIssues(objects: readonly AssessedObject[], facts: ReadonlyMap<string, ModuleFacts>): IssueCount[] {
  const found = objects.flatMap((object) => {
    const hours = hoursOfIssues(object.issues, wholeHours(facts.get(object.name)));
    return object.issues.map((one, at) => ({ one, object, hours: hours[at] ?? 0 }));
  });
  const counts = [...Map.groupBy(found, ({ one }) => one.code)].map(([code, all]) => {
    const first = all[0]?.one;
    const { learning } = effortOf({ code, severity: ISSUE_CODES[code].severity });
    const each = all.reduce((total, { hours }) => total + hours, 0);
    return {
      code,
      severity: first?.severity ?? ISSUE_CODES[code].severity,
      title: ISSUE_CODES[code].title,
      remedy: ISSUE_CODES[code].remedy,
      occurrences: all.length,
      objects: new Set(all.map(({ object }) => object)).size,
      learning,
      hours: learning + each,
    };
  });
  return counts.toSorted(
    (a, b) => RANK[a.severity] - RANK[b.severity] || b.hours - a.hours || (a.code < b.code ? -1 : 1),
  );
}
