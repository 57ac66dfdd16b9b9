import type { Expression, Option } from '#tsql';
import type { Settings } from '../../catalog/index.ts';

/** Options whose value catalog views tell. */
const TOLD =
  /^(?:DATA_COMPRESSION|XML_COMPRESSION|OPTIMIZE_FOR_SEQUENTIAL_KEY|COMPRESSION_DELAY|STATISTICS_INCREMENTAL|INCREMENTAL|AUTO_DROP|PERSIST_SAMPLE_PERCENT|RECOMPILE|INLINE|RETURNS NULL ON NULL INPUT)$/;

function wordOf(value: Expression | undefined): string {
  if (value?.kind === 'keyword') return value.name.toUpperCase();
  if (value?.kind === 'column') return (value.parts.at(-1)?.name ?? '').toUpperCase();
  // An option without a value is one that is on.
  return value?.kind === 'literal' ? value.value.toUpperCase() : 'ON';
}

const numberOf = (expression: Expression): number => (expression.kind === 'literal' ? Number(expression.value) : 0);

/** What catalog views tell of the options of an index, a table, statistics or a module; undefined where they tell nothing. `partition`: the one that is rebuilt. */
export function settingsOf(options: readonly Option[], partition?: number): Settings | undefined {
  const settings: Record<string, string> = {};
  for (const option of options) {
    if (!TOLD.test(option.name)) continue;
    const word = wordOf(option.value);
    const numbers = partitionsOf(option) ?? (partition === undefined ? [] : [partition]);
    if (numbers.length === 0) settings[option.name] = word;
    for (const number of numbers) settings[`${option.name} ${number}`] = word;
  }
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** ON PARTITIONS (1, 3 TO 5). */
function partitionsOf({ partitions }: Option): readonly number[] | undefined {
  return partitions?.flatMap(({ from, to }) => {
    const first = numberOf(from);
    const count = Math.max(1, (to === undefined ? first : numberOf(to)) - first + 1);
    return Array.from({ length: count }, (_, at) => first + at);
  });
}
