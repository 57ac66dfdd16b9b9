import { effortOf } from '../effort.ts';
import type { AssessedObject, Assessment, KindCount } from '../model.ts';
import type { AssessmentReport } from './report.ts';

type Cell = string | number;

/**
 * The tables that users of AWS SCT know, by file name: for each database a folder with all items, the items by code and the objects by kind; beside them one line a database as
 * its multiserver assessor writes it. Complete, where the page shows the first few hundred. RFC 4180, UTF-8.
 */
export function assessmentCsv(report: AssessmentReport): Map<string, string> {
  const files = new Map<string, string>();
  for (const one of report.databases) {
    const folder = freeName(fileName(`${one.source.place}-${one.source.database}`), files);
    files.set(`${folder}/${folder}.csv`, csv(ITEM_HEADERS, itemRows(one)));
    files.set(`${folder}/${folder}_Action_Items_Summary.csv`, csv(SUMMARY_HEADERS, actionRows(one)));
    files.set(`${folder}/${folder}_Summary.csv`, csv(KIND_HEADERS, kindRows(one)));
    files.set(`${folder}/${folder}_Stub_Objects.csv`, csv(STUB_HEADERS, stubRows(one)));
    files.set(`${folder}/${folder}_Features.csv`, csv(FEATURE_HEADERS, featureRows(one)));
    files.set(`${folder}/${folder}_Checks.csv`, csv(CHECK_HEADERS, checkRows(one)));
  }
  files.set('Aggregated_report.csv', csv(AGGREGATE_HEADERS, report.databases.map(aggregateRow)));
  return files;
}

const ITEM_HEADERS = [
  'Category', 'Occurrence', 'Action item', 'Subject', 'Group', 'Description', 'Documentation references', 'Recommended action', 'Filtered', 'Estimated complexity', 'Line', 'Position',
  'Source', 'Target', 'Server IP address and port', 'Database name', 'Schema name', 'AI/ML Recommendation',
]; // prettier-ignore

function itemRows(one: Assessment): Cell[][] {
  const title = new Map(one.issues.map((count) => [count.code, count.title]));
  return one.objects.flatMap(
    (object) =>
    object.issues.map((found) => [
      object.kind, `${object.name}${found.object === object.name ? '' : ` (${found.object})`}`, found.code, title.get(found.code) ?? '', object.group, found.message, 'docs/issues.md', found.remedy,
      'No', object.complexity, found.line, found.column, found.excerpt, '', one.source.place, one.source.database, object.schema, '',
    ]), // prettier-ignore
  );
}

const SUMMARY_HEADERS = [
  'Schema',
  'Action item',
  'Number of occurrences',
  'Learning curve efforts',
  'Efforts to convert an occurrence',
  'Action item description',
  'Recommended action',
];

function actionRows(one: Assessment): Cell[][] {
  const items = one.objects.flatMap((object) => object.issues.map((found) => ({ schema: object.schema, found })));
  const groups = [...Map.groupBy(items, ({ schema, found }) => JSON.stringify([schema, found.code])).values()];
  return groups.flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { learning, each } = effortOf(first.found);
    const count = one.issues.find((issue) => issue.code === first.found.code);
    return [[first.schema, first.found.code, group.length, learning, each, count?.title ?? '', first.found.remedy]];
  });
}

const KIND_HEADERS = [
  'Category',
  'Number of objects',
  'Objects automatically converted',
  'Objects with simple actions',
  'Objects with medium-complexity actions',
  'Objects with complex actions',
  'Total lines of code',
];

