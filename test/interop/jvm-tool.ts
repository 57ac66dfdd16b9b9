import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SluiceError } from '#errors';
import { findJava, resolvePom } from '#stack';

/** A Java program with what it needs, or why it cannot run here. */
export type JvmTool =
  { readonly classPath: string; readonly java: string; readonly missing: null } | { readonly missing: string };

/**
 * Resolves the pom.xml of a folder from Maven Central (once, see `resolvePom`) and compiles the Java sources beside it, if there are any. Where Java, Maven or
 * Maven Central is missing the answer says so, once on the test's output too: the tests are then skipped.
 */
export async function jvmTool(folder: string, what: string): Promise<JvmTool> {
  try {
    const java = findJava();
    const jars = join(await resolvePom(join(folder, 'pom.xml'), what, () => undefined), '*');
    const sources = readdirSync(folder).filter((name) => name.endsWith('.java'));
    if (sources.length === 0) return { java, classPath: jars, missing: null };
    const classes = mkdtempSync(join(tmpdir(), 'sluice-interop-'));
    const compiled = await runProgram(java.replace(/java$/, 'javac'), [
      ...['-encoding', 'UTF-8', '-cp', jars, '-d', classes],
      ...sources.map((name) => join(folder, name)),
    ]);
    if (compiled.code !== 0) throw new Error(`javac: ${compiled.stderr}`);
    return { java, classPath: `${jars}:${classes}`, missing: null };
  } catch (error) {
    const isMissing = error instanceof SluiceError && ['StackFailed', 'ToolMissing'].includes(error.kind);
    const isWithoutCompiler = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isMissing && !isWithoutCompiler) throw error;
    const missing = isWithoutCompiler ? 'the Java compiler (javac) is missing' : (error as Error).message;
    process.stdout.write(`skipped: ${what}: ${missing}\n`);
    return { missing };
  }
}

/** Runs a program to its end. Rejects only where it cannot be started. */
export function runProgram(
  command: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
