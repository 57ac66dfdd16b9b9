export { printDefinition, type DefinitionPlace } from './definitions.ts';
export { printExpression } from './expressions.ts';
export { printQuery } from './queries.ts';
export { printList as printStatements, printStatement } from './statements.ts';
export { printType } from './text.ts';
