import { answers } from './answers.ts';
import { databaseSection } from './database-section.ts';
import { html, Markup } from './markup.ts';
import type { AssessmentReport } from './report.ts';
import { overview } from './overview.ts';
import { STYLE } from './style.ts';
import { several } from './words.ts';

/** The report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere. Every text of the source is escaped. */
export function assessmentPage(report: AssessmentReport): string {
  const { databases, failed } = report;
  const [first] = databases;
  const title =
    databases.length === 1 && first
      ? `${first.source.database} on ${first.source.server}`
      : several(databases.length + failed.length, 'database');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <link rel="icon" href="data:," />
        <title>Assessment: ${title}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>Migration assessment: <bdi>${title}</bdi></h1>
          <p class="quiet">
            SQL Server to PostgreSQL with Sluice, made ${report.made.slice(0, 16).replace('T', ' ')}
            UTC${databases.length === 1 && first ? html`, ${first.source.place}${first.source.version === '' ? '' : `, version ${first.source.version}`}` : ''}
          </p>
        </header>
        <main>
          ${answers(report)}
          ${
            failed.length === 0
              ? ''
              : html`<section>
                  <h2>Databases that did not answer</h2>
                  <ul>
                    ${failed.map((one) => html`<li><bdi>${one.place}</bdi>: ${one.reason}</li>`)}
                  </ul>
                </section>`
          }
          ${
            databases.length < 2
              ? ''
              : html`<nav aria-label="Databases">
                  <h2>Databases</h2>
                  ${overview(databases)}
                </nav>`
          }
          ${databases.map((one, index) => databaseSection(one, index))}
        </main>
        <footer>
          <p>
            Hours are rules of thumb for the conversion alone, by complexity: less than 2, 2 to 6, more than 6 hours an
            object. Tests, changes to applications and the cutover are not in them.
          </p>
        </footer>
      </body>
    </html> `.text;
}
