import type {
  AddElements,
  AlterColumn,
  AlterTable,
  DropElements,
  ForeignKey,
  ObjectName,
  Option,
  TableElement,
  ToggleConstraints,
  ToggleTrigger,
} from '#tsql';
import { quoteIdent } from '#pgsql';
import { type Relation, type RelationColumn, translateExpression } from '../query/index.ts';
import { columnOf, isTemporary, ownName, tableOf } from './definition-names.ts';
import type { Emitter } from './emitter.ts';
import type { TablePart } from './table-parts.ts';
import { elementSql, temporaryRelation } from './temporary.ts';

type Table = Relation & { readonly sql: string };

/** ALTER TABLE within a routine. */
export function alterTable(e: Emitter, node: AlterTable): void {
  const relation = tableOf(e, node.name);
  const { action } = node;
  switch (action.kind) {
    case 'addElements':
      return addElements(e, node, relation, action);
    case 'dropElements':
      return dropElements(e, node, relation, action);
    case 'alterColumn':
      return alterColumn(e, relation, action);
    case 'toggleConstraints':
      return toggleConstraints(e, node, relation, action);
    case 'toggleTriggers':
      return switchTriggers(e, { table: node.name, enable: action.enable, names: action.names.map((one) => one.name) });
    case 'setTableOptions':
      return setOptions(e, node, relation, action.options);
    case 'switchPartition':
      return moveAll(e, node, relation, action.target, action.partition ?? action.targetPartition);
    case 'rebuildTable':
      return e.line(
        relation.partitioned
          ? '-- REBUILD of a partitioned table: REINDEX it outside of a transaction'
          : `REINDEX TABLE ${relation.sql};`,
      );
    case 'changeTracking':
      return e.fail('Change tracking has no counterpart.', node.span);
    default:
      return e.fail('This ALTER TABLE is not converted within a routine.', node.span);
  }
}

function alterColumn(e: Emitter, relation: Table, action: AlterColumn): void {
  const column = columnOf(e, relation, action.column);
  if (action.change !== undefined)
    return /^(ROWGUIDCOL|PERSISTED|NOT FOR REPLICATION|SPARSE|HIDDEN)$/.test(action.property ?? '')
      ? e.line(`-- ALTER COLUMN … ${action.change.toUpperCase()} ${action.property ?? ''}: of SQL Server alone`)
      : e.fail('This ALTER COLUMN is not converted within a routine.', action.span);
  if (!action.type) return e.fail('This ALTER COLUMN is not converted within a routine.', action.span);
  const { sql } = e.type(action.type);
  e.line(
    `ALTER TABLE ${relation.sql} ALTER COLUMN ${column} TYPE ${sql}, ALTER COLUMN ${column} ${action.nullable === false ? 'SET' : 'DROP'} NOT NULL;`,
  );
}

function addElements(e: Emitter, node: AlterTable, relation: Table, { elements, check }: AddElements): void {
  const source = node.name.name.name;
  const added = temporaryRelation(e, { source, name: source, elements });
  const fresh = added.columns.filter(
    (one) => !relation.columns.some((other) => other.name.toLowerCase() === one.name.toLowerCase()),
  );
  const grown = { ...relation, columns: [...relation.columns, ...fresh] };
  const adds = elements.flatMap((one) => addition(e, node, grown, one, check === false));
  if (adds.length === 0) return;
  const sql = `ALTER TABLE ${relation.sql} ${adds.join(', ')}`;
  if (elements.every((one) => one.kind === 'columnDefinition'))
    e.pieces.push({ kind: 'ddl', sql, line: node.span.line });
  e.line(`${sql};`);
  e.scope.made(node.name.schema?.name ?? 'dbo', source, grown);
}

/** What ADD has of one element of the statement. */
function addition(
  e: Emitter,
  node: AlterTable,
  relation: Table,
  element: TableElement,
  isUnchecked: boolean,
): readonly string[] {
  const notValid = isUnchecked && (element.kind === 'check' || element.kind === 'foreignKey') ? ' NOT VALID' : '';
  switch (element.kind) {
    case 'columnDefinition': {
      const references = element.constraints.flatMap((one) =>
        one.kind === 'foreignKey' ? [` ${referencesSql(e, one)}`] : [],
      );
      return elementSql(e, element, relation).map((sql) => `ADD COLUMN ${sql}${references.join('')}`);
    }
    case 'primaryKey':
    case 'unique':
    case 'check':
      return elementSql(e, element, relation).map((sql) => `ADD ${constraintName(e, node, element)}${sql}${notValid}`);
    case 'foreignKey': {
      if (isTemporary(node.name.name.name)) return [];
      const columns = element.columns.map((one) => columnOf(e, relation, one));
      return [
        `ADD ${constraintName(e, node, element)}FOREIGN KEY (${columns.join(', ')}) ${referencesSql(e, element)}${notValid}`,
      ];
    }
    case 'defaultConstraint': {
      if (!element.column) return e.fail('This DEFAULT names no column.', element.span);
      const column = columnOf(e, relation, element.column);
      const { type } = relation.columns.find((one) => one.sql === column) ?? {};
      const value = e.translated(element.span, (context) =>
        translateExpression(element.expression, context, type ? { type } : {}),
      );
      return [`ALTER COLUMN ${column} SET DEFAULT ${value.sql}`];
    }
    case 'period':
      versions(e, node, 'ENABLE', 'period');
      return [];
    default:
      return e.fail('ALTER TABLE … ADD of this constraint is not converted within a routine.', node.span);
  }
}

