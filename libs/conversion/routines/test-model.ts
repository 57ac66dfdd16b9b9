import type {
  ColumnModel,
  DatabaseModel,
  ModuleModel,
  SequenceModel,
  SourceType,
  TableModel,
  TableTypeModel,
} from '#schema';
import { parseScript, printExpression } from '#tsql';
import type { ColumnDefinition, CreateTable, DataType, Execute, Statement } from '#tsql';
import type { ValueType } from '#values';

/** Test support: a database's model from a script, without a server. What a test needs of tables, and all modules. */

const KINDS: Readonly<Record<string, ModuleModel['kind']>> = {
  createView: 'view',
  createProcedure: 'procedure',
  createTrigger: 'trigger',
};

function valueOf(type: SourceType): ValueType {
  const simple: Readonly<Record<string, ValueType>> = {
    bit: { kind: 'boolean' },
    tinyint: { kind: 'int', bits: 8 },
    smallint: { kind: 'int', bits: 16 },
    int: { kind: 'int', bits: 32 },
    bigint: { kind: 'long' },
    money: { kind: 'decimal', precision: 19, scale: 4 },
    smallmoney: { kind: 'decimal', precision: 10, scale: 4 },
    real: { kind: 'float' },
    float: { kind: 'double' },
    uniqueidentifier: { kind: 'uuid' },
    date: { kind: 'date' },
    datetime: { kind: 'timestamp', digits: 3 },
    smalldatetime: { kind: 'timestamp', digits: 0 },
    datetime2: { kind: 'timestamp', digits: 6 },
    time: { kind: 'time', digits: 6 },
    datetimeoffset: { kind: 'timestamptz', digits: 6 },
    xml: { kind: 'xml' },
    image: { kind: 'bytes' },
    varbinary: { kind: 'bytes' },
    binary: { kind: 'bytes' },
    timestamp: { kind: 'bytes' },
  };
  if (type.name === 'decimal' || type.name === 'numeric')
    return { kind: 'decimal', precision: type.precision ?? 18, scale: type.scale ?? 0 };
  if (type.name === 'char' || type.name === 'nchar') return { kind: 'string', length: type.length ?? 1, fixed: true };
  const length = type.length === undefined || type.length < 0 ? {} : { length: type.length };
  return simple[type.name] ?? { kind: 'string', ...length };
}

class Model {
  readonly aliases = new Map<string, SourceType>();
  readonly tables: TableModel[] = [];
  readonly sequences: SequenceModel[] = [];
  readonly modules: ModuleModel[] = [];
  readonly tableTypes: TableTypeModel[] = [];

  take(statement: Statement, text: string): void {
    if (statement.kind === 'createTable') this.tables.push(this.table(statement));
    else if (statement.kind === 'execute') this.alias(statement);
    else if (statement.kind === 'alterTable') this.primaryKey(statement);
    else if (statement.kind === 'sequence') this.sequences.push(sequenceOf(statement));
    else if (statement.kind === 'createAliasType')
      this.aliases.set(statement.name.name.name.toLowerCase(), this.written(statement.type));
    else if (statement.kind === 'createTableType') this.tableTypes.push(this.tableType(statement));
    else if (statement.kind === 'createFunction') {
      const kinds = {
        returnsScalar: 'scalar-function',
        returnsQuery: 'inline-function',
        returnsTable: 'table-function',
      } as const;
      this.module(kinds[statement.returns.kind], statement, text);
    } else {
      const kind = KINDS[statement.kind];
      if (kind && 'source' in statement && 'mode' in statement) this.module(kind, statement as never, text);
    }
  }

  private tableType(node: Extract<Statement, { kind: 'createTableType' }>): TableTypeModel {
    const columns = node.elements.flatMap((one) => (one.kind === 'columnDefinition' ? [one] : []));
    return {
      schema: node.name.schema?.name ?? 'dbo',
      name: node.name.name.name,
      columns: columns.map((one) => ({
        name: one.name.name,
        sourceType: this.typeOf(one),
        nullable: one.nullable !== false,
      })),
    };
  }

  private alias(node: Execute): void {
    if (node.procedure?.kind !== 'objectName' || !node.procedure.name.name.endsWith('sp_addtype')) return;
    const [name, type] = node.args.map((one) =>
      one.value.kind === 'literal'
        ? one.value.value
        : one.value.kind === 'column'
          ? (one.value.parts.at(-1)?.name ?? '')
          : '',
    );
    const [, base = '', length] = /^(\w+)(?:\((\d+)\))?$/.exec(type ?? '') ?? [];
    this.aliases.set((name ?? '').toLowerCase(), {
      name: base.toLowerCase(),
      ...(length ? { length: Number(length) } : {}),
    });
  }

