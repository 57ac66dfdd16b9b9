/**
 * Makes a fresh clone ready: dependencies, build, JVM programs. Says what it does, reuses what is there, and goes on under
 * the Node of node_modules. Plain node, no dependencies; also `node tools/setup.mjs` by hand.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NODE, ROOT, SetupError, run, runTool, say, since } from './run.mjs';

const OLDEST_NODE = 20;
const OLDEST_JAVA = 17;
const WANTED_NODE = 24;

/**
 * Everything that a command needs before it can run. Throws a SetupError whose message says what to install or mend.
 * Where the running Node is older than ours, the whole command is run again under ours and this never returns.
 */
export async function setup({ build = true, jvm = true } = {}) {
  await checkTools(jvm && process.env.SLUICE_STACK !== 'docker');
  await oneAtATime(async () => {
    await installPackages();
    if (Number(process.versions.node.split('.')[0]) >= WANTED_NODE && build) await compile();
  });
  if (Number(process.versions.node.split('.')[0]) < WANTED_NODE) await runAgainUnderOurNode();
  if (jvm && process.env.SLUICE_STACK !== 'docker') await resolveArtifacts();
}

/** All that is missing in one message, before anything is downloaded. */
async function checkTools(jvm) {
  const missing = [];
  const node = Number(process.versions.node.split('.')[0]);
  if (node < OLDEST_NODE)
    missing.push(`Node ${OLDEST_NODE} or newer (this is ${node}): ${install('node@22', 'nodejs')}`);
  if (jvm) {
    const java = await javaVersion();
    if (java === null || java < OLDEST_JAVA) {
      const found = java === null ? '' : ` (found ${java})`;
      missing.push(`Java ${OLDEST_JAVA} or newer${found}: ${install('openjdk@21', 'openjdk-17-jre-headless')}`);
    }
    if (!existsSync(artifactsFolder()) && (await run('mvn', ['--version'])).code === 127) {
      missing.push(`Maven: ${install('maven', 'maven')}`);
    }
  }
  if (missing.length > 0) throw new SetupError(`missing on this machine:\n  ${missing.join('\n  ')}`);
}

function install(brew, apt) {
  return process.platform === 'darwin' ? `brew install ${brew}` : `apt-get install ${apt}`;
}

async function javaVersion() {
  const home = process.env.JAVA_HOME;
  const inHome = home ? join(home, 'bin', 'java') : '';
  const { code, output } = await run(inHome && existsSync(inHome) ? inHome : 'java', ['-version']);
  const version = code === 0 ? /version "(?:1\.)?(\d+)/.exec(output)?.[1] : undefined;
  return version === undefined ? null : Number(version);
}

/** The same place as stack/artifacts.ts chooses. */
function artifactsFolder() {
  const hash = createHash('sha256')
    .update(readFileSync(join(ROOT, 'stack', 'pom.xml')))
    .digest('hex');
  return join(process.env.SLUICE_HOME ?? join(ROOT, '.sluice'), 'jvm', hash.slice(0, 12));
}

/** Two set-ups in one folder wait for each other: `npm ci` removes what the other has just installed. */
async function oneAtATime(work) {
  const lock = join(ROOT, '.sluice', 'setup.lock');
  mkdirSync(join(ROOT, '.sluice'), { recursive: true });
  for (let waited = 0; !tryLock(lock); waited += 1) {
    if (waited === 0) say('set-up: waiting for another set-up in this folder');
    await new Promise((done) => setTimeout(done, 300));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (!isHeld(lock)) rmSync(lock, { force: true });
    return false;
  }
}

function isHeld(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    // Just made and not yet written counts as held.
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function installPackages() {
  if (isInstalled()) return;
  const began = Date.now();
  say('set-up: installing packages (npm ci)');
  let { code, output } = await npm('ci');
  if (code !== 0 && output.includes('EUSAGE')) {
    // A registry that does not have a package's builds for every other system yet: the lock cannot name them, and `ci` refuses it.
    say('set-up: npm ci refuses the lock file; installing the same versions by npm install');
    ({ code, output } = await npm('install', '--no-save'));
  }
  if (code !== 0) throw new SetupError(`npm could not install the packages:\n${firstLines(output, 15)}`);
  if (!existsSync(NODE))
    throw new SetupError(
      'npm ci left no Node in node_modules: are install scripts switched off (npm config get ignore-scripts)?',
    );
  say(`set-up: packages installed in ${since(began)}`);
}

function npm(...args) {
  const options = { shell: process.platform === 'win32' };
  return run('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], options);
}

/** True where node_modules holds every package of package-lock.json in its version (npm keeps a list of what it installed). */
function isInstalled() {
  const listed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(listed) || !existsSync(NODE)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(listed, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (path === '' || link) return true;
    return present[path] === undefined ? optional === true : present[path].version === version;
  });
}

async function compile() {
  const began = Date.now();
  const { code, output } = await runTool('typescript/bin/tsc', ['-p', ROOT]);
  if (code !== 0) throw new SetupError(`the build failed:\n${firstLines(output, 40)}`);
  say(`set-up: built in ${since(began)}`);
}

async function resolveArtifacts() {
  const { ensureArtifacts } = await import(pathToFileURL(join(ROOT, 'dist', 'stack', 'index.js')).href);
  try {
    await ensureArtifacts((line) => say(`set-up: ${line}`));
  } catch (error) {
    throw new SetupError(error.message, { cause: error });
  }
}

/** Runs this very command under the Node of node_modules, hands on signals, and ends with its exit code. */
async function runAgainUnderOurNode() {
  const child = spawn(NODE, process.argv.slice(1), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const code = await new Promise((done) => child.once('exit', (status, signal) => done(status ?? (signal ? 130 : 1))));
  process.exit(code);
}

// The other side of runAgainUnderOurNode: when the process that started us is gone, killed even, we end as on Ctrl-C.
if (process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

function firstLines(text, count) {
  return text.trimStart().split('\n').slice(0, count).join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setup();
    say('set-up: ready');
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`set-up: ${error.message}`);
    process.exitCode = 3;
  }
}
