import { createHash } from 'node:crypto';
import type pg from 'pg';
import { SluiceError } from '#errors';
import { sqlState } from '../client.ts';
import type { ControlPool } from './control-pool.ts';
import { plainJson, plainText } from './plain-text.ts';

/**
 * not_converted: nothing to apply. converted, to_review: as the converter made it, the latter with issues that a person should see. edited: a person's text counts. verified: created and
 * checked in a scratch place. applied: it is in the target. failed: PostgreSQL refused it, in the target or in the scratch place, or it is in conflict with somebody's change.
 */
export type ObjectState = 'not_converted' | 'converted' | 'to_review' | 'edited' | 'verified' | 'applied' | 'failed';

export const OBJECT_STATES: readonly ObjectState[] = [
  'not_converted',
  'converted',
  'to_review',
  'edited',
  'verified',
  'applied',
  'failed',
];

/** A statement of an object. Where an optional one fails, the rest of its object is applied all the same. */
export interface ObjectStatement {
  readonly object: string;
  readonly sql: string;
  readonly optional: boolean;
}

/** An object as a conversion gives it; `state` as if it were new. */
export interface NewObject {
  readonly path: string;
  readonly kind: string;
  readonly sourceSchema: string;
  readonly sourceName: string;
  readonly targetName: string | null;
  readonly phase: string | null;
  readonly statements: readonly ObjectStatement[];
  readonly converted: string;
  readonly source: string | null;
  readonly issues: readonly NewIssueOf[];
  readonly state: ObjectState;
  readonly hash: string;
}

interface NewIssueOf {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
}

/** A person's text of an object, with its hash; null: the converted text counts. */
export type Edit = { readonly text: string; readonly hash: string } | null;

/** What a check in a scratch place found. `by`: what looked at the bodies of routines; `created` where there is none. */
export interface Verdict {
  readonly ok: boolean;
  readonly by: 'plpgsql_check' | 'planned' | 'created';
  readonly problems: readonly {
    readonly message: string;
    readonly level: 'error' | 'warning';
    readonly line?: number;
  }[];
}

/** A row of the workspace with its texts. */
export interface WorkspaceRow extends Omit<NewObject, 'state'> {
  readonly ordinal: number;
  readonly edited: string | null;
  readonly state: ObjectState;
  readonly verdict: Verdict | null;
  readonly error: string | null;
  readonly appliedHash: string | null;
  /** The source has it no more. */
  readonly gone: boolean;
}

/** One line of the list. */
export interface WorkspaceEntry extends Pick<
  WorkspaceRow,
  'path' | 'kind' | 'sourceSchema' | 'sourceName' | 'targetName' | 'phase' | 'state' | 'verdict' | 'error' | 'gone'
> {
  /** Codes of its issues, each once. */
  readonly codes: readonly string[];
  readonly isEdited: boolean;
}

/** What to list; what is left out does not narrow. `name`: a pattern of `schema.name` in the source with `*` and `?`, without case. */
export interface WorkspaceFilter {
  readonly kind?: string;
  readonly state?: ObjectState;
  readonly code?: string;
  readonly name?: string;
}

export interface ObjectEvent {
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly state: ObjectState;
  readonly facts: Readonly<Record<string, unknown>>;
}

const COLUMNS = `path, kind, source_schema as "sourceSchema", source_name as "sourceName", target_name as "targetName", phase, statements, converted, source, issues, state, hash,
  ordinal, edited, verdict, error, applied_hash as "appliedHash", gone`;

/** Rows that go to the server in one statement. */
const BATCH = 500;

/** The conversion workspace of a job: every object with its texts, state, issues, verdict and history. */
export class Workspace {
  constructor(
    private readonly pool: ControlPool,
    private readonly job: string,
  ) {}

  /**
   * Takes a conversion in: what is new or has another text begins anew, what is as it was keeps its state. `edits` by path; left out, edits stay as they are. An object that the conversion
   * has no more is marked `gone` where it was applied, else forgotten. One transaction.
   */
  async save(objects: readonly NewObject[], edits: ReadonlyMap<string, Edit> | null, who: string): Promise<void> {
    await this.transaction(async (client) => {
      await client.query(`select 1 from sluice.jobs where job = $1 for update`, [this.job]);
      const rows = mergeObjects(await this.rows(client), objects, edits);
      for (let at = 0; at < rows.length; at += BATCH) await this.put(client, rows.slice(at, at + BATCH), who);
      await client.query(`update sluice.objects set gone = true where job = $1 and not (path = any($2))`, [
        this.job,
        objects.map((one) => one.path),
      ]);
      await client.query(`delete from sluice.objects where job = $1 and gone and applied_hash is null`, [this.job]);
    });
  }

