import type { ReferentialAction } from '#schema';
import { printDefinition } from '#tsql';
import type {
  CheckConstraint,
  ColumnDefinition,
  Constraint,
  DefaultConstraint,
  ForeignKey,
  Identifier,
  IndexColumn,
  InlineIndex,
  KeyConstraint,
  Option,
  StorageTarget,
  TableElement,
} from '#tsql';
import { declaredType } from './declared-type.ts';
import type { DraftColumn, DraftForeignKey, DraftIndex, DraftIndexColumn, DraftModule, DraftTable } from './draft.ts';
import { dotted, qualified, systemName } from './names.ts';
import { report, type Site, wholeNumber } from './session.ts';

const ACTIONS: Readonly<Record<'noAction' | 'cascade' | 'setNull' | 'setDefault', ReferentialAction>> = {
  noAction: 'NO ACTION',
  cascade: 'CASCADE',
  setNull: 'SET NULL',
  setDefault: 'SET DEFAULT',
};

/** Adds what stands between the parentheses of a table, or behind ALTER TABLE … ADD. `trusted`: WITH CHECK. */
export function addElements(site: Site, table: DraftTable, elements: readonly TableElement[], trusted = true): void {
  for (const element of elements) if (element.kind === 'columnDefinition') addColumn(site, table, element);
  // A constraint that asks for the clustered index has it, in whatever order they stand.
  const asksForIt = elements.some((element) =>
    element.kind === 'columnDefinition'
      ? element.constraints.some(isClustered) || element.index?.clustered === true
      : isClustered(element),
  );
  for (const element of elements) {
    if (element.kind === 'columnDefinition') {
      for (const constraint of element.constraints)
        addConstraint(site, table, constraint, { column: element.name.name, asksForIt, trusted });
      if (element.index) addInlineIndex(site, table, element.index, element.name);
    } else if (element.kind === 'inlineIndex') addInlineIndex(site, table, element);
    else if (element.kind === 'period') table.period = { start: element.start.name, end: element.end.name };
    else addConstraint(site, table, element, { asksForIt, trusted });
  }
}

function isClustered(element: TableElement): boolean {
  return 'clustered' in element && element.clustered === true;
}

interface Asking {
  /** The column that the constraint stands behind. */
  readonly column?: string;
  /** Another element asks for the clustered index. */
  readonly asksForIt: boolean;
  readonly trusted: boolean;
}

function addConstraint(site: Site, table: DraftTable, constraint: Constraint, asking: Asking): void {
  switch (constraint.kind) {
    case 'primaryKey':
    case 'unique':
      return addKey(site, table, constraint, asking);
    case 'foreignKey':
      return addForeignKey(site, table, constraint, asking);
    case 'check':
      return addCheck(site, table, constraint, asking);
    case 'defaultConstraint':
      return addDefault(site, table, constraint, asking.column);
    case 'connection':
      return report(
        site,
        'SL1013',
        dotted(table),
        'The CONNECTION constraint of an edge table is not carried over.',
        constraint,
      );
  }
}

/** One column, without its constraints. */
export function draftColumn(site: Site, id: number, column: ColumnDefinition): DraftColumn {
  const { database } = site;
  const isKey = column.constraints.some((one) => one.kind === 'primaryKey');
  const collation = column.collation?.name;
  const resolved = column.type ? declaredType(database, column.type, collation) : undefined;
  const isVersion =
    (column.type === undefined && !column.computed) ||
    column.type?.base === 'timestamp' ||
    column.type?.base === 'rowversion';
  const never = !column.computed && (isKey || column.identity !== undefined || isVersion);
  const { computed, identity, generated } = column;
  return {
    id,
    name: column.name.name,
    ...(computed
      ? {
          computed: {
            expression: computed.expression,
            definition: printDefinition(computed.expression),
            persisted: computed.persisted,
          },
        }
      : {
          declared: {
            type: column.type ?? timestampType(column.name),
            ...(collation === undefined ? {} : { collation }),
            ...(column.type === undefined ? { resolved: TIMESTAMP } : resolved ? { resolved } : {}),
          },
        }),
    nullable: never ? false : column.nullable,
    ...(identity
      ? {
          identity: {
            seed: String(wholeNumber(identity.seed) ?? 1n),
            increment: String(wholeNumber(identity.increment) ?? 1n),
          },
        }
      : {}),
    rowguidcol: column.rowguidcol,
    sparse: column.sparse,
    columnSet: column.columnSet,
    filestream: column.filestream,
    ...(column.masked ? { maskedBy: column.masked.value } : {}),
    encrypted: column.encrypted !== undefined,
    ...(generated === 'rowStart' ? { generatedAlways: 'row-start' as const } : {}),
    ...(generated === 'rowEnd' ? { generatedAlways: 'row-end' as const } : {}),
    hidden: column.hidden,
  };
}

const TIMESTAMP = { name: 'timestamp', length: 8, precision: 0, scale: 0 } as const;

