import type { SurveyCheck } from '#source';
import { hoursText } from '../effort.ts';
import { type AssessedObject, type Assessment, NO_SERVER } from '../model.ts';
import { barChart } from './charts.ts';
import { checkId, html, type Markup, type Part } from './markup.ts';
import { type Column, table } from './table.ts';
import { bytesText, countText, durationText, rateText, several } from './words.ts';

/** Objects named below a check or listed by name; the rest is counted. CSV and JSON have them all. */
const NAMED = 12;
const LISTED = 400;

/** All that is known of one database, blockers first. */
export function databaseSection(one: Assessment, index: number): Markup {
  const { source } = one;
  return html`<section id="database-${index + 1}">
    <h2><bdi>${source.database}</bdi></h2>
    <p class="quiet">
      ${source.server} at ${source.place};
      ${source.edition === NO_SERVER ? '' : `${source.edition}, version ${source.version};`} collation
      ${source.collation}
    </p>
    ${[checks(one, index), conversion(one), issues(one), objects(one), features(one), sizes(one), load(one), capture(one)]}
  </section>`;
}

const VERDICTS: Readonly<Record<SurveyCheck['verdict'], readonly [className: string, text: string]>> = {
  fail: ['bad', '✕ fails'],
  warning: ['look', '! warning'],
  unknown: ['quiet', '? not known'],
  pass: ['good', '✓ passes'],
  'not-needed': ['quiet', '– not needed'],
};

function checks(one: Assessment, index: number): Markup {
  const pressing = one.checks.filter((check) => check.verdict === 'fail' || check.verdict === 'warning');
  const rest = one.checks.filter((check) => !pressing.includes(check));
  const columns = [{ head: 'Check' }, { head: 'Verdict' }, { head: 'What was found, and what to do' }];
  const row = (check: SurveyCheck): Part[] => {
    const [className, text] = VERDICTS[check.verdict];
    const remedy = check.remedy === undefined ? '' : html`<p>→ ${check.remedy}</p>`;
    return [
      html`<code id="${checkId(index, check.check)}">${check.check}</code>`,
      html`<strong class="${className}">${text}</strong>`,
      html`<p>${check.message}</p>
        ${remedy}${named(check.objects)}`,
    ];
  };
  return html`<h3>Checks before the migration</h3>
    ${pressing.length === 0 ? html`<p>No check fails or warns.</p>` : table('What fails, then what to know', columns, pressing.map(row))}
    <details>
      <summary>${several(rest.length, 'check')} that pass, are not known or not needed</summary>
      ${table('Other checks', columns, rest.map(row))}
    </details>`;
}

function named(objects: readonly string[]): Markup | string {
  if (objects.length === 0) return '';
  const more = objects.length > NAMED ? ` and ${countText(objects.length - NAMED)} more` : '';
  const list = objects.slice(0, NAMED).map((name, at) => html`${at > 0 ? ', ' : ''}<bdi>${name}</bdi>`);
  return html`<p class="quiet">${list}${more}</p>`;
}

function conversion(one: Assessment): Markup {
  if (one.kinds.length === 0)
    return html`<h3>Conversion</h3>
      <p>There are no objects.</p>`;
  const bars = one.kinds.map((kind) => ({
    label: kind.kind,
    text: `${countText(kind.total - kind.manual)} of ${countText(kind.total)}`,
    parts: [
      { className: 'auto', value: kind.automatic },
      { className: 'review', value: kind.review },
      { className: 'manual', value: kind.manual },
    ],
  }));
  const number = (head: string): Column => ({ head, isNumber: true });
  const columns = [
    { head: 'Objects' },
    ...['All', 'Automatic', 'With review', 'By hand', 'Simple', 'Medium', 'Complex', 'Lines', 'Hours'].map(number),
  ];
  const rows = one.kinds.map((kind) => [
    kind.kind,
    ...[kind.total, kind.automatic, kind.review, kind.manual, kind.simple, kind.medium, kind.complex, kind.lines].map(
      countText,
    ),
    hoursText(kind.hours),
  ]);
  return html`<h3>Conversion</h3>
    <p class="key quiet">
      <span class="auto"></span>automatic<span class="review"></span>with review<span class="manual"></span>by hand
    </p>
    ${barChart('Objects that convert by themselves, by kind', bars, 'share')}
    ${table('Objects by kind; simple, medium and complex by hours (less than 2, 2 to 6, more)', columns, rows)}`;
}

function issues(one: Assessment): Markup {
  if (one.issues.length === 0)
    return html`<h3>What is left to do</h3>
      <p>Nothing: there are no issues.</p>`;
  const columns = [
    { head: 'Issue' },
    { head: 'What, and what to do' },
    { head: 'Severity' },
    { head: 'Times', isNumber: true },
    { head: 'Objects', isNumber: true },
    { head: 'Hours', isNumber: true },
  ];
  const rows = one.issues.map((count) => [
    html`<code>${count.code}</code>`,
    html`${count.title}<br /><span class="quiet">→ ${count.remedy}</span>`,
    count.severity,
    countText(count.occurrences),
    countText(count.objects),
    hoursText(count.hours),
  ]);
  return html`<h3>What is left to do</h3>
    ${table(`Issues by code; about ${hoursText(one.hours)} in all, learning included`, columns, rows)}`;
}