/** The name that the constraint has, or had, in the target; of temporary tables none, whose names live beside each other. */
function constraintName(
  e: Emitter,
  node: AlterTable,
  { name }: Extract<TableElement, { kind: 'primaryKey' | 'unique' | 'check' | 'foreignKey' }>,
): string {
  if (!name || isTemporary(node.name.name.name)) return '';
  const known = e.scope.parts.find(ownName(node.name), name.name);
  return `CONSTRAINT ${known && known.kind !== 'default' ? known.sql : madeName(e, node, name.name)} `;
}

const madeName = (e: Emitter, node: AlterTable, name: string): string =>
  quoteIdent(e.options.naming.name(`constraints made ${node.name.name.name}`.toLowerCase(), name, name.toLowerCase()));

const ACTIONS = { noAction: '', cascade: 'CASCADE', setNull: 'SET NULL', setDefault: 'SET DEFAULT' } as const;

function referencesSql(e: Emitter, key: ForeignKey): string {
  const table = tableOf(e, key.referencedTable);
  const columns = key.referencedColumns.map((one) => columnOf(e, table, one));
  const list = columns.length > 0 ? ` (${columns.join(', ')})` : '';
  const actions = (['onDelete', 'onUpdate'] as const).flatMap((one) => {
    const action = key[one] ? ACTIONS[key[one]] : '';
    return action === '' ? [] : [` ON ${one === 'onDelete' ? 'DELETE' : 'UPDATE'} ${action}`];
  });
  return `REFERENCES ${table.sql}${list}${actions.join('')}`;
}

function dropElements(e: Emitter, node: AlterTable, relation: Table, action: DropElements): void {
  for (const one of action.items) {
    const exists = one.ifExists ? 'IF EXISTS ' : '';
    const drop = (what: string): void => e.line(`ALTER TABLE ${relation.sql} ${what};`);
    if (one.type === 'period') {
      versions(e, node, 'DISABLE', 'period');
      continue;
    }
    if (!one.name) return e.fail('ALTER TABLE … DROP of this is not converted within a routine.', node.span);
    const column = relation.columns.find((other) => other.name.toLowerCase() === one.name?.name.toLowerCase());
    const part = e.scope.parts.find(ownName(node.name), one.name.name);
    if (one.type === 'column') {
      if (!column) return e.fail(`Invalid column name '${one.name.name}'.`, node.span);
      drop(`DROP COLUMN ${exists}${column.sql}`);
      if (isTemporary(node.name.name.name)) shrunken(e, node, column);
    } else if (isTemporary(node.name.name.name)) {
      e.fail('ALTER TABLE … DROP of a constraint of a temporary table is not converted.', node.span);
    } else if (part?.kind === 'default') drop(`ALTER COLUMN ${part.sql} DROP DEFAULT`);
    else {
      if (part?.folded !== undefined) e.line(`DROP INDEX IF EXISTS ${part.folded};`);
      drop(`DROP CONSTRAINT ${exists}${part?.sql ?? madeName(e, node, one.name.name)}`);
    }
  }
}

/** What follows sees a temporary table without the column: `*` is all that is left. */
function shrunken(e: Emitter, { name, span }: AlterTable, dropped: RelationColumn): void {
  const relation = tableOf(e, name);
  e.pieces.push({ kind: 'ddl', sql: `ALTER TABLE ${relation.sql} DROP COLUMN ${dropped.sql}`, line: span.line });
  const columns = relation.columns.filter((one) => one.sql !== dropped.sql);
  e.scope.made(ownName(name).schema, name.name.name, { ...relation, columns });
}

/** Checks and foreign keys are dropped while they are off: before version 18 PostgreSQL has none that are there and not asked. */
function toggleConstraints(e: Emitter, node: AlterTable, relation: Table, action: ToggleConstraints): void {
  const own = e.scope.parts.of(ownName(node.name)).filter((one) => one.kind === 'check' || one.kind === 'foreignKey');
  const named = action.names.map(
    (name): TablePart =>
      own.find((one) => one.name.toLowerCase() === name.name.toLowerCase()) ??
      e.fail(`The constraint ${name.name} is not converted, or not known.`, name.span),
  );
  const parts = action.names.length > 0 ? named : own.filter((one) => one.definition !== undefined);
  if (parts.length === 0) return e.line(`-- ${relation.sql} has no checks and no foreign keys`);
  e.once(
    'SL1002',
    'Checks and foreign keys that are switched off are dropped, and made anew when they are switched on.',
    node.span,
  );
  for (const one of parts) {
    if (one.definition === undefined) e.fail(`The constraint ${one.name} is not converted.`, node.span);
    const add = action.enable ? `, ADD ${one.definition}${action.check === true ? '' : ' NOT VALID'}` : '';
    e.line(`ALTER TABLE ${relation.sql} DROP CONSTRAINT IF EXISTS ${one.sql}${add};`);
  }
}

