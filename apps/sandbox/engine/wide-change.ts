import type { ResultColumn, Scope, TranslatedDml, TranslationContext } from '#conversion';
import type { OutputClause, SelectItem, Span, Star } from '#tsql';
import type { DmlStatement } from './dml.ts';
import { changeOf } from './profile.ts';

/** One OUTPUT clause: which columns of a returned row are its own, and where they go. */
export interface OutputPart {
  readonly from: number;
  readonly columns: readonly ResultColumn[];
  /** Undefined: to the client. */
  readonly into?: NonNullable<TranslatedDml['outputInto']>;
}

/** The row images that triggers ask for: where each begins in a returned row. */
export interface ImagePart {
  readonly columns: readonly ResultColumn[];
  readonly inserted?: number;
  readonly deleted?: number;
  /** MERGE: where `$action` stands. */
  readonly action?: number;
}

/** A change that returns several things side by side in one row: all its OUTPUT clauses, then the images of the row. */
export interface WideChange {
  readonly dml: TranslatedDml;
  readonly outputs: readonly OutputPart[];
  readonly images?: ImagePart;
}

const identifier = (name: string, span: Span) => ({ kind: 'identifier', name, quote: 'none', span }) as const;
const star = (name: string, span: Span): Star => ({ kind: 'star', qualifier: [identifier(name, span)], span });

const clause = (items: readonly SelectItem[], span: Span): OutputClause => ({
  kind: 'output',
  items,
  intoColumns: [],
  span,
});

/** The columns that a clause of its own gives. */
function columnsOfClause(statement: DmlStatement, output: OutputClause, context: Context): TranslatedDml {
  return changeOf({ ...statement, output: [output] }, context);
}

type Context = TranslationContext & { readonly scope: Scope };

/** Translates a change with two OUTPUT clauses, or one whose rows triggers are to see (`images`). */
export function wideChange(statement: DmlStatement, context: Context, images: boolean): WideChange {
  const { span } = statement;
  const outputs: OutputPart[] = [];
  const items: SelectItem[] = [];
  let at = 0;
  for (const output of statement.output) {
    const alone = columnsOfClause(statement, output, context);
    const columns = alone.columns.slice(0, alone.columns.length - alone.assigns.length);
    outputs.push({ from: at, columns, ...(alone.outputInto ? { into: alone.outputInto } : {}) });
    items.push(...output.items);
    at += columns.length;
  }
  const part = images ? imagesOf(statement, context, at) : undefined;
  if (part !== undefined) items.push(...part.items);
  const dml = changeOf({ ...statement, output: [clause(items, span)] }, context);
  return { dml, outputs, ...(part === undefined ? {} : { images: part.images }) };
}

function imagesOf(
  statement: DmlStatement,
  context: Context,
  from: number,
): { images: ImagePart; items: readonly SelectItem[] } {
  const { span, kind } = statement;
  const only = kind === 'delete' ? 'deleted' : 'inserted';
  const alone = columnsOfClause(statement, clause([star(only, span)], span), context);
  const columns = alone.columns.slice(0, alone.columns.length - alone.assigns.length);
  const items: SelectItem[] = [];
  let at = from;
  if (kind === 'merge') {
    const action = { kind: 'column', parts: [identifier('$action', span)], span } as const;
    items.push({ kind: 'selectItem', expression: action, span });
    at += 1;
  }
  const place: { inserted?: number; deleted?: number } = {};
  for (const name of ['inserted', 'deleted'] as const) {
    if ((kind === 'insert' && name === 'deleted') || (kind === 'delete' && name === 'inserted')) continue;
    items.push(star(name, span));
    place[name] = at;
    at += columns.length;
  }
  return { images: { columns, ...place, ...(kind === 'merge' ? { action: from } : {}) }, items };
}
