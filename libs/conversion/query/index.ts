export type {
  ExpressionOptions,
  FunctionHandler,
  FunctionInvocation,
  NameParts,
  ParameterRef,
  Profile,
  Relation,
  RelationColumn,
  ResultColumn,
  Scope,
  SqlType,
  SqlTypeName,
  TranslatedDml,
  TranslatedExpression,
  TranslatedQuery,
  TranslationContext,
  TranslationProblem,
  TypedSql,
  VariableBinding,
} from './api.ts';
export { ROW_ADDRESS, TranslationError } from './api.ts';
export type { DifferenceCode } from './difference.ts';
export { lockHints } from './row-lock.ts';
export { BUILT_IN_FUNCTIONS, isAggregate, isAggregateName, isBuiltIn } from './function-call.ts';
export { sqlErrorOf, type SqlErrorFacts } from './pg-error.ts';
export { NEWEST_SERVER, pgCollation, sandboxProfile, targetProfile, type TargetOptions } from './profile.ts';
export { REFUSED } from './translation.ts';
export { RUNTIME_SQL } from './runtime.sql.ts';
export { dataTypeOf, familyOf, typeText, unify } from './sql-type.ts';
export { resultCast } from './query.ts';
export { indexKey, translateDml, translateExpression, translatePredicate, translateQuery } from './translate.ts';