function objects(one: Assessment): Markup {
  const left = one.objects
    .filter((object) => object.outcome !== 'automatic')
    .toSorted((a, b) => b.hours - a.hours || (a.name < b.name ? -1 : 1));
  if (left.length === 0) return html``;
  const columns = [
    { head: 'Object' },
    { head: 'Kind' },
    { head: 'Outcome' },
    { head: 'Hours', isNumber: true },
    { head: 'Issues' },
  ];
  const rows = left
    .slice(0, LISTED)
    .map((object) => [
      html`<bdi>${object.name}</bdi>`,
      object.kind,
      outcomeText(object),
      hoursText(object.hours),
      issueTexts(object),
    ]);
  const caption =
    left.length > LISTED
      ? `The ${LISTED} costliest of ${countText(left.length)} objects; CSV and JSON have all`
      : 'Objects to review or to convert by hand, the costliest first';
  return html`<details>
    <summary>${several(left.length, 'object')} to review or to convert by hand</summary>
    ${table(caption, columns, rows)}
  </details>`;
}

function outcomeText(object: AssessedObject): Markup {
  return object.outcome === 'manual'
    ? html`<span class="bad">by hand, ${object.complexity}</span>`
    : html`<span class="look">review</span>`;
}

function issueTexts(object: AssessedObject): Markup {
  const shown = object.issues.filter((one) => one.severity !== 'info');
  const more = shown.length > 3 ? html`<p class="quiet">and ${shown.length - 3} more</p>` : '';
  return html`${shown.slice(0, 3).map((one) => html`<p><code>${one.code}</code> ${one.message}${object.group === 'code' || one.line > 1 ? html` <span class="quiet">(line ${one.line})</span>` : ''}</p>`)}${more}`;
}

function features(one: Assessment): Markup {
  if (one.features.length === 0) return html``;
  const columns = [{ head: 'Feature' }, { head: 'Objects', isNumber: true }, { head: 'Times', isNumber: true }];
  const rows = one.features.map((count) => [count.feature, countText(count.modules), countText(count.occurrences)]);
  return html`<h3>What the database uses</h3>
    <details>
      <summary>${several(one.features.length, 'feature')} of T-SQL and of tables</summary>
      ${table('Constructs of code, and features of tables and of the database', columns, rows)}
    </details>`;
}

function sizes(one: Assessment): Markup {
  const bars = one.largest.slice(0, 10).map((size) => ({
    label: size.name,
    text: bytesText(size.dataBytes),
    parts: [{ className: 'plain', value: size.dataBytes }],
  }));
  const columns = [{ head: 'Table' }, ...['Rows', 'Data', 'Indexes', 'Load'].map((head) => ({ head, isNumber: true }))];
  const rows = one.largest.map((size) => [
    html`<bdi>${size.name}</bdi>`,
    countText(size.rows),
    bytesText(size.dataBytes),
    bytesText(size.indexBytes),
    durationText(size.seconds),
  ]);
  return html`<h3>Sizes</h3>
    <p>
      ${several(one.sizes.tables, 'table')} with ${several(one.sizes.rows, 'row')}: ${bytesText(one.sizes.dataBytes)} of
      data, ${bytesText(one.sizes.indexBytes)} of indexes (by sys.dm_db_partition_stats).
    </p>
    ${bars.length === 0 ? '' : barChart('The largest tables', bars, 'longest')}${rows.length === 0 ? '' : table('The largest tables', columns, rows)}`;
}

function load({ load: estimate }: Assessment): Markup {
  const { rates } = estimate;
  const bound = [
    ...(Number.isFinite(rates.rowsPerSecond) ? [`${countText(rates.rowsPerSecond)} rows a second`] : []),
    ...(Number.isFinite(rates.bytesPerSecond) ? [`${bytesText(rates.bytesPerSecond)} a second`] : []),
  ].join(' or ');
  return html`<h3 id="load-rates">Duration of the load</h3>
    <p>
      About <strong>${durationText(estimate.seconds)}</strong>: ${countText(estimate.rows)} rows and
      ${bytesText(estimate.bytes)}, at ${bound} (whichever is slower) and half a minute to start, ${rates.from}. The
      estimate holds for a machine of that kind; measure yours with a first load and give its rate
      (<code>--rows-per-second</code>, <code>--bytes-per-second</code>). The source stays in use meanwhile.
    </p>`;
}

function capture({ capture: estimate }: Assessment): Markup {
  if (estimate.changesPerSecond === null) {
    return html`<h3>Cost of change data capture</h3>
      <p>
        Not known: the source shows no counters of changes (<code>sys.dm_db_index_operational_stats</code>), or has
        counted for less than a minute.
      </p>`;
  }
  const share = estimate.shareOfMeasured ?? 0;
  const share100 = share < 0.01 ? 'less than 1 %' : `${Math.round(share * 100)} %`;
  const rows = estimate.busiest.map((busy) => [html`<bdi>${busy.name}</bdi>`, rateText(busy.changesPerSecond)]);
  return html`<h3>Cost of change data capture</h3>
    <p>
      About <strong>${rateText(estimate.changesPerSecond)} changes a second</strong> on average over
      ${durationText(estimate.overSeconds ?? 0)}: ${share100} of what the pipeline kept up with when it was measured. At
      the default retention of three days the change tables hold about ${bytesText(estimate.changeTableBytes ?? 0)}.
      Peaks are higher than an average; the counters begin anew with the server.
    </p>
    ${rows.length === 0 ? '' : table('The busiest tables', [{ head: 'Table' }, { head: 'Changes a second', isNumber: true }], rows)}`;
}
