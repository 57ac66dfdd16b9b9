/** Statements of Service Broker: https://learn.microsoft.com/sql/t-sql/statements/service-broker-statements */
export const BROKER_RULES = `
CREATE QUEUE <target> [WITH {<queueOption>},...] [ON <name>]
ALTER QUEUE <target> {REBUILD [WITH ( MAXDOP = <int> )] | REORGANIZE [WITH ( LOB_COMPACTION = <onOff> )] | MOVE TO <name>
  | WITH {<queueOption>},...}
DROP QUEUE <target>
CREATE SERVICE <target> [AUTHORIZATION <principal>] ON QUEUE <object> [( {<name> | DEFAULT},... )]
ALTER SERVICE <target> [ON QUEUE <object>] [( {{ADD | DROP} CONTRACT <name>},... )]
DROP SERVICE <target>
CREATE CONTRACT <target> [AUTHORIZATION <principal>] ( {{<name> | DEFAULT} SENT BY {INITIATOR | TARGET | ANY}},... )
DROP CONTRACT <target>
CREATE MESSAGE TYPE <target> [AUTHORIZATION <principal>] [<validation>]
ALTER MESSAGE TYPE <target> <validation>
DROP MESSAGE TYPE <target>
CREATE ROUTE <target> [AUTHORIZATION <principal>] WITH {<routeOption>},...
ALTER ROUTE <target> WITH {<routeOption>},...
DROP ROUTE <target>
CREATE REMOTE SERVICE BINDING <target> [AUTHORIZATION <principal>] TO SERVICE <string> WITH {<bindingOption>},...
ALTER REMOTE SERVICE BINDING <target> WITH {<bindingOption>},...
DROP REMOTE SERVICE BINDING <target>
CREATE BROKER PRIORITY <target> FOR CONVERSATION [SET ( {<priorityOption>},... )]
ALTER BROKER PRIORITY <target> FOR CONVERSATION [SET ( {<priorityOption>},... )]
DROP BROKER PRIORITY <target>
BEGIN DIALOG [CONVERSATION] <variable> FROM SERVICE <nameOrVariable> TO SERVICE {<stringOrVariable>},...
  [ON CONTRACT {DEFAULT | <nameOrVariable>}] [WITH {<dialogOption>},...]
BEGIN CONVERSATION TIMER ( <expression> ) TIMEOUT = <expression>
END CONVERSATION <expression> [WITH {ERROR = <value> DESCRIPTION = <value> | CLEANUP}]
GET CONVERSATION GROUP <variable> FROM <object>
MOVE CONVERSATION <expression> TO <expression>
SEND ON CONVERSATION {( {<expression>},... ) | <expression>} [MESSAGE TYPE {DEFAULT | <nameOrVariable>}] [( <expression> )]
RECEIVE [TOP ( <expression> )] {<item>},... FROM <object> [INTO <variable>] [WHERE <expression>]
`;

/** Parts of the statements of Service Broker. */
export const BROKER_PARTS = `
onOff: ON | OFF
queueOption: STATUS = <onOff> | RETENTION = <onOff> | POISON_MESSAGE_HANDLING ( STATUS = <onOff> )
  | ACTIVATION ( {<activation>},... )
activation: DROP | STATUS = <onOff> | PROCEDURE_NAME = <object> | MAX_QUEUE_READERS = <int>
  | EXECUTE AS {SELF | OWNER | CALLER | <string>}
validation: VALIDATION = {NONE | EMPTY | WELL_FORMED_XML | VALID_XML WITH SCHEMA COLLECTION <object>}
routeOption: SERVICE_NAME = <string> | BROKER_INSTANCE = <string> | LIFETIME = <int> | ADDRESS = <string>
  | MIRROR_ADDRESS = <string>
bindingOption: USER = <name> | ANONYMOUS = <onOff>
priorityOption: CONTRACT_NAME = {ANY | <name>} | LOCAL_SERVICE_NAME = {ANY | <name>}
  | REMOTE_SERVICE_NAME = {ANY | <string>} | PRIORITY_LEVEL = {DEFAULT | <int>}
dialogOption: RELATED_CONVERSATION = <value> | RELATED_CONVERSATION_GROUP = <value> | LIFETIME = <value>
  | ENCRYPTION = <onOff>
`;
