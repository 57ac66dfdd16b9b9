import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  assessDatabase,
  type Assessment,
  assessmentCsv,
  assessmentPage,
  convertDatabase,
  durationText,
  hoursText,
  MEASURED_RATES,
  NO_SERVER,
  placedIssues,
  type Rates,
} from '#conversion';
import { oneLine, SluiceError } from '#errors';
import { type JobFile, readJobFile } from '#jobs';
import { sourceChecks, targetChecks } from './assess-checks.ts';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { selectedTables, withSource } from './context.ts';
import { setOptions } from './job.ts';
import type { Output } from './output.ts';
import type { SurveyCheck } from '#source';
import { nothingRead, openScripts, readsScripts, SCRIPT_OPTIONS, type ScriptSource } from './scripts.ts';

export const assessCommand: Command = {
  name: 'assess',
  usage: 'assess JOB…|--scripts PATH… [--html FILE]',
  summary: 'What stands in the way, how much converts by itself, how long it takes; touches nothing',
  example: 'sluice assess sales.yaml stock.yaml --html assessment.html',
  moreWordsOf: 'scripts',
  options: {
    ...JOB_OPTIONS,
    ...SCRIPT_OPTIONS,
    databases: { type: 'string', value: 'A,B', help: 'Databases of each server, in place of the one in the job file' },
    html: { type: 'string', value: 'FILE', help: 'Write the report as one page that needs nothing else' },
    csv: {
      type: 'string',
      value: 'DIR',
      help: 'Write the tables that AWS SCT’s report has, a folder for each database',
    },
    'rows-per-second': { type: 'string', value: 'N', help: 'A rate of your own for the duration of the load' },
    'bytes-per-second': { type: 'string', value: 'N', help: 'The same in bytes of data' },
  },
  async run(invocation: Invocation) {
    const { out, options } = invocation;
    const rates = ratesOf(options);
    const assessments: Assessment[] = [];
    const failed: { place: string; reason: string }[] = [];
    const isOfScripts = readsScripts(invocation);
    const scripts = isOfScripts ? await openScripts(invocation) : null;
    if (scripts) assessments.push(assessScripts(scripts, rates));
    const nothing = scripts && nothingRead(scripts);
    const jobs = isOfScripts ? [] : jobsOf(invocation);
    for (const job of jobs) {
      const place = `${job.source.host}:${job.source.port}/${job.source.database}`;
      out.progress(`assessing ${place}`);
      try {
        assessments.push(await assessJob(job, rates));
      } catch (error) {
        // One database of many that does not answer takes nothing from the others; alone it is the answer.
        if (jobs.length === 1 || !(error instanceof SluiceError) || error.kind === 'Bug') throw error;
        failed.push({ place, reason: oneLine(error) });
      }
    }
    const report = { made: new Date().toISOString(), databases: assessments, failed };
    if (typeof options['html'] === 'string') await writeText(options['html'], assessmentPage(report));
    if (typeof options['csv'] === 'string') {
      for (const [name, text] of assessmentCsv(report)) await writeText(join(options['csv'], name), text);
    }
    for (const one of assessments) print(one, out);
    if (nothing !== null) out.line(nothing);
    for (const { place, reason } of failed) out.line(`${place} could not be assessed: ${reason}`);
    out.result(report);
    return failed.length === 0 && nothing === null && assessments.every((one) => one.canMove === 'yes') ? 0 : 1;
  },
};

/** Every database that the command line names. @throws SluiceError UsageInvalid, JobFileInvalid */
function jobsOf(invocation: Invocation): JobFile[] {
  const { positionals: paths, options } = invocation;
  if (paths.length === 0) throw new SluiceError('UsageInvalid', 'Name the job file.');
  const given = options['databases'];
  const databases = typeof given === 'string' ? given.split(',').map((name) => name.trim()) : [];
  if (databases.includes(''))
    throw new SluiceError('UsageInvalid', '--databases takes names with commas between them.');
  const overrides = setOptions(invocation);
  const files = paths.map((path) => readJobFile(path, overrides, { lazySecrets: true }));
  if (databases.length === 0) return files;
  return files.flatMap((file) => databases.map((database) => ({ ...file, source: { ...file.source, database } })));
}

