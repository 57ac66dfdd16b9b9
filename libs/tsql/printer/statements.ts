import type {
  DmlStatement,
  ObjectStatement,
  ProceduralStatement,
  SecurityStatement,
  Statement,
  TableStatement,
} from '../ast/index.ts';
import { printDml } from './dml.ts';
import { printTableStatement } from './indexes.ts';
import { printObjectStatement } from './objects.ts';
import { printProcedural } from './procedural.ts';
import { printSecurityStatement } from './security.ts';
import { printServerStatement } from './server.ts';

const DML = new Set<Statement['kind']>([
  'select',
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'bulkInsert',
  'insertBulk',
  'textStatement',
]);
const TABLES = new Set<Statement['kind']>([
  'createTable',
  'alterTable',
  'createIndex',
  'alterIndex',
  'dropIndex',
  'createStatistics',
  'updateStatistics',
  'createPartitionFunction',
  'alterPartitionFunction',
  'createPartitionScheme',
  'alterPartitionScheme',
]);
const SECURITY = new Set<Statement['kind']>([
  'user',
  'login',
  'role',
  'permission',
  'alterAuthorization',
  'executeAs',
  'revert',
]);
const OBJECTS = new Set<Statement['kind']>([
  'createView',
  'createProcedure',
  'createFunction',
  'createTrigger',
  'createSchema',
  'alterSchema',
  'sequence',
  'createAliasType',
  'createTableType',
  'createClrObject',
  'createSynonym',
  'createRule',
  'createDefault',
  'createDatabase',
  'alterDatabase',
  'dropObject',
  'toggleTrigger',
  'createFullTextIndex',
  'createFullTextCatalog',
  'createXmlSchemaCollection',
  'createAssembly',
  'securityPolicy',
]);

const isDml = (s: Statement): s is DmlStatement => DML.has(s.kind);
const isTable = (s: Statement): s is TableStatement => TABLES.has(s.kind);
const isSecurity = (s: Statement): s is SecurityStatement => SECURITY.has(s.kind);
const isObject = (s: Statement): s is ObjectStatement => OBJECTS.has(s.kind);

/**
 * Prints a statement as T-SQL from its tree alone, without the semicolon behind it: reading the text again gives the same
 * tree. Comments and line breaks of the source are not kept.
 */
export function printStatement(s: Statement): string {
  if (s.kind === 'unknown') return s.words.join(' ');
  if (s.kind === 'serverStatement') return printServerStatement(s);
  if (isDml(s)) return printDml(s);
  if (isTable(s)) return printTableStatement(s);
  if (isSecurity(s)) return printSecurityStatement(s);
  if (isObject(s)) return printObjectStatement(s);
  const rest: ProceduralStatement = s;
  return printProcedural(rest);
}

/** Prints statements, one a line, with their semicolons; a label has none. */
export function printList(statements: readonly Statement[]): string {
  return statements.map((s) => (s.kind === 'label' ? printStatement(s) : `${printStatement(s)};`)).join('\n');
}

const CLOSING: Readonly<Record<string, string>> = { "'": "'", '"': '"', '[': ']' };

/** Blocks deeper than this are not set in further: each level would be gone through once more for every level around it. */
const DEEPEST = 20;
let depth = 0;

/** Sets what is printed in by two blanks. Lines within a string or a quoted name stay as they are, since they are its content. */
export function indent(print: () => string): string {
  depth++;
  try {
    const text = print();
    return depth > DEEPEST ? text : setIn(text);
  } finally {
    depth--;
  }
}

function setIn(text: string): string {
  let out = '';
  let close = '';
  let isLineStart = true;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (isLineStart && close === '' && c !== '\n') out += '  ';
    isLineStart = c === '\n';
    out += c;
    if (close === '') close = CLOSING[c] ?? '';
    else if (c === close) {
      if (text.charAt(i + 1) === close) out += text.charAt(++i);
      else close = '';
    }
  }
  return out;
}
