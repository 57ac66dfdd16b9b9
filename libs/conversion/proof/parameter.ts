import { type AliasTypeModel, type DatabaseModel, declaredType, type SourceType, type TableTypeModel } from '#schema';
import { findAll, isNode, type Node, type Parameter, printType, walk } from '#tsql';

/** A parameter as values are made for it. */
export interface TrialParameter {
  /** With its `@`, as written. */
  readonly name: string;
  /** Type that a variable and a CAST take: an alias type is what it stands for. Of table types their name. */
  readonly declared: string;
  /** Name of the type in lower case; `table` for a table type. */
  readonly base: string;
  /** Characters that a text holds; null = any. */
  readonly room: number | null;
  /** Digits behind the point of a decimal. */
  readonly scale: number;
  readonly output: boolean;
  readonly hasDefault: boolean;
  /** Columns that it is compared with, written to, or named after, in lower case without signs; the surest first. */
  readonly columns: readonly string[];
  /** It is put into a key of new rows that refers to nothing: a value that is not there yet is wanted. */
  readonly fresh: boolean;
  readonly table?: TrialTableType;
}

/** A table type as rows are made for it. */
export interface TrialTableType {
  readonly columns: readonly TrialTypeColumn[];
  /** Names of columns that are unique together. */
  readonly uniques: readonly (readonly string[])[];
}

export interface TrialTypeColumn extends Pick<TrialParameter, 'name' | 'declared' | 'base' | 'room' | 'scale'> {
  readonly nullable: boolean;
  /** `identity`: numbered by the server from 1 on; `computed`: rows of such a type are not made. */
  readonly filled?: 'identity' | 'computed';
}

/** What a catalog tells of a table type beside its columns' types, by `schema.name` in lower case; columns in lower case. */
export type TableTypeDetails = ReadonlyMap<
  string,
  { readonly filled: ReadonlyMap<string, 'identity' | 'computed'>; readonly uniques: readonly (readonly string[])[] }
>;

/** The parameters of a routine with what its text says about them. */
export function trialParameters(
  parameters: readonly Parameter[],
  body: readonly Node[],
  database: DatabaseModel,
  details: TableTypeDetails,
): TrialParameter[] {
  const met = columnsMet(body);
  const fresh = freshVariables(body, database);
  return parameters.map((one) => {
    const own = plainName(one.name);
    const named = [own, own.replace(/^(p|in|par|param|i|v)(?=.)/, '')];
    const columns = [...new Set([...(met.get(one.name.toLowerCase()) ?? []), ...named])];
    const alias = findType(database.aliasTypes, one);
    const type = findType(database.tableTypes ?? [], one);
    const common = {
      ...{ name: one.name, output: one.output, hasDefault: one.default !== undefined, columns },
      fresh: fresh.has(one.name.toLowerCase()),
    };
    if (type) return { ...common, declared: printType(one.type), ...TABLE, table: tableType(type, details) };
    if (alias) return { ...common, ...shapeOf(alias.base) };
    const [length, scale] = one.type.args;
    const room = length === 'max' || one.type.base === 'text' || one.type.base === 'ntext' ? null : (length ?? 1);
    return {
      ...common,
      declared: one.type.base === 'sysname' ? 'nvarchar(128)' : printType(one.type),
      base: one.type.base,
      room: one.type.base === 'sysname' ? 128 : room,
      scale: typeof scale === 'number' ? scale : 0,
    };
  });
}

const TABLE = { base: 'table', room: null, scale: 0 } as const;

const findType = <T extends AliasTypeModel | TableTypeModel>(types: readonly T[], { type }: Parameter): T | undefined =>
  types.find(
    (one) =>
      one.name.toLowerCase() === type.name.name.toLowerCase() &&
      one.schema.toLowerCase() === (type.schema?.name ?? 'dbo').toLowerCase(),
  );

const shapeOf = (type: SourceType): Pick<TrialParameter, 'declared' | 'base' | 'room' | 'scale'> => ({
  declared: declaredType(type),
  base: type.name,
  room: type.name === 'sysname' ? 128 : type.length === -1 || type.length === undefined ? null : type.length,
  scale: type.scale ?? 0,
});

