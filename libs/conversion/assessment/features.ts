import type { ModuleModel } from '#schema';
import { isKind, type Node, parseBatch, walk } from '#tsql';

/** A construct of T-SQL with how often code uses it. */
export interface FeatureCount {
  readonly feature: string;
  readonly occurrences: number;
  /** Modules, or tables and what serves the database, that use it. */
  readonly modules: number;
  /** Their names, the first hundred. */
  readonly used: readonly string[];
}

/** Names kept of what uses a feature. */
export const NAMES_OF_A_FEATURE = 100;

/** What the parser found in one module. */
export interface ModuleFacts {
  readonly lines: number;
  readonly statements: number;
  /** Hours that its constructs add to a rewrite by hand. */
  readonly weight: number;
  readonly features: ReadonlyMap<string, number>;
  /** Null where the text was read whole. */
  readonly unreadable: 'encrypted or CLR' | 'not parsed' | null;
}

/** Constructs that are one kind of node. */
const BY_KIND: Readonly<Partial<Record<Node['kind'], string>>> = {
  tryCatch: 'TRY … CATCH',
  throw: 'THROW',
  raiserror: 'RAISERROR',
  print: 'PRINT',
  while: 'WHILE',
  goto: 'GOTO',
  waitFor: 'WAITFOR',
  declareCursor: 'Cursors',
  beginTransaction: 'Transactions in code',
  saveTransaction: 'Savepoints',
  declareTable: 'Table variables',
  merge: 'MERGE',
  output: 'OUTPUT clause',
  insertExecute: 'INSERT … EXEC',
  pivot: 'PIVOT',
  unpivot: 'UNPIVOT',
  cte: 'Common table expressions',
  top: 'TOP',
  window: 'Window functions',
  methodCall: 'Methods of xml and CLR types',
  staticCall: 'Methods of xml and CLR types',
  openRowset: 'OPENROWSET, OPENQUERY, OPENXML',
  fullText: 'Full-text search',
  fullTextTable: 'Full-text search',
  graphMatch: 'Graph MATCH',
  atTimeZone: 'AT TIME ZONE',
  nextValueFor: 'NEXT VALUE FOR',
  tableHint: 'Table hints',
  queryHint: 'Query hints',
  truncate: 'TRUNCATE TABLE',
  bulkInsert: 'BULK INSERT',
  executeAs: 'EXECUTE AS',
  textStatement: 'READTEXT, WRITETEXT, UPDATETEXT',
  createTable: 'Temporary and other tables made in code',
  selectAssign: 'SELECT @variable = …',
  systemTime: 'FOR SYSTEM_TIME',
  unknown: 'Statements that are not modelled',
};

/** Hours that a construct adds to the rewrite of a module, counted once for each occurrence up to four. */
const WEIGHTS: Readonly<Record<string, number>> = {
  'Dynamic SQL': 0.5,
  Cursors: 0.25,
  'TRY … CATCH': 0.25,
  'Transactions in code': 0.25,
  Savepoints: 0.5,
  GOTO: 0.5,
  MERGE: 0.25,
  PIVOT: 0.5,
  'INSERT … EXEC': 0.5,
  'Methods of xml and CLR types': 0.5,
  'FOR XML': 0.5,
  'OPENROWSET, OPENQUERY, OPENXML': 1,
  'Names of other servers': 2,
  'Names of other databases': 0.5,
  'Full-text search': 0.5,
  'Extended and system procedures': 1,
  'BULK INSERT': 1,
};

/** Reads a module's text once. Never throws: what cannot be parsed is said. */
export function factsOf(module: ModuleModel): ModuleFacts {
  const features = new Map<string, number>();
  if (module.definition === null)
    return { lines: 0, statements: 0, weight: 0, features, unreadable: 'encrypted or CLR' };
  const lines = module.definition.split('\n').length;
  const { statements, errors } = parseBatch(module.definition, { quotedIdentifier: module.usesQuotedIdentifier });
  if (errors.length > 0) return { lines, statements: 0, weight: 0, features, unreadable: 'not parsed' };
  let count = 0;
  walk(statements, (node) => {
    if (node.span !== undefined && isStatement(node)) count++;
    for (const feature of featuresOf(node)) features.set(feature, (features.get(feature) ?? 0) + 1);
  });
  let weight = 0;
  for (const [feature, occurrences] of features) weight += (WEIGHTS[feature] ?? 0) * Math.min(occurrences, 4);
  return { lines, statements: count, weight, features, unreadable: null };
}

