/** Words that PostgreSQL 18 takes for something else than a name in one place or another: they stay in quotes. */
const KEYWORDS = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do else
end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having if ilike in
initially inner inout insert int integer intersect interval into is isnull join json json_array json_arrayagg json_exists
json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like limit
localtime localtimestamp merge merge_action national natural nchar new none normalize not notnull null nullif numeric offset
old on only or order out outer overlaps overlay placing position precision primary real references returning right row
select session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to
trailing treat trim true union unique update user using values varchar variadic verbose when where while window with
xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
begin declare delete loop raise return execute perform open close exit continue call foreach get move reverse elsif
exception diagnostics found strict slice year month day hour minute second filter over partition range rows groups
value name type text date`.split(/\s+/),
);

const STAYS = /^[a-z_][a-z0-9_]*$/;
/** Words of the list above that are names all the same wherever a name may stand. */
const SAFE = new Set([
  'value',
  'name',
  'type',
  'text',
  'date',
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'second',
  'range',
  'rows',
  'groups',
]);

const QUOTED = /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|"((?:[^"]|"")+)"/g;
const REPEATED =
  /'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\/|((?:\.|\b(?:FROM |JOIN )|, )([a-z_][a-z0-9_]*|"(?:[^"]|"")+")) AS \2(?=,|\s|\)|$)|"(?:[^"]|"")+"/g;

/**
 * SQL as people write it: quotes fall away where a name is the same without them, and so does an alias that repeats the name of its column or table. Strings and comments
 * stay as they are.
 */
export function plainNames(sql: string): string {
  const bare = sql.replaceAll(QUOTED, (whole: string, name: string | undefined) =>
    name !== undefined && STAYS.test(name) && (!KEYWORDS.has(name) || SAFE.has(name)) ? name : whole,
  );
  return bare.replaceAll(REPEATED, (whole: string, column: string | undefined) => column ?? whole);
}
