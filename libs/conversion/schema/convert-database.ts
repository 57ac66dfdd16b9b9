import { isSelected, rulesOf } from '#jobs';
import { quoteIdent } from '#pgsql';
import type { DatabaseModel, TableModel } from '#schema';
import { collationSteps, tellCollations } from './collations.ts';
import { convertColumn } from './columns.ts';
import { computedColumns, keptSteps, withoutChanging } from './computed.ts';
import {
  checkSteps,
  foreignKeySteps,
  indexSteps,
  isLateDefault,
  lateCheckSteps,
  lateDefaultSteps,
  ruleSteps,
  typeCheckSteps,
  uniqueSteps,
} from './constraint-ddl.ts';
import { withDescriptions } from './descriptions.ts';
import { type Domains, makeDomains } from './domains.ts';
import { foldOf, keyOf } from './event-table.ts';
import { Expressions } from './expressions.ts';
import { tellDiagrams, withoutDiagrams } from './diagrams.ts';
import { tellFacilities, tellProperties } from './facilities.ts';
import { differencesOf, foldDifferences } from './fold-differences.ts';
import { foldIssues } from './fold-issues.ts';
import { fullTextSteps } from './full-text.ts';
import type { Issue } from './issue.ts';
import { OwnSchema } from './own-schema.ts';
import { convertModules, convertTableTypes, type ModuleContext, readRoutines } from './modules.ts';
import { knowParts } from './known-parts.ts';
import { type ChangedName, Naming } from './naming.ts';
import { partitioningOf } from './partitions.ts';
import { principalSteps, securitySteps } from './principals.ts';
import { rowversionSteps } from './rowversion.ts';
import {
  choicesOf,
  type ConversionSettings,
  type SchemaContext,
  sourceName,
  type TableFunctions,
  tell,
} from './schema-context.ts';
import { FunctionReach, plainNames, RoutineConversion } from '../routines/index.ts';
import { sequenceSteps } from './sequence-ddl.ts';
import { knowSynonyms, synonymSteps } from './synonyms.ts';
import { type ColumnExpressions, comment, counterOf, createTable, foldIndex } from './table-ddl.ts';
import type { Conversion, ConvertedTable, CounterTarget, Step } from './target-model.ts';
import { sqlTypeOf, TargetScope } from './target-scope.ts';
import { temporalSteps, versionedTables } from './temporal.ts';
import { tellTypes } from './type-notes.ts';

/** A table of PostgreSQL has no more columns (MaxHeapAttributeNumber). */
const MAX_COLUMNS = 1600;

/** Converts a database model to PostgreSQL: statements by phase, target names, and an issue for everything that a person should know. Deterministic. */
export function convertDatabase(database: DatabaseModel, settings: ConversionSettings): Conversion {
  return new DatabaseConversion(withDescriptions(withoutDiagrams(database)), settings).run(database);
}

/** As people write it: names in quotes where they need them. */
const plain = (step: Step): Step => ({ ...step, sql: plainNames(step.sql) });

class DatabaseConversion {
  private readonly issues: Issue[] = [];
  private readonly steps: Step[] = [];
  private readonly counters: CounterTarget[] = [];
  private readonly tables = new Map<string, ConvertedTable>();
  private readonly context: SchemaContext;
  private readonly modules: ModuleContext;
  private readonly reach: FunctionReach;
  private readonly routines: RoutineConversion;
  /** By name in lower case. */
  private readonly schemaNames: ReadonlyMap<string, string>;
  /** Functions that tables cannot be without. */
  private readonly early = new Set<string>();
  /** Source names of what cannot be named as it is, and is told so. */
  private readonly renamed = new Set<string>();

  constructor(
    private readonly database: DatabaseModel,
    private readonly settings: ConversionSettings,
  ) {
    const choices = choicesOf(settings);
    const exact = /_CS|_BIN2?(_|$)/i.test(database.collation);
    this.schemaNames = new Map(
      exact ? [] : ['dbo', ...database.schemas.map(({ name }) => name)].map((name) => [name.toLowerCase(), name]),
    );
    const naming = new Naming(settings.target.naming, (changed) => this.tellName(changed));
    const { caseInsensitive } = choices;
    const scope = new TargetScope(
      database,
      settings.target.version,
      caseInsensitive !== 'sensitive',
      caseInsensitive === 'icu',
    );
    this.context = {
      database,
      settings,
      choices,
      naming,
      scope,
      expressions: new Expressions(scope, this.issues),
      issues: this.issues,
      functions: this.tableFunctions(),
      tables: this.tables,
      schemaOf: (name) => this.schemaOf(name),
    };
    this.modules = { ...this.context, policy: settings.target.naming, ownSchema: new OwnSchema(database) };
    const sources = readRoutines(database.modules, this.modules);
    this.reach = new FunctionReach(sources);
    this.routines = new RoutineConversion(this.modules, sources, this.reach);
  }

