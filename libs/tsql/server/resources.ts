/** Resource governor and the configuration of the server: https://learn.microsoft.com/sql/t-sql/statements/alter-server-configuration-transact-sql */
export const RESOURCE_RULES = `
ALTER RESOURCE GOVERNOR {DISABLE | RECONFIGURE | RESET STATISTICS | WITH ( {<governorOption>},... )}
CREATE RESOURCE POOL <target> [WITH ( {<poolOption>},... )]
ALTER RESOURCE POOL <target> WITH ( {<poolOption>},... )
DROP RESOURCE POOL <target>
CREATE EXTERNAL RESOURCE POOL <target> [WITH ( {<externalPoolOption>},... )]
ALTER EXTERNAL RESOURCE POOL <target> WITH ( {<externalPoolOption>},... )
DROP EXTERNAL RESOURCE POOL <target>
CREATE WORKLOAD GROUP <target> [WITH ( {<groupOption>},... )] [USING {EXTERNAL <name> | <name>},...]
ALTER WORKLOAD GROUP <target> [WITH ( {<groupOption>},... )] [USING {EXTERNAL <name> | <name>},...]
DROP WORKLOAD GROUP <target>
ALTER SERVER CONFIGURATION SET <configuration>
BACKUP GROUP {<name>},... TO {<backupDevice>},... WITH {<snapshotOption>},...
BACKUP SERVER TO {<backupDevice>},... WITH {<snapshotOption>},...
`;

/** Parts of the statements on resources. */
export const RESOURCE_PARTS = `
governorOption: CLASSIFIER_FUNCTION = {NULL | <object>} | MAX_OUTSTANDING_IO_PER_VOLUME = {DEFAULT | <int>}
range: <int> [TO <int>]
poolOption: MIN_CPU_PERCENT = <int> | MAX_CPU_PERCENT = <int> | CAP_CPU_PERCENT = <int> | MIN_MEMORY_PERCENT = <int>
  | MAX_MEMORY_PERCENT = <int> | TARGET_MEMORY_PERCENT = <int> | MIN_IOPS_PER_VOLUME = <int> | MAX_IOPS_PER_VOLUME = <int>
  | AFFINITY SCHEDULER = {AUTO | ( {<range>},... )} | AFFINITY NUMANODE = ( {<range>},... )
externalPoolOption: MAX_CPU_PERCENT = <int> | MAX_MEMORY_PERCENT = <int> | MAX_PROCESSES = <int>
  | AFFINITY CPU = {AUTO | ( {<range>},... )} | AFFINITY NUMANODE = ( {<range>},... )
groupOption: IMPORTANCE = {LOW | MEDIUM | HIGH} | REQUEST_MAX_MEMORY_GRANT_PERCENT = <constant> | REQUEST_MAX_CPU_TIME_SEC = <int>
  | REQUEST_MEMORY_GRANT_TIMEOUT_SEC = <int> | MAX_DOP = <int> | GROUP_MAX_REQUESTS = <int>
backupDevice: DISK = <stringOrVariable> | URL = <stringOrVariable> | <nameOrVariable>
snapshotOption: METADATA_ONLY | COPY_ONLY | FORMAT | INIT | NOINIT | CHECKSUM | MEDIANAME = <stringOrVariable> | NAME = <stringOrVariable>
configuration: PROCESS AFFINITY CPU = {AUTO | {<range>},...} | PROCESS AFFINITY NUMANODE = {<range>},...
  | DIAGNOSTICS LOG {ON | OFF | PATH = {DEFAULT | <string>} | MAX_SIZE = {DEFAULT | <int> MB} | MAX_FILES = {DEFAULT | <int>}}
  | FAILOVER CLUSTER PROPERTY <word> = {DEFAULT | <constant>}
  | HADR CLUSTER CONTEXT = {LOCAL | <string>}
  | BUFFER POOL EXTENSION {OFF | ON ( {FILENAME = <string> | SIZE = <int> [KB | MB | GB]},... )}
  | SOFTNUMA {ON | OFF} | HARDWARE_OFFLOAD {ON | OFF}
  | MEMORY_OPTIMIZED {ON | OFF | TEMPDB_METADATA = {ON [( RESOURCE_POOL = <string> )] | OFF} | HYBRID_BUFFER_POOL = {ON | OFF}}
  | SUSPEND_FOR_SNAPSHOT_BACKUP = {ON [( {GROUP = ( {<name>},... ) | MODE = COPY_ONLY},... )] | OFF}
  | EXTERNAL AUTHENTICATION {OFF | ON [( {USE_IDENTITY | CREDENTIAL_NAME = <string>},... )]}
`;
