import { walk, type CursorDefinition, type Identifier, type ParsedBatch, type Query } from '#tsql';
import { CursorCapture } from '../api-cursors/cursor-capture.ts';
import { CONCURRENCY, SCROLL, type Asked } from '../api-cursors/options.ts';
import { SqlError, type ResultSink } from '../session.ts';
import { ApiCursor } from './api-cursor.ts';
import { bindParameters, declarations, type CallArgument } from './call-arguments.ts';
import { StaticRows } from './cursor-rows.ts';
import { frozen, openedRows, type OpenedRows } from './cursors.ts';
import { Frame } from './frame.ts';
import { parsedBatch, requireParsed } from './parsing.ts';
import { requireRights } from './permissions.ts';
import type { CallResult } from './procedure-call.ts';
import type { Run } from './run.ts';
import { unescapeText } from './storage-text.ts';
import { encoderFor } from './storage-type.ts';
import { checkSnapshotAllowed } from './table-locks.ts';

/** A statement with its parameters, as sp_cursoropen and sp_cursorexecute have it. */
export interface CursorCall {
  readonly statement: CallArgument;
  readonly declarations: CallArgument | undefined;
  readonly values: readonly CallArgument[];
  /** Runs the statement as sp_executesql does. */
  execute(out: ResultSink): Promise<CallResult>;
}

/** What came of a call: a cursor, or the statement's own answer where it ran directly. */
export interface Opened {
  readonly cursor?: ApiCursor;
  /** Of the statement's own parameters, where it ran. */
  readonly result?: CallResult;
}

/** The query of a statement that qualifies as a cursor, with its FOR UPDATE or FOR READ ONLY; undefined for anything else. */
type Qualified = Pick<CursorDefinition, 'query' | 'readOnly' | 'forUpdate'>;

/**
 * Opens a cursor over a statement. A SELECT gets the kind that it asks for, or what the documented conversions make of it; over what a procedure selects a cursor is a
 * copy. Anything else runs directly where the client allows it (16954), else fails: 16938, and 16937 for a procedure that does more than select once.
 */
export async function openCursor(run: Run, call: CursorCall, asked: Asked): Promise<Opened> {
  const text = unescapeText(call.statement.value ?? '');
  const parsed = parsedBatch(text, run.session.options.quotedIdentifier);
  const found = qualified(run, text, parsed);
  if (found !== undefined) return { cursor: await overQuery(run, call, found, asked) };
  const [only, second] = parsed.statements.filter((one) => one.kind !== 'empty');
  const calls = only?.kind === 'execute' && second === undefined;
  if (!calls && !asked.allowsDirect)
    throw new SqlError(
      16_938,
      `${asked.procedure === 'sp_cursorprepare' ? asked.procedure : 'sp_cursoropen'}: The statement parameter can only be a batch or a stored procedure with a single select, without FOR BROWSE, COMPUTE BY, or variable assignments.`,
    );
  const capture = new CursorCapture(run.out, asked.allowsDirect);
  if (!calls) capture.goDirect();
  const result = await call.execute(capture);
  const captured = capture.captured;
  if (captured === undefined) return { result };
  const encoders = captured.columns.map(({ type }) => encoderFor(type));
  const copies = captured.rows.map((row) => row.map((value, at) => encoders[at]?.(value) ?? null));
  const columns = captured.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  const opened: OpenedRows = { kind: 'static', watched: false, rows: new StaticRows(columns, copies) };
  const definition = definitionOf(asked, { query: nothing(only), readOnly: true });
  const databaseId = run.session.catalogDatabase.id;
  return { cursor: new ApiCursor({ asked, opened, definition, frame: run.frame, databaseId }), result };
}

const nothing = (of: { readonly span: Query['span'] } | undefined): Query => {
  const span = of?.span ?? { start: 0, end: 0, line: 1, column: 1 };
  const body = { kind: 'selectSpec', distinct: false, items: [], from: [], windows: [], span } as const;
  return { kind: 'query', body, orderBy: [], options: [], span };
};

/** What the kind and the concurrency of a statement will be, and the columns it has. */
export async function preparedCursor(run: Run, call: CursorCall, asked: Asked): Promise<ApiCursor | undefined> {
  const text = unescapeText(call.statement.value ?? '');
  const found = qualified(run, text, parsedBatch(text, run.session.options.quotedIdentifier));
  return found && overQuery(run, call, found, asked);
}

async function overQuery(run: Run, call: CursorCall, found: Qualified, asked: Asked): Promise<ApiCursor> {
  const { session } = run;
  const frame = new Frame(run.frame.procedure, 0, run.frame.level + 1, run.frame);
  const declared = declarations(unescapeText(call.declarations?.value ?? ''));
  await bindParameters(run, frame, 'sp_executesql', declared, call.values);
  const inner: Run = { ...run, frame, text: unescapeText(call.statement.value ?? '') };
  await session.identity.ensure(session.link);
  await session.beginImplicit(run.out);
  await requireRights(inner, found.query);
  checkSnapshotAllowed(inner, 'u.t0');
  const definition = definitionOf(asked, found);
  const own = frozen(frame);
  const opened = await openedRows(inner, { definition, frame: own }, true);
  return new ApiCursor({ asked, opened, definition, frame: own, databaseId: session.catalogDatabase.id });
}

/** The cursor of T-SQL that is the same. One that can be changed through remembers what its rows were. */
function definitionOf(asked: Asked, found: Qualified): CursorDefinition {
  const { query } = found;
  const isCopy = asked.kind === SCROLL.static || asked.kind === SCROLL.fastForward;
  const readOnly = found.readOnly || isCopy || asked.way === CONCURRENCY.readOnly;
  const forUpdate: { forUpdate?: readonly Identifier[] } = readOnly ? {} : { forUpdate: found.forUpdate ?? [] };
  return { kind: 'cursorDefinition', options: asked.words, query, readOnly, ...forUpdate, span: query.span };
}

function qualified(run: Run, text: string, parsed: ParsedBatch): Qualified | undefined {
  if (parsed.errors.length > 0) {
    // Clauses of cursors alone: FOR UPDATE, FOR READ ONLY.
    const declared = parsedBatch(`DECLARE sbx CURSOR FOR ${text}`, run.session.options.quotedIdentifier);
    const [one, other] = declared.statements;
    if (declared.errors.length > 0 || one?.kind !== 'declareCursor' || other !== undefined) requireParsed(parsed);
    return one?.kind === 'declareCursor' ? one.definition : undefined;
  }
  const [only, second] = parsed.statements.filter((one) => one.kind !== 'empty');
  if (only?.kind !== 'select' || second !== undefined || only.query.for !== undefined) return undefined;
  let isPlain = true;
  walk(only.query.body, (node) => {
    if (node.kind === 'selectAssign' || (node.kind === 'selectSpec' && node.into !== undefined)) isPlain = false;
  });
  return isPlain ? { query: only.query, readOnly: false } : undefined;
}
