import { quoteIdent } from '#pgsql';
import type { TdsType } from '../../session.ts';
import { VIEW_DEFINITIONS } from '../views/index.ts';
import type { ViewDefinition } from '../views/define.ts';
import { SEEN_VIEWS, seenTables } from './permissions.sql.ts';

const PG_TYPES: Partial<Record<TdsType['name'], string>> = {
  bit: 'boolean',
  tinyint: 'smallint',
  smallint: 'smallint',
  int: 'integer',
  bigint: 'bigint',
  real: 'real',
  float: 'double precision',
  datetime: 'timestamp(3)',
  datetimeoffset: 'sys.datetimeoffset',
  sql_variant: 'sys.sql_variant',
  uniqueidentifier: 'uuid',
  binary: 'bytea',
  varbinary: 'bytea',
};

/** The storage type of a view's column; character types carry the database's collation. */
function castTo(type: TdsType, collation: string): string {
  if (type.name === 'numeric') return `numeric(${type.precision},${type.scale ?? 0})`;
  return PG_TYPES[type.name] ?? `text COLLATE ${collation}`;
}

function viewSql(view: ViewDefinition, collation: string): string {
  const columns = view.columns.map((column, index) => {
    const cast = castTo(column.type, collation);
    return `(${view.expressions[index]})::${cast} AS ${quoteIdent(column.name)}`;
  });
  return `CREATE VIEW ${view.physical} AS SELECT ${columns.join(',\n ')}\n${seenTables(view.from)};\n`;
}

/** Makes all system views anew. `collation` is the quoted PostgreSQL collation of the database. */
export function systemViews(collation: string): string {
  const drops = VIEW_DEFINITIONS.map((view) => `DROP VIEW IF EXISTS ${view.physical};\n`).join('');
  return `CREATE SCHEMA IF NOT EXISTS information_schema_ts;\n${drops}${SEEN_VIEWS}${VIEW_DEFINITIONS.map((view) => viewSql(view, collation)).join('')}`;
}
