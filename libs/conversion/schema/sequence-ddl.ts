import { quoteQualified } from '#pgsql';
import type { SequenceModel } from '#schema';
import { type SchemaContext, sourceName, tell } from './schema-context.ts';
import { comment } from './table-ddl.ts';
import type { CounterTarget, Step } from './target-model.ts';
import { sqlTypeOf } from './target-scope.ts';

/** Types that sequences have here and there; those of other types, decimals among them, count in bigint. */
const TYPES: Readonly<Record<string, string>> = { tinyint: 'smallint', smallint: 'smallint', int: 'integer' };

const [LOWEST, HIGHEST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** CREATE SEQUENCE with all its options, its comment, and the counter to be set at cutover. */
export function sequenceSteps(
  context: Omit<SchemaContext, 'tables' | 'expressions'>,
  sequence: SequenceModel,
  counters: CounterTarget[],
): Step[] {
  const schema = context.schemaOf(sequence.schema);
  const object = sourceName(sequence);
  const name = context.naming.name(`relations ${schema}`, sequence.name, `sequence ${object}`);
  const qualified = quoteQualified({ schema, name });
  const bound = (value: string, what: string): string => clamped(context, { object, value, what });
  const options = [
    `INCREMENT BY ${sequence.increment}`,
    `MINVALUE ${bound(sequence.minimum, 'minimum')}`,
    `MAXVALUE ${bound(sequence.maximum, 'maximum')}`,
    `START WITH ${bound(sequence.start, 'start')}`,
    ...(sequence.cache !== null && sequence.cache > 1 ? [`CACHE ${sequence.cache}`] : []),
    ...(sequence.cycle ? ['CYCLE'] : []),
  ];
  const sql = `CREATE SEQUENCE ${qualified} AS ${TYPES[sequence.type.name] ?? 'bigint'} ${options.join(' ')}`;
  context.scope.addSequence(
    sequence.schema,
    sequence.name,
    `nextval('${qualified.replaceAll("'", "''")}'::regclass)`,
    sqlTypeOf(sequence.type),
  );
  counters.push({ object, sequence: { schema, name }, identity: null, increment: sequence.increment });
  const steps: Step[] = [{ phase: 'before', object, sql, optional: false }];
  if (sequence.comment) steps.push(comment(object, `SEQUENCE ${qualified}`, sequence.comment));
  return steps;
}

/** Sequences of decimal(38) may reach beyond what PostgreSQL counts to. */
function clamped(
  context: Pick<SchemaContext, 'issues'>,
  { object, value, what }: { readonly object: string; readonly value: string; readonly what: string },
): string {
  const number = BigInt(value);
  if (number >= LOWEST && number <= HIGHEST) return value;
  tell(context, 'SL1029', object, `The ${what} of the sequence, ${value}, is beyond bigint and was cut to it.`);
  return (number < LOWEST ? LOWEST : HIGHEST).toString();
}
