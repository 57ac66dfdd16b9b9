import type { JobFile } from '#jobs';
import { isSelected, rulesOf } from '#jobs';
import { quoteIdent, quoteQualified } from '#pgsql';
import type { ColumnModel, DatabaseModel, SequenceModel, TableModel } from '#schema';
import { pgTypeOf } from '#values';
import { checkSteps, type DdlContext, foreignKeySteps, indexSteps, uniqueSteps } from './constraint-ddl.ts';
import { foldOf, keyOf } from './event-table.ts';
import { Expressions } from './expressions.ts';
import { type Issue, issue } from './issue.ts';
import { Naming } from './naming.ts';
import { type ColumnExpressions, createTable, foldIndex } from './table-ddl.ts';
import type { Conversion, ConvertedColumn, ConvertedTable, CounterTarget, Step } from './target-model.ts';
import { relationOf, sqlTypeOf, TargetScope } from './target-scope.ts';
import { convertModules, convertTableTypes } from './modules.ts';

type Settings = Pick<JobFile, 'target' | 'tables' | 'values'>;

/** Converts a database model to PostgreSQL: statements by phase, target names, and an issue for everything that a person should know. Deterministic. */
export function convertDatabase(database: DatabaseModel, settings: Settings): Conversion {
  return new DatabaseConversion(database, settings).run();
}

class DatabaseConversion {
  private readonly naming: Naming;
  private readonly issues: Issue[] = [];
  private readonly steps: Step[] = [];
  private readonly counters: CounterTarget[] = [];
  private readonly scope: TargetScope;
  private readonly expressions: Expressions;

  constructor(
    private readonly database: DatabaseModel,
    private readonly settings: Settings,
  ) {
    this.naming = new Naming(settings.target.naming);
    this.scope = new TargetScope(database, settings.target.version);
    this.expressions = new Expressions(this.scope, this.issues);
  }

  run(): Conversion {
    const selected = this.database.tables.filter((table) => isSelected(this.settings.tables, table.schema, table.name));
    const tables = selected.map((table) => this.convertTable(table));
    this.createSchemas(tables);
    for (const sequence of this.database.sequences) this.createSequence(sequence);
    for (const table of tables) this.scope.addTable(table);
    const context: DdlContext = {
      naming: this.naming,
      expressions: this.expressions,
      issues: this.issues,
      tables: new Map(tables.map((table) => [`${table.source.schema}.${table.source.name}`, table])),
    };
    for (const table of tables) this.createTable(table);
    for (const table of tables) this.steps.push(...indexSteps(context, table));
    for (const table of tables) this.steps.push(...uniqueSteps(context, table), ...checkSteps(context, table));
    for (const table of tables) this.steps.push(...foreignKeySteps(context, table));
    const modules = {
      scope: this.scope,
      naming: this.naming,
      policy: this.settings.target.naming,
      issues: this.issues,
      schemaOf: (name: string) => this.schemaOf(name),
    };
    this.steps.push(...convertTableTypes(this.database.tableTypes ?? [], modules));
    this.steps.push(...convertModules(this.database.modules, modules));
    for (const synonym of this.database.synonyms) {
      this.issues.push(issue('SL1016', `${synonym.schema}.${synonym.name}`, `Synonym for ${synonym.baseObject}.`));
    }
    return { tables, steps: this.steps, issues: this.issues, counters: this.counters };
  }

  private schemaOf(name: string): string {
    const mapped = this.settings.target.schemas[name];
    return mapped ?? (name === 'dbo' ? 'public' : this.naming.name('schemas', name));
  }

  private createSchemas(tables: readonly ConvertedTable[]): void {
    const wanted = new Set(tables.map((table) => table.schema));
    for (const schema of this.database.schemas) if (!/^db_/.test(schema.name)) wanted.add(this.schemaOf(schema.name));
    for (const name of wanted) {
      if (name !== 'public')
        this.steps.push({
          phase: 'before',
          object: name,
          sql: `CREATE SCHEMA IF NOT EXISTS ${quoteIdent(name)}`,
          optional: false,
        });
    }
  }

  private createSequence(sequence: SequenceModel): void {
    const schema = this.schemaOf(sequence.schema);
    const name = this.naming.name(`relations ${schema}`, sequence.name, `sequence ${sequence.schema}.${sequence.name}`);
    const type = { tinyint: 'smallint', smallint: 'smallint', int: 'integer' }[sequence.type.name] ?? 'bigint';
    const clamp = (value: string): string => (type === 'bigint' ? clampBigint(value) : value);
    const object = `${sequence.schema}.${sequence.name}`;
    const qualified = quoteQualified({ schema, name });
    const sql = `CREATE SEQUENCE ${qualified} AS ${type} INCREMENT BY ${sequence.increment} MINVALUE ${clamp(sequence.minimum)} MAXVALUE ${clamp(sequence.maximum)} START WITH ${sequence.start}${sequence.cache === null ? '' : ` CACHE ${sequence.cache}`}${sequence.cycle ? ' CYCLE' : ''}`;
    this.steps.push({ phase: 'before', object, sql, optional: false });
    this.scope.addSequence(
      sequence.schema,
      sequence.name,
      `nextval('${qualified.replaceAll("'", "''")}'::regclass)`,
      sqlTypeOf(sequence.type),
    );
    this.counters.push({ object, sequence: { schema, name }, identity: null, increment: sequence.increment });
  }

