import type { NameParts } from '#conversion';
import type { ObjectName } from '#tsql';

/** The parts of a name as the translator wants them: a part skipped (`db..t`) is null, parts not written are left out. */
export function namePartsOf(name: ObjectName): (string | null)[] {
  const parts = [name.server?.name, name.database?.name, name.schema?.name, name.name.name];
  const first = parts.findIndex((part) => part !== undefined);
  return parts.slice(first).map((part) => part ?? null);
}

/** `#t`: a temporary table of the session. */
export const isLocalTemporary = (name: string): boolean => /^#(?!#)/.test(name);

/** `##t`: a temporary table that every session sees. */
export const isGlobalTemporary = (name: string): boolean => name.startsWith('##');

/** A name as written, by which the copies of tables of other databases are found. */
export const overlayKey = (name: NameParts): string => name.map((part) => (part ?? '').toLowerCase()).join('\u0000');

/** Of the system views those that tell of a database itself; the others tell the same everywhere. */
const OWN_VIEWS =
  /^(?:all_)?(?:objects|columns|views|sql_modules|parameters)$|^(?:tables|procedures|schemas|indexes|index_columns|identity_columns|computed_columns|triggers|trigger_events|types|table_types|synonyms|sequences|foreign_keys|foreign_key_columns|key_constraints|check_constraints|default_constraints|partitions|allocation_units|stats|extended_properties|sql_expression_dependencies|database_principals|database_permissions|database_role_members|database_files|table_constraints|referential_constraints|key_column_usage|constraint_column_usage|constraint_table_usage|routines|domains|schemata|view_column_usage|view_table_usage|sysobjects|syscolumns|sysindexes|sysusers|syscomments|sysreferences|sysforeignkeys|sysindexkeys|systypes|sysdepends|sysconstraints|dm_db_partition_stats)$/i;

export const isOwnView = (name: string): boolean => OWN_VIEWS.test(name);