function tableType(type: TableTypeModel, details: TableTypeDetails): TrialTableType {
  const detail = details.get(`${type.schema}.${type.name}`.toLowerCase());
  const columns = type.columns.map((column) => {
    const rowversion = /^(timestamp|rowversion)$/.test(column.sourceType.name) ? 'computed' : undefined;
    const filled = detail?.filled.get(column.name.toLowerCase()) ?? rowversion;
    return {
      ...{ name: column.name, nullable: column.nullable, ...shapeOf(column.sourceType) },
      ...(filled ? { filled } : {}),
    };
  });
  return { columns, uniques: detail?.uniques ?? [] };
}

/** A name without its signs and in lower case: `@Customer_Id` and `CustomerID` are one. */
export const plainName = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** By variable in lower case, the columns that a text compares it with, puts it into, or hands it on as. */
function columnsMet(body: readonly Node[]): Map<string, Set<string>> {
  const met = new Map<string, Set<string>>();
  const meet = (variables: unknown, columns: unknown): void => {
    for (const variable of namesOf(variables, 'variable')) {
      const found = met.get(variable.toLowerCase()) ?? new Set();
      met.set(variable.toLowerCase(), found);
      for (const column of namesOf(columns, 'column')) found.add(plainName(column));
    }
  };
  walk(body, (node) => {
    if (node.kind === 'binary' && /^([<>]=?|=|<>)$/.test(node.op)) {
      meet(node.left, node.right);
      meet(node.right, node.left);
    } else if (node.kind === 'in') meet(node.values ?? [], node.expression);
    else if (node.kind === 'like') meet(node.pattern, node.expression);
    else if (node.kind === 'between') {
      meet([node.low, node.high], node.expression);
      meet(node.expression, [node.low, node.high]);
    } else if (node.kind === 'setColumn') meet(node.value, node.column);
    else if (node.kind === 'insert' && node.source.kind === 'values')
      for (const row of node.source.rows)
        for (const [index, value] of row.entries()) {
          const column = node.columns[index]?.name;
          if (column !== undefined && value.kind === 'variable') addName(met, value.name, column);
        }
    else if (node.kind === 'execute')
      for (const argument of node.args)
        if (argument.name !== undefined && argument.value.kind === 'variable')
          addName(met, argument.value.name, argument.name);
  });
  return met;
}

/** Variables that an INSERT puts into a column of a unique key which is no foreign key. */
function freshVariables(body: readonly Node[], database: DatabaseModel): ReadonlySet<string> {
  const fresh = new Set<string>();
  for (const node of findAll(body, 'insert')) {
    if (node.source.kind !== 'values') continue;
    const names = findAll(node.target, 'identifier').map((one) => one.name.toLowerCase());
    const table = database.tables.find((one) => names.includes(one.name.toLowerCase()));
    if (!table) continue;
    const keys = [table.primaryKey, ...table.uniques, ...table.indexes.filter((one) => one.unique)];
    const referring = new Set(table.foreignKeys.flatMap((key) => key.columns));
    const wanted = keys
      .flatMap((key) => key?.columns.map((one) => one.column) ?? [])
      .filter((one) => !referring.has(one));
    for (const [index, value] of node.source.rows.flatMap((row) => [...row.entries()]))
      if (
        value.kind === 'variable' &&
        wanted.some((one) => one.toLowerCase() === node.columns[index]?.name.toLowerCase())
      )
        fresh.add(value.name.toLowerCase());
  }
  return fresh;
}

function addName(met: Map<string, Set<string>>, variable: string, column: string): void {
  const found = met.get(variable.toLowerCase()) ?? new Set();
  met.set(variable.toLowerCase(), found.add(plainName(column)));
}

/** Names of the columns or variables in an expression, not those of queries within. */
function namesOf(value: unknown, kind: 'column' | 'variable'): string[] {
  const nodes = (Array.isArray(value) ? value : [value]).filter((one) => isNode(one));
  if (nodes.some((node) => findAll(node, 'subquery').length > 0)) return [];
  return nodes.flatMap((node) =>
    kind === 'variable'
      ? findAll(node, 'variable').map((one) => one.name)
      : findAll(node, 'column').flatMap((one) => one.parts.at(-1)?.name ?? []),
  );
}
