import type {
  AlterSchema,
  CreateAliasType,
  CreateSchema,
  CreateSynonym,
  CreateTableType,
  Expression,
  Sequence,
} from '#tsql';
import { typeOf } from '../profile.ts';
import type { CatalogObject, SequenceModel } from '../../catalog/index.ts';
import { SqlError, type TdsType } from '../../session.ts';
import { namePartsOf } from '../names.ts';
import { contextOf, type Run } from '../run.ts';
import { runOne } from '../statements.ts';
import { sourceOf } from './create-table.ts';
import { dotted, objectOf } from './objects-of.ts';
import { tableDefinition, wholeNumber } from './table-model.ts';

/** CREATE SCHEMA and the elements within it. */
export async function createSchema(run: Run, statement: CreateSchema): Promise<void> {
  const name = statement.name?.name ?? statement.authorization?.name ?? '';
  await run.session.ddl((writer) => writer.createSchema(name, statement.authorization?.name));
  for (const element of statement.elements) await runOne(run, element);
}

/** ALTER SCHEMA … TRANSFER of an object. */
export async function alterSchema(run: Run, statement: AlterSchema): Promise<void> {
  if (statement.class !== undefined && statement.class !== 'object') {
    throw new SqlError(
      40515,
      `ALTER SCHEMA TRANSFER ${statement.class}:: is not supported in this version of SQL Server.`,
    );
  }
  const object = await objectOf(run, statement.object, ['U', 'V', 'P', 'FN', 'IF', 'TF', 'SO', 'SN']);
  if (object === undefined) {
    throw new SqlError(
      15_151,
      `Cannot find the object '${dotted(statement.object)}', because it does not exist or you do not have permission.`,
    );
  }
  await run.session.ddl((writer) => writer.transferObject(object.id, statement.name.name));
}

const RANGE: Readonly<Record<string, readonly [bigint, bigint]>> = {
  tinyint: [0n, 255n],
  smallint: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
};

const SEQUENCE_TYPES: Readonly<Record<string, string>> = { 48: 'tinyint', 52: 'smallint', 56: 'int', 127: 'bigint' };

/** The least and the greatest value of a type. */
function rangeOf(type: string, precision: number): readonly [bigint, bigint] {
  const digits = 10n ** BigInt(precision) - 1n;
  return RANGE[type] ?? [-digits, digits];
}

/** What PostgreSQL's sequences hold. */
function clamped(value: bigint): bigint {
  const [least, most] = rangeOf('bigint', 0);
  return value < least ? least : value > most ? most : value;
}

const noIncrement = (name: string): SqlError =>
  new SqlError(11_700, `The increment for sequence object '${name}' cannot be zero.`);

const startOutside = (name: string): SqlError =>
  new SqlError(
    11_703,
    `The start value for sequence object '${name}' must be between the minimum and maximum value of the sequence object.`,
  );

function limit(value: Expression | null | undefined, otherwise: bigint): bigint {
  return value == null ? otherwise : wholeNumber(value, otherwise);
}

function cacheOf(cache: Sequence['cache']): { cacheSize?: number } {
  if (cache === null) return { cacheSize: 0 };
  return cache === undefined || cache === true ? {} : { cacheSize: Number(wholeNumber(cache, 50n)) };
}

function pgSequenceOptions(model: SequenceModel): string {
  return `INCREMENT BY ${model.increment} MINVALUE ${model.minimum} MAXVALUE ${model.maximum} ${model.cycling ? 'CYCLE' : 'NO CYCLE'}`;
}

/** CREATE SEQUENCE and ALTER SEQUENCE. */
export async function sequence(run: Run, statement: Sequence): Promise<void> {
  const { scope } = await contextOf(run);
  if (statement.mode === 'alter') return alterSequence(run, statement);
  const type: TdsType = statement.type === undefined ? { name: 'bigint' } : typeOf(statement.type, scope);
  const [low, high] = rangeOf(type.name, type.precision ?? 18);
  const increment = wholeNumber(statement.increment, 1n);
  const minimum = clamped(limit(statement.minValue, low));
  const maximum = clamped(limit(statement.maxValue, high));
  const start = wholeNumber(statement.start, increment > 0n ? minimum : maximum);
  if (increment === 0n) throw noIncrement(dotted(statement.name));
  if (minimum >= maximum) {
    const message = `The minimum value for sequence object '${dotted(statement.name)}' must be less than its maximum value.`;
    throw new SqlError(11_705, message);
  }
  if (start < minimum || start > maximum) throw startOutside(dotted(statement.name));
  const model: SequenceModel = {
    schema: statement.name.schema?.name ?? run.session.defaultSchema,
    name: statement.name.name.name,
    type,
    start,
    increment,
    minimum,
    maximum,
    cycling: statement.cycle ?? false,
    ...cacheOf(statement.cache),
  };
  await run.session.ddl(async (writer, pg) => {
    const made = await writer.createSequence(model);
    await pg.query(`CREATE SEQUENCE u.${made.physical} AS bigint ${pgSequenceOptions(model)} START WITH ${start}`);
  });
}

