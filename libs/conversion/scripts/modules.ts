import type { CreateFunction, CreateProcedure, CreateTrigger, CreateView } from '#tsql';
import { isNew } from './create.ts';
import type { DraftModule } from './draft.ts';
import { objectOf, qualified } from './names.ts';
import { report, type Site } from './session.ts';

type CreateModule = CreateView | CreateProcedure | CreateFunction | CreateTrigger;

function typeOf(statement: CreateModule): DraftModule['type'] {
  const isClr = 'external' in statement && statement.external !== undefined;
  switch (statement.kind) {
    case 'createView':
      return 'V';
    case 'createProcedure':
      return isClr ? 'PC' : 'P';
    case 'createTrigger':
      return isClr ? 'TA' : 'TR';
    case 'createFunction':
      if (statement.returns.kind === 'returnsScalar') return isClr ? 'FS' : 'FN';
      if (isClr) return 'FT';
      return statement.returns.kind === 'returnsQuery' ? 'IF' : 'TF';
  }
}

/**
 * CREATE, ALTER and CREATE OR ALTER of a view, procedure, function or trigger: its text is kept as it stands, so that line n of it is line n of the script. ALTER of
 * what is not there makes it: scripts of a project often leave the first statement to another file. False: the table of a trigger is not there (yet).
 */
export function createModule(site: Site, statement: CreateModule): boolean {
  const { database, source, session } = site;
  const isDatabaseTrigger = statement.kind === 'createTrigger' && statement.target === undefined;
  if (isDatabaseTrigger) {
    const name = statement.name.name.name;
    database.facilities.set(`trigger ${database.fold(name)}`, {
      kind: 'database-trigger',
      name,
      detail: statement.events.join(', '),
    });
    return true;
  }
  const parent =
    statement.kind === 'createTrigger' && statement.target ? objectOf(database, statement.target) : undefined;
  if (statement.kind === 'createTrigger' && parent?.kind !== 'table' && parent?.kind !== 'module') return false;
  const written = qualified(statement.name);
  const schema = parent ? parent.schema : written.schema;
  const existing = database.objects.get(schema, written.name);
  if (statement.kind === 'createProcedure' && (statement.number ?? 1) > 1) {
    report(
      site,
      'SL1082',
      `${schema}.${written.name}`,
      `Procedure ;${statement.number} of a group has no counterpart: give it a name of its own.`,
      statement,
    );
    return true;
  }
  const body = {
    type: typeOf(statement),
    definition: textOf(statement, source.cut(statement.source)),
    ansiNulls: session.ansiNulls,
    quotedIdentifier: session.quotedIdentifier,
    begins: source.place({ ...statement.source }),
  };
  const returns =
    statement.kind === 'createFunction' && statement.returns.kind === 'returnsScalar'
      ? statement.returns.type
      : undefined;
  if (statement.mode !== 'create' && existing?.kind === 'module') {
    Object.assign(existing, body, returns ? { returns } : {});
    return true;
  }
  if (
    !isNew(
      site,
      parent ? { ...statement.name, schema: nameOf(schema, statement) } : statement.name,
      'module',
      statement,
    )
  )
    return true;
  database.add({
    kind: 'module',
    id: database.newId(),
    schema,
    name: written.name,
    place: source.place(statement.span),
    ...body,
    ...(parent?.kind === 'table' || parent?.kind === 'module' ? { parent } : {}),
    ...(returns ? { returns } : {}),
    disabled: false,
    indexes: [],
  });
  return true;
}

function nameOf(name: string, { span }: CreateModule): NonNullable<CreateModule['name']['schema']> {
  return { kind: 'identifier', span, name, quote: 'bracket' };
}

/** CLR code has no text. */
function textOf(statement: CreateModule, text: string): string | null {
  return 'external' in statement && statement.external !== undefined ? null : text;
}
