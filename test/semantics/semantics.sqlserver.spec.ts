import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readGroups, type Case, type Group } from './case-file.ts';
import { chooseServer, type ChosenServer } from './server-choice.ts';
import { compared, SemanticsSession, type Seen } from './session.ts';

const GROUPS = readGroups(join(import.meta.dirname, 'cases'));
const CASES = GROUPS.flatMap((group) => group.cases);
const KNOWN = CASES.filter((one) => one.refusal !== undefined);

let server: ChosenServer;
let session: SemanticsSession;

beforeAll(async () => {
  server = await chooseServer();
  session = await SemanticsSession.open(`semantics_${randomBytes(4).toString('hex')}`, server);
  const refused = KNOWN.map((one) => `  ${one.name}`).join('\n');
  process.stdout.write(`semantics: ${CASES.length} cases; the sandbox refuses ${KNOWN.length} of them:\n${refused}\n`);
}, 600_000);

afterAll(async () => {
  await session?.drop();
  await server?.close();
}, 120_000);

/** All batches of a case on one connection; the answer of the last, and the errors of all. */
async function answerTo(group: Group, one: Case): Promise<Seen> {
  if (group.undo) await session.run('BEGIN TRANSACTION');
  const errors: { number: number; message: string }[] = [];
  let seen: Seen = { rows: [], columns: [], errors: [], infos: [] };
  for (const [at, batch] of one.batches.entries()) {
    seen = await session.run(at === one.batches.length - 1 ? group.before + batch : batch);
    errors.push(...seen.errors);
  }
  if (group.undo) await session.run('IF @@TRANCOUNT > 0 ROLLBACK');
  return { ...seen, errors };
}

describe.each(GROUPS)('$name', (group) => {
  beforeAll(async () => {
    for (const batch of group.setup) {
      const { errors } = await session.run(batch);
      if (errors.length > 0) throw new Error(`${batch}: ${errors.map((error) => error.message).join('; ')}`);
    }
  });

  test.each(group.cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const seen = await answerTo(group, one);
    const { expected, actual } = compared(session.sandbox ? (one.refusal ?? one.answer) : one.answer, seen);
    expect(actual).toEqual(expected);
  });
});

test('the suite has at least 1,500 cases, and none of them twice in its group', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(1500);
  for (const group of GROUPS) expect(new Set(group.cases.map((one) => one.name)).size).toBe(group.cases.length);
});
