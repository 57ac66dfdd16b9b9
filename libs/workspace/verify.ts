import { type ConvertedObject, type ConvertedRoutine, makeItsTables, planRoutine } from '#conversion';
import { madeBy, splitStatements } from '#pgsql';
import type { Verdict, WorkspaceRow } from '#target-postgres';
import { textsOf } from './apply.ts';
import { Conflict, Refused } from './conflict.ts';
import { findMade } from './ownership.ts';
import { type Scratch, type ScratchServer, withScratch } from './scratch.ts';

/** What a verification found, by path. What has nothing to apply has no verdict. */
export interface Verification {
  readonly place: Scratch['place'];
  /** What looked at the bodies of routines. */
  readonly by: Verdict['by'];
  readonly verdicts: readonly { readonly path: string; readonly hash: string; readonly verdict: Verdict }[];
}

type Problem = Verdict['problems'][number];

/** An object as it is verified: its text that counts, and of routines as the converter made them their pieces. */
interface Candidate {
  readonly row: Pick<WorkspaceRow, 'path' | 'hash' | 'phase' | 'statements' | 'edited'>;
  readonly routines: readonly ConvertedRoutine[];
}

const ORDER = ['before', 'after', 'cutover', 'code'];

/**
 * Makes every object in a scratch place of the target's server, in the order in which they are applied, then has the bodies of routines looked at: by plpgsql_check where the server has it,
 * else by planning every statement of what the converter made. Nothing of it stays.
 */
export async function verifyObjects(
  server: ScratchServer,
  rows: readonly Candidate['row'][],
  objects: readonly ConvertedObject[],
): Promise<Verification> {
  const routines = new Map(objects.map((one) => [one.path, one.steps.flatMap((step) => step.routine ?? [])]));
  const candidates = rows
    .filter((row) => row.phase !== null)
    .toSorted((a, b) => ORDER.indexOf(a.phase ?? '') - ORDER.indexOf(b.phase ?? ''))
    .map((row): Candidate => ({ row, routines: row.edited === null ? (routines.get(row.path) ?? []) : [] }));
  return withScratch(server, schemasOf(candidates), async (scratch) => {
    const checker = await findChecker(scratch);
    const made = new Map<Candidate, Problem[]>();
    const [own, shared] = [candidates.filter((one) => !isShared(one)), candidates.filter(isShared)];
    for (const one of own) made.set(one, await make(scratch, one));
    // Roles are the whole server's: what makes them or names them is undone with them.
    await scratch.unit(async () => {
      for (const one of shared) made.set(one, await make(scratch, one));
    }, false);
    const verdicts: Verification['verdicts'][number][] = [];
    for (const [one, problems] of made) {
      const isMade = problems.every((problem) => problem.level !== 'error');
      const looked = isMade ? await look(scratch, one, checker) : { by: 'created' as const, problems: [] };
      const all = [...problems, ...looked.problems];
      const ok = all.every((problem) => problem.level !== 'error');
      verdicts.push({ path: one.row.path, hash: one.row.hash, verdict: { ok, by: looked.by, problems: all } });
    }
    return { place: scratch.place, by: checker === null ? 'planned' : 'plpgsql_check', verdicts };
  });
}

const SHARED = /^(?:\s|--[^\n]*\n)*(?:grant|revoke|do|create\s+(?:role|user|group)|alter\s+\w+\s+\S+\s+owner)\b/i;

/** Whether an object is about roles, and so comes last. */
function isShared({ row }: Candidate): boolean {
  const texts = row.edited === null ? row.statements.map(({ sql }) => sql) : splitStatements(row.edited);
  return texts.some((sql) => SHARED.test(sql));
}

function schemasOf(candidates: readonly Candidate[]): string[] {
  const names = candidates.flatMap(({ row }) =>
    row.statements.flatMap(({ sql }) => {
      const made = madeBy(sql);
      return made === null ? [] : made.type === 'schema' ? [made.name] : (made.schema ?? []);
    }),
  );
  return [...new Set(['public', ...names])];
}

/** The function of plpgsql_check, qualified, where that extension is there or can be had for the scratch place; else null. */
async function findChecker({ client, place, unit }: Scratch): Promise<string | null> {
  if (place === 'database')
    await unit(() => Refused.guard(client.query('create extension if not exists plpgsql_check')), true).catch(
      (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
      },
    );
  const found = await client.query<{ name: string }>(
    `select format('%s.plpgsql_check_function_tb', extnamespace::regnamespace) as name from pg_extension where extname = 'plpgsql_check'`,
  );
  return found.rows[0]?.name ?? null;
}