function kindRows(one: Assessment): Cell[][] {
  const row = (kind: KindCount): Cell[] => [
    kind.kind,
    kind.total,
    kind.total - kind.simple - kind.medium - kind.complex,
    kind.simple,
    kind.medium,
    kind.complex,
    kind.lines,
  ];
  const count = (test: (object: AssessedObject) => boolean): number => one.objects.filter(test).length;
  return [
    ...one.kinds.map(row),
    ['Storage_objects_count', count((object) => object.group === 'storage'), '', '', '', '', ''],
    ['Code_objects_count', count((object) => object.group === 'code'), '', '', '', '', ''],
    [
      'SQL_syntax_elements_number',
      one.features.reduce((total, feature) => total + feature.occurrences, 0),
      '',
      '',
      '',
      '',
      '',
    ],
  ];
}

const STUB_HEADERS = ['Category', 'Schema', 'Object', 'Action items', 'Description'];

/** Code that raises its issue when it is called, or is not there at all. */
function stubRows(one: Assessment): Cell[][] {
  return one.objects.flatMap((object) => {
    const manual = object.issues.filter((found) => found.severity === 'manual');
    if (object.group !== 'code' || manual.length === 0) return [];
    const codes = [...new Set(manual.map((found) => found.code))].join('; ');
    return [[object.kind, object.schema, object.name, codes, manual[0]?.message ?? '']];
  });
}

const FEATURE_HEADERS = ['Feature', 'Occurrences', 'Objects', 'Used by'];

function featureRows(one: Assessment): Cell[][] {
  return one.features.map((count) => [count.feature, count.occurrences, count.modules, names(count.used)]);
}

const CHECK_HEADERS = ['Check', 'Verdict', 'Message', 'Recommended action', 'Objects'];

function checkRows(one: Assessment): Cell[][] {
  return one.checks.map((check) => [
    check.check,
    check.verdict,
    check.message,
    check.remedy ?? '',
    names(check.objects),
  ]);
}

const AGGREGATE_HEADERS = [
  'Server IP address and port',
  'Name',
  'Description',
  'Database name',
  'Code object conversion % for PostgreSQL',
  'Storage object conversion % for PostgreSQL',
  'Syntax elements conversion % for PostgreSQL',
  'Conversion complexity for PostgreSQL',
  'Hours',
];

function aggregateRow(one: Assessment): Cell[] {
  const { source, byItself, hours } = one;
  const share = (value: number): number => Math.floor(value * 1000) / 10;
  return [
    source.place,
    source.server,
    source.version,
    source.database,
    share(byItself.code),
    share(byItself.storage),
    share(one.syntaxByItself),
    complexityGrade(one),
    Math.round(hours * 10) / 10,
  ];
}

/** 1 to 10: the share of objects that a person has to convert, a medium one counted twice and a complex one four times. */
function complexityGrade(one: Assessment): number {
  if (one.objects.length === 0) return 1;
  const weight = one.kinds.reduce((total, kind) => total + kind.simple + 2 * kind.medium + 4 * kind.complex, 0);
  return Math.min(10, 1 + Math.round((9 * weight) / one.objects.length));
}

function csv(headers: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [headers, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would take for a formula gets an apostrophe: names come from a server that nobody vouches for. */
function cell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a cell of a spreadsheet holds: 32,767 characters; longer ones would flow over into the next rows. */
const MAX_LIST = 32_000;

/** Names with semicolons between them; those that find no room in a cell are counted, the JSON has them. */
function names(all: readonly string[]): string {
  let length = 0;
  const room = all.findIndex((name) => (length += name.length + 2) > MAX_LIST);
  if (room < 0) return all.join('; ');
  return `${all.slice(0, room).join('; ')}; and ${all.length - room} more`;
}

/** Databases whose folders would have one name get a number each: none takes the place of another. */
function freeName(name: string, files: ReadonlyMap<string, string>): string {
  let free = name;
  for (let n = 2; files.has(`${free}/${free}.csv`); n++) free = `${name}-${n}`;
  return free;
}

/** A name for a folder on every system. */
function fileName(text: string): string {
  return (
    text
      .replaceAll(/[^\p{L}\p{N}._-]+|\.{2,}/gu, '-')
      .replaceAll(/^[.-]+|[.-]+$/g, '')
      .slice(0, 100) || 'database'
  );
}
