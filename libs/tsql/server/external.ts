/** External data sources, formats, languages and libraries, assemblies: https://learn.microsoft.com/sql/t-sql/statements/create-external-data-source-transact-sql */
export const EXTERNAL_RULES = `
CREATE EXTERNAL DATA SOURCE <target> WITH ( {<sourceOption>},... )
ALTER EXTERNAL DATA SOURCE <target> SET {<sourceOption>},...
DROP EXTERNAL DATA SOURCE <target>
CREATE EXTERNAL FILE FORMAT <target> WITH ( {<formatOption>},... )
DROP EXTERNAL FILE FORMAT <target>
CREATE EXTERNAL LANGUAGE <target> [AUTHORIZATION <principal>] FROM {( {<languageFile>},... )},...
ALTER EXTERNAL LANGUAGE <target> [AUTHORIZATION <principal>] {SET ( {<languageFile>},... ) | ADD ( {<languageFile>},... )
  | REMOVE PLATFORM {WINDOWS | LINUX}}
DROP EXTERNAL LANGUAGE <target> [AUTHORIZATION <principal>]
CREATE EXTERNAL LIBRARY <target> [AUTHORIZATION <principal>] FROM {( {<libraryFile>},... )},... [WITH ( LANGUAGE = <string> )]
ALTER EXTERNAL LIBRARY <target> [AUTHORIZATION <principal>] SET ( {<libraryFile>},... ) [WITH ( LANGUAGE = <string> )]
DROP EXTERNAL LIBRARY <target> [AUTHORIZATION <principal>]
ALTER ASSEMBLY <target> [FROM <expression>] [WITH {<assemblyOption>},...] [DROP FILE {ALL | {<string>},...}]
  [ADD FILE FROM {<expression> [AS <string>]},...]
ALTER XML SCHEMA COLLECTION <target> ADD <expression>
`;

/** Parts of the statements on external objects. */
export const EXTERNAL_PARTS = `
sourceOption: TYPE = <word> | LOCATION = <string> | CREDENTIAL = <name> | CONNECTION_OPTIONS = <string> | PUSHDOWN = <onOff>
  | RESOURCE_MANAGER_LOCATION = <string> | DATABASE_NAME = <string> | SHARD_MAP_NAME = <string>
formatOption: FORMAT_TYPE = {DELIMITEDTEXT | RCFILE | ORC | PARQUET | JSON | DELTA} | SERDE_METHOD = <string>
  | DATA_COMPRESSION = <string> | FORMAT_OPTIONS ( {<textOption>},... )
textOption: FIELD_TERMINATOR = <string> | STRING_DELIMITER = <string> | DATE_FORMAT = <string> | USE_TYPE_DEFAULT = {TRUE | FALSE}
  | ENCODING = <string> | FIRST_ROW = <int> | PARSER_VERSION = <string>
languageFile: CONTENT = <constant> | FILE_NAME = <string> | PLATFORM = {WINDOWS | LINUX} | PARAMETERS = <string>
  | ENVIRONMENT_VARIABLES = <string>
libraryFile: CONTENT = <constant> | PLATFORM = {WINDOWS | LINUX} | LANGUAGE = <string>
assemblyOption: PERMISSION_SET = {SAFE | EXTERNAL_ACCESS | UNSAFE} | VISIBILITY = <onOff> | UNCHECKED DATA
`;
