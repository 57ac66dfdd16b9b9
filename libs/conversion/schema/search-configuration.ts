/** PostgreSQL's own configurations by LCID; the neutral language, and any other, is `simple`. */
const CONFIGURATIONS: ReadonlyMap<number, string> = new Map([
  [1025, 'arabic'],
  [1027, 'catalan'],
  [1030, 'danish'],
  [1031, 'german'],
  [1032, 'greek'],
  [1033, 'english'],
  [1035, 'finnish'],
  [1036, 'french'],
  [1038, 'hungarian'],
  [1040, 'italian'],
  [1043, 'dutch'],
  [1044, 'norwegian'],
  [1046, 'portuguese'],
  [1048, 'romanian'],
  [1049, 'russian'],
  [1053, 'swedish'],
  [1055, 'turkish'],
  [1081, 'hindi'],
  [1067, 'armenian'],
  [1069, 'basque'],
  [1063, 'lithuanian'],
  [2057, 'english'],
  [2070, 'portuguese'],
  [3082, 'spanish'],
]);

/** The text search configuration of a language. */
export const searchConfiguration = (language: number): string => CONFIGURATIONS.get(language) ?? 'simple';
