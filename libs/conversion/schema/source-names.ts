import type { DatabaseModel } from '#schema';

/** What a script of the database might make, by name: behind CREATE or INTO, or anywhere in a text that may be run. */
const MAKES =
  /\b(?:create\s+(?:or\s+alter\s+)?(?:table|view|synonym|proc(?:edure)?|function)|(?<!(?:insert|merge)\s+)into)\s+([\w[\].$" ]+)/gi;
/** Views and functions of the server that every database has without a schema before them. */
const SERVERS_OWN = /^(sys|spt_|fn_|dm_|cdc|generate_series)/;
const TEXT = /'(?:[^']|'')*'/g;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/gu;

/** The names of a database, and those that something in it could make while it runs. */
export class SourceNames {
  private readonly there = new Set<string>();
  private made: ReadonlySet<string> | undefined;
  private madeProcedures: ReadonlySet<string> | undefined;

  constructor(private readonly database: DatabaseModel) {
    const { tables, modules, sequences, aliasTypes, tableTypes = [], synonyms = [] } = database;
    for (const one of [...tables, ...modules, ...sequences, ...aliasTypes, ...tableTypes, ...synonyms])
      this.there.add(one.name.trimEnd().toLowerCase());
  }

  /** Whether there is nothing of that name, in any schema, and nothing that could make it: who names it fails in the source too. */
  isNowhere(name: string): boolean {
    this.made ??= this.words((text) => [...(text.match(TEXT) ?? []), ...behindMakes(text)]);
    return this.isMissing(name, this.made);
  }

  /** The same of a procedure, which few make by other procedures. */
  hasNoProcedure(name: string): boolean {
    this.madeProcedures ??= this.words((text) => [
      ...(text.match(TEXT) ?? []).filter((one) => /create|alter/i.test(one)),
      ...behindMakes(text),
    ]);
    return this.isMissing(name, this.madeProcedures);
  }

  private isMissing(name: string, made: ReadonlySet<string>): boolean {
    const key = name.trimEnd().toLowerCase();
    if (this.there.has(key) || SERVERS_OWN.test(key)) return false;
    return !(key.match(WORD) ?? [key]).some((word) => made.has(word));
  }

  private words(texts: (definition: string) => readonly string[]): ReadonlySet<string> {
    return new Set(
      this.database.modules.flatMap(({ definition }) =>
        texts(definition ?? '').flatMap((text) => text.toLowerCase().match(WORD) ?? []),
      ),
    );
  }
}

const behindMakes = (definition: string): readonly string[] =>
  [...definition.matchAll(MAKES)].map((one) => one[1] ?? '');
