import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseScript } from '#tsql';
import { SourceDatabase } from '#testing';
import { jvmTool, runProgram } from '../jvm-tool.ts';

/** What a check of the Java programs prints, and what answers.jsonl expects: an answer, or the fault that the driver raises. */
interface Line {
  readonly check: string;
  readonly answer?: unknown;
  /** What a server does where the sandbox refuses: only in answers.jsonl. */
  readonly refused?: string;
  readonly error?: { readonly number: number; readonly state: string; readonly line: number; readonly message: string };
}

const FOLDER = import.meta.dirname;
const EXPECTED = linesOf(readFileSync(join(FOLDER, 'answers.jsonl'), 'utf8'));

const tool = await jvmTool(FOLDER, 'the Microsoft JDBC driver');

(tool.missing === null ? describe : describe.skip)('the Microsoft JDBC driver', () => {
  let database: SourceDatabase;
  const seen = new Map<string, Line>();

  beforeAll(async () => {
    if (tool.missing !== null) return;
    database = await SourceDatabase.create();
    for (const batch of parseScript(readFileSync(join(FOLDER, 'setup.sql'), 'utf8')).batches) {
      if (batch.text.trim() !== '') await database.run(batch.text);
    }
    const { port, database: name, user, password } = database.settings;
    const run = await runProgram(tool.java, [
      ...['-Xmx256m', '-Duser.timezone=UTC', '-Duser.language=en', '-cp', tool.classPath],
      ...['Main', String(port), name, user, password.reveal()],
    ]);
    if (run.code !== 0) throw new Error(`the program ended with ${run.code}: ${run.stderr}`);
    for (const line of linesOf(run.stdout.replaceAll(name, '$db'))) seen.set(line.check, line);
  }, 300_000);

  afterAll(() => database?.drop());

  const inWords = ({ check, refused }: Line): string =>
    refused === undefined ? `answers as SQL Server does: ${check}` : `refuses: ${check} (${refused})`;

  test.each(EXPECTED.map((line) => [inWords(line), line] as const))('%s', (_, { refused: _refused, ...line }) => {
    const found = seen.get(line.check);
    if (line.error === undefined || found?.error === undefined) expect(found).toEqual(line);
    else {
      const { message, ...facts } = found.error;
      expect(facts).toEqual({ number: line.error.number, state: line.error.state, line: line.error.line });
      expect(message).toContain(line.error.message);
    }
  });

  test('every check of the programs has its answer written down', () => {
    expect([...seen.keys()].sort()).toEqual(EXPECTED.map((line) => line.check).sort());
  });
});

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
