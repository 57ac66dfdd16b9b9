import { walk, type Node } from '#tsql';
import { checkInsert, checkLogicalTable, checkMerge, checkOutput, checkUpdate } from './changes.ts';
import { checkAggregate, checkQuery } from './queries.ts';
import { checkWith } from './recursion.ts';
import { checkSequences } from './sequences.ts';
import { checkElements, checkParameter, checkTrigger } from './tables.ts';
import { checkAlias, checkCollate, checkLiteral, checkScalar, checkType } from './types.ts';
import { checkSpec, checkWindow } from './windows.ts';

/**
 * Throws what SQL Server refuses by the text of statements alone, whatever the database holds: before any of them runs, and when a module is made.
 * Numbers, severities and texts are those of "Database engine events and errors" in Microsoft's documentation.
 */
export function checkRules(statements: readonly Node[]): void {
  walk(statements, (node, parent) => {
    checkNode(node, parent);
  });
}

function checkNode(node: Node, parent: Node | undefined): void {
  switch (node.kind) {
    case 'query': {
      const isNested = parent !== undefined && !OUTERMOST.has(parent.kind);
      checkQuery(node, isNested);
      return checkSequences(node, isNested);
    }
    case 'with':
      return checkWith(node);
    case 'call':
      checkWindow(node);
      return checkAggregate(node);
    case 'window':
      return parent?.kind === 'call' ? undefined : checkSpec(node);
    case 'merge':
      return checkMerge(node);
    case 'update':
      return checkUpdate(node);
    case 'insert':
      return checkInsert(node);
    case 'output':
      return checkOutput(node);
    default:
      return checkDefinition(node);
  }
}

const OUTERMOST: ReadonlySet<Node['kind']> = new Set(['select', 'insertQuery', 'declareCursor']);

function checkDefinition(node: Node): void {
  switch (node.kind) {
    case 'collate':
      return checkCollate(node);
    case 'literal':
      return checkLiteral(node);
    case 'print':
      return checkScalar(node.value);
    case 'selectItem':
      return checkAlias(node);
    case 'cast':
      return checkType(node.type, { word: 'convert specification', node });
    case 'declareVariable':
      return checkType(node.type, { word: 'type', node });
    case 'parameter':
      return checkParameter(node);
    case 'createTable':
      return checkElements(node.elements, node.name.name.name);
    case 'declareTable':
      return checkElements(node.elements, node.name);
    case 'createTableType':
      return checkElements(node.elements, node.name.name.name);
    case 'createTrigger':
      checkLogicalTable(node);
      return checkTrigger(node);
    default:
      return undefined;
  }
}
