import type { SyntaxCase } from './case-list.ts';
import { AS_WRITTEN_CASES } from './as-written.ts';
import { DML_CASES } from './dml.ts';
import { EXPRESSION_CASES } from './expressions.ts';
import { OBJECT_CASES } from './objects.ts';
import { PROCEDURAL_CASES } from './procedural.ts';
import { QUERY_CASES } from './queries.ts';
import { TABLE_CASES } from './tables.ts';

/** Every case, by family. For tests alone. */
export const CASE_FAMILIES: Readonly<Record<string, readonly SyntaxCase[]>> = {
  expressions: EXPRESSION_CASES,
  queries: QUERY_CASES,
  'changes of data': DML_CASES,
  tables: TABLE_CASES,
  objects: OBJECT_CASES,
  'procedural and administrative': PROCEDURAL_CASES,
  'statements as they are written': AS_WRITTEN_CASES,
};
