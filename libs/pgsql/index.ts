export { quoteIdent, quoteLiteral, quoteQualified } from './identifier.ts';
