import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { DatabaseModel, ModuleModel, TableModel } from '#schema';
import type { SourceSurvey, SurveyCheck, TableFigures } from '#source';
import { DEFAULT_VALUE_POLICY } from '#values';
import { convertDatabase } from '../schema/index.ts';
import { assessDatabase } from './assess.ts';
import { complexityOf, hoursOfIssues, hoursText } from './effort.ts';
import { estimateCapture, estimateLoad, MEASURED_CHANGES_PER_SECOND, MEASURED_RATES } from './estimate.ts';
import { factsOf } from './features.ts';
import { cyclesOf } from './foreign-key-cycles.ts';
import type { Assessment } from './model.ts';
import { assessmentCsv } from './report/csv.ts';
import { html } from './report/markup.ts';
import { assessmentPage } from './report/page.ts';
import { bytesText, durationText, percentText } from './report/words.ts';

const SETTINGS = {
  target: { naming: 'snake_case' as const, schemas: {} },
  tables: [],
  values: DEFAULT_VALUE_POLICY,
} as unknown as Parameters<typeof convertDatabase>[1];

function table(name: string, extra: Partial<TableModel> = {}): TableModel {
  return {
    objectId: 1,
    schema: 'dbo',
    name,
    columns: [{ id: 1, name: 'Id', sourceType: { name: 'int' }, value: { kind: 'int', bits: 32 }, nullable: false }],
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    estimatedRows: 0,
    estimatedBytes: 0,
    features: [],
    primaryKey: {
      name: `PK_${name}`,
      columns: [{ column: 'Id', descending: false }],
      clustered: true,
      systemNamed: false,
    },
    ...extra,
  };
}

function refersTo(...names: string[]): Pick<TableModel, 'foreignKeys'> {
  return {
    foreignKeys: names.map((name) => ({
      name: `FK_${name}`,
      columns: ['Id'],
      references: { schema: 'dbo', name },
      referencedColumns: ['Id'],
      onDelete: 'NO ACTION',
      onUpdate: 'NO ACTION',
      disabled: false,
      trusted: true,
      systemNamed: false,
    })),
  };
}

function procedure(name: string, definition: string | null): ModuleModel {
  return { schema: 'dbo', name, kind: 'procedure', definition, usesAnsiNulls: true, usesQuotedIdentifier: true };
}

function database(extra: Partial<DatabaseModel>): DatabaseModel {
  return {
    name: 'D',
    kind: 'sqlserver',
    version: '16',
    collation: 'Latin1_General_BIN2',
    schemas: [{ name: 'dbo' }],
    tables: [],
    sequences: [],
    aliasTypes: [],
    modules: [],
    synonyms: [],
    ...extra,
  };
}

const figures = (name: string, extra: Partial<TableFigures> = {}): TableFigures => ({
  schema: 'dbo',
  name,
  rows: 1000,
  dataBytes: 81_920,
  indexBytes: 0,
  changedRows: null,
  ...extra,
});

function survey(extra: Partial<SourceSurvey> = {}): SourceSurvey {
  return {
    server: 'S',
    version: '16',
    edition: 'Developer',
    countingSinceMs: null,
    nowMs: 1e12,
    tables: [],
    checks: [],
    ...extra,
  };
}

function assess(
  model: Partial<DatabaseModel>,
  given: Partial<SourceSurvey> = {},
  checks: SurveyCheck[] = [],
): Assessment {
  const whole = database(model);
  return assessDatabase({
    database: whole,
    conversion: convertDatabase(whole, SETTINGS),
    survey: survey(given),
    place: 'host:1433',
    checks,
  });
}

const verdicts = (one: Assessment, check: string): string[] =>
  one.checks.filter((found) => found.check === check).map((found) => found.verdict);