interface Switch {
  readonly table: ObjectName;
  readonly enable: boolean;
  /** None for all. */
  readonly names: readonly string[];
}

/** The source's triggers of a table; those that keep what the source's engine keeps by itself stay on. */
export function switchTriggers(e: Emitter, { table, enable, names }: Switch): void {
  const relation = tableOf(e, table);
  const own = e.scope.parts.triggersOf(ownName(table));
  const found = names.map(
    (name) =>
      own.find((one) => one.name.toLowerCase() === name.toLowerCase()) ??
      e.fail(`The trigger ${name} is not converted, or not known.`, table.span),
  );
  const triggers = (names.length > 0 ? found : own).flatMap((one) => one.names);
  if (triggers.length === 0) e.line(`-- ${relation.sql} has no triggers`);
  for (const name of triggers) e.line(`ALTER TABLE ${relation.sql} ${enable ? 'ENABLE' : 'DISABLE'} TRIGGER ${name};`);
}

/** ENABLE TRIGGER and DISABLE TRIGGER as statements. */
export function toggleTrigger(e: Emitter, node: ToggleTrigger): void {
  if (node.scope !== 'object' || !node.target)
    return e.fail('Triggers of the database or the server are not converted.', node.span);
  switchTriggers(e, { table: node.target, enable: node.enable, names: node.names.map((one) => one.name.name) });
}

/** What tends SQL Server's own storage, and changes no answer. */
const STORAGE_OPTIONS = /^(LOCK_ESCALATION|FILESTREAM_ON|REMOTE_DATA_ARCHIVE|DATA_DELETION)$/i;

function setOptions(e: Emitter, node: AlterTable, relation: Table, options: readonly Option[]): void {
  for (const option of options) {
    if (STORAGE_OPTIONS.test(option.name)) e.line(`-- ${option.name} of ${relation.sql}: of SQL Server alone`);
    else if (/^SYSTEM_VERSIONING$/i.test(option.name)) systemVersioning(e, node, option);
    else e.fail(`ALTER TABLE … SET (${option.name}) is not converted within a routine.`, node.span);
  }
}

function systemVersioning(e: Emitter, node: AlterTable, option: Option): void {
  const isOn = optionWord(option) !== 'OFF';
  versions(e, node, isOn ? 'ENABLE' : 'DISABLE', 'history');
}

/** Whether an option is ON or OFF; one with more between parentheses is on. */
function optionWord(option: Option): string {
  const { value } = option;
  return value?.kind === 'keyword' ? value.name.toUpperCase() : 'ON';
}

/** The triggers that keep the versions of a table, switched. */
function versions(e: Emitter, node: AlterTable, change: 'ENABLE' | 'DISABLE', which: 'period' | 'history'): void {
  const known = e.scope.parts.versioning(ownName(node.name));
  if (!known) return e.fail(`${node.name.name.name} has no history in the target.`, node.span);
  e.line(`ALTER TABLE ${tableOf(e, node.name).sql} ${change} TRIGGER ${known[which]};`);
}

/** SWITCH of a whole table: the rows of the one become those of the other, which has to be empty. */
function moveAll(e: Emitter, node: AlterTable, from: Table, target: ObjectName, partition: unknown): void {
  if (partition !== undefined) e.fail('SWITCH of a partition is not converted within a routine.', node.span);
  const to = tableOf(e, target);
  const columns = to.columns.filter((one) => !one.readOnly && one.expression === undefined);
  if (columns.length !== from.columns.filter((one) => !one.readOnly && one.expression === undefined).length)
    e.fail('SWITCH between tables of different columns.', node.span);
  const read = columns.map(
    (one) => from.columns.find((other) => other.name.toLowerCase() === one.name.toLowerCase())?.sql ?? one.sql,
  );
  e.facts.writes = true;
  e.line(`IF EXISTS (SELECT FROM ${to.sql}) THEN`);
  e.line(
    `  RAISE EXCEPTION 'ALTER TABLE SWITCH statement failed. The target table ''%'' must be empty.', '${target.name.name.replaceAll("'", "''")}' USING ERRCODE = '55000';`,
  );
  e.line('END IF;');
  const insert = `INSERT INTO ${to.sql} (${columns.map((one) => one.sql).join(', ')}) OVERRIDING SYSTEM VALUE SELECT ${read.join(', ')} FROM ${from.sql}`;
  e.sql(insert, node.span);
  e.line(`TRUNCATE ${from.sql};`);
}
