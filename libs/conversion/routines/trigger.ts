import { quoteIdent, quoteQualified } from '#pgsql';
import { type CreateTrigger, walk } from '#tsql';
import type { Relation, RelationColumn } from '../query/index.ts';
import {
  beginBody,
  bindValues,
  finish,
  headComments,
  objectOf,
  plpgsql,
  type RoutineContext,
  writeBody,
} from './body.ts';
import type { Emitter } from './emitter.ts';
import { NotConverted } from './not-converted.ts';
import { plainNames } from './plain-names.ts';
import type { ConvertedRoutine, PlannedPiece, RoutineSource } from './routine-model.ts';
import { bindUpdate, type TriggerEvent, type TriggerTable } from './updated-columns.ts';
import { changesOwnTable, depthSetting, unlessItself } from './own-table.ts';
import { beginsWithRowCount } from './row-count.ts';

type TriggerSource = RoutineSource & { readonly statement: CreateTrigger };
type Image = 'inserted' | 'deleted';

const IMAGES: Readonly<Record<string, readonly Image[]>> = {
  INSERT: ['inserted'],
  UPDATE: ['inserted', 'deleted'],
  DELETE: ['deleted'],
};

/** A trigger: statement triggers over transition tables, one per event; INSTEAD OF works row by row. */
export function convertTrigger(context: RoutineContext, source: TriggerSource): ConvertedRoutine {
  const { statement } = source;
  const table = tableOf(context, source);
  const used = usedImages(statement);
  const name = context.naming.name('triggers', source.module.name, objectOf(source));
  const schema = context.schemaOf(source.module.schema);
  const bodies = new Map<string, { readonly e: Emitter; readonly events: string[] }>();
  for (const event of statement.events) {
    const e = writeTrigger(context, source, { table, event, used });
    const text = plpgsql(e, [`  ${ending(table, statement, event)}`]);
    const known = bodies.get(text);
    if (known) known.events.push(event);
    else bodies.set(text, { e, events: [event] });
  }
  const statements: string[] = [];
  const pieces: PlannedPiece[] = [];
  const variables = new Map<string, { readonly name: string; readonly type: string }>();
  // What is said of one event is mostly said of the others.
  const told = new Map<string, RoutineContext['issues'][number]>();
  let isFirst = true;
  for (const [text, { e, events }] of bodies) {
    const suffix = bodies.size === 1 ? '' : `_${events.join('_').toLowerCase()}`;
    const fn = quoteQualified({
      schema,
      name: context.naming.name(`routines ${schema}`, `${source.module.name}${suffix}`, `${objectOf(source)}${suffix}`),
    });
    statements.push(
      `${isFirst ? headComments(source) : ''}CREATE OR REPLACE FUNCTION ${fn}()\nRETURNS trigger\n${text}`,
    );
    statements.push(...triggers(context, { source, table, used, name, fn, events }));
    for (const one of e.issues) told.set(JSON.stringify(one), one);
    isFirst = false;
    const made = finish(e, []);
    pieces.push(...made.pieces);
    for (const one of made.variables) variables.set(one.name, one);
  }
  context.issues.push(...told.values());
  if (source.module.disabled)
    statements.push(
      ...statement.events.map(
        (event) => `ALTER TABLE ${table.relation.sql} DISABLE TRIGGER ${quoteIdent(triggerName(context, name, event))}`,
      ),
    );
  return { statements: statements.map(plainNames), pieces, variables: [...variables.values()] };
}

/** Makes the triggers of tables known by the names that they get, to code that switches them. */
export function noteTriggers(context: RoutineContext, sources: readonly TriggerSource[]): void {
  for (const one of sources) {
    const { target, scope, events } = one.statement;
    if (scope !== 'object' || !target) continue;
    const name = context.naming.name('triggers', one.module.name, objectOf(one));
    context.scope.parts.addTrigger({
      schema: one.module.schema,
      name: one.module.name,
      table: { schema: target.schema?.name ?? one.module.schema, name: target.name.name },
      names: events.map((event) => quoteIdent(triggerName(context, name, event))),
    });
  }
}

function tableOf(context: RoutineContext, source: TriggerSource): TriggerTable {
  const { target, scope, span } = source.statement;
  if (scope !== 'object' || !target)
    throw new NotConverted('SL1051', 'A trigger of the database or the server is not converted.', span);
  const schema = target.schema?.name ?? source.module.schema;
  const relation = context.scope.relation([schema, target.name.name]);
  if (!relation?.sql)
    throw new NotConverted('SL1040', `The table of the trigger, ${target.name.name}, is not converted.`, span);
  return {
    relation: { ...relation, sql: relation.sql },
    key: context.scope.keyOf(schema, target.name.name),
    ids: context.scope.columnIdsOf(schema, target.name.name),
    isView: context.scope.isView(schema, target.name.name),
  };
}

