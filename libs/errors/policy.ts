/**
 * The closed list of faults that Sluice knows, each with what the product does about it and what a person should do.
 * `retry`: again after a pause, the state is unchanged. `park`: the row is set aside, the rest flows. `suspend`: the table
 * stops and blocks cutover, the others go on. `halt`: the process ends with exit code 3. `refuse`: wrong use, exit code 2.
 */
export type PolicyAction = 'retry' | 'park' | 'suspend' | 'halt' | 'refuse';

export interface Policy {
  readonly action: PolicyAction;
  /** What to do, in one sentence, for a person. */
  readonly advice: string;
}

const p = (action: PolicyAction, advice: string): Policy => ({ action, advice });

export const POLICY = {
  // wrong use
  JobFileInvalid: p('refuse', 'Correct the job file; `sluice check JOB` reads it without touching anything.'),
  UsageInvalid: p('refuse', 'See `sluice help` for the commands and their options.'),
  ModelFailed: p('refuse', 'Check model.url, model.name and model.key of the job file; conversion needs no model.'),
  JobMissing: p('refuse', 'Start it with `sluice run JOB`, or check the target URL of the job file.'),
  // source
  SourceUnreachable: p('retry', 'Check host, port and firewall of the source; work goes on when it answers.'),
  SourceLoginFailed: p('halt', 'Check the user, the password reference and the database name of the source.'),
  SourceRightMissing: p(
    'halt',
    'Grant the named right to the user of the job; `sluice check JOB` lists all that lack.',
  ),
  SourceConnectionLost: p('retry', 'The connection is opened again; nothing is lost.'),
  SourceDeadlock: p('retry', 'The statement is repeated.'),
  SourceQueryFailed: p('halt', 'See the cause; if the statement is at fault, report it.'),
  CdcDisabled: p(
    'halt',
    'Run `sluice check JOB --fix`, or enable CDC with sys.sp_cdc_enable_db and sys.sp_cdc_enable_table.',
  ),
  CaptureInstanceMissing: p(
    'suspend',
    'Run `sluice check JOB --fix` to create the capture instance, then `sluice reload JOB --table T`.',
  ),
  CaptureStalled: p(
    'retry',
    'Start SQL Server Agent and the capture job (sys.sp_cdc_start_job); see sys.dm_cdc_errors.',
  ),
  CdcHistoryPurged: p('suspend', 'Cleanup passed our position: run `sluice reload JOB --table T`.'),
  TableWithoutKey: p(
    'suspend',
    'Add a primary key, name a unique index in the job file, or allow snapshot isolation in the source.',
  ),
  SourceSchemaChanged: p(
    'suspend',
    'A running job does not follow changes of a table’s shape yet: exclude the table, or `sluice cleanup JOB` and begin anew.',
  ),
  TypeNotSupported: p('suspend', 'Exclude the column or name another type for it in the job file.'),
  // values
  ValueRejected: p(
    'park',
    'Choose a policy for the value under `values:` in the job file, or mend the row at the source.',
  ),
  RowRejected: p(
    'park',
    'The event stands with its reason in sluice.parked of the target. Mend the cause; the next change of the row settles it, or `sluice reload JOB --table TABLE` brings it again.',
  ),
  // kafka and registry
  KafkaUnreachable: p('retry', 'Check the brokers of the job file; work goes on when they answer.'),
  KafkaFenced: p('retry', 'Another process has taken this place; this one starts again from the stored position.'),
  KafkaTransactionFailed: p('retry', 'The transaction was given up; its work is done again from the stored position.'),
  KafkaTransactionHanging: p(
    'halt',
    'Two faults of the broker came together. Find the transaction with kafka-transactions.sh find-hanging, and `sluice reload` the tables of the topics named.',
  ),
  KafkaRefused: p(
    'halt',
    'The broker refused for the named reason: check the rights of the job’s user and the settings.',
  ),
  TopicMismatch: p('halt', 'Delete the topic or choose another job name; its settings are not the job file’s.'),
  TopicMissing: p('halt', 'A topic of the job was deleted: restore it, or reload the job.'),
  TopicIncarnationChanged: p('halt', 'The topic was deleted and made again: reload the table, or replay the target.'),
  OffsetOutOfRange: p('suspend', 'The topic no longer holds the next record of this target: reload the table.'),
  RecordTooLarge: p('suspend', 'Raise kafka.topics.maxMessageBytes and the broker’s message.max.bytes.'),
  RegistryUnreachable: p('retry', 'Check the registry URL of the job file; known schemas go on meanwhile.'),
  SchemaMissing: p(
    'retry',
    'Work goes on when the registry knows the schema: one that has just been started reads its store first; else restore its store.',
  ),
  RegistryRefused: p(
    'suspend',
    'The registry refused the schema: see its message and the subject’s compatibility setting.',
  ),
  WindowsTopicEmpty: p('halt', 'The job has run but its windows topic is empty: restore the topic, or reload the job.'),
  // target
  TargetUnreachable: p('halt', 'Check the target URL, then run the command again.'),
  TargetLoginFailed: p('halt', 'Check the user and the password reference of the target.'),
  TargetRightMissing: p('halt', 'Grant the named right to the target’s user.'),
  TargetConnectionLost: p('retry', 'The connection is opened again; the offsets in the target say where to go on.'),
  TargetNotEmpty: p('halt', 'Choose load.prepare: truncate or drop in the job file, or name an empty database.'),
  TargetSchemaMismatch: p('suspend', 'The target table differs from its converted form: see the columns named.'),
  TargetStatementFailed: p(
    'suspend',
    'See the cause; when it is mended, `sluice reload JOB --table TABLE` takes the table up again.',
  ),
  JobOwned: p('halt', 'Another job or sink owns this table; use one sink for each target table.'),
  // job
  LeaseLost: p('retry', 'Another process holds the lease; this one waits.'),
  CutoverRefused: p('halt', 'Mend what is listed, then run `sluice cutover` again.'),
  ValidationDiffers: p(
    'halt',
    'See the differing keys; `sluice reload JOB --table T` heals a table through its topic.',
  ),
  ConversionFailed: p(
    'suspend',
    'See the issue: create the object in the target by hand, or exclude it in the job file.',
  ),
  StackFailed: p('halt', 'See the named log file of the process.'),
  ToolMissing: p('halt', 'Install the named program with the command shown.'),
  Cancelled: p('halt', 'The work was stopped on request; run the command again to go on.'),
  Bug: p('halt', 'This is a defect of Sluice: please report it with the log.'),
} as const satisfies Record<string, Policy>;

export type ErrorKind = keyof typeof POLICY;