function ratesOf(options: Invocation['options']): Rates {
  const number = (name: string): number | null => {
    const text = options[name];
    if (text === undefined) return null;
    const value = Number(text);
    if (Number.isFinite(value) && value > 0) return value;
    throw new SluiceError('UsageInvalid', `--${name} takes a number above 0.`);
  };
  const rows = number('rows-per-second');
  const bytes = number('bytes-per-second');
  if (rows === null && bytes === null) return MEASURED_RATES;
  // A rate that is not given does not bound.
  return {
    rowsPerSecond: rows ?? Number.POSITIVE_INFINITY,
    bytesPerSecond: bytes ?? Number.POSITIVE_INFINITY,
    from: 'given on the command line',
  };
}

function assessJob(job: JobFile, rates: Rates): Promise<Assessment> {
  return withSource(job, async (source) => {
    const database = await source.catalog.readDatabase();
    const conversion = convertDatabase(database, job);
    const survey = await source.survey.read();
    const findings = await source.preflight.check(await selectedTables(source, job));
    const checks = [...sourceChecks(findings), ...(await targetChecks(job))];
    const place = `${job.source.host}:${job.source.port}`;
    return assessDatabase({ database, conversion, survey, place, checks, rates });
  });
}

/** Scripts tell neither sizes nor rights nor what moves: that is unknown, and said so. */
function assessScripts({ reading, job, place }: ScriptSource, rates: Rates): Assessment {
  const { database } = reading;
  const converted = convertDatabase(database, job);
  const conversion = { ...converted, issues: [...reading.issues, ...placedIssues(converted.issues, reading)] };
  const survey = { ...NO_SURVEY, nowMs: Date.now(), checks: [SCRIPTS_CHECK] };
  return assessDatabase({ database, conversion, survey, place, checks: [], rates });
}

const NO_SURVEY = { server: 'scripts', version: '', edition: NO_SERVER, countingSinceMs: null, tables: [] };
const SCRIPTS_CHECK: SurveyCheck = {
  check: 'source-from-scripts',
  verdict: 'unknown',
  message:
    'Scripts tell of the schema alone: rows, sizes, rights, settings and the load of the live database are not known.',
  objects: [],
};

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function print(one: Assessment, out: Output): void {
  const { source, checks, kinds, byItself, hours, load } = one;
  const isOfScripts = source.edition === NO_SERVER;
  out.line(
    isOfScripts
      ? `${source.place}: ${source.database}`
      : `${source.place}/${source.database}  SQL Server ${source.version}`,
  );
  const failing = checks.filter((check) => check.verdict === 'fail');
  const ready = isOfScripts ? 'As far as scripts tell, it can move.' : 'It can move.';
  out.line(failing.length === 0 ? ready : 'It can move once this is mended:');
  for (const check of failing) {
    out.line(`  ${check.check}: ${check.message}`);
    if (check.remedy !== undefined) out.line(`    → ${check.remedy}`);
  }
  out.line(
    `${Math.floor(byItself.all * 100)} % of the objects convert by themselves, about ${hoursText(hours)} of work remain; ${isOfScripts ? 'how long the load takes is not known from scripts' : `the load takes about ${durationText(load.seconds)}`}.`,
  );
  out.line();
  out.table(
    ['objects', 'all', 'automatic', 'with review', 'by hand'],
    kinds.map((kind) => [kind.kind, kind.total, kind.automatic, kind.review, kind.manual]),
  );
  out.line();
  for (const [index, step] of one.steps.entries()) out.line(`${index + 1}. ${step}`);
  out.line();
}