  private async put(client: pg.PoolClient, rows: readonly MergedRow[], who: string): Promise<void> {
    const changed = rows.filter((row) => row.change !== null);
    await client.query(
      `insert into sluice.objects as o (job, path, ordinal, phase, kind, source_schema, source_name, target_name, source, source_hash, statements, converted, edited, hash, state, issues)
       select $1, r.* from jsonb_to_recordset($2::jsonb) as r(path text, ordinal integer, phase text, kind text, source_schema text, source_name text, target_name text, source text,
         source_hash text, statements jsonb, converted text, edited text, hash text, state text, issues jsonb)
       on conflict (job, path) do update set ordinal = excluded.ordinal, phase = excluded.phase, kind = excluded.kind, source_schema = excluded.source_schema,
         source_name = excluded.source_name, target_name = excluded.target_name, source = excluded.source, source_hash = excluded.source_hash, statements = excluded.statements,
         converted = excluded.converted, edited = excluded.edited, hash = excluded.hash, state = excluded.state, issues = excluded.issues, gone = false,
         verdict = case when o.hash = excluded.hash then o.verdict end, error = case when o.hash = excluded.hash then o.error end, updated_at = now()`,
      [this.job, plainJson(rows.map(recordOf))],
    );
    await client.query(
      `insert into sluice.object_history (job, path, who, what, state)
       select $1, p, $2, w, s from unnest($3::text[], $4::text[], $5::text[]) as x(p, w, s)`,
      [
        this.job,
        who,
        changed.map((row) => row.path),
        changed.map((row) => row.change),
        changed.map((row) => row.state),
      ],
    );
  }

  /** Whether the target has a workspace at all; it may be another job's. */
  async exists(): Promise<boolean> {
    const found = await this.pool.query<{ found: string | null }>(`select to_regclass('sluice.owned')::text as found`);
    return found.rows[0]?.found != null;
  }

  /** Every row with its texts, in the order in which objects are applied within their phase. */
  async readAll(): Promise<WorkspaceRow[]> {
    const client = await this.pool.connect();
    try {
      return await this.rows(client);
    } finally {
      client.release();
    }
  }

  private async rows(client: pg.PoolClient): Promise<WorkspaceRow[]> {
    const found = await client.query<WorkspaceRow>(
      `select ${COLUMNS} from sluice.objects where job = $1 order by ordinal, path`,
      [this.job],
    );
    return found.rows;
  }

  /** Paths of a phase that the pipeline has still to apply: what failed and may be left out is not tried again of itself. */
  async pending(phase: string): Promise<string[]> {
    const result = await this.pool.query<{ path: string }>(
      `select path from sluice.objects where job = $1 and phase = $2 and not gone
       and (state not in ('applied', 'failed') or state = 'failed' and exists (select 1 from jsonb_array_elements(statements) as s where not (s->>'optional')::boolean))
       order by ordinal`,
      [this.job, phase],
    );
    return result.rows.map((row) => row.path);
  }

  async countApplied(phase: string): Promise<number> {
    const result = await this.pool.query<{ count: string }>(
      `select count(*) from sluice.objects where job = $1 and phase = $2 and state = 'applied'`,
      [this.job, phase],
    );
    return Number(result.rows[0]?.count ?? 0);
  }

  /** The tables are there already and stay somebody's (load.prepare: truncate): what would make them is left out, what else is said of them is applied. */
  async adoptTables(): Promise<void> {
    await this.pool.query(
      `update sluice.objects set updated_at = now(), statements = coalesce(
         (select jsonb_agg(s order by n) from jsonb_array_elements(statements) with ordinality as x(s, n) where s->>'sql' not like 'CREATE TABLE%'), '[]')
       where job = $1 and phase = 'before' and kind = 'table' and state <> 'applied'`,
      [this.job],
    );
  }