describe('an assessment', () => {
  test('nothing in the way: it can move, all converts by itself, no hours remain', () => {
    const one = assess({ tables: [table('A')] });
    expect(one).toMatchObject({ canMove: 'yes', hours: 0, byItself: { all: 1, storage: 1, code: 1 } });
    expect(one.kinds.map(({ kind, total, automatic }) => [kind, total, automatic])).toEqual([
      ['table', 1, 1],
      ['primary key', 1, 1],
    ]);
    expect(one.steps).toEqual([expect.stringContaining('Nothing is in the way')]);
  });

  test('a check that fails comes first, blocks, and is the first step', () => {
    const fail: SurveyCheck = { check: 'x', verdict: 'fail', message: 'm', remedy: 'mend it', objects: [] };
    const one = assess({ tables: [table('A')] }, {}, [{ ...fail, check: 'y', verdict: 'pass' }, fail]);
    expect(one.canMove).toBe('after-remedies');
    expect(one.checks[0]).toBe(fail);
    expect(one.steps[0]).toBe('x: mend it');
  });

  test('issues of a column are those of its table, whose outcome is its gravest', () => {
    const offset = {
      id: 2,
      name: 'At',
      sourceType: { name: 'datetimeoffset', scale: 3 },
      value: { kind: 'datetimeoffset', digits: 3 },
      nullable: true,
    };
    const one = assess({ tables: [table('A', { columns: [...table('A').columns, offset as never] })] });
    expect(one.objects.find((object) => object.kind === 'table')).toMatchObject({
      outcome: 'review',
      complexity: 'simple',
    });
    expect(verdicts(one, 'offsets-of-datetimeoffset')).toEqual(['warning']);
  });

  test('code that is not to be read is by hand and takes four hours; longer code takes longer', () => {
    const one = assess({ modules: [procedure('Secret', null)] });
    expect(one.objects[0]).toMatchObject({ kind: 'procedure', outcome: 'manual', complexity: 'medium', hours: 4 });
    expect(one.byItself.code).toBe(0);
    expect(verdicts(one, 'encrypted-modules')).toEqual(['warning']);
  });

  test('what occurs again in an object takes less than its first occurrence', () => {
    const review = { code: 'SL1043', severity: 'review' } as const;
    const byHand = { code: 'SL1040', severity: 'manual' } as const;
    const whole = { code: 'SL1008', severity: 'manual' } as const;
    expect(hoursOfIssues([review, byHand, review, byHand, whole], 3)).toEqual([0.1, 1, 0.025, 0.5, 3]);
  });

  test('constructs are counted by occurrence and by module', () => {
    const facts = factsOf(
      procedure(
        'P',
        `CREATE PROC P @x int OUTPUT AS BEGIN TRY EXEC sp_executesql N'SELECT 1'; EXEC ('SELECT 2'); SELECT * FROM srv.db.dbo.t; SELECT * INTO #t FROM other.dbo.u; END TRY BEGIN CATCH THROW END CATCH`,
      ),
    );
    expect(facts.unreadable).toBeNull();
    expect(Object.fromEntries(facts.features)).toMatchObject({
      'Dynamic SQL': 2,
      'TRY … CATCH': 1,
      THROW: 1,
      'Names of other servers': 1,
      'Names of other databases': 1,
      'Temporary tables': 1,
      'OUTPUT parameters': 1,
      'SELECT … INTO': 1,
    });
    expect(factsOf(procedure('Broken', 'CREATE PROC P AS SELECT FROM WHERE')).unreadable).toBe('not parsed');
  });

  test('names, keys and types of a model are checked by name', () => {
    const odd = table('Order Details', { columns: [{ ...table('x').columns[0], name: 'user' } as never] });
    const { primaryKey: _, ...keyless } = odd;
    const one = assess({ tables: [keyless] });
    expect(verdicts(one, 'check-for-special-characters')).toEqual(['warning']);
    expect(verdicts(one, 'reserved-words')).toEqual(['warning']);
    expect(verdicts(one, 'table-with-no-primary-key-or-unique-constraint')).toEqual(['warning']);
    expect(verdicts(one, 'check-pk-validity')).toEqual(['pass']);
    expect(verdicts(assess({ tables: [] }), 'all-check-source-selection-rules')).toEqual(['fail']);
  });
});

