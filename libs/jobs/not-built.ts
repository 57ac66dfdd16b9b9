/** A key of the job file that no app acts on: the values that mean what happens anyhow, and what happens. */
export interface NotBuilt {
  readonly allowed: readonly unknown[];
  readonly instead: string;
}

/**
 * Keys that are part of the job file and not built yet. Any other value is refused: a mask or a filter that is passed over in silence moves what must not move.
 * `[]` stands for every entry of a list, `<name>` for every name.
 */
export const NOT_BUILT: Readonly<Record<string, NotBuilt>> = {
  'source.kind': { allowed: ['sqlserver'], instead: 'only SQL Server can be read' },
  'tables[].where': { allowed: [], instead: 'every row moves' },
  'tables[].columns.<name>.mask': { allowed: [], instead: 'values move as they are; `exclude` keeps a column out' },
  mode: { allowed: ['load-and-changes'], instead: 'a job always loads and follows' },
  'start.position': { allowed: [''], instead: 'a job always loads and follows' },
  'stop.position': { allowed: [''], instead: 'a job follows until it is stopped' },
  'stop.time': { allowed: [''], instead: 'a job follows until it is stopped' },
  'load.order': { allowed: ['largest-first', 'name'], instead: 'the largest tables come first, or all by name' },
  'apply.mode': { allowed: ['table'], instead: 'tables are applied one by one, in parallel' },
  'validate.continuous': { allowed: [false], instead: '`sluice validate` compares when it is called' },
  'cutover.reverse': { allowed: [false], instead: 'there is no stream back' },
};

/** What of a checked job file is not built, one sentence a place; empty where everything is. */
export function notBuilt(file: unknown): string[] {
  return Object.entries(NOT_BUILT).flatMap(([path, { allowed, instead }]) =>
    [...placesOf(file, path.split('.'), '')]
      .filter(({ value }) => value !== undefined && !allowed.includes(value))
      .map(({ place }) => `${place} is not built yet (${instead})`),
  );
}

function* placesOf(
  value: unknown,
  keys: readonly string[],
  place: string,
): Generator<{ place: string; value: unknown }> {
  const [key = '', ...rest] = keys;
  if (keys.length === 0) yield { place, value };
  else if (value === null || typeof value !== 'object') return;
  else if (key === '<name>') {
    for (const [name, inner] of Object.entries(value)) yield* placesOf(inner, rest, `${place}.${name}`);
  } else if (key.endsWith('[]')) {
    const list = (value as Readonly<Record<string, unknown>>)[key.slice(0, -2)];
    for (const [index, inner] of (Array.isArray(list) ? list : []).entries())
      yield* placesOf(inner, rest, `${key.slice(0, -2)}.${index}`);
  } else {
    yield* placesOf((value as Readonly<Record<string, unknown>>)[key], rest, place === '' ? key : `${place}.${key}`);
  }
}
