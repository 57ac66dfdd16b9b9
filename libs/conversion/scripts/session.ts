import { type Issue, issue, type IssueCode } from '../schema/issue.ts';
import { DraftDatabase } from './draft.ts';
import type { Expression, Node, Span } from '#tsql';
import type { Place, Source } from './place.ts';

/** A statement that waits for what it names; at the end it is tried again. */
export interface Deferred {
  readonly run: () => boolean;
  /** What to say where it never comes. */
  readonly otherwise: () => void;
}

/** What the scripts leave alone, counted by what it is: one issue tells of all. */
interface Noted {
  count: number;
  readonly issue: Issue;
}

/** Where the reading stands: the databases built so far, the one in use, and what was found on the way. */
export class Session {
  readonly databases = new Map<string, DraftDatabase>();
  readonly issues: Issue[] = [];
  readonly deferred: Deferred[] = [];
  private readonly noted = new Map<string, Noted>();
  current: DraftDatabase;
  ansiNulls = true;
  quotedIdentifier = true;
  /** SET NOEXEC ON. */
  skipping = false;

  constructor(
    readonly initial: string,
    readonly collation: string,
  ) {
    this.current = this.database(initial);
  }

  /** The database of that name; made where it is not there: scripts may leave CREATE DATABASE to others. */
  database(name: string): DraftDatabase {
    const key = name.toLowerCase();
    const found = this.databases.get(key);
    if (found) return found;
    const made = new DraftDatabase(name, this.collation);
    this.databases.set(key, made);
    return made;
  }

  /** DROP DATABASE; the one in use stays, as on a server. */
  drop(name: string): void {
    const found = this.databases.get(name.toLowerCase());
    if (found && found !== this.current) this.databases.delete(name.toLowerCase());
  }

  /** Counts something that is left alone; the first of its kind in a file is shown. */
  note(code: IssueCode, what: string, object: string, source: Source, span: Span): void {
    const key = `${code} ${what} ${source.file} ${object}`;
    const found = this.noted.get(key);
    if (found) found.count += 1;
    else this.noted.set(key, { count: 1, issue: source.issue(code, object, what, span) });
  }

  /** All issues, with those that were counted. */
  allIssues(): Issue[] {
    const counted = [...this.noted.values()].map(({ count, issue: one }) => ({
      ...one,
      message: count === 1 ? one.message : `${one.message.replace(/\.$/, '')} (${count} in this file).`,
    }));
    return [...missingOnce(this.issues), ...counted];
  }
}

/** How many places are named of an object that scripts miss. */
const PLACES = 5;

/** What scripts name and do not have is told once, at its first place, with the others. */
function missingOnce(issues: readonly Issue[]): Issue[] {
  const missing = Map.groupBy(
    issues.filter((one) => one.code === 'SL1082'),
    (one) => one.object.toLowerCase(),
  );
  return issues.flatMap((one) => {
    if (one.code !== 'SL1082') return [one];
    const [first, ...others] = missing.get(one.object.toLowerCase()) ?? [];
    if (one !== first) return [];
    if (others.length === 0) return [one];
    const places = others
      .slice(0, PLACES)
      .map(({ file, line }) => (file === one.file ? `line ${line}` : `${file}:${line}`));
    const more = others.length > PLACES ? ` and ${others.length - PLACES} more` : '';
    return [{ ...one, message: `${one.message} So at ${places.join(', ')}${more}.` }];
  });
}

/** A statement's surroundings. */
export interface Site {
  readonly session: Session;
  readonly database: DraftDatabase;
  readonly source: Source;
}

/** Something is wrong with a statement: it is an issue and the scripts go on. */
export function report(site: Site, code: IssueCode, object: string, message: string, node: Pick<Node, 'span'>): void {
  site.session.issues.push(site.source.issue(code, object, message, node.span));
}

/** An issue about a place that was read before. */
export function reportAt(session: Session, code: IssueCode, object: string, message: string, place: Place): void {
  const { file, line, column } = place;
  session.issues.push({ ...issue(code, object, message, { line, column }), file });
}

/** Does something that needs an object: now, or at the end when all scripts are read. `work` tells whether it could. */
export function whenReady(site: Site, work: () => boolean, otherwise: () => void): void {
  if (!work()) site.session.deferred.push({ run: work, otherwise });
}

/** A whole number written as a constant, with its sign; undefined where it is none. */
export function wholeNumber(expression: Expression | null | undefined): bigint | undefined {
  if (expression?.kind === 'unary' && (expression.op === '-' || expression.op === '+')) {
    const value = wholeNumber(expression.operand);
    return value === undefined || expression.op === '+' ? value : -value;
  }
  if (expression?.kind === 'literal' && /^\d+(\.0*)?$/.test(expression.value))
    return BigInt(expression.value.replace(/\..*/, ''));
  return undefined;
}
