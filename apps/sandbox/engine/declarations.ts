import { findAll, type DeclareVariable, type Statement } from '#tsql';
import { typeOf } from './profile.ts';
import { contextOf, type Run } from './run.ts';

const NESTS = new Set<Statement['kind']>(['if', 'while', 'tryCatch', 'block', 'goto', 'label']);
const nested = new WeakMap<readonly Statement[], readonly DeclareVariable[]>();

/** The variables of a body whose DECLARE may be passed by: they exist all the same. */
function nestedIn(statements: readonly Statement[]): readonly DeclareVariable[] {
  const known = nested.get(statements);
  if (known !== undefined) return known;
  const found = statements.some((one) => NESTS.has(one.kind)) ? findAll(statements, 'declareVariable') : [];
  nested.set(statements, found);
  return found;
}

/** Makes the variables that a body declares within IF, WHILE and their like, NULL until their DECLARE is reached. */
export async function declareNested(run: Run, statements: readonly Statement[]): Promise<void> {
  const found = nestedIn(statements);
  if (found.length === 0) return;
  const { scope } = await contextOf(run);
  const { frame } = run;
  for (const item of found) {
    const key = item.name.toLowerCase();
    if (item.type.base === 'cursor') {
      if (!frame.cursors.has(key)) frame.cursors.set(key, undefined);
      continue;
    }
    const type = typeOf(item.type, scope);
    if (type.name !== 'table' && !frame.variables.has(key)) frame.variables.set(key, { type, value: null });
  }
}