describe('the inventory', () => {
  const column = (name: string, extra: object) => ({ ...table('x').columns[0], name, ...extra }) as never;
  const given = {
    tables: [
      table('Price', {
        columns: [
          ...table('x').columns,
          column('Tag', { sourceType: { name: 'hierarchyid' }, value: { kind: 'text', of: 'hierarchyid' } }),
          column('Twice', { computed: { definition: '([Id]*(2))', persisted: true } }),
          column('Secret', { maskedBy: 'default()' }),
        ],
        partitioned: { function: 'PF', column: 'Id' },
      }),
    ],
    modules: [procedure('Broken', 'CREATE PROC Broken AS EXEC nobody.knows')],
    facilities: [{ kind: 'linked-server' as const, name: 'ERP' }],
  };

  test('names what tables, code and the database use, with those that use it', () => {
    const { features } = assess(given);
    expect(features.map((one) => [one.feature, one.occurrences, one.used])).toEqual(
      expect.arrayContaining([
        ['Calls of procedures', 1, ['dbo.Broken']],
        ['Partitioned tables', 1, ['dbo.Price']],
        ['Columns of hierarchyid', 1, ['dbo.Price']],
        ['Computed columns, persisted', 1, ['dbo.Price']],
        ['Masked columns', 1, ['dbo.Price']],
        ['Linked servers', 1, ['ERP']],
      ]),
    );
  });

  test('the tables have it, with what is left as a stub and the share of syntax elements', () => {
    const one = assess(given);
    expect(one.syntaxByItself).toBe(0);
    const files = assessmentCsv({ made: '', databases: [one], failed: [] });
    const of = (end: string): string => [...files].find(([name]) => name.endsWith(end))?.[1] ?? '';
    expect(of('_Features.csv')).toContain('Linked servers,1,1,ERP');
    expect(of('_Stub_Objects.csv')).toContain('procedure,dbo,dbo.Broken,SL1049');
    expect(of('Aggregated_report.csv')).toContain('Syntax elements conversion % for PostgreSQL');
  });

  test('what serves the database counts as an object by hand, with its hours', () => {
    const one = assess(given);
    expect(one.objects.find((object) => object.name === 'ERP')).toMatchObject({
      kind: 'linked server',
      outcome: 'manual',
      hours: 4,
    });
  });
});

describe('circles of foreign keys', () => {
  test('are found whole, also where they hang together; a table that refers to itself is none', () => {
    const tables = [
      table('A', refersTo('B')),
      table('B', refersTo('C', 'X')),
      table('C', refersTo('A')),
      table('D', refersTo('D', 'A')),
      table('E', refersTo('F')),
      table('F', refersTo('E')),
    ];
    expect(cyclesOf(tables)).toEqual(['dbo.A → dbo.B → dbo.C → dbo.A', 'dbo.E → dbo.F → dbo.E']);
  });

  test('a chain of ten thousand tables is none, and no deep recursion', () => {
    expect(cyclesOf(Array.from({ length: 10_000 }, (_, at) => table(`T${at}`, refersTo(`T${at + 1}`))))).toEqual([]);
  });
});