  /** A line for each object that the filter lets through, in order. Without texts: a database may have 20,000. */
  async list(filter: WorkspaceFilter = {}): Promise<WorkspaceEntry[]> {
    const result = await this.pool.query<WorkspaceEntry>(
      `select path, kind, source_schema as "sourceSchema", source_name as "sourceName", target_name as "targetName", phase, state, verdict, error, gone, edited is not null as "isEdited",
         array(select distinct i->>'code' from jsonb_array_elements(issues) as i order by 1) as codes
       from sluice.objects where job = $1 and ($2::text is null or kind = $2) and ($3::text is null or state = $3)
         and ($4::text is null or jsonb_path_exists(issues, '$[*] ? (@.code == $c)', jsonb_build_object('c', $4::text)))
         and ($5::text is null or concat_ws('.', nullif(source_schema, ''), source_name) ilike $5)
       order by array_position(array['before', 'after', 'cutover', 'code'], phase), ordinal, path`,
      [
        this.job,
        filter.kind ?? null,
        filter.state ?? null,
        filter.code ?? null,
        filter.name === undefined ? null : likeOf(filter.name),
      ],
    );
    return result.rows;
  }

  /** One object with its texts and its history, the oldest first; null: there is none of that path. */
  async read(path: string): Promise<{ object: WorkspaceRow; history: readonly ObjectEvent[] } | null> {
    const found = await this.pool.query<WorkspaceRow>(
      `select ${COLUMNS} from sluice.objects where job = $1 and path = $2`,
      [this.job, path],
    );
    const object = found.rows[0];
    if (!object) return null;
    const history = await this.pool.query<ObjectEvent>(
      `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, who, what, state, facts from sluice.object_history where job = $1 and path = $2 order by id`,
      [this.job, path],
    );
    return { object, history: history.rows };
  }

  /** What did not apply, whole or in part, with PostgreSQL's words. */
  async failures(): Promise<{ phase: string; object: string; error: string }[]> {
    const result = await this.pool.query<{ phase: string; object: string; error: string }>(
      `select phase, concat_ws('.', nullif(source_schema, ''), source_name) as object, error from sluice.objects
       where job = $1 and error is not null order by array_position(array['before', 'after', 'cutover', 'code'], phase), ordinal`,
      [this.job],
    );
    return result.rows;
  }

  /** Keeps what a verification found; an object that is applied stays so. A text that has changed meanwhile gets none. */
  async saveVerdicts(
    verdicts: readonly { readonly path: string; readonly hash: string; readonly verdict: Verdict }[],
    who: string,
  ): Promise<void> {
    await this.transaction(async (client) => {
      await client.query(
        `with judged as (
           update sluice.objects as o set verdict = v.verdict, updated_at = now(),
             error = case when o.state = 'applied' then o.error when (v.verdict->>'ok')::boolean then null else v.verdict->'problems'->0->>'message' end,
             state = case when o.state = 'applied' then o.state when not (v.verdict->>'ok')::boolean then 'failed' when o.state = 'to_review' then o.state else 'verified' end
           from jsonb_to_recordset($2::jsonb) as v(path text, hash text, verdict jsonb)
           where o.job = $1 and o.path = v.path and o.hash = v.hash returning o.path, o.state, v.verdict)
         insert into sluice.object_history (job, path, who, what, state, facts)
         select $1, path, $3, case when (verdict->>'ok')::boolean then 'verified' else 'refused by verification' end, state, verdict from judged`,
        [this.job, plainJson(verdicts), who],
      );
    });
  }

  /** The row of an object, kept from others until the caller's transaction ends. */
  async lock(client: pg.ClientBase, path: string): Promise<WorkspaceRow | null> {
    const found = await client.query<WorkspaceRow>({
      name: 'sluice lock',
      text: `select ${COLUMNS} from sluice.objects where job = $1 and path = $2 for update`,
      values: [this.job, path],
    });
    return found.rows[0] ?? null;
  }

  /** In the caller's transaction, that of the statements themselves: the object is in the target. `warning`: what of it is not. */
  async setApplied(
    client: pg.ClientBase,
    path: string,
    event: { readonly what: string; readonly who: string; readonly warning: string | null },
  ): Promise<void> {
    await client.query({
      name: 'sluice applied',
      text: `with done as (
         update sluice.objects set state = 'applied', applied_hash = hash, applied_at = clock_timestamp(), error = $4, updated_at = now() where job = $1 and path = $2 returning 1)
       insert into sluice.object_history (job, path, who, what, state, facts)
       select $1, $2, $3, $5, 'applied', case when $4::text is null then '{}' else jsonb_build_object('warning', $4::text) end from done`,
      values: [this.job, path, event.who, event.warning === null ? null : plainText(event.warning), event.what],
    });
  }

