import type { ForClause, Query } from '#tsql';
import type { Environment } from './environment.ts';
import { nvarchar } from './sql-type.ts';
import { forJson } from './for-json.ts';
import { forXml } from './for-xml.ts';
import type { QuerySql } from './query.ts';
import type { Translation } from './translation.ts';

/** FOR XML and FOR JSON: the rows of the query as one text. */
export function forClause(t: Translation, env: Environment, query: Query, clause: ForClause): QuerySql {
  const sql = clause.type === 'json' ? forJson(t, env, query, clause) : forXml(t, env, query, clause);
  const name =
    clause.type === 'json' ? 'JSON_F52E2B61-18A1-11d1-B105-00805F49916B' : 'XML_F52E2B61-18A1-11d1-B105-00805F49916B';
  return {
    sql,
    document: clause.type === 'json' ? 'json' : 'xml',
    columns: [{ name, sqlName: 'document', value: { sql: 'document', type: nvarchar(-1), nullable: true } }],
  };
}