const STATEMENTS: ReadonlySet<Node['kind']> = new Set<Node['kind']>([
  'select', 'insert', 'update', 'delete', 'merge', 'truncate', 'setVariable', 'declare', 'if', 'while', 'return', 'goto', 'tryCatch', 'throw', 'raiserror',
  'print', 'execute', 'beginTransaction', 'commitTransaction', 'rollbackTransaction', 'saveTransaction', 'cursorStatement', 'fetch', 'declareCursor',
  'waitFor', 'createTable', 'dropObject', 'createIndex',
]); // prettier-ignore

function isStatement(node: Node): boolean {
  return STATEMENTS.has(node.kind);
}

function featuresOf(node: Node): string[] {
  const found: string[] = [];
  const plain = BY_KIND[node.kind];
  if (plain !== undefined) found.push(plain);
  if (isKind(node, 'execute')) found.push(...ofExecute(node));
  else if (isKind(node, 'objectName')) found.push(...ofName(node));
  else if (isKind(node, 'globalVariable')) found.push(node.name.toUpperCase());
  else if (isKind(node, 'for')) found.push(`FOR ${node.type.toUpperCase()}`);
  else if (isKind(node, 'join') && /apply/i.test(node.type)) found.push('APPLY');
  else if (isKind(node, 'update') && node.from.length > 0) found.push('UPDATE … FROM');
  else if (isKind(node, 'delete') && node.from.length > 0) found.push('DELETE … FROM');
  else if (isKind(node, 'selectSpec') && node.into !== undefined) found.push('SELECT … INTO');
  else if (isKind(node, 'parameter') && node.output) found.push('OUTPUT parameters');
  else if (isKind(node, 'parameter') && node.readonly) found.push('Table-valued parameters');
  else if (isKind(node, 'createTrigger') && node.timing === 'insteadOf') found.push('INSTEAD OF triggers');
  else if (isKind(node, 'setOption')) found.push(...node.names.map((name) => `SET ${name}`));
  return found;
}

function ofExecute(node: Extract<Node, { kind: 'execute' }>): string[] {
  if (node.strings !== undefined) return ['Dynamic SQL'];
  const { procedure } = node;
  if (procedure?.kind !== 'objectName') return ['Dynamic SQL'];
  const name = procedure.name.name.toLowerCase();
  if (name === 'sp_executesql') return ['Dynamic SQL'];
  return /^(sp|xp)_/.test(name) ? ['Extended and system procedures'] : ['Calls of procedures'];
}

function ofName(node: Extract<Node, { kind: 'objectName' }>): string[] {
  if (node.server !== undefined) return ['Names of other servers'];
  if (node.name.name.startsWith('#')) return ['Temporary tables'];
  if (node.database !== undefined && node.database.name.toLowerCase() !== 'tempdb') return ['Names of other databases'];
  return [];
}

/** All modules together, the most frequent first. Facts by the name of their module. */
export function inventory(facts: Iterable<readonly [string, ModuleFacts]>): FeatureCount[] {
  const counts = new Map<string, { occurrences: number; modules: number; used: string[] }>();
  for (const [name, { features }] of facts) {
    for (const [feature, occurrences] of features) {
      const count = counts.get(feature) ?? { occurrences: 0, modules: 0, used: [] };
      counts.set(feature, count);
      count.occurrences += occurrences;
      count.modules += 1;
      if (count.used.length < NAMES_OF_A_FEATURE) count.used.push(name);
    }
  }
  return [...counts]
    .map(([feature, count]) => ({ feature, ...count }))
    .toSorted((a, b) => b.modules - a.modules || b.occurrences - a.occurrences || (a.feature < b.feature ? -1 : 1));
}
