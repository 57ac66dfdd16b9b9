import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError } from '#errors';
import { productRoot, sluiceHome } from './layout.ts';
import { withLock } from './lock.ts';
import type { Log } from './process.ts';

/** Where the JVM programs of the stack lie on this machine. */
export interface Artifacts {
  /** The `java` to run them with. */
  readonly java: string;
  /** Class path of Kafka: every jar of its folder. */
  readonly kafkaClassPath: string;
  /** The registry's runnable jar. */
  readonly registryJar: string;
  /** Holds both; a place for class-data archives made from them. */
  readonly folder: string;
}

const OLDEST_JAVA = 17;

/** Kafka and the registry from Maven Central, see {@link resolvePom}. */
export async function ensureArtifacts(log: Log): Promise<Artifacts> {
  const java = findJava();
  const folder = await resolvePom(join(productRoot(), 'stack', 'pom.xml'), 'Kafka and the schema registry', log);
  return {
    java,
    folder,
    kafkaClassPath: join(folder, 'kafka', '*'),
    registryJar: join(folder, 'registry', await runnableJar(join(folder, 'registry'))),
  };
}

/**
 * What a pom puts into its `jvm.directory`, as `.sluice/jvm/<hash of the pom>`: downloaded once, found afterwards. Two set-ups at once wait for each other; an
 * interrupted one leaves nothing that counts as done. Throws StackFailed where Maven Central is out of reach, ToolMissing without Maven.
 */
export async function resolvePom(pom: string, what: string, log: Log): Promise<string> {
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const parent = join(sluiceHome(), 'jvm');
  const folder = join(parent, version);
  if (!existsSync(folder)) {
    await withLock(join(parent, 'download.lock'), async () => {
      if (!existsSync(folder)) await download(pom, folder, what, log);
      await removeRemains(parent);
    });
  }
  return folder;
}

/** The `java` of JAVA_HOME, else of the PATH; refused below Java 17. */
export function findJava(): string {
  const home = process.env['JAVA_HOME'];
  const java = home && existsSync(join(home, 'bin', 'java')) ? join(home, 'bin', 'java') : 'java';
  // `java -version` answers on standard error: openjdk version "17.0.15" 2025-04-15, or "1.8.0_392".
  const answer = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const version = answer.status === 0 ? /version "(?:1\.)?(\d+)/.exec(answer.stderr)?.[1] : undefined;
  if (version === undefined) {
    throw new SluiceError('ToolMissing', `Java is missing (${OLDEST_JAVA} or newer is needed): ${javaInstall()}`, {});
  }
  if (Number(version) < OLDEST_JAVA) {
    const message = `Java ${version} is too old (${OLDEST_JAVA} or newer is needed): ${javaInstall()}`;
    throw new SluiceError('ToolMissing', message, { version });
  }
  return java;
}

async function runnableJar(folder: string): Promise<string> {
  const jar = (await readdir(folder)).find((name) => name.endsWith('-runner.jar'));
  if (jar !== undefined) return jar;
  throw new SluiceError('StackFailed', `no runnable jar in ${folder}; remove the folder and run the command again`);
}

function javaInstall(): string {
  return process.platform === 'darwin'
    ? 'brew install openjdk@21'
    : 'apt-get install openjdk-17-jre-headless, or dnf install java-21-openjdk-headless';
}

async function download(pom: string, folder: string, what: string, log: Log): Promise<void> {
  const began = Date.now();
  log(`downloading ${what} from Maven Central (once)`);
  const partial = `${folder}.part-${randomUUID()}`;
  await mkdir(partial, { recursive: true });
  try {
    await runMaven(['--batch-mode', '--quiet', '--file', pom, 'package', `-Djvm.directory=${partial}`]);
    await writeFile(join(partial, 'resolved-from.xml'), readFileSync(pom));
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  log(`downloaded in ${Math.round((Date.now() - began) / 1000)} s`);
}

function runMaven(args: readonly string[]): Promise<void> {
  const maven = spawn('mvn', [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-20_000));
  maven.stdout.on('data', keep);
  maven.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    maven.once('error', (cause) => {
      const command =
        process.platform === 'darwin' ? 'brew install maven' : 'apt-get install maven, or dnf install maven';
      reject(new SluiceError('ToolMissing', `Maven is missing: ${command}`, {}, { cause }));
    });
    maven.once('exit', (code) => {
      if (code === 0) return resolve();
      const faults = output.split('\n').filter((line) => line.includes('ERROR') && !line.includes('[Help'));
      const message = `Maven could not resolve the JVM programs of ${args[args.indexOf('--file') + 1]}:\n${faults.slice(0, 5).join('\n')}`;
      reject(new SluiceError('StackFailed', message, { exitCode: code }));
    });
  });
}

/** What interrupted downloads left. Only under the lock; other versions stay, a running stack may read from them. */
async function removeRemains(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.includes('.part-')) await rm(join(parent, name), { recursive: true, force: true });
  }
}