describe('estimates', () => {
  test('rates are those of docs/performance.md', () => {
    const page = readFileSync(new URL('../../../docs/performance.md', import.meta.url), 'utf8');
    expect(page).toContain(`${MEASURED_RATES.rowsPerSecond.toLocaleString('en-US')} rows/s`);
    expect(page).toContain(`${MEASURED_CHANGES_PER_SECOND.toLocaleString('en-US')} changes/s`);
  });

  test('a load takes as long as the slower of rows and bytes says', () => {
    const rates = { rowsPerSecond: 1000, bytesPerSecond: 1_000_000, from: 'x' };
    expect(estimateLoad([figures('A', { rows: 100_000, dataBytes: 1_000_000 })], rates).seconds).toBe(130);
    expect(estimateLoad([figures('A', { rows: 1000, dataBytes: 500_000_000 })], rates).seconds).toBe(530);
  });

  test('capture is not known without counters, or when they have just begun', () => {
    const tables = [figures('A', { changedRows: 100 })];
    expect(estimateCapture(survey(), tables).changesPerSecond).toBeNull();
    expect(estimateCapture(survey({ countingSinceMs: 1e12 - 1000 }), tables).changesPerSecond).toBeNull();
    expect(estimateCapture(survey({ countingSinceMs: 0 }), [figures('A')]).changesPerSecond).toBeNull();
  });

  test('capture: changes by time, change tables by rows, rate and retention', () => {
    const given = survey({ countingSinceMs: 1e12 - 100_000 });
    const one = estimateCapture(given, [figures('A', { changedRows: 1000, rows: 100, dataBytes: 5500 })]);
    expect(one.changesPerSecond).toBe(10);
    expect(one.changeTableBytes).toBe(10 * (55 + 45) * 1.5 * 259_200);
  });

  test('classes and words', () => {
    expect([0, 1.9, 2, 6, 6.1].map(complexityOf)).toEqual(['none', 'simple', 'medium', 'medium', 'complex']);
    expect([0, 0.05, 1.25, 12.4, 1234].map(hoursText)).toEqual(['0 h', '< 0.1 h', '1.3 h', '12 h', '1,234 h']);
    expect([0, 59, 61, 3600, 5400, 90_000].map(durationText)).toEqual([
      '< 1 s',
      '59 s',
      '1 min',
      '1 h',
      '1 h 30 min',
      '1 d 1 h',
    ]);
    expect([0, 1023, 1536, 5 * 1024 ** 3].map(bytesText)).toEqual(['0 B', '1023 B', '1.5 KB', '5.0 GB']);
    expect(percentText(0.999)).toBe('99 %');
  });
});

describe('reports', () => {
  test('text is escaped, control and direction characters are shown', () => {
    expect(html`<b title="${'"><script>'}">${'a & b\u202e\u0000'}</b>`.text).toBe(
      '<b title="&quot;&gt;&lt;script&gt;">a &amp; b\ufffd\ufffd</b>',
    );
  });

  test('a page without databases, and one of an empty database, can be made', () => {
    const failed = [{ place: 'h:1/x', reason: '<gone>' }];
    expect(assessmentPage({ made: '2026-01-01T00:00:00Z', databases: [], failed })).toContain('&lt;gone&gt;');
    expect(assessmentPage({ made: '2026-01-01T00:00:00Z', databases: [assess({})], failed: [] })).toContain(
      'There are no objects.',
    );
  });

  test('a list of names fits into a cell, and databases whose folders would have one name get one each', () => {
    const keyless = Array.from({ length: 4000 }, (_, at): TableModel => {
      const { primaryKey: _key, ...rest } = table(`Without_${at}`);
      return rest;
    });
    const one = assess({ name: 'A/1', tables: keyless });
    const files = assessmentCsv({ made: '', databases: [one, assess({ name: 'A:1' })], failed: [] });
    expect([...files.keys()].filter((name) => name.endsWith('_Checks.csv'))).toEqual([
      'host-1433-A-1/host-1433-A-1_Checks.csv',
      'host-1433-A-1-2/host-1433-A-1-2_Checks.csv',
    ]);
    const lines = [...files].find(([name]) => name.endsWith('_Checks.csv'))?.[1].split('\r\n') ?? [];
    const list = lines.find((line) => line.startsWith('table-with-no-primary-key'));
    expect(list).toMatch(/; and \d{4} more$/);
    expect(list?.length).toBeLessThan(32_767);
  });

  test('cells that a spreadsheet would take for formulas are text, quotes are doubled, folders are names', () => {
    const one = assess({ name: '../=evil', modules: [{ ...procedure('=HYPERLINK("x")', null), schema: '=1+1' }] });
    const files = assessmentCsv({ made: '', databases: [one], failed: [] });
    for (const [name, text] of files) {
      expect(name).not.toMatch(/\.\.|[\\:*?"<>|]/);
      for (const line of text.split('\r\n')) expect(line).not.toMatch(/(^|,)"?[=+@]/);
    }
    expect([...files.values()].join('')).toContain('""x""');
  });
});
