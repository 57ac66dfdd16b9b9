/** Full-text search and selective XML indexes: https://learn.microsoft.com/sql/t-sql/statements/alter-fulltext-index-transact-sql */
export const SEARCH_RULES = `
CREATE FULLTEXT STOPLIST <target> [FROM {SYSTEM STOPLIST | <object>}] [AUTHORIZATION <principal>]
ALTER FULLTEXT STOPLIST <target> {ADD <string> LANGUAGE <languageName> | DROP ALL [LANGUAGE <languageName>]
  | DROP <string> LANGUAGE <languageName>}
DROP FULLTEXT STOPLIST <target>
ALTER FULLTEXT CATALOG <target> {REBUILD [WITH ACCENT_SENSITIVITY = <onOff>] | REORGANIZE | AS DEFAULT}
ALTER FULLTEXT INDEX ON <target> {ENABLE | DISABLE | SET CHANGE_TRACKING [=] {MANUAL | AUTO | OFF}
  | SET STOPLIST [=] {OFF | SYSTEM | <name>} [WITH NO POPULATION]
  | SET SEARCH PROPERTY LIST [=] {OFF | <name>} [WITH NO POPULATION]
  | ADD ( {<indexedColumn>},... ) [WITH NO POPULATION] | DROP ( {<name>},... ) [WITH NO POPULATION]
  | ALTER COLUMN <name> {ADD | DROP} STATISTICAL_SEMANTICS [WITH NO POPULATION]
  | START {FULL | INCREMENTAL | UPDATE} POPULATION | STOP POPULATION | PAUSE POPULATION | RESUME POPULATION}
CREATE SEARCH PROPERTY LIST <target> [FROM <object>] [AUTHORIZATION <principal>]
ALTER SEARCH PROPERTY LIST <target> {ADD <string> WITH ( {<searchProperty>},... ) | DROP <string>}
DROP SEARCH PROPERTY LIST <target>
CREATE SELECTIVE XML INDEX <target> ON <object> ( <name> ) [WITH XMLNAMESPACES ( {<namespace>},... )] FOR ( {<xmlPath>},... )
  [WITH ( {<indexOption>},... )]
`;

/** Parts of the statements on search. */
export const SEARCH_PARTS = `
languageName: <constant> | <name>
indexedColumn: <name> [TYPE COLUMN <name>] [LANGUAGE <languageName>] [STATISTICAL_SEMANTICS]
searchProperty: PROPERTY_SET_GUID = <string> | PROPERTY_INT_ID = <int> | PROPERTY_DESCRIPTION = <string>
namespace: DEFAULT <string> | <string> AS <name>
xmlPathChange: [WITH XMLNAMESPACES ( {<namespace>},... )] FOR ( {ADD <xmlPath> | REMOVE <name>},... )
xmlPath: <name> = <string> [AS XQUERY [<string>] [MAXLENGTH ( <int> )] [SINGLETON] | AS SQL <type> [SINGLETON]]
indexOption: PAD_INDEX = <onOff> | FILLFACTOR = <int> | SORT_IN_TEMPDB = <onOff> | IGNORE_DUP_KEY = OFF | DROP_EXISTING = <onOff>
  | ONLINE = OFF | ALLOW_ROW_LOCKS = <onOff> | ALLOW_PAGE_LOCKS = <onOff> | MAXDOP = <int>
`;