  private tableFunctions(): TableFunctions {
    return {
      changes: (called) => this.reach.changes(called),
      fitness: (called) => this.routines.fitness(called),
      isWhole: (called) => this.routines.isWhole(called),
      need: (called) => {
        for (const one of this.routines.reached(called)) this.early.add(one);
      },
    };
  }

  run(whole: DatabaseModel): Conversion {
    const { context } = this;
    const before: Step[] = [];
    const domains = makeDomains(context, before);
    const selected = this.database.tables.filter((table) => isSelected(this.settings.tables, table.schema, table.name));
    for (const table of selected) this.tables.set(sourceName(table), this.convertTable(table, domains));
    const tables = [...this.tables.values()];
    this.createSchemas(tables);
    this.steps.push(...collationSteps(context, tables));
    this.steps.push(...before);
    for (const sequence of this.database.sequences) this.steps.push(...sequenceSteps(context, sequence, this.counters));
    for (const table of tables) context.scope.addTable(table);
    knowSynonyms(context);
    const types = convertTableTypes(this.database.tableTypes ?? [], this.modules);
    this.routines.begin();
    const beforeTables = this.steps.length;
    const versioned = versionedTables(context);
    const kept = tables.flatMap((table) => this.createTable(table));
    for (const table of tables) this.steps.push(...indexSteps(context, table), ...fullTextSteps(context, table));
    this.steps.push(...kept);
    for (const table of tables)
      this.steps.push(
        ...uniqueSteps(context, table),
        ...checkSteps(context, table),
        ...ruleSteps(context, table),
        ...typeCheckSteps(context, table),
      );
    for (const table of tables) this.steps.push(...foreignKeySteps(context, table));
    this.steps.push(...rowversionSteps(context, tables));
    for (const one of versioned) this.steps.push(...temporalSteps(context, one));
    this.convertCode(types, tables);
    this.steps.splice(beforeTables, 0, ...this.earlySteps());
    this.steps.unshift(...this.extensionSteps());
    tellCollations(context);
    tellTypes(context);
    tellFacilities(context);
    tellDiagrams(context, whole);
    tellProperties(context);
    return {
      ...{
        tables,
        steps: this.steps.map(plain),
        issues: foldDifferences(foldIssues(this.issues, this.database.tables), this.database.name),
        counters: this.counters,
      },
      callables: context.scope.callables(),
      differences: differencesOf(this.issues),
    };
  }

  private convertCode(types: readonly Step[], tables: readonly ConvertedTable[]): void {
    const { context } = this;
    knowParts(context, tables, this.steps);
    this.steps.push(...types);
    this.steps.push(...convertModules(this.database.modules, this.modules, this.routines));
    for (const table of tables) this.steps.push(...lateDefaultSteps(context, table), ...lateCheckSteps(context, table));
    this.steps.push(...synonymSteps(context), ...securitySteps(context), ...principalSteps(context));
  }

  private extensionSteps(): Step[] {
    return [...this.context.scope.extensions].map((name) => ({
      phase: 'before',
      object: this.database.name,
      sql: `CREATE EXTENSION IF NOT EXISTS ${quoteIdent(name)}`,
      optional: false,
    }));
  }

  /** Takes the functions that tables cannot be without from among the code. */
  private earlySteps(): Step[] {
    const isEarly = (one: Step): boolean =>
      one.phase === 'code' &&
      this.early.has(one.object) &&
      /^(?:--.*\n|\/\*[\s\S]*?\*\/\n)*CREATE|^COMMENT/.test(one.sql);
    const early = this.steps.filter(isEarly).map((one): Step => ({ ...one, phase: 'before' }));
    const others = this.steps.filter((one) => !isEarly(one));
    this.steps.splice(0, this.steps.length, ...others);
    return early;
  }

  /** `DBO` is dbo: code and scripts write a schema in any case. */
  private schemaOf(written: string): string {
    const { schemas } = this.settings.target;
    const name = this.schemaNames.get(written.toLowerCase()) ?? written;
    return schemas[written] ?? schemas[name] ?? (name === 'dbo' ? 'public' : this.context.naming.name('schemas', name));
  }

  private createSchemas(tables: readonly ConvertedTable[]): void {
    const wanted = new Map(tables.map((table) => [table.schema, undefined as string | undefined]));
    for (const schema of this.database.schemas)
      if (!/^db_/.test(schema.name)) wanted.set(this.schemaOf(schema.name), schema.comment);
    for (const [name, text] of wanted) {
      if (name !== 'public')
        this.steps.push({
          phase: 'before',
          object: name,
          sql: `CREATE SCHEMA IF NOT EXISTS ${quoteIdent(name)}`,
          optional: false,
        });
      if (text) this.steps.push(comment(name, `SCHEMA ${quoteIdent(name)}`, text));
    }
  }

