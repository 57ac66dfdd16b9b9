import type { AlterColumn, AlterTable, DroppedElement, SetTableOptions, ToggleConstraints } from '#tsql';
import { declaredType } from './declared-type.ts';
import type { DraftColumn, DraftModule, DraftTable } from './draft.ts';
import { dotted, objectOf } from './names.ts';
import { report, type Site } from './session.ts';
import { addElements } from './table-elements.ts';
import { versionTable } from './temporal.ts';

/** ALTER TABLE. False: the table is not there (yet). */
export function alterTable(site: Site, statement: AlterTable): boolean {
  const table = objectOf(site.database, statement.name);
  if (table?.kind !== 'table') return false;
  const { action } = statement;
  switch (action.kind) {
    case 'addElements':
      addElements(site, table, action.elements, action.check ?? true);
      break;
    case 'alterColumn':
      alterColumn(site, table, action);
      break;
    case 'dropElements':
      for (const item of action.items) dropElement(site, table, item);
      break;
    case 'toggleConstraints':
      toggleConstraints(site, table, action);
      break;
    case 'toggleTriggers':
      toggleTriggers(
        site,
        table,
        action.names.map((name) => name.name),
        action.enable,
      );
      break;
    case 'setTableOptions':
      setOptions(site, table, action);
      break;
    case 'rebuildTable':
      break;
    case 'changeTracking':
      site.session.note(
        'SL1085',
        `ALTER TABLE … ${action.feature.toUpperCase()} is not carried over.`,
        dotted(table),
        site.source,
        statement.span,
      );
      break;
    case 'switchPartition':
    case 'splitMergeTable':
      site.session.note(
        'SL1083',
        'Rows are moved between partitions; scripts are read for the schema alone.',
        dotted(table),
        site.source,
        statement.span,
      );
  }
  return true;
}

function alterColumn(site: Site, table: DraftTable, action: AlterColumn): void {
  const { database } = site;
  const column = database.column(table, action.column.name);
  if (!column) {
    report(
      site,
      'SL1082',
      `${dotted(table)}.${action.column.name}`,
      'ALTER COLUMN names a column that the table does not have.',
      action,
    );
    return;
  }
  if (action.type) retype(site, column, action);
  else setProperty(column, action);
  if (action.masked) column.maskedBy = action.masked.value;
  if (action.sparse !== undefined) column.sparse = action.sparse;
}

function retype(site: Site, column: DraftColumn, action: AlterColumn): void {
  const { type } = action;
  if (!type) return;
  const collation = action.collation?.name;
  const resolved = declaredType(site.database, type, collation);
  column.declared = {
    type,
    ...(collation === undefined ? {} : { collation }),
    ...(resolved ? { resolved } : {}),
  };
  if (!column.identity) column.nullable = action.nullable;
}

function setProperty(column: DraftColumn, action: AlterColumn): void {
  const isOn = action.change === 'add';
  switch (action.property) {
    case 'ROWGUIDCOL':
      column.rowguidcol = isOn;
      break;
    case 'SPARSE':
      column.sparse = isOn;
      break;
    case 'HIDDEN':
      column.hidden = isOn;
      break;
    case 'MASKED':
      if (!isOn) delete column.maskedBy;
      break;
    case 'PERSISTED':
      if (column.computed) column.computed.persisted = isOn;
  }
}

function dropElement(site: Site, table: DraftTable, item: DroppedElement): void {
  const { database } = site;
  const name = item.name?.name ?? '';
  if (item.type === 'period') {
    delete table.period;
    return;
  }
  // A bare name is a constraint; where there is none, a column is meant by many who write it so.
  if (item.type !== 'column' && dropConstraint(site, table, name)) return;
  const column = item.type === 'index' ? undefined : database.column(table, name);
  if (item.type === 'column' && column) {
    table.columns = table.columns.filter((one) => one !== column);
    if (column.default) database.forget({ type: 'D', table, of: column.default });
    dropDependents(site, table, column, item);
    return;
  }
  const index = item.type === 'index' ? database.index(table, name) : undefined;
  if (index) database.removeIndex(table, index);
  else if (!item.ifExists)
    report(site, 'SL1082', `${dotted(table)}.${name}`, `There is no ${item.type} ${name} to drop.`, item);
}

/** A server keeps a column that keys and indexes have; where what took them away could not be followed, they go with the column. */
function dropDependents(site: Site, table: DraftTable, column: DraftColumn, item: DroppedElement): void {
  const indexes = table.indexes.filter(
    (index) => index.columns.some((one) => one.column === column) || index.included.includes(column),
  );
  const keys = table.foreignKeys.filter((key) => key.columns.includes(column));
  for (const index of indexes) site.database.removeIndex(table, index);
  for (const key of keys) site.database.forget({ type: 'F', table, of: key });
  table.foreignKeys = table.foreignKeys.filter((key) => !keys.includes(key));
  const names = [...indexes, ...keys].map((one) => one.name).join(', ');
  if (names !== '')
    report(
      site,
      'SL1082',
      `${dotted(table)}.${column.name}`,
      `The column is dropped, and with it what has it: ${names}.`,
      item,
    );
}

/** Drops a constraint by its name; false where the table has none of it. */
function dropConstraint(site: Site, table: DraftTable, name: string): boolean {
  const { database } = site;
  const found = database.constraints.get(table.schema, name);
  if (found?.table !== table) return false;
  if (found.type === 'PK' || found.type === 'UQ') {
    const index = table.indexes.find((one) => one === found.of);
    if (index) database.removeIndex(table, index);
    return true;
  }
  database.forget(found);
  table.checks = table.checks.filter((one) => one !== found.of);
  table.foreignKeys = table.foreignKeys.filter((one) => one !== found.of);
  for (const column of table.columns) if (column.default === found.of) delete column.default;
  return true;
}

function toggleConstraints(site: Site, table: DraftTable, action: ToggleConstraints): void {
  const { fold } = site.database;
  const wanted = new Set(action.names.map((one) => fold(one.name)));
  const all = [...table.checks, ...table.foreignKeys];
  for (const one of action.names)
    if (!all.some((constraint) => fold(constraint.name) === fold(one.name)))
      report(site, 'SL1082', `${dotted(table)}.${one.name}`, `The table has no constraint ${one.name}.`, action);
  for (const constraint of all) {
    if (wanted.size > 0 && !wanted.has(fold(constraint.name))) continue;
    constraint.disabled = !action.enable;
    // CHECK alone says nothing of the rows that are there; WITH CHECK CHECK looks at them.
    if (!action.enable) constraint.trusted = false;
    else if (action.check === true) constraint.trusted = true;
  }
}

/** ENABLE and DISABLE TRIGGER of a table or view; no names: all of them. */
export function toggleTriggers(
  site: Site,
  owner: DraftTable | DraftModule,
  names: readonly string[],
  enable: boolean,
): void {
  const { fold, triggers } = site.database;
  const wanted = new Set(names.map(fold));
  for (const trigger of triggers.get(owner) ?? [])
    if (wanted.size === 0 || wanted.has(fold(trigger.name))) trigger.disabled = !enable;
}

function setOptions(site: Site, table: DraftTable, action: SetTableOptions): void {
  for (const option of action.options) {
    if (option.name === 'SYSTEM_VERSIONING') versionTable(site, table, option);
    else if (option.name !== 'LOCK_ESCALATION')
      site.session.note(
        'SL1085',
        `ALTER TABLE … SET (${option.name}) is not carried over.`,
        dotted(table),
        site.source,
        option.span,
      );
  }
}
