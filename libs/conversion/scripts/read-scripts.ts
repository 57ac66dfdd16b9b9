import { SluiceError } from '#errors';
import type { DatabaseModel } from '#schema';
import { parseBatches } from '#tsql';
import { type Issue, issue } from '../schema/issue.ts';
import type { DraftDatabase } from './draft.ts';
import { finishDatabase } from './finish.ts';
import { Interpreter } from './interpreter.ts';
import { type Place, Source } from './place.ts';
import { Placeholders } from './placeholders.ts';
import { Session } from './session.ts';
import { type Include, type ScriptFile, SqlcmdReader } from './sqlcmd.ts';

/** How scripts are to be read. */
export interface ScriptOptions {
  /** The database in use before the first USE. */
  readonly database: string;
  /** Which of the databases that the scripts build is meant; undefined: the only one. */
  readonly chosen?: string;
  /** Of the database, unless CREATE DATABASE says another. */
  readonly collation?: string;
  /** SQLCMD variables that are set from outside. */
  readonly variables?: ReadonlyMap<string, string>;
  /** Texts that an installer replaces before it runs the scripts, in any case, and what stands for them. */
  readonly replacements?: ReadonlyMap<string, string>;
  readonly include?: Include;
}

/** What scripts build. */
export interface ScriptReading {
  readonly database: DatabaseModel;
  /** What was found on the way, in the order of the scripts. */
  readonly issues: readonly Issue[];
  /** Of objects, as issues name them: where their text begins. */
  readonly places: ReadonlyMap<string, Place>;
}

const SYSTEM = new Set(['master', 'msdb', 'tempdb', 'model']);
/** What a new server has unless somebody says otherwise. */
const COLLATION = 'SQL_Latin1_General_CP1_CI_AS';

/**
 * Reads scripts in their order as a client would run them, and gives the model of the database that they build: the same that the catalog gives after they have run.
 * What is not understood is an issue with its place; nothing is thrown for it.
 * @throws SluiceError UsageInvalid where the scripts build more than one database and none is chosen, or none at all
 */
export function readScripts(files: Iterable<ScriptFile>, options: ScriptOptions): ScriptReading {
  const session = new Session(options.database, options.collation ?? COLLATION);
  const interpreter = new Interpreter(session);
  const given = [...(options.variables ?? [])].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const variables = new Map([...ofProjects(options.database), ...given]);
  const placeholders = new Placeholders(options.replacements ?? new Map(), variables, session.issues);
  const include: Include = (path, from) => {
    const found = options.include?.(path, from);
    return found && placeholders.filled(found);
  };
  const sqlcmd = new SqlcmdReader(variables, include, session.issues);
  for (const raw of files) {
    const file = placeholders.filled(raw);
    const before = session.issues.length;
    for (const piece of sqlcmd.pieces(file)) {
      const source = new Source(piece.path, piece.text);
      const hidden = [...source.text.matchAll(ENCRYPTED)];
      for (const batch of parseBatches(piece.text, { quotedIdentifier: session.quotedIdentifier })) {
        while ((hidden[0]?.index ?? Number.POSITIVE_INFINITY) < batch.span.start)
          encrypted(session, source, hidden.shift());
        interpreter.batch(batch, source);
      }
      for (const one of hidden) encrypted(session, source, one);
    }
    if (session.issues.slice(before).some((one) => one.code === 'SL1080')) placeholders.leftIn(file);
  }
  settle(session);
  const draft = choose(session, options);
  const database = finishDatabase(session, draft);
  return { database, issues: [...session.allIssues(), ...rowIssues(draft)], places: placesOf(draft) };
}

/** The variables that database projects of Visual Studio have without setting them. */
function ofProjects(database: string): [string, string][] {
  return [
    ['databasename', database],
    ['defaultfileprefix', database],
    ['defaultdatapath', ''],
    ['defaultlogpath', ''],
  ];
}

/** What had to wait is tried again, as long as that helps; then it has its issue. */
function settle(session: Session): void {
  let waiting = session.deferred.splice(0);
  for (let before = -1; waiting.length > 0 && waiting.length !== before;) {
    before = waiting.length;
    waiting = waiting.filter((one) => !one.run());
    waiting.push(...session.deferred.splice(0));
  }
  for (const one of waiting) one.otherwise();
}

function choose(session: Session, options: ScriptOptions): DraftDatabase {
  const built = [...session.databases.values()].filter((one) => !one.isEmpty);
  if (options.chosen !== undefined) {
    const wanted = options.chosen.toLowerCase();
    const found = built.find((one) => one.name.toLowerCase() === wanted);
    if (found) return found;
    const names = built.map((one) => one.name).join(', ') || 'none';
    throw new SluiceError('UsageInvalid', `The scripts build no database ${options.chosen}; they build: ${names}.`);
  }
  const own = built.filter((one) => !SYSTEM.has(one.name.toLowerCase()));
  const meant = own.length > 0 ? own : built;
  const [only, ...others] = meant;
  if (!only) return session.database(options.database);
  if (others.length === 0) return only;
  const names = meant.map((one) => one.name).join(', ');
  throw new SluiceError(
    'UsageInvalid',
    `The scripts build several databases: ${names}. Choose one with --database NAME.`,
  );
}

function rowIssues(draft: DraftDatabase): Issue[] {
  return [...draft.rows.values()].map(({ table, count, first, excerpt }) => {
    const { file, line, column } = first;
    const message = `${count} ${count === 1 ? 'statement that changes' : 'statements that change'} rows of ${table} ${count === 1 ? 'was' : 'were'} not run.`;
    return { ...issue('SL1083', table, message, { line, column, excerpt }), file };
  });
}

function placesOf(draft: DraftDatabase): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const object of draft.objects.values())
    places.set(`${object.schema}.${object.name}`, object.kind === 'module' ? object.begins : object.place);
  for (const [name, place] of draft.facilityPlaces) places.set(name, place);
  return places;
}

const ENCRYPTED = /Object:\s+(\w+)\s+\[((?:[^\]]|\]\])+)\]\.\[((?:[^\]]|\]\])+)\][^\n]*\n\s*--[^\n]*encrypted/gi;
const KINDS: Readonly<Record<string, 'V' | 'P' | 'FN' | 'TR'>> = {
  view: 'V',
  storedprocedure: 'P',
  userdefinedfunction: 'FN',
  trigger: 'TR',
};

/** Where SSMS may not show the text of a module it says so in a comment: the module is there, its text is not. */
function encrypted(session: Session, source: Source, match: RegExpExecArray | undefined): void {
  const [, kind = '', schema = '', name = ''] = match ?? [];
  const type = KINDS[kind.toLowerCase()];
  const database = session.current;
  if (!match || !type || database.objects.get(schema, name)) return;
  const line = source.text.slice(0, match.index).split('\n').length;
  const place = { file: source.file, line, column: 1 };
  database.add({
    kind: 'module',
    id: database.newId(),
    schema,
    name,
    place,
    type,
    definition: null,
    ansiNulls: true,
    quotedIdentifier: true,
    begins: place,
    disabled: false,
    indexes: [],
  });
}

/** Issues of a conversion with the file and line of the script that they are about, where that is known. */
export function placedIssues(issues: readonly Issue[], reading: ScriptReading): Issue[] {
  return issues.map((one) => {
    if (one.file !== undefined) return one;
    const [schema = '', name = ''] = one.object.split('.');
    const place = reading.places.get(one.object) ?? reading.places.get(`${schema}.${name}`);
    if (!place) return one;
    return { ...one, file: place.file, line: one.line + place.line - 1 };
  });
}
