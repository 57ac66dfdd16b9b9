import type { SystemTime } from '#tsql';
import type { Relation, SqlType } from './api.ts';
import { convert } from './convert.ts';
import type { Environment } from './environment.ts';
import { translate } from './expression.ts';
import type { Translation } from './translation.ts';

/**
 * A temporal table as FOR SYSTEM_TIME sees it: its rows of now and before whose period fits. Nothing can be written through it. A table without versions is refused
 * (error 13544).
 */
export function versionsAt(t: Translation, env: Environment, relation: Relation, time: SystemTime): Relation {
  const { versions } = relation;
  if (!versions) {
    const message = `Temporal FOR SYSTEM_TIME clause can only be used with system-versioned tables. '${relation.name}' is not a system-versioned table.`;
    t.fail('not-versioned', 13_544, message, time.span);
    return relation;
  }
  const type = relation.columns.find((one) => one.sql === versions.start)?.type ?? { name: 'datetime2', scale: 6 };
  const condition = periodCondition(time, versions, (part) => moment(t, env, time, { part, type }));
  const sql = condition === null ? versions.sql : `(SELECT * FROM ${versions.sql} AS versions WHERE ${condition})`;
  return { ...relation, kind: 'view', sql };
}

interface Moment {
  readonly part: 'from' | 'to';
  readonly type: SqlType;
}

function moment(t: Translation, env: Environment, time: SystemTime, { part, type }: Moment): string {
  const expression = time[part];
  if (!expression) return 'NULL';
  return convert(t, translate(t, env, expression), type, { mode: 'implicit', span: expression.span }).sql;
}

/** Which periods fit, as documented for each form: the end of a period is no part of it. */
function periodCondition(
  time: SystemTime,
  { start, end }: { readonly start: string; readonly end: string },
  at: (part: 'from' | 'to') => string,
): string | null {
  switch (time.type) {
    case 'all':
      return null;
    case 'asOf':
      return `${start} <= ${at('from')} AND ${end} > ${at('from')}`;
    case 'fromTo':
      return `${start} < ${at('to')} AND ${end} > ${at('from')}`;
    case 'between':
      return `${start} <= ${at('to')} AND ${end} > ${at('from')}`;
    case 'containedIn':
      return `${start} >= ${at('from')} AND ${end} <= ${at('to')}`;
  }
}
