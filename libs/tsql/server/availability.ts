/** Availability groups: https://learn.microsoft.com/sql/t-sql/statements/create-availability-group-transact-sql */
export const AVAILABILITY_RULES = `
CREATE AVAILABILITY GROUP <target> [WITH ( {<groupSetting>},... )] {FOR [DATABASE {<name>},...] REPLICA ON {<replica>},...
  [LISTENER <listener>] | AVAILABILITY GROUP ON {<memberGroup>},...}
ALTER AVAILABILITY GROUP <target> {SET ( {<groupSetting> | ROLE = SECONDARY},... ) | ADD DATABASE {<name>},... | REMOVE DATABASE {<name>},...
  | ADD REPLICA ON {<replica>},... | MODIFY REPLICA ON {<replica>},... | REMOVE REPLICA ON {<string>},...
  | JOIN AVAILABILITY GROUP ON {<memberGroup>},... | JOIN [WITH ( CLUSTER_TYPE = {WSFC | EXTERNAL | NONE} )]
  | MODIFY AVAILABILITY GROUP ON {<memberGroup>},... | GRANT CREATE ANY DATABASE | DENY CREATE ANY DATABASE
  | FAILOVER [WITH ( ALLOW_DATA_LOSS )] | FORCE_FAILOVER_ALLOW_DATA_LOSS | ADD LISTENER <listener>
  | MODIFY LISTENER <string> ( {ADD IP ( {<string>},... ) | PORT = <int> | REMOVE IP <string>},... )
  | RESTART LISTENER <string> | REMOVE LISTENER <string> | OFFLINE}
DROP AVAILABILITY GROUP <target>
`;

/** Parts of the statements on availability groups. */
export const AVAILABILITY_PARTS = `
groupSetting: AUTOMATED_BACKUP_PREFERENCE = {PRIMARY | SECONDARY_ONLY | SECONDARY | NONE} | FAILURE_CONDITION_LEVEL = <int>
  | HEALTH_CHECK_TIMEOUT = <int> | DB_FAILOVER = <onOff> | DTC_SUPPORT = {PER_DB | NONE} | BASIC | DISTRIBUTED
  | CONTAINED | REUSE_SYSTEM_DATABASES | REQUIRED_SYNCHRONIZED_SECONDARIES_TO_COMMIT = <int> | CLUSTER_TYPE = {WSFC | EXTERNAL | NONE}
  | CLUSTER_CONNECTION_OPTIONS = <string> | WRITE_LEASE_VALIDITY = <int>
replica: <string> WITH ( {<replicaOption>},... )
replicaOption: ENDPOINT_URL = <string> | AVAILABILITY_MODE = {SYNCHRONOUS_COMMIT | ASYNCHRONOUS_COMMIT | CONFIGURATION_ONLY}
  | FAILOVER_MODE = {AUTOMATIC | MANUAL | EXTERNAL} | SEEDING_MODE = {AUTOMATIC | MANUAL} | BACKUP_PRIORITY = <int>
  | SESSION_TIMEOUT = <int> | SECONDARY_ROLE ( {<roleOption>},... ) | PRIMARY_ROLE ( {<roleOption>},... )
roleOption: ALLOW_CONNECTIONS = {NO | READ_ONLY | READ_WRITE | ALL} | READ_ONLY_ROUTING_URL = <string>
  | READ_WRITE_ROUTING_URL = <string> | READ_ONLY_ROUTING_LIST = {NONE | ( {<routed>},... )}
routed: NONE | <string> | ( {<string>},... )
listener: <string> ( {WITH DHCP [ON ( {<string>},... )] | WITH IP ( {( {<string>},... )},... ) | PORT = <int>},... )
memberGroup: <string> WITH ( {LISTENER_URL = <string> | AVAILABILITY_MODE = {SYNCHRONOUS_COMMIT | ASYNCHRONOUS_COMMIT}
  | FAILOVER_MODE = MANUAL | SEEDING_MODE = {AUTOMATIC | MANUAL}},... )
`;