/** `timestamp` alone is a column of that name and type. */
function timestampType(name: Identifier): NonNullable<ColumnDefinition['type']> {
  return { kind: 'dataType', span: name.span, name, base: 'timestamp', args: [] };
}

function addColumn(site: Site, table: DraftTable, column: ColumnDefinition): void {
  if (site.database.column(table, column.name.name)) {
    report(
      site,
      'SL1084',
      `${dotted(table)}.${column.name.name}`,
      'The table has a column of that name already; the first is kept.',
      column,
    );
    return;
  }
  table.columns.push(draftColumn(site, (table.lastColumnId += 1), column));
}

/** The columns that a key or an index names; undefined, with an issue, where one is not there. */
function columnsOf(
  site: Site,
  owner: DraftTable | DraftModule,
  columns: readonly IndexColumn[],
  what: string,
): DraftIndexColumn[] | undefined {
  const found: DraftIndexColumn[] = [];
  for (const one of columns) {
    const column = owner.kind === 'table' ? site.database.column(owner, one.name.name) : { name: one.name.name };
    if (!column) {
      report(
        site,
        'SL1082',
        `${dotted(owner)}.${what}`,
        `${what} names the column ${one.name.name}, which the table does not have.`,
        one,
      );
      return undefined;
    }
    found.push({ column, descending: one.direction === 'desc' });
  }
  return found;
}

function newIndexId(owner: DraftTable | DraftModule, isClusteredIndex: boolean): number {
  if (isClusteredIndex && !owner.indexes.some((index) => index.id === 1)) return 1;
  return owner.indexes.reduce((most, index) => Math.max(most, index.id), 1) + 1;
}

function place(table: DraftTable, on: StorageTarget | undefined): void {
  const column = on?.columns[0]?.name;
  if (on && column !== undefined) table.partitioned = { scheme: on.name.name, column };
}

function addKey(site: Site, table: DraftTable, key: KeyConstraint, asking: Asking): void {
  const { database } = site;
  const isPrimary = key.kind === 'primaryKey';
  if (isPrimary && table.indexes.some((index) => index.role === 'primary'))
    return report(
      site,
      'SL1084',
      `${dotted(table)}.${key.name?.name ?? 'primary key'}`,
      'The table has a primary key already; the first is kept.',
      key,
    );
  const written = key.columns.length > 0 || asking.column === undefined ? key.columns : [onColumn(key, asking.column)];
  const columns = columnsOf(
    site,
    table,
    written,
    key.name?.name ?? (isPrimary ? 'The primary key' : 'The unique constraint'),
  );
  if (!columns) return;
  const names = columns.map((one) => one.column.name);
  const name = key.name?.name ?? systemName(isPrimary ? 'PK' : 'UQ', table, undefined, names);
  if (!isFree(site, table, name, key)) return;
  const taken = table.indexes.some((index) => index.id === 1);
  const clustered = (key.clustered ?? (isPrimary && !asking.asksForIt)) && !taken;
  if (isPrimary) for (const { column } of columns) (column as DraftColumn).nullable = false;
  if (clustered) place(table, key.on);
  database.addIndex(table, {
    id: newIndexId(table, clustered),
    objectId: database.newId(),
    name,
    role: isPrimary ? 'primary' : 'unique',
    systemNamed: key.name === undefined,
    unique: true,
    type: key.hash ? 'NONCLUSTERED HASH' : clustered ? 'CLUSTERED' : 'NONCLUSTERED',
    columns,
    included: [],
    disabled: false,
  });
}

function onColumn(node: { readonly span: KeyConstraint['span'] }, column: string): IndexColumn {
  const { span } = node;
  return { kind: 'indexColumn', span, name: { kind: 'identifier', span, name: column, quote: 'bracket' } };
}

/** Whether no object of the schema has that name; an issue where one has. */
function isFree(site: Site, table: DraftTable, name: string, node: Constraint): boolean {
  const { database } = site;
  if (!database.objects.get(table.schema, name) && !database.constraints.get(table.schema, name)) return true;
  report(
    site,
    'SL1084',
    `${dotted(table)}.${name}`,
    `There is an object ${table.schema}.${name} already; the first is kept.`,
    node,
  );
  return false;
}

function addForeignKey(site: Site, table: DraftTable, key: ForeignKey, asking: Asking): void {
  const { database } = site;
  const names = key.columns.length > 0 ? key.columns.map((one) => one.name) : [asking.column ?? ''];
  const columns = names.flatMap((name) => database.column(table, name) ?? []);
  const target = qualified(key.referencedTable);
  const name =
    key.name?.name ??
    systemName('FK', table, names[0], [...names, dotted(target), ...key.referencedColumns.map((one) => one.name)]);
  if (columns.length !== names.length) {
    const missing = names.find((one) => !database.column(table, one)) ?? '';
    return report(
      site,
      'SL1082',
      `${dotted(table)}.${name}`,
      `${name} names the column ${missing}, which the table does not have.`,
      key,
    );
  }
  if (!isFree(site, table, name, key)) return;
  const made: DraftForeignKey = {
    id: database.newId(),
    name,
    columns,
    references: database.table(target.schema, target.name) ?? target,
    referencedColumns: key.referencedColumns.map((one) => one.name),
    onDelete: ACTIONS[key.onDelete ?? 'noAction'],
    onUpdate: ACTIONS[key.onUpdate ?? 'noAction'],
    disabled: false,
    trusted: asking.trusted,
    systemNamed: key.name === undefined,
    place: site.source.place(key.span),
  };
  table.foreignKeys.push(made);
  database.know({ type: 'F', table, of: made });
}

