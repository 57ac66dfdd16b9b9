import {
  dataTypeOf,
  sandboxProfile,
  translateDml,
  type SqlType,
  type TranslatedDml,
  type TranslationContext,
} from '#conversion';
import type { DataType, Delete, Insert, Merge, Update } from '#tsql';
import { SqlError } from '../session.ts';
import type { SessionScope } from './session-scope.ts';

/** The rules by which everything in the sandbox is translated. */
export const sandbox = sandboxProfile();

/** A type as written, lengths filled in; a table type by its name. Throws 2715 for a type that does not exist. */
export function typeOf(type: DataType, scope: SessionScope): SqlType {
  const resolved = dataTypeOf(type, scope);
  if (resolved === undefined) {
    const name = type.schema === undefined ? type.base : `${type.schema.name}.${type.base}`;
    throw new SqlError(2715, `Column, parameter, or variable #1: Cannot find data type ${name}.`, 16, 6);
  }
  return resolved;
}

/** The translation of a change; problems are thrown. */
export function changeOf(statement: Insert | Update | Delete | Merge, context: TranslationContext): TranslatedDml {
  const dml = translateDml(statement, context);
  if (dml === undefined)
    throw new SqlError(40515, `This ${statement.kind.toUpperCase()} is not supported in this version of SQL Server.`);
  return dml;
}
