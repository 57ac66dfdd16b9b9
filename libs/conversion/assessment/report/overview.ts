import { hoursText } from '../effort.ts';
import { type Assessment, NO_SERVER } from '../model.ts';
import { html, type Markup, type Part } from './markup.ts';
import { table } from './table.ts';
import { bytesText, countText, durationText, percentText } from './words.ts';

const COLUMNS = [
  { head: 'Database' },
  { head: 'Can it move?' },
  ...['Fails', 'Warnings', 'Objects', 'By itself', 'By hand', 'Hours', 'Data', 'Load'].map((head) => ({
    head,
    isNumber: true,
  })),
];

/** One line a database, in the order in which they were named: which is easy, which is not. */
export function overview(databases: readonly Assessment[]): Markup {
  return table('One line a database; each leads to its own part', COLUMNS, databases.map(line));
}

function line(one: Assessment, index: number): Part[] {
  const { source, objects, sizes } = one;
  const withVerdict = (verdict: string): number => one.checks.filter((check) => check.verdict === verdict).length;
  const isOfScripts = source.edition === NO_SERVER;
  return [
    html`<a href="#database-${index + 1}"><bdi>${source.database}</bdi></a>
      <p class="quiet"><bdi>${source.place}</bdi></p>`,
    one.canMove === 'yes'
      ? html`<strong class="good">yes</strong>`
      : html`<strong class="look">after remedies</strong>`,
    countText(withVerdict('fail')),
    countText(withVerdict('warning')),
    countText(objects.length),
    percentText(one.byItself.all),
    countText(objects.filter((object) => object.outcome === 'manual').length),
    hoursText(one.hours),
    isOfScripts ? '–' : bytesText(sizes.dataBytes),
    isOfScripts ? '–' : durationText(one.load.seconds),
  ];
}
