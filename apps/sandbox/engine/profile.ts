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
import { isCollation } from '../tds/index.ts';
import type { SessionScope } from './session-scope.ts';

/** Languages that tell I and i apart, which no collation of the sandbox does. */
const DOTLESS_I = /^(SQL_)?(Turkish|Azeri_Latin)/i;

/** What is wrong with a collation's name: 448 for one that is none, 40515 for one whose rules are not built. */
function collationFault(name: string): { readonly number: number; readonly message: string } | undefined {
  if (!isCollation(name)) return { number: 448, message: `Invalid collation '${name}'.` };
  if (!DOTLESS_I.test(name) || /_BIN2?(_|$)/i.test(name)) return undefined;
  return { number: 40515, message: `The collation ${name} is not supported in this version of SQL Server.` };
}

/** Throws where a database or a column cannot have a collation. */
export function requireCollation(name: string): void {
  const fault = collationFault(name);
  if (fault) throw new SqlError(fault.number, fault.message);
}

/** The rules by which everything in the sandbox is translated. */
export const sandbox = sandboxProfile({ collationFault });

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