  private module(
    kind: ModuleModel['kind'],
    node: { name: { schema?: { name: string }; name: { name: string } } },
    text: string,
  ): void {
    this.modules.push({
      schema: node.name.schema?.name ?? 'dbo',
      name: node.name.name.name,
      kind,
      definition: text,
      usesAnsiNulls: true,
      usesQuotedIdentifier: true,
    });
  }

  private table(node: CreateTable): TableModel {
    const columns = node.elements.flatMap((one) => (one.kind === 'columnDefinition' ? [one] : []));
    const own = columns.filter((one) => one.constraints.some((constraint) => constraint.kind === 'primaryKey'));
    const key = node.elements.flatMap((one) => (one.kind === 'primaryKey' && 'columns' in one ? one.columns : []));
    const names = (key.length > 0 ? key : own).map((one) => one.name.name);
    return {
      objectId: this.tables.length + 1,
      schema: node.name.schema?.name ?? 'dbo',
      name: node.name.name.name,
      columns: columns.map((one, index) => this.column(one, index + 1, names.includes(one.name.name))),
      uniques: [],
      indexes: [],
      foreignKeys: [],
      checks: [],
      estimatedRows: 0,
      estimatedBytes: 0,
      features: [],
      ...(names.length > 0 ? { primaryKey: keyOf(node.name.name.name, names) } : {}),
    };
  }

  private primaryKey(node: Extract<Statement, { kind: 'alterTable' }>): void {
    const key = JSON.stringify(node).includes('"primaryKey"') ? node : undefined;
    const index = this.tables.findIndex((one) => one.name.toLowerCase() === node.name.name.name.toLowerCase());
    const names = key
      ? [...JSON.stringify(key).matchAll(/"kind":"indexColumn","name":\{"kind":"identifier","name":"([^"]*)"/g)].map(
          (one) => one[1] ?? '',
        )
      : [];
    const table = this.tables[index];
    if (table && names.length > 0 && !table.primaryKey)
      this.tables[index] = { ...table, primaryKey: keyOf(table.name, names) };
  }

  private column(node: ColumnDefinition, id: number, inKey: boolean): ColumnModel {
    const sourceType = this.typeOf(node);
    const value = node.constraints.find((one) => one.kind === 'defaultConstraint');
    return {
      id,
      name: node.name.name,
      sourceType,
      value: valueOf(sourceType),
      nullable: !inKey && !node.identity && node.nullable !== false,
      ...(node.identity ? { identity: { seed: '1', increment: '1', lastValue: null } } : {}),
      ...(node.computed
        ? { computed: { definition: printExpression(node.computed.expression), persisted: node.computed.persisted } }
        : {}),
      ...(value?.kind === 'defaultConstraint'
        ? { default: { name: 'd', definition: printExpression(value.expression), systemNamed: true } }
        : {}),
    };
  }

  private typeOf(node: ColumnDefinition): SourceType {
    return node.type ? this.written(node.type) : { name: 'int' };
  }

  private written(type: DataType): SourceType {
    const alias = this.aliases.get(type.base);
    if (alias) return alias;
    const [first, second] = type.args.map((one) => (one === 'max' ? -1 : one));
    if (type.base === 'decimal' || type.base === 'numeric')
      return { name: type.base, precision: first ?? 18, scale: second ?? 0 };
    if (/^(n?varchar|n?char|varbinary|binary)$/.test(type.base)) return { name: type.base, length: first ?? 1 };
    return { name: type.base };
  }
}

const sequenceOf = (node: Extract<Statement, { kind: 'sequence' }>): SequenceModel => ({
  schema: node.name.schema?.name ?? 'dbo',
  name: node.name.name.name,
  type: { name: node.type?.base ?? 'bigint' },
  start: '1',
  increment: '1',
  minimum: '1',
  maximum: '2147483647',
  cycle: false,
  cache: null,
  current: '1',
});

const keyOf = (table: string, names: readonly string[]): NonNullable<TableModel['primaryKey']> => ({
  name: `PK_${table}`,
  columns: names.map((column) => ({ column, descending: false })),
  clustered: true,
  systemNamed: true,
});

/** The model of the database that a script makes. Batches that are neither tables nor modules are passed over. */
export function modelOf(script: string): DatabaseModel {
  const model = new Model();
  for (const batch of parseScript(script).batches) {
    for (const statement of batch.statements) model.take(statement, batch.text.trim());
  }
  return {
    name: 'D',
    kind: 'sqlserver',
    version: '16',
    collation: 'SQL_Latin1_General_CP1_CI_AS',
    schemas: [
      ...new Set(['dbo', ...[...model.tables, ...model.modules, ...model.tableTypes].map((one) => one.schema)]),
    ].map((name) => ({ name })),
    tables: model.tables,
    sequences: model.sequences,
    aliasTypes: [...model.aliases].map(([name, base]) => ({ schema: 'dbo', name, base, nullable: true })),
    tableTypes: model.tableTypes,
    modules: model.modules,
    synonyms: [],
  };
}