function addCheck(site: Site, table: DraftTable, check: CheckConstraint, asking: Asking): void {
  const { database } = site;
  const definition = printDefinition(check.condition);
  const name = check.name?.name ?? systemName('CK', table, asking.column, [asking.column ?? '', definition]);
  if (!isFree(site, table, name, check)) return;
  const made = {
    id: database.newId(),
    name,
    definition,
    disabled: false,
    trusted: asking.trusted,
    systemNamed: check.name === undefined,
  };
  table.checks.push(made);
  database.know({ type: 'C', table, of: made });
}

function addDefault(site: Site, table: DraftTable, constraint: DefaultConstraint, column: string | undefined): void {
  const { database } = site;
  const wanted = constraint.column?.name ?? column ?? '';
  const target = database.column(table, wanted);
  const name = constraint.name?.name ?? systemName('DF', table, wanted, [wanted]);
  if (!target)
    return report(
      site,
      'SL1082',
      `${dotted(table)}.${name}`,
      `${name} is for the column ${wanted}, which the table does not have.`,
      constraint,
    );
  if (target.default && !target.default.bound)
    return report(
      site,
      'SL1084',
      `${dotted(table)}.${wanted}`,
      'The column has a default already; the first is kept.',
      constraint,
    );
  if (!isFree(site, table, name, constraint)) return;
  const made = {
    id: database.newId(),
    name,
    definition: printDefinition(constraint.expression),
    systemNamed: constraint.name === undefined,
  };
  target.default = made;
  database.know({ type: 'D', table, of: made });
}

function addInlineIndex(site: Site, table: DraftTable, index: InlineIndex, column?: Identifier): void {
  const written = index.columns.length > 0 || !column ? index.columns : [onColumn(index, column.name)];
  addIndex(site, table, {
    name: index.name.name,
    unique: index.unique,
    clustered: index.clustered ?? false,
    type: index.columnstore ? 'COLUMNSTORE' : index.hash ? 'HASH' : '',
    columns: written,
    include: index.include,
    ...(index.where ? { filter: printDefinition(index.where, 'filter') } : {}),
    options: index.options,
    ...(index.on ? { on: index.on } : {}),
    node: index,
  });
}

/** What CREATE INDEX and its inline form have in common. `type`: '', COLUMNSTORE, XML, SPATIAL, HASH. */
export interface WrittenIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly clustered: boolean;
  readonly type: string;
  readonly columns: readonly IndexColumn[];
  readonly include: readonly Identifier[];
  readonly filter?: string;
  readonly options: readonly Option[];
  readonly on?: StorageTarget;
  readonly node: { readonly span: Identifier['span'] };
}

/** Adds an index to a table or a view. */
export function addIndex(site: Site, owner: DraftTable | DraftModule, index: WrittenIndex): void {
  const { database } = site;
  const object = `${dotted(owner)}.${index.name}`;
  const existing = database.index(owner, index.name);
  const replaces = index.options.some(
    (one) => one.name === 'DROP_EXISTING' && one.value?.kind === 'keyword' && one.value.name === 'ON',
  );
  if (existing && !replaces)
    return void site.session.issues.push(
      site.source.issue(
        'SL1084',
        object,
        'There is an index of that name already; the first is kept.',
        index.node.span,
      ),
    );
  const columns = columnsOf(site, owner, index.columns, index.name);
  const include = index.include.map((name) => ({ kind: 'indexColumn', span: name.span, name }) as const);
  const included = columnsOf(site, owner, include, index.name);
  if (!columns || !included) return;
  if (existing) database.removeIndex(owner, existing);
  if (index.clustered && owner.kind === 'table') place(owner, index.on);
  const how = index.clustered ? 'CLUSTERED' : 'NONCLUSTERED';
  const made: DraftIndex = {
    id: newIndexId(owner, index.clustered),
    objectId: database.newId(),
    name: index.name,
    role: existing?.role ?? 'index',
    systemNamed: existing?.systemNamed ?? false,
    unique: index.unique,
    type: index.type === '' ? how : /XML|SPATIAL/.test(index.type) ? index.type : `${how} ${index.type}`,
    columns,
    included: included.map((one) => one.column),
    ...(index.filter === undefined ? {} : { filter: index.filter }),
    disabled: false,
  };
  database.addIndex(owner, made);
}