async function make(scratch: Scratch, { row }: Candidate): Promise<Problem[]> {
  const { client } = scratch;
  const warnings: Problem[] = [];
  try {
    await scratch.unit(async () => {
      const statements = textsOf(row);
      const isWhole = statements.every((one) => one.optional);
      for (const { sql, optional } of statements) {
        // The schemas of a scratch transaction are there already.
        if (scratch.place === 'schemas' && madeBy(sql)?.type === 'schema') continue;
        await client.query('savepoint statement');
        try {
          await Refused.guard(client.query(scratch.text(sql)));
        } catch (error) {
          if (!(error instanceof Refused) || !optional || isWhole) throw error;
          await client.query('rollback to savepoint statement');
          warnings.push({ message: error.message, level: 'warning' });
        }
        await client.query('release savepoint statement');
      }
    }, true);
    return warnings;
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof Conflict)) throw error;
    return [{ message: error.message, level: 'error' }];
  }
}

/** Looks at the bodies of an object's routines. */
async function look(
  scratch: Scratch,
  one: Candidate,
  checker: string | null,
): Promise<{ by: Verdict['by']; problems: Problem[] }> {
  const texts = textsOf(one.row).map(({ sql }) => scratch.text(sql));
  const made = texts.flatMap((sql) => madeBy(sql) ?? []);
  if (!made.some((each) => each.type === 'routine')) return { by: 'created', problems: [] };
  if (checker !== null) return { by: 'plpgsql_check', problems: await check(scratch, one, texts, checker) };
  if (one.routines.length === 0) return { by: 'created', problems: [] };
  const trigger = made.find((each) => each.type === 'trigger');
  const problems: Problem[] = [];
  for (const routine of one.routines) {
    const failed = await scratch.unit(
      () => planRoutine(scratch.client, hereOf(scratch, routine), trigger?.parent ?? null),
      false,
    );
    problems.push(...failed.map(({ message, line }) => ({ message, level: 'error' as const, line })));
  }
  return { by: 'planned', problems };
}

/** A routine with the names that its pieces have in a scratch place. */
function hereOf(scratch: Scratch, routine: ConvertedRoutine): ConvertedRoutine {
  return { ...routine, pieces: routine.pieces.map((piece) => ({ ...piece, sql: scratch.text(piece.sql) })) };
}

interface Finding {
  readonly line: number | null;
  readonly level: string;
  readonly message: string;
}

/** By plpgsql_check, each function for each table that it is a trigger of; temporary tables are there while it looks. */
async function check(scratch: Scratch, one: Candidate, texts: readonly string[], checker: string): Promise<Problem[]> {
  const { client } = scratch;
  const found = await findMade(
    client,
    texts.flatMap((sql) => madeBy(sql) ?? []),
  );
  const oids = found.filter((each) => /^(function|procedure)$/.test(each.type)).map((each) => each.objid);
  return scratch.unit(async () => {
    for (const routine of one.routines) await makeItsTables(client, hereOf(scratch, routine));
    if (one.routines.length === 0) await makeWritten(scratch, texts);
    const result = await client.query<Finding>(
      `select distinct c.lineno as line, c.level, c.message from pg_proc as p join pg_language as l on l.oid = p.prolang and l.lanname = 'plpgsql'
       left join pg_trigger as t on t.tgfoid = p.oid
       cross join lateral ${checker}(funcoid => p.oid, relid => coalesce(t.tgrelid, 0), fatal_errors => false, other_warnings => true, extra_warnings => false,
         performance_warnings => false, security_warnings => false, oldtable => t.tgoldtable, newtable => t.tgnewtable) as c
       where p.oid = any($1::int8[]::oid[]) and (p.prorettype <> 'trigger'::regtype or t.oid is not null) order by 1, 2, 3`,
      [oids],
    );
    return result.rows.map(({ line, level, message }) => ({
      message,
      level: level === 'error' ? ('error' as const) : ('warning' as const),
      ...(line === null ? {} : { line }),
    }));
  }, false);
}

/** The temporary tables that a person's routine makes, as far as they can be made without running it. */
async function makeWritten({ client }: Scratch, texts: readonly string[]): Promise<void> {
  for (const [sql] of texts.join('\n').matchAll(/\bcreate\s+temp(?:orary)?\s+table\b[^;]*/gi)) {
    await client.query('savepoint temporary');
    try {
      await Refused.guard(client.query(sql));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await client.query('rollback to savepoint temporary');
    }
    await client.query('release savepoint temporary');
  }
}
