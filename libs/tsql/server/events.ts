/** Endpoints, event notifications and sessions, audits: https://learn.microsoft.com/sql/t-sql/statements/statements */
export const EVENT_RULES = `
CREATE ENDPOINT <target> [AUTHORIZATION <principal>] [STATE = <endpointState>] AS TCP ( {<transport>},... ) FOR <payload>
ALTER ENDPOINT <target> [AUTHORIZATION <principal>] [STATE = <endpointState>]
  [AFFINITY = {NONE | ADMIN | <int>}] [AS TCP ( {<transport>},... )] [FOR <payload>]
DROP ENDPOINT <target>
CREATE EVENT NOTIFICATION <target> ON {SERVER | DATABASE | QUEUE <object>} [WITH FAN_IN] FOR {<word>},...
  TO SERVICE {<string>},...
DROP EVENT NOTIFICATION {<object>},... ON {SERVER | DATABASE | QUEUE <object>}
CREATE EVENT SESSION <target> ON {SERVER | DATABASE} {<addEvent>},... [{<addTarget>},...]
  [WITH ( {<sessionOption>},... )]
ALTER EVENT SESSION <target> ON {SERVER | DATABASE} [{<addEvent> | DROP EVENT <object>},...]
  [{<addTarget> | DROP TARGET <object>},...] [WITH ( {<sessionOption>},... )] [STATE = {START | STOP}]
DROP EVENT SESSION <target> ON {SERVER | DATABASE}
CREATE SERVER AUDIT <target> TO <auditTarget> [WITH ( {<auditOption>},... )] [WHERE <expression>]
ALTER SERVER AUDIT <target> {MODIFY NAME = <name> | REMOVE WHERE | <auditChange>}
DROP SERVER AUDIT <target>
CREATE SERVER AUDIT SPECIFICATION <target> FOR SERVER AUDIT <name> [{ADD ( <word> )},...] [WITH ( STATE = <onOff> )]
ALTER SERVER AUDIT SPECIFICATION <target> [FOR SERVER AUDIT <name>] [{{{ADD | DROP} ( <word> )},...}...]
  [WITH ( STATE = <onOff> )]
DROP SERVER AUDIT SPECIFICATION <target>
CREATE DATABASE AUDIT SPECIFICATION <target> FOR SERVER AUDIT <name> [{ADD ( <auditAction> )},...] [WITH ( STATE = <onOff> )]
ALTER DATABASE AUDIT SPECIFICATION <target> [FOR SERVER AUDIT <name>] [{{{ADD | DROP} ( <auditAction> )},...}...]
  [WITH ( STATE = <onOff> )]
DROP DATABASE AUDIT SPECIFICATION <target>
`;

/** Parts of the statements on endpoints, events and audits. */
export const EVENT_PARTS = `
endpointState: STARTED | STOPPED | DISABLED
transport: LISTENER_PORT = <int> | LISTENER_IP = {ALL | <address> | ( {<address> | <string>} )}
payload: TSQL ( ) | SERVICE_BROKER ( [{<endpointOption>},...] ) | DATABASE_MIRRORING ( {<endpointOption>},... )
  | DATA_MIRRORING ( {<endpointOption>},... )
endpointOption: AUTHENTICATION = <authentication> | ENCRYPTION = {DISABLED | SUPPORTED | REQUIRED} [ALGORITHM {AES | RC4} [AES | RC4]]
  | MESSAGE_FORWARDING = {ENABLED | DISABLED} | MESSAGE_FORWARD_SIZE = <int> | ROLE = {WITNESS | PARTNER | ALL}
authentication: WINDOWS [NTLM | KERBEROS | NEGOTIATE] [CERTIFICATE <name>]
  | CERTIFICATE <name> [WINDOWS [NTLM | KERBEROS | NEGOTIATE]]
addEvent: ADD EVENT <object> [( [SET {<name> = <expression>},...] [ACTION ( {<object>},... )] [WHERE <expression>] )]
addTarget: ADD TARGET <object> [( SET {<name> = <expression>},... )]
sessionOption: MAX_MEMORY = <int> [KB | MB]
  | EVENT_RETENTION_MODE = {ALLOW_SINGLE_EVENT_LOSS | ALLOW_MULTIPLE_EVENT_LOSS | NO_EVENT_LOSS}
  | MAX_DISPATCH_LATENCY = {INFINITE | <int> SECONDS} | MAX_EVENT_SIZE = <int> [KB | MB]
  | MEMORY_PARTITION_MODE = {NONE | PER_NODE | PER_CPU} | TRACK_CAUSALITY = <onOff> | STARTUP_STATE = <onOff>
  | MAX_DURATION = {UNLIMITED | <int> {SECONDS | MINUTES | HOURS | DAYS}}
auditTarget: FILE ( {<auditFile>},... ) | URL ( {PATH = <string> | RETENTION_DAYS = <int>},... ) | APPLICATION_LOG
  | SECURITY_LOG | EXTERNAL_MONITOR
auditFile: FILEPATH = <string> | MAXSIZE = {UNLIMITED | <int> [MB | GB | TB]} | MAX_ROLLOVER_FILES = {UNLIMITED | <int>}
  | MAX_FILES = <int> | RESERVE_DISK_SPACE = <onOff>
auditOption: QUEUE_DELAY = <int> | ON_FAILURE = {CONTINUE | SHUTDOWN | FAIL_OPERATION} | AUDIT_GUID = <string>
  | STATE = <onOff> | OPERATOR_AUDIT = <onOff>
auditChange: TO <auditTarget> [WITH ( {<auditOption>},... )] [WHERE <expression>]
  | WITH ( {<auditOption>},... ) [WHERE <expression>] | WHERE <expression>
auditAction: {<word>},... [ON [<class>] <object> BY {<principal>},...]
`;