/** Which of `inserted` and `deleted` a body reads; UPDATE(c) and COLUMNS_UPDATED() compare both, @@ROWCOUNT counts one of them at first. */
function usedImages(statement: CreateTrigger): readonly Image[] {
  const names = new Set<string>();
  walk(statement.body, (node) => {
    if (node.kind === 'table' && !node.name.schema) names.add(node.name.name.name.toLowerCase());
    const counts = node.kind === 'globalVariable' && node.name.toLowerCase() === '@@rowcount';
    if (counts || (node.kind === 'call' && /^(update|columns_updated)$/i.test(node.name.name.name))) {
      names.add('inserted');
      names.add('deleted');
    }
  });
  return (['inserted', 'deleted'] as const).filter((one) => names.has(one));
}

interface OneEvent extends TriggerEvent {
  readonly used: readonly Image[];
}

function writeTrigger(context: RoutineContext, source: TriggerSource, one: OneEvent): Emitter {
  const { statement } = source;
  const e = beginBody(context, source, { kind: 'trigger', results: 'none', body: statement.body });
  bindValues(e);
  const isRow = statement.timing === 'insteadOf';
  const there = IMAGES[one.event] ?? [];
  for (const image of ['inserted', 'deleted'] as const) {
    const row = image === 'inserted' ? 'NEW' : 'OLD';
    const sql = !there.includes(image)
      ? `(SELECT * FROM ${one.table.relation.sql} WHERE false)`
      : isRow
        ? `(SELECT ${row}.*)`
        : image;
    e.scope.local.set(image, imageOf(one.table.relation, image, sql));
  }
  e.facts.triggerReturn = ending(one.table, statement, one.event);
  bindUpdate(e, one);
  if (changesOwnTable(statement, one.table.isView))
    e.facts.ownTable = {
      name: statement.target?.name.name.toLowerCase() ?? '',
      setting: depthSetting(objectOf(source)),
    };
  if (beginsWithRowCount(e, statement.body)) {
    const counted = isRow ? '1' : `(SELECT count(*) FROM ${there[0] ?? 'inserted'})`;
    e.line(`${e.facts.rowCount} := ${counted};`);
  }
  if (isRow)
    e.issue('SL1053', 'The trigger is called once for each row, inserted and deleted hold one row.', statement.span);
  writeBody(e, statement.body, statement.span);
  return e;
}

function imageOf(relation: Relation, name: string, sql: string): Relation {
  const columns = relation.columns.map((one): RelationColumn => {
    const { expression: _, ...rest } = one;
    return rest;
  });
  return { kind: 'table', name, sql, columns };
}

const ending = (table: TriggerTable, statement: CreateTrigger, event: string): string =>
  statement.timing === 'insteadOf' && table.isView ? `RETURN ${event === 'DELETE' ? 'OLD' : 'NEW'};` : 'RETURN NULL;';

interface TriggerText {
  readonly source: TriggerSource;
  readonly table: TriggerTable;
  readonly used: readonly Image[];
  readonly name: string;
  readonly fn: string;
  readonly events: readonly string[];
}

const triggerName = (context: RoutineContext, name: string, event: string): string =>
  context.naming.name('triggers', `${name}_${event.toLowerCase()}`, `${name}\u0000${event}`);

function triggers(context: RoutineContext, one: TriggerText): readonly string[] {
  const { source, table, used, events, fn } = one;
  const { timing } = source.statement;
  const isRow = timing === 'insteadOf';
  const guard = changesOwnTable(source.statement, table.isView);
  const when = guard ? `\nWHEN (${unlessItself(depthSetting(objectOf(source)))})` : '';
  if (guard && !isRow) context.issues.push(...guardIssue(source, context));
  return events.map((event) => {
    const images = isRow ? [] : used.filter((image) => IMAGES[event]?.includes(image));
    const words = images.map((image) => (image === 'inserted' ? 'NEW TABLE AS inserted' : 'OLD TABLE AS deleted'));
    const moment = isRow ? (table.isView ? 'INSTEAD OF' : 'BEFORE') : 'AFTER';
    const referencing = words.length > 0 ? `\nREFERENCING ${words.join(' ')}` : '';
    const name = quoteIdent(triggerName(context, one.name, event));
    return `CREATE OR REPLACE TRIGGER ${name}\n${moment} ${event} ON ${table.relation.sql}${referencing}\nFOR EACH ${isRow ? 'ROW' : 'STATEMENT'}${when}\nEXECUTE FUNCTION ${fn}()`;
  });
}

function guardIssue(source: TriggerSource, context: RoutineContext): RoutineContext['issues'] {
  const e = beginBody(context, source, { kind: 'trigger', results: 'none', body: [] });
  e.issue(
    'SL1054',
    'The trigger changes its own table: such a change does not fire it again, as with RECURSIVE_TRIGGERS OFF.',
    source.statement.span,
  );
  return e.issues;
}
