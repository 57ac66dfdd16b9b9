import type { Parameter } from '#tsql';
import { cursorParameter } from './cursors.ts';
import type { Emitter } from './emitter.ts';
import type { RoutineParameter } from './routine-model.ts';

/** FUNC_MAX_ARGS, which is fixed when a server is built. */
const MOST_PARAMETERS = 100;

/** Declares the parameters of a routine. Behind one with a default all have one: those without get NULL, with an issue. */
export function declareParameters(e: Emitter, parameters: readonly Parameter[]): readonly RoutineParameter[] {
  const tooMany = parameters[MOST_PARAMETERS];
  if (tooMany)
    e.fail(
      `It has ${parameters.length} parameters, and PostgreSQL takes ${MOST_PARAMETERS}: hand them over in one of a composite type, or as jsonb.`,
      tooMany.span,
    );
  const declared = parameters.map((node): RoutineParameter => {
    if (node.type.base === 'cursor') {
      const { name } = e.variables.parameter(node.name, undefined, 'refcursor');
      // What stands for a cursor is the name of a portal.
      const type = { name: 'varchar', length: 128 } as const;
      return { source: node.name, name, type, output: true, cursor: cursorParameter(e, node.name) };
    }
    const { type, sql } = e.type(node.type);
    const { name } = e.variables.parameter(node.name, type, sql);
    const table = type.name === 'table' ? e.scope.tableType(node.type.schema?.name, node.type.name.name) : undefined;
    if (table)
      e.scope.local.set(node.name.toLowerCase(), {
        kind: 'table',
        name: node.name,
        sql: `unnest(${name})`,
        columns: table.columns,
      });
    const value = node.default;
    // A bare word is a string, as in EXEC.
    const given =
      value?.kind === 'column'
        ? {
            kind: 'literal' as const,
            type: 'nstring' as const,
            text: '',
            value: value.parts.at(-1)?.name ?? '',
            span: value.span,
          }
        : value;
    return {
      source: node.name,
      name,
      type,
      output: node.output,
      ...(given ? { default: e.value(given, type) } : {}),
    };
  });
  e.pieces.length = 0;
  const first = declared.findIndex((one) => one.default !== undefined);
  const needs = (index: number): boolean => first >= 0 && index > first && declared[index]?.default === undefined;
  const told = parameters.filter((one, index) => needs(index) && !one.output);
  const [place] = told;
  if (place) {
    const names = told.map((one) => one.name).join(', ');
    const verbs = told.length === 1 ? ['is', 'gets'] : ['are', 'get'];
    e.issue(
      'SL1050',
      `${names} ${verbs[0]} behind a parameter with a default and ${verbs[1]} DEFAULT NULL.`,
      place.span,
    );
  }
  return declared.map((one, index) => (needs(index) ? { ...one, default: 'NULL' } : one));
}

/** The parameter list with its parentheses, one a line where there are several. */
export function parameterList(
  e: Emitter,
  parameters: readonly RoutineParameter[],
  further: readonly string[] = [],
): string {
  const lines = [
    ...parameters.map((one) => {
      const mode = one.output ? 'INOUT ' : '';
      const given = one.default === undefined ? '' : ` DEFAULT ${one.default}`;
      return `${mode}${one.name} ${one.cursor ? 'refcursor' : e.typeSql(one.type).sql}${given}`;
    }),
    ...further,
  ];
  return lines.length < 2 ? `(${lines.join('')})` : `(\n${lines.map((one) => `  ${one}`).join(',\n')}\n)`;
}
