/**
 * The gate: format, lint, types, direction of imports. `npm run check`. All are run, all faults are shown; exit code 1 on any.
 */
import { fileURLToPath } from 'node:url';
import { findFaults } from './check-imports.mjs';
import { ROOT, run, runTool, say, since } from './run.mjs';

const FORMATTED = ['{apps,libs,stack,samples,test,bench,tools,bin}/**/*.{ts,mjs,js}', '*.{mjs,json}'];

/** True where nothing is at fault. */
export async function check() {
  const steps = [
    ['imports', async () => ({ code: findFaults().length, output: findFaults().join('\n') })],
    ['lint', () => runTool('oxlint/bin/oxlint', ['--quiet', '.'])],
    ['types', () => runTool('typescript/bin/tsc', ['-p', ROOT])],
    [
      'format',
      () =>
        runTool('prettier/bin/prettier.cjs', [
          '--check',
          '--log-level',
          'warn',
          '--no-error-on-unmatched-pattern',
          '--cache',
          ...FORMATTED,
        ]),
    ],
    ['compose', checkCompose],
  ];
  let good = true;
  for (const [name, step] of steps) {
    const began = Date.now();
    const { code, output } = await step();
    say(`check: ${name} ${code === 0 ? 'good' : 'at fault'} (${since(began)})`);
    if (code === 0) continue;
    good = false;
    say(output.trimEnd().split('\n').slice(0, 60).join('\n'));
  }
  return good;
}

/** Asked of docker compose where it is installed; elsewhere the file is only looked at by people. */
async function checkCompose() {
  if ((await run('docker', ['compose', 'version'])).code !== 0) return { code: 0, output: '' };
  return run('docker', ['compose', 'config', '--quiet']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = (await check()) ? 0 : 1;
