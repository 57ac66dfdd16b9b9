import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { cliPage } from './docs/cli-page.ts';
import { errorsPage } from './docs/errors-page.ts';
import { issuesPage } from './docs/issues-page.ts';
import { jobPage, jobSchemaFile } from './docs/job-page.ts';
import { sandboxPage } from './docs/sandbox-page.ts';
import { valuesPage } from './docs/values-page.ts';

/** The reference pages that are made from code, by their path in the checkout. A spec fails where a committed page is another. */
export function generatedPages(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/job-file.md', jobPage()],
    ['docs/job.schema.json', jobSchemaFile()],
    ['docs/cli.md', cliPage()],
    ['docs/values.md', valuesPage()],
    ['docs/issues.md', issuesPage()],
    ['docs/errors.md', errorsPage()],
    ['docs/sandbox.md', sandboxPage()],
  ]);
}

/** `node dist/tools/generate-docs.js`: writes the pages. Run in the checkout. */
if (process.argv[1] === import.meta.filename) {
  for (const [path, text] of generatedPages()) {
    const file = join(resolve('.'), path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`${path}\n`);
  }
}
