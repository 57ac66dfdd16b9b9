import type { SqlType } from '#conversion';
import type { Execute, ResultSetDefinition } from '#tsql';
import { SqlError, type ResultSink, type TdsColumn, type TdsType, type TdsValue } from '../session.ts';
import { requireCollation, typeOf } from './profile.ts';
import { contextOf, type Run } from './run.ts';

const WHOLE = ['bit', 'tinyint', 'smallint', 'int', 'bigint'];

const unbuilt = (what: string): SqlError =>
  new SqlError(40_515, `WITH RESULT SETS ${what} is not supported in this version of SQL Server.`);

const sameFacets = (a: TdsType, b: TdsType): boolean =>
  a.name === b.name && a.length === b.length && a.precision === b.precision && a.scale === b.scale;

const isLonger = ({ length: to = 1 }: TdsType, { length: from = 1 }: TdsType): boolean =>
  to === -1 || (from !== -1 && to >= from);

/** How a value gets another type without loss; undefined where it might need more than that. */
function conversion(from: TdsType, to: TdsType): ((value: TdsValue) => TdsValue) | undefined {
  if (sameFacets(from, to)) return (value) => value;
  const [narrow, wide] = [WHOLE.indexOf(from.name), WHOLE.indexOf(to.name)];
  if (narrow > 0 && wide > narrow)
    return to.name === 'bigint' ? (value) => (value === null ? null : BigInt(value as number)) : (value) => value;
  const isText =
    /^n?varchar$/.test(from.name) &&
    /^n?varchar$/.test(to.name) &&
    !(from.name === 'nvarchar' && to.name === 'varchar');
  if ((isText || (from.name === 'varbinary' && to.name === 'varbinary')) && isLonger(to, from)) return (value) => value;
  return undefined;
}

interface Shape {
  readonly columns: readonly TdsColumn[];
}

/** The results of a call as WITH RESULT SETS declares them. Throws 11535 to 11537 where it gives others. */
class DeclaredResults implements ResultSink {
  private count = 0;
  private convert: ((value: TdsValue) => TdsValue)[] = [];

  constructor(
    private readonly out: ResultSink,
    private readonly shapes: readonly Shape[],
  ) {}

  columns(columns: readonly TdsColumn[]): void {
    const shape = this.shapes[this.count];
    const clause = 'EXECUTE statement failed because its WITH RESULT SETS clause specified';
    if (shape === undefined) {
      const message = `${clause} ${this.shapes.length} result set(s), and the statement tried to send more result sets than this.`;
      throw new SqlError(11_535, message);
    }
    this.count += 1;
    if (shape.columns.length !== columns.length) {
      const message = `${clause} ${shape.columns.length} column(s) for result set number ${this.count}, but the statement sent ${columns.length} column(s) at run time.`;
      throw new SqlError(11_537, message);
    }
    this.convert = shape.columns.map((to, index) => this.converted(columns[index] ?? to, to));
    this.out.columns(shape.columns);
  }

  private converted(from: TdsColumn, to: TdsColumn): (value: TdsValue) => TdsValue {
    const convert = conversion(from.type, to.type);
    if (convert === undefined) throw unbuilt(`that makes ${to.type.name} of ${from.type.name}`);
    if (from.nullable && !to.nullable) throw unbuilt('that makes NOT NULL of what may be NULL');
    return convert;
  }

  row(values: readonly TdsValue[]): boolean {
    return this.out.row(values.map((value, index) => this.convert[index]?.(value) ?? null));
  }

  /** 11536: fewer results than were declared. */
  finish(): void {
    if (this.count === this.shapes.length) return;
    const message = `EXECUTE statement failed because its WITH RESULT SETS clause specified ${this.shapes.length} result set(s), but the statement only sent ${this.count} result set(s) at run time.`;
    throw new SqlError(11_536, message);
  }

  drained(): Promise<void> {
    return this.out.drained();
  }
  done(...given: Parameters<ResultSink['done']>): void {
    this.out.done(...given);
  }
  info(message: SqlError): void {
    this.out.info(message);
  }
  error(error: SqlError): void {
    this.out.error(error);
  }
  returnStatus(status: number): void {
    this.out.returnStatus(status);
  }
  returnValue(...given: Parameters<ResultSink['returnValue']>): void {
    this.out.returnValue(...given);
  }
  envChange(...given: Parameters<ResultSink['envChange']>): void {
    this.out.envChange(...given);
  }
}

async function shapeOf(run: Run, definition: ResultSetDefinition): Promise<Shape> {
  if (definition.as !== undefined) throw unbuilt('AS OBJECT, AS TYPE or AS FOR XML');
  const { scope } = await contextOf(run);
  const columns = definition.columns.map(({ name, type, collation, nullable }): TdsColumn => {
    const resolved = typeOf(type, scope);
    if (collation !== undefined) requireCollation(collation.name);
    return {
      name: name.name,
      type: withCollation(resolved, collation?.name ?? scope.collation),
      nullable: nullable ?? true,
    };
  });
  return { columns };
}

const withCollation = (type: SqlType, collation: string): TdsType =>
  (/char|text/.test(type.name) ? { ...type, collation } : type) as TdsType;

/** Runs a call whose results are to be those that WITH RESULT SETS declares. */
export async function asDeclared<T>(run: Run, { resultSets }: Execute, work: (run: Run) => Promise<T>): Promise<T> {
  if (resultSets === undefined || resultSets === 'undefined') return work(run);
  const shapes: Shape[] = [];
  for (const one of resultSets === 'none' ? [] : resultSets) shapes.push(await shapeOf(run, one));
  const declared = new DeclaredResults(run.out, shapes);
  const result = await work({ ...run, out: declared });
  declared.finish();
  return result;
}
