import type { DatabaseModel } from '#schema';
import type { CheckVerdict, SourceSurvey, SurveyCheck } from '#source';
import type { Conversion } from '../schema/index.ts';
import { estimateCapture, estimateLoad, MEASURED_RATES, type Rates, secondsOf } from './estimate.ts';
import { factsOf, inventory, type ModuleFacts } from './features.ts';
import { assessObjects, countIssues, countKinds } from './inventory.ts';
import { modelChecks } from './model-checks.ts';
import { bytesText } from './report/words.ts';
import { firstSteps } from './steps.ts';
import { storageFeatures } from './storage-features.ts';
import type { AssessedObject, Assessment, TableSize } from './model.ts';

/** What an assessment is made of. */
export interface AssessmentInput {
  readonly database: DatabaseModel;
  readonly conversion: Conversion;
  readonly survey: SourceSurvey;
  /** host:port of the source. */
  readonly place: string;
  /** Checks from elsewhere: rights, capture, target. */
  readonly checks: readonly SurveyCheck[];
  /** Default: {@link MEASURED_RATES}. */
  readonly rates?: Rates;
}

const RANK: Readonly<Record<CheckVerdict, number>> = { fail: 0, warning: 1, unknown: 2, pass: 3, 'not-needed': 4 };

/** How many tables are named as the largest. */
const LARGEST = 15;

/** Puts the assessment of a database together. Deterministic; asks nobody. */
export function assessDatabase(input: AssessmentInput): Assessment {
  const { database, conversion, survey } = input;
  const rates = input.rates ?? MEASURED_RATES;
  const facts = new Map(database.modules.map((module) => [module, factsOf(module)]));
  const factsByName = new Map([...facts].map(([module, found]) => [`${module.schema}.${module.name}`, found]));
  const objects = assessObjects(database, conversion, facts);
  const issues = countIssues(objects, factsByName);
  const moved = new Set(conversion.tables.map((table) => `${table.source.schema}.${table.source.name}`));
  const figures = survey.tables.filter((table) => moved.has(`${table.schema}.${table.name}`));
  const checks = [
    ...input.checks,
    ...survey.checks,
    ...modelChecks(database, conversion),
    spaceCheck(figures),
  ].toSorted((a, b) => RANK[a.verdict] - RANK[b.verdict]);
  const largest = figures
    .map((table): TableSize => ({ ...sizeOf(table), seconds: secondsOf(table, rates) }))
    .toSorted((a, b) => b.dataBytes - a.dataBytes || b.rows - a.rows || (a.name < b.name ? -1 : 1));
  const hours = issues.reduce((total, one) => total + one.hours, 0);
  return {
    source: {
      server: survey.server,
      place: input.place,
      database: database.name,
      version: survey.version,
      edition: survey.edition,
      collation: database.collation,
    },
    canMove: checks.some((check) => check.verdict === 'fail') ? 'after-remedies' : 'yes',
    checks,
    objects,
    kinds: countKinds(objects),
    issues,
    hours,
    byItself: {
      all: shareByItself(objects),
      storage: shareByItself(objects.filter((object) => object.group === 'storage')),
      code: shareByItself(objects.filter((object) => object.group === 'code')),
    },
    features: [...inventory(factsByName), ...storageFeatures(database)],
    syntaxByItself: syntaxShare(objects, factsByName),
    sizes: {
      tables: figures.length,
      rows: total(figures.map((table) => table.rows)),
      dataBytes: total(figures.map((table) => table.dataBytes)),
      indexBytes: total(figures.map((table) => table.indexBytes)),
    },
    largest: largest.slice(0, LARGEST),
    load: estimateLoad(figures, rates),
    capture: estimateCapture(survey, figures),
    steps: firstSteps(checks, issues),
  };
}

/** PostgreSQL has no function that tells it. */
function spaceCheck(figures: SourceSurvey['tables']): SurveyCheck {
  const bytes = bytesText(total(figures.map((table) => table.dataBytes + table.indexBytes)));
  const message = `PostgreSQL does not tell what its disk has left. Data and indexes take ${bytes} in the source; have twice that, and as much for Kafka.`;
  return { check: 'target-free-space', verdict: 'unknown', message, objects: [] };
}

function sizeOf(table: SourceSurvey['tables'][number]): Omit<TableSize, 'seconds'> {
  const { rows, dataBytes, indexBytes } = table;
  return { name: `${table.schema}.${table.name}`, rows, dataBytes, indexBytes };
}

function shareByItself(objects: readonly AssessedObject[]): number {
  return objects.length === 0 ? 1 : objects.filter((object) => object.outcome !== 'manual').length / objects.length;
}

/** Of the constructs in code, those in objects that convert by themselves. */
function syntaxShare(objects: readonly AssessedObject[], facts: ReadonlyMap<string, ModuleFacts>): number {
  const elements = (some: readonly AssessedObject[]): number =>
    total(some.map((object) => total([...(facts.get(object.name)?.features.values() ?? [])])));
  const code = objects.filter((object) => object.group === 'code');
  const all = elements(code);
  return all === 0 ? 1 : elements(code.filter((object) => object.outcome !== 'manual')) / all;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
