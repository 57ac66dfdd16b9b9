import type { Execute } from '#tsql';
import { quoteLiteral } from '#pgsql';
import { appLock } from './app-locks.ts';
import { sessionKey } from './catalog-functions.ts';
import type { Emitter } from './emitter.ts';
import { byItsName, dynamicText } from './execute-text.ts';
import { prepareDocument } from './openxml.ts';
import { callProcedure, callScalar, routineOf, selectRows } from './routine-calls.ts';
import { withError } from './session-values.ts';
import { systemProcedure } from './system-procedures.ts';

/** EXEC of a procedure or a string. */
export function execute(e: Emitter, call: Execute): void {
  const node = byItsName(e, call);
  if (node.at) e.fail('EXEC … AT a linked server has no counterpart.', node.span, 'SL1044');
  if (node.strings) return dynamicText(e, node);
  const { procedure } = node;
  if (!procedure || procedure.kind === 'variable')
    return e.fail('The name of the procedure is only known when it runs.', node.span, 'SL1049');
  const name = procedure.name.name.toLowerCase();
  if (name === 'sp_executesql') return dynamicText(e, node);
  if (name === 'sp_getapplock' || name === 'sp_releaseapplock') return appLock(e, node, name);
  if (name === 'sp_xml_preparedocument') return prepareDocument(e, node);
  if (name === 'sp_xml_removedocument') return e.line('-- sp_xml_removedocument: the document ends with the routine');
  if (name === 'sp_set_session_context') return sessionContext(e, node);
  const server = systemProcedure(e, node);
  if (server) return server(e, node);
  const routine = routineOf(e, node);
  e.facts.writes = true;
  withError(e, routine.asksError === true, () => {
    if (routine.kind === 'procedure') callProcedure(e, node, routine);
    else if (routine.kind === 'scalar') callScalar(e, node, routine);
    else selectRows(e, node, routine);
  });
}

/** sp_set_session_context: a setting of the session. */
function sessionContext(e: Emitter, node: Execute): void {
  const [key, value] = ['@key', '@value'].map(
    (name, index) => (node.args.find((one) => one.name?.toLowerCase() === name) ?? node.args[index])?.value,
  );
  if (key?.kind !== 'literal' || !value) return e.fail('The key of the session context is not a constant.', node.span);
  const text = e.value(value, { name: 'nvarchar', length: 4000 });
  e.laid(`PERFORM set_config(${quoteLiteral(sessionKey(key.value))}, coalesce(${text}, ''), false);`);
}