/** The limits that ALTER SEQUENCE gives; NO MINVALUE and NO MAXVALUE are those of the type. Throws 11700, 11705, 11703 for what cannot be. */
async function limitsOf(
  run: Run,
  statement: Sequence,
  object: CatalogObject,
): Promise<{ minimum?: bigint; maximum?: bigint }> {
  const name = dotted(statement.name);
  const { rows } = await run.session.query(
    'SELECT minimum_value, maximum_value, start_value, system_type_id, precision FROM meta.sequences WHERE object_id = $1',
    [String(object.id)],
    { writes: false },
  );
  const [low = '0', high = '0', first = '0', type, precision] = (rows[0] ?? []).map((one) => one ?? '0');
  const [least, most] = rangeOf(SEQUENCE_TYPES[type ?? ''] ?? 'decimal', Number(precision));
  const { minValue, maxValue } = statement;
  const minimum = minValue === undefined ? undefined : limit(minValue, clamped(least));
  const maximum = maxValue === undefined ? undefined : limit(maxValue, clamped(most));
  const [from, to] = [minimum ?? BigInt(low), maximum ?? BigInt(high)];
  if (from >= to)
    throw new SqlError(11_705, `The minimum value for sequence object '${name}' must be less than its maximum value.`);
  const start =
    statement.restart === undefined || statement.restart === true ? BigInt(first) : wholeNumber(statement.restart, 0n);
  if (start < from || start > to) throw startOutside(name);
  if (statement.increment !== undefined && wholeNumber(statement.increment, 1n) === 0n) throw noIncrement(name);
  return { ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) };
}

async function alterSequence(run: Run, statement: Sequence): Promise<void> {
  const object = await objectOf(run, statement.name, ['SO']);
  if (object === undefined) throw new SqlError(208, `Invalid object name '${dotted(statement.name)}'.`);
  const fixed = statement.type === undefined ? (statement.start === undefined ? undefined : 'START WITH') : 'AS';
  if (fixed !== undefined)
    throw new SqlError(11_711, `Argument '${fixed}' can not be used in an ALTER SEQUENCE statement.`);
  const limits = await limitsOf(run, statement, object);
  const change = {
    ...(statement.increment ? { increment: wholeNumber(statement.increment, 1n) } : {}),
    ...limits,
    ...(statement.cycle === undefined ? {} : { cycling: statement.cycle }),
    ...(statement.restart !== undefined && statement.restart !== true
      ? { start: wholeNumber(statement.restart, 1n) }
      : {}),
    ...cacheOf(statement.cache),
  };
  const parts = [
    ...(change.increment === undefined ? [] : [`INCREMENT BY ${change.increment}`]),
    ...(change.minimum === undefined ? [] : [`MINVALUE ${change.minimum}`]),
    ...(change.maximum === undefined ? [] : [`MAXVALUE ${change.maximum}`]),
    ...(change.cycling === undefined ? [] : [change.cycling ? 'CYCLE' : 'NO CYCLE']),
    ...(statement.restart === undefined
      ? []
      : [change.start === undefined ? 'RESTART' : `RESTART WITH ${change.start}`]),
  ];
  await run.session.ddl(async (writer, pg) => {
    await writer.alterSequence(object.id, change);
    if (parts.length > 0) await pg.query(`ALTER SEQUENCE u.${object.physical} ${parts.join(' ')}`);
  });
}

/** CREATE TYPE … FROM. */
export async function createAliasType(run: Run, statement: CreateAliasType): Promise<void> {
  const { scope } = await contextOf(run);
  await run.session.ddl((writer) =>
    writer.createType({
      kind: 'alias',
      schema: statement.name.schema?.name ?? run.session.defaultSchema,
      name: statement.name.name.name,
      base: typeOf(statement.type, scope),
      nullable: statement.nullable ?? true,
    }),
  );
}

/** CREATE TYPE … AS TABLE. */
export async function createTableType(run: Run, statement: CreateTableType): Promise<void> {
  const source = await sourceOf(run);
  const name = statement.name.name.name;
  const { columns, keys, checks } = tableDefinition(source, name, statement.elements);
  await run.session.ddl((writer) =>
    writer.createType({
      kind: 'table',
      schema: statement.name.schema?.name ?? run.session.defaultSchema,
      name,
      columns,
      keys,
      checks,
    }),
  );
}

/** CREATE SYNONYM; the target need not exist. */
export async function createSynonym(run: Run, statement: CreateSynonym): Promise<void> {
  const target = namePartsOf(statement.target)
    .map((part) => `[${(part ?? '').replaceAll(']', ']]')}]`)
    .join('.');
  await run.session.ddl((writer) =>
    writer.createSynonym(statement.name.schema?.name ?? run.session.defaultSchema, statement.name.name.name, target),
  );
}
