export { quoteIdent, quoteLiteral, quoteQualified } from './identifier.ts';
export { alteredBy, isTransactional, type MadeObject, madeBy, splitStatements } from './statements.ts';
