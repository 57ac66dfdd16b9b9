/** T-SQL: lexer, parser, syntax tree, quoting of names. Nothing here talks to a server. */
export type * from './ast/index.ts';
export type * from './script.ts';
export { decodeScript, encodingOf } from './decode.ts';
export { qualifiedName, quoteName, quoteString, unquote } from './names.ts';
export { parseBatch, parseBatches, parseExpression, parseScript, sqlcmdLines } from './parse.ts';
export {
  printDefinition,
  printExpression,
  printQuery,
  printStatement,
  printStatements,
  printType,
  type DefinitionPlace,
} from './printer/index.ts';
export { childrenOf, findAll, isKind, isNode, walk, withoutSpans, type Visit } from './walk.ts';
