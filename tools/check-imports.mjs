/**
 * Checks that dependencies go one way (docs/architecture.md): a room imports rooms of its own rank or below, never in a
 * circle; no app imports an app; only an app's module names a concrete source; nobody reaches past a room's index.ts.
 * Specs, test/ and bench/ may look at any room, through its index. Prints one line a fault; exit code 1 where there are any.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** From the ground up. A new room needs a place here. */
const RANKS = [
  ['errors', 'config', 'telemetry'],
  ['events', 'values', 'schema', 'source', 'stack'],
  ['avro-codec', 'kafka', 'jobs', 'tsql', 'pgsql', 'publish'],
  ['conversion', 'source-sqlserver', 'source-postgres', 'target-postgres'],
  ['runtime', 'validation', 'workspace', 'samples'],
];
/** For tests only: named by specs, test/ and bench/. */
const TEST_ROOMS = new Set(['testing']);
const TOP_ROOMS = new Set(['stack', 'samples', 'test', 'bench', 'tools']);

const IMPORT = /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

/** Every fault as `file: what`. */
export function findFaults(root = ROOT) {
  const faults = [];
  const edges = new Map();
  for (const file of sourceFiles(root)) {
    const from = roomOf(file);
    for (const target of importsOf(join(root, file))) {
      const fault = target.startsWith('#')
        ? faultOfPackageImport(file, from, target.slice(1), edges)
        : target.startsWith('.')
          ? faultOfRelativeImport(file, from, target)
          : null;
      if (fault !== null) faults.push(`${file}: ${fault}`);
    }
  }
  return [...new Set(faults), ...circles(edges)];
}

function* sourceFiles(root) {
  for (const top of ['apps', 'libs', 'stack', 'samples', 'test', 'bench']) {
    let names;
    try {
      names = readdirSync(join(root, top), { recursive: true });
    } catch (error) {
      if (error.code === 'ENOENT') continue;
      throw error;
    }
    for (const name of names) if (name.endsWith('.ts')) yield join(top, name);
  }
}

function importsOf(path) {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2]);
}

/** `libs/kafka`, `apps/sink`, `stack`. */
function roomOf(file) {
  const parts = file.split(sep);
  return TOP_ROOMS.has(parts[0]) ? parts[0] : `${parts[0]}/${parts[1]}`;
}

function isTest(file) {
  return /\.spec\.ts$/.test(file) || /^(test|bench)[\\/]/.test(file) || file.startsWith(join('libs', 'testing'));
}

/** `spec-…`, `test-…`, contract suites: imported by specs alone, and may use what specs may. */
function isTestHelper(file) {
  return /(^|[\\/])(spec|test)-[^\\/]*\.ts$|[.-](contract|suite|fixtures?)\.ts$/.test(file);
}

function rankOf(name) {
  return RANKS.findIndex((rank) => rank.includes(name));
}

function faultOfPackageImport(file, from, name, edges) {
  if (name.includes('/')) return `imports #${name}, past the index of the room`;
  if (isTest(file) || isTestHelper(file)) return null;
  if (TEST_ROOMS.has(name)) return `imports #${name}, which is for tests`;
  const to = rankOf(name);
  if (to === -1) return `imports #${name}, a room without a rank in tools/check-imports.mjs`;
  if (from.startsWith('apps/')) return faultOfApp(file, name);
  const own = from.replace('libs/', '');
  if (own === name) return `imports its own room by #${name}; use a relative path`;
  const rank = rankOf(own);
  if (rank === -1) return `is in ${from}, a room without a rank in tools/check-imports.mjs`;
  if (to > rank) return `imports #${name}, which is built on ${from}`;
  edges.set(own, (edges.get(own) ?? new Map()).set(name, file));
  return null;
}

function faultOfApp(file, name) {
  // A command line has no module: its wiring is its context.
  const isModule = /(\.module|[\\/](sources?|context))\.ts$/.test(file);
  return /^source-/.test(name) && !isModule ? `imports #${name}; only an app's module names a concrete source` : null;
}

function faultOfRelativeImport(file, from, target) {
  const reached = relative(ROOT, resolve(ROOT, dirname(file), target));
  const to = roomOf(reached);
  if (to === from) return null;
  // An app has no package import. Benchmarks measure parts of one.
  if (file.startsWith('bench') && reached.startsWith('apps')) return null;
  if (isTest(file) && /^apps[\\/][^\\/]+[\\/]index\.ts$/.test(reached)) return null;
  return `imports ${target}, a file of ${to}; name a room by its package import`;
}

function circles(edges) {
  const faults = [];
  const done = new Set();
  const visit = (room, path) => {
    if (path.includes(room)) {
      faults.push(`rooms in a circle: ${[...path.slice(path.indexOf(room)), room].join(' → ')}`);
      return;
    }
    if (done.has(room)) return;
    for (const next of edges.get(room)?.keys() ?? []) visit(next, [...path, room]);
    done.add(room);
  };
  for (const room of edges.keys()) visit(room, []);
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = findFaults();
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
