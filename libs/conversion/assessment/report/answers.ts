import { hoursText } from '../effort.ts';
import { type Assessment, NO_SERVER } from '../model.ts';
import { firstSteps } from '../steps.ts';
import { ring } from './charts.ts';
import { checkId, html, type Markup } from './markup.ts';
import type { AssessmentReport } from './report.ts';
import { bytesText, countText, durationText, percentText, rateText, several } from './words.ts';

/** How many blockers and steps the first screen has room for. */
const SHOWN = 3;

/** The first screen: six questions that a person asks first, answered for all databases together. */
export function answers(report: AssessmentReport): Markup {
  const { databases, failed } = report;
  return html`<section class="answers" aria-label="Answers">
    ${[canMove(report), blockers(databases, failed.length), byItself(databases), remaining(databases), load(databases), cost(databases), steps(databases)]}
  </section>`;
}

function isOfScripts(databases: readonly Assessment[]): boolean {
  return databases.length > 0 && databases.every((one) => one.source.edition === NO_SERVER);
}

function card(question: string, id: string, content: Markup, wide = false): Markup {
  return html`<div class="answer${wide ? ' wide' : ''}" id="${id}">
    <h3>${question}</h3>
    ${content}
  </div>`;
}

function canMove({ databases, failed }: AssessmentReport): Markup {
  const ready = databases.filter((one) => one.canMove === 'yes').length;
  const all = databases.length + failed.length;
  if (databases.length === 0)
    return card(
      'Can it move?',
      'can-move',
      html`<p class="big bad">Not known</p>
        <p class="quiet">No database answered.</p>`,
    );
  const [verdict, className] =
    ready === all ? ['Yes', 'good'] : ready > 0 ? ['In part', 'look'] : ['After remedies', 'look'];
  const counts =
    all === 1
      ? ready === 1
        ? isOfScripts(databases)
          ? 'As far as scripts tell: no server was asked.'
          : 'No check fails.'
        : 'Its rows can, once what blocks is mended.'
      : `${ready} of ${all} databases can move as they are.`;
  return card(
    'Can it move?',
    'can-move',
    html`<p class="big ${className}">${verdict}</p>
      <p class="quiet">${counts}</p>`,
  );
}

function blockers(databases: readonly Assessment[], failed: number): Markup {
  const failing = databases.flatMap((one) => one.checks.filter((check) => check.verdict === 'fail'));
  const names = [...new Set(failing.map((check) => check.check))];
  const firstWith = (name: string): number =>
    databases.findIndex((one) => one.checks.some((check) => check.check === name && check.verdict === 'fail'));
  const more = names.length > SHOWN ? html`<li>and ${names.length - SHOWN} more</li>` : '';
  const silent = failed > 0 ? html`<p class="bad">${several(failed, 'database')} did not answer.</p>` : '';
  const content =
    names.length === 0
      ? html`<p class="big good">Nothing</p>
          <p class="quiet">Warnings: ${countText(warningsOf(databases))}</p>`
      : html`<p class="big bad">${several(failing.length, 'check fails', 'checks fail')}</p>
          <ul>
            ${names.slice(0, SHOWN).map(
              (name) =>
                html`<li>
                  <a href="#${checkId(firstWith(name), name)}"><code>${name}</code></a>
                </li>`,
            )}${more}
          </ul>`;
  return card('What blocks?', 'blocks', html`${content}${silent}`);
}

function warningsOf(databases: readonly Assessment[]): number {
  return databases.reduce((total, one) => total + one.checks.filter((check) => check.verdict === 'warning').length, 0);
}

function byItself(databases: readonly Assessment[]): Markup {
  const share = (group: 'storage' | 'code' | null): number => {
    const objects = databases.flatMap((one) =>
      one.objects.filter((object) => group === null || object.group === group),
    );
    return objects.length === 0 ? 1 : objects.filter((object) => object.outcome !== 'manual').length / objects.length;
  };
  const total = databases.reduce((sum, one) => sum + one.objects.length, 0);
  return card(
    'How much converts by itself?',
    'by-itself',
    html`<div class="with-ring">
      ${ring(share(null), percentText(share(null)), 'Objects that convert by themselves')}
      <div>
        <p>of ${several(total, 'object')}</p>
        <p class="quiet">tables and keys ${percentText(share('storage'))}<br />code ${percentText(share('code'))}</p>
      </div>
    </div>`,
  );
}

function remaining(databases: readonly Assessment[]): Markup {
  const hours = databases.reduce((total, one) => total + one.hours, 0);
  const manual = databases.reduce(
    (total, one) => total + one.objects.filter((object) => object.outcome === 'manual').length,
    0,
  );
  const review = databases.reduce(
    (total, one) => total + one.objects.filter((object) => object.outcome === 'review').length,
    0,
  );
  return card(
    'How many hours remain?',
    'hours',
    html`<p class="big">about ${hoursText(hours)}</p>
      <p class="quiet">${several(manual, 'object')} by hand, ${countText(review)} to review</p>`,
  );
}

function load(databases: readonly Assessment[]): Markup {
  // One after the other: databases of one server share its disks.
  const seconds = databases.reduce((total, one) => total + one.load.seconds, 0);
  const rows = databases.reduce((total, one) => total + one.load.rows, 0);
  const bytes = databases.reduce((total, one) => total + one.load.bytes, 0);
  const rates = databases[0]?.load.rates;
  if (isOfScripts(databases))
    return card(
      'How long will the load take?',
      'load',
      html`<p class="big">Not known</p>
        <p class="quiet">Scripts have no rows: assess the live database.</p>`,
    );
  return card(
    'How long will the load take?',
    'load',
    html`<p class="big">about ${durationText(seconds)}</p>
      <p class="quiet">
        ${several(rows, 'row')},
        ${bytesText(bytes)}${rates ? html`, at rates <a href="#load-rates">${rates.from.replace(/ .*/, '')}</a>` : ''}
      </p>`,
  );
}

function cost(databases: readonly Assessment[]): Markup {
  const known = databases.filter((one) => one.capture.changesPerSecond !== null);
  const [rate, bytes] = [
    known.reduce((total, one) => total + (one.capture.changesPerSecond ?? 0), 0),
    known.reduce((total, one) => total + (one.capture.changeTableBytes ?? 0), 0),
  ];
  const content =
    known.length === 0
      ? html`<p class="big">Not known</p>
          <p class="quiet">
            ${isOfScripts(databases) ? 'Scripts tell of no changes.' : 'The source counts no changes.'}
          </p>`
      : html`<p class="big">${rateText(rate)} changes/s</p>
          <p class="quiet">about ${bytesText(bytes)} of change tables</p>`;
  return card('What does capture cost?', 'cost', content);
}

function steps(databases: readonly Assessment[]): Markup {
  if (databases.length === 0)
    return card('What to do first?', 'first', html`<p>See below why no database answered.</p>`, true);
  const checks = databases.flatMap((one) => one.checks);
  const all = firstSteps(
    checks,
    databases.flatMap((one) => one.issues),
  ).slice(0, SHOWN);
  return card(
    'What to do first?',
    'first',
    html`<ol>
      ${all.map((step) => html`<li>${step}</li>`)}
    </ol>`,
    true,
  );
}