  private convertTable(table: TableModel): ConvertedTable {
    const rule = rulesOf(this.settings.tables, table.schema, table.name);
    const [renamedTable, renamedSchema] = (rule.rename ?? '').split('.').toReversed();
    const schema = renamedSchema || this.schemaOf(table.schema);
    const object = `${table.schema}.${table.name}`;
    const name = this.naming.name(`relations ${schema}`, renamedTable || table.name, `table ${object}`);
    if (isOther(name, table.name))
      this.issues.push(issue('SL1004', object, `Table ${table.name} is named ${schema}.${name}.`));
    for (const feature of table.features) this.issues.push(issue('SL1013', object, `The table is ${feature}.`));
    const columns = table.columns.flatMap((column) =>
      rule.columns?.[column.name]?.exclude
        ? []
        : [this.convertColumn(column, object, rule.columns?.[column.name]?.type)],
    );
    const key = keyOf(table, rule);
    if (key.length === 0)
      this.issues.push(
        issue('SL1014', object, 'The table has no primary key and no unique index over NOT NULL columns.'),
      );
    return { source: table, schema, name, columns, key };
  }

  private convertColumn(source: ColumnModel, object: string, override: string | undefined): ConvertedColumn {
    const name = this.naming.name(`columns ${object}`, source.name);
    const place = `${object}.${source.name}`;
    const { value, sourceType } = source;
    if (sourceType.name === 'datetimeoffset')
      this.issues.push(issue('SL1010', place, 'The offset of datetimeoffset is not kept.'));
    if (sourceType.name === 'timestamp' || sourceType.name === 'rowversion')
      this.issues.push(issue('SL1015', place, 'rowversion is carried over as bytea.'));
    if ('digits' in value && value.digits === 7)
      this.issues.push(issue('SL1009', place, `${sourceType.name}(7) holds 100 ns, PostgreSQL microseconds.`));
    if (
      value.kind === 'text' &&
      (value.of === 'geography' || value.of === 'geometry' || value.of === 'sql_variant' || value.of === 'hierarchyid')
    ) {
      this.issues.push(issue('SL1013', place, `${value.of} is carried over as text.`));
    }
    return {
      source,
      name,
      type: override ?? pgTypeOf(value, this.settings.values),
      nullable: source.nullable,
      generated: source.computed !== undefined,
    };
  }

  /** The statements that the load needs; computed columns that cannot be generated are plain columns with an issue. */
  private createTable(table: ConvertedTable): void {
    const object = `${table.source.schema}.${table.source.name}`;
    const relation = relationOf(table);
    const expressions = new Map<string, ColumnExpressions>();
    for (const column of table.columns) {
      const { source } = column;
      if (source.computed) {
        const generated = this.expressions.convert(source.computed.definition, {
          object: `${object}.${source.name}`,
          what: `computed column ${source.name}`,
          table: relation,
          type: sqlTypeOf(source.sourceType),
        });
        if (generated !== null) expressions.set(source.name, { generated });
        else
          this.issues.push(
            issue('SL1007', `${object}.${source.name}`, 'The computed column is a plain column without values.', {
              excerpt: source.computed.definition,
            }),
          );
      } else if (source.default && !source.identity) {
        const value = this.expressions.convert(source.default.definition, {
          object: `${object}.${source.name}`,
          what: `default ${source.default.name}`,
          type: sqlTypeOf(source.sourceType),
        });
        if (value !== null) expressions.set(source.name, { default: value });
      }
      if (source.identity)
        this.counters.push({
          object: `${object}.${source.name}`,
          sequence: null,
          identity: { schema: table.schema, table: table.name, column: column.name },
          increment: source.identity.increment,
        });
    }
    this.steps.push(...createTable(table, expressions, this.naming));
    const folds = table.key.flatMap((name) => {
      const column = table.columns.find((one) => one.source.name === name);
      return column ? [{ name, fold: foldOf(column.source, this.database.collation) }] : [];
    });
    if (folds.some((key) => key.fold === 'rtrim-lower'))
      this.issues.push(issue('SL1005', object, 'The key compares without case in the source.'));
    this.steps.push(...foldIndex(table, folds, this.naming));
  }
}

function clampBigint(value: string): string {
  const number = BigInt(value);
  const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
  return (number < low ? low : number > high ? high : number).toString();
}

/** Whether a folded name is more than the same letters in another case, with or without underscores. */
function isOther(name: string, original: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replaceAll('_', '');
  return letters(name) !== letters(original);
}
