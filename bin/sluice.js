#!/usr/bin/env node
// Starts the built command line under the Node that came with `npm ci`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const entry = join(root, 'dist/apps/cli/main.js');
if (!existsSync(entry)) {
  process.stderr.write('sluice is not built yet: run `npm run build` (or `npm run demo`) in the checkout first.\n');
  process.exit(2);
}
const node = join(root, 'node_modules/.bin/node');
// The channel tells the command when this launcher is killed, however that happens.
const child = spawn(existsSync(node) ? node : process.execPath, [entry, ...process.argv.slice(2)], {
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