  private convertTable(table: TableModel, domains: Domains): ConvertedTable {
    const { context } = this;
    const rule = rulesOf(this.settings.tables, table.schema, table.name);
    const [renamedTable, renamedSchema] = (rule.rename ?? '').split('.').toReversed();
    const schema = renamedSchema || this.schemaOf(table.schema);
    const object = sourceName(table);
    const name = context.naming.name(`relations ${schema}`, renamedTable || table.name, `table ${object}`);
    if (isOther(name, table.name) && !this.renamed.has(object))
      tell(context, 'SL1004', object, `Table ${table.name} is named ${schema}.${name}.`);
    // Versions have their own way, and their own issue.
    for (const feature of table.features)
      if (feature !== 'temporal' || !table.temporal) tell(context, 'SL1013', object, `The table is ${feature}.`);
    if (table.columns.length > MAX_COLUMNS)
      tell(
        context,
        'SL1070',
        object,
        `The table has ${table.columns.length} columns; PostgreSQL takes ${MAX_COLUMNS}.`,
      );
    const columns = table.columns.flatMap((column) => {
      const own = rule.columns?.[column.name];
      return own?.exclude ? [] : [convertColumn({ ...context, domains }, column, object, own?.type)];
    });
    const key = keyOf(table, rule);
    if (key.length === 0)
      tell(context, 'SL1014', object, 'The table has no primary key and no unique index over NOT NULL columns.');
    if (table.primaryKey?.columns.some((column) => column.descending))
      tell(context, 'SL1039', object, `The primary key ${table.primaryKey.name} descends in the source.`);
    const made = withoutChanging(context, { source: table, schema, name, columns, key });
    const partitioned = partitioningOf(context, made);
    return partitioned ? { ...made, partitioned } : made;
  }

  /** The statements that the load needs; what follows once the rows are there is returned. */
  private createTable(table: ConvertedTable): Step[] {
    const { context } = this;
    const object = sourceName(table.source);
    const computed = computedColumns(context, table);
    const expressions = new Map<string, ColumnExpressions>(computed.generated);
    for (const { source } of table.columns) {
      if (!source.default || source.identity || source.computed) continue;
      if (isLateDefault(source.default.definition)) continue;
      const value = context.expressions.convert(source.default.definition, {
        object: `${object}.${source.name}`,
        what: `default ${source.default.name}`,
        type: sqlTypeOf(source.sourceType),
      });
      if (value !== null) expressions.set(source.name, { default: value });
    }
    this.steps.push(...createTable(table, expressions, context.naming));
    for (const column of table.columns) this.addCounter(table, column);
    this.steps.push(...this.foldedKey(table));
    return keptSteps(context, table, computed.kept);
  }

  private addCounter(table: ConvertedTable, column: ConvertedTable['columns'][number]): void {
    const { identity } = column.source;
    if (!identity) return;
    const object = `${sourceName(table.source)}.${column.source.name}`;
    const counter = counterOf(table, column, this.context.naming);
    if (counter.sequence)
      tell(this.context, 'SL1029', object, `The identity of ${column.type} counts by a sequence of bigint.`);
    this.counters.push({ object, ...counter, increment: identity.increment });
  }

  /** The index by which merge and delete find rows. */
  private foldedKey(table: ConvertedTable): Step[] {
    const folds = table.key.flatMap((name) => {
      const column = table.columns.find((one) => one.source.name === name);
      return column ? [{ name, fold: foldOf(column.source, this.database.collation) }] : [];
    });
    if (folds.some((key) => key.fold === 'rtrim-lower'))
      tell(this.context, 'SL1005', sourceName(table.source), 'The key compares without case in the source.');
    return foldIndex(table, folds, this.context.naming);
  }

  /** Names that the target could not have as they are: cut at 63 bytes, or like another once folded. */
  private tellName({ scope, name, key, to }: ChangedName): void {
    const [kind = '', place = ''] = [scope.slice(0, scope.indexOf(' ')), scope.slice(scope.indexOf(' ') + 1)];
    const object =
      kind === 'columns'
        ? `${place}.${name}`
        : kind === 'relations' || kind === 'routines'
          ? key.slice(key.indexOf(' ') + 1)
          : place;
    this.renamed.add(object);
    tell(this.context, 'SL1004', object, `${name} is named ${to}: its own name is too long, or another has it.`);
  }
}

/** Whether a folded name is more than the same letters in another case, with or without underscores. */
function isOther(name: string, original: string): boolean {
  const letters = (text: string): string => text.toLowerCase().replaceAll('_', '');
  return letters(name) !== letters(original);
}
