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
import type { SequenceModel } from '../../catalog/index.ts';
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
  const digits = 10n ** BigInt(type.precision ?? 18) - 1n;
  const [low, high] = RANGE[type.name] ?? [-digits, digits];
  const clamp = (value: bigint): bigint =>
    value < (RANGE.bigint?.[0] ?? 0n)
      ? (RANGE.bigint?.[0] ?? 0n)
      : value > (RANGE.bigint?.[1] ?? 0n)
        ? (RANGE.bigint?.[1] ?? 0n)
        : value;
  const increment = wholeNumber(statement.increment, 1n);
  const minimum = clamp(limit(statement.minValue, low));
  const maximum = clamp(limit(statement.maxValue, high));
  const start = wholeNumber(statement.start, increment > 0n ? minimum : maximum);
  if (increment === 0n)
    throw new SqlError(11_700, `The increment for sequence object '${dotted(statement.name)}' cannot be zero.`);
  if (start < minimum || start > maximum)
    throw new SqlError(
      11_703,
      `The start value for sequence object '${dotted(statement.name)}' must be between the minimum and maximum value of the sequence object.`,
    );
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

async function alterSequence(run: Run, statement: Sequence): Promise<void> {
  const object = await objectOf(run, statement.name, ['SO']);
  if (object === undefined) throw new SqlError(208, `Invalid object name '${dotted(statement.name)}'.`);
  const change = {
    ...(statement.increment ? { increment: wholeNumber(statement.increment, 1n) } : {}),
    ...(statement.minValue ? { minimum: wholeNumber(statement.minValue, 0n) } : {}),
    ...(statement.maxValue ? { maximum: wholeNumber(statement.maxValue, 0n) } : {}),
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
