import { findAll, type DeclareVariable, type Statement } from '#tsql';
import { typeOf } from './profile.ts';
import { contextOf, type Run } from './run.ts';

const known = new WeakMap<readonly Statement[], readonly DeclareVariable[]>();

/** The variables of a body; those of a module that it makes are not its own. */
function declaredIn(statements: readonly Statement[]): readonly DeclareVariable[] {
  const before = known.get(statements);
  if (before !== undefined) return before;
  const makesModule = statements.some((one) => /^create(Procedure|Function|Trigger)$/.test(one.kind));
  const found = makesModule ? [] : findAll(statements, 'declareVariable');
  known.set(statements, found);
  return found;
}

/** Makes the variables that a body declares, NULL until their DECLARE is reached: it may stand behind their use in a loop, or be passed by. */
export async function declareAll(run: Run, statements: readonly Statement[]): Promise<void> {
  const found = declaredIn(statements);
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