  /** The statements were not applied. What is applied with the same text stays so: its conflict is told, no more. */
  async setFailed(path: string, hash: string, error: string, who: string): Promise<void> {
    await this.pool.query(
      `with done as (
         update sluice.objects set state = 'failed', error = $4, updated_at = now()
         where job = $1 and path = $2 and hash = $3 and not (state = 'applied' and applied_hash = hash) returning 1)
       insert into sluice.object_history (job, path, who, what, state, facts)
       select $1, $2, $5, 'not applied', 'failed', jsonb_build_object('error', $4::text) from done`,
      [this.job, path, hash, plainText(error), who],
    );
  }

  /** In the caller's transaction, that of the DROPs: these are not in the target any more, nor are the rights that were granted on them. */
  async setDropped(client: pg.ClientBase, paths: readonly string[], what: string, who: string): Promise<void> {
    await client.query({
      name: 'sluice dropped',
      text: `with dropped as (
         select unnest($2::text[]) as path union select path from sluice.objects where job = $1 and kind = 'rights' and applied_hash is not null),
       done as (
         update sluice.objects as o set applied_hash = null, applied_at = null, error = null, updated_at = now(), state = case when edited is not null then 'edited'
           when exists (select 1 from jsonb_array_elements(issues) as i where i->>'severity' <> 'info') then 'to_review' else 'converted' end
         from dropped as d where o.job = $1 and o.path = d.path returning o.path, o.state)
       insert into sluice.object_history (job, path, who, what, state) select $1, path, $3, $4, state from done`,
      values: [this.job, paths, who, what],
    });
    await client.query({
      name: 'sluice forget gone',
      text: `delete from sluice.objects where job = $1 and path = any($2) and gone`,
      values: [this.job, paths],
    });
  }

  private async transaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('begin');
      await work(client);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      if (error instanceof SluiceError || sqlState(error) === '') throw error;
      throw new SluiceError(
        'TargetStatementFailed',
        `the control schema: ${(error as Error).message}`,
        { sqlState: sqlState(error) },
        { cause: error },
      );
    } finally {
      client.release();
    }
  }
}

/** A row after a conversion was taken in; `change`: what the history says of it, null for nothing. */
export interface MergedRow extends WorkspaceRow {
  readonly change: string | null;
}

/** What the rows are once a conversion is taken in: see {@link Workspace.save}. Rows that the conversion has no more are left out. */
export function mergeObjects(
  rows: readonly WorkspaceRow[],
  objects: readonly NewObject[],
  edits: ReadonlyMap<string, Edit> | null,
): MergedRow[] {
  const known = new Map(rows.map((row) => [row.path, row]));
  return objects.map((object, ordinal) => {
    const old = known.get(object.path);
    const kept = old?.edited == null ? null : { text: old.edited, hash: old.hash };
    const edit = edits === null ? kept : (edits.get(object.path) ?? null);
    const hash = edit?.hash ?? object.hash;
    const base = { ...object, ordinal, edited: edit?.text ?? null, hash, gone: false };
    const begun = edit ? 'edited' : object.state;
    if (!old) return { ...base, ...FRESH, state: begun, change: begun === 'edited' ? 'edited' : 'converted' };
    const isSame = old.hash === hash && !old.gone;
    const { verdict, error, appliedHash } = old;
    if (!isSame) return { ...base, ...FRESH, appliedHash, state: begun, change: edit ? 'edited' : 'converted anew' };
    // What was accepted or is an issue now may change what a text is, but not what was done with it.
    const isDone = ['verified', 'applied', 'failed'].includes(old.state);
    return { ...base, verdict, error, appliedHash, state: isDone ? old.state : begun, change: null };
  });
}

const FRESH = { verdict: null, error: null, appliedHash: null };

function recordOf(row: MergedRow): object {
  return {
    path: row.path,
    ordinal: row.ordinal,
    phase: row.phase,
    kind: row.kind,
    source_schema: row.sourceSchema,
    source_name: row.sourceName,
    target_name: row.targetName,
    source: row.source,
    source_hash: createHash('sha256')
      .update(row.source ?? '')
      .digest('hex'),
    statements: row.statements,
    converted: row.converted,
    edited: row.edited,
    hash: row.hash,
    state: row.state,
    issues: row.issues,
  };
}

/** `*` and `?` as LIKE has them. */
function likeOf(pattern: string): string {
  return pattern
    .replaceAll(/[\\%_]/g, String.raw`\$&`)
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}
