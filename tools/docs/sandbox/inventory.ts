import { BUILT_IN_FUNCTIONS } from '#conversion';
import { CATALOG_FUNCTIONS } from '../../../apps/sandbox/catalog/functions.ts';
import { DRIVER_PROCEDURES } from '../../../apps/sandbox/catalog/driver-procedures.ts';
import { CATALOG_VIEWS } from '../../../apps/sandbox/catalog/index.ts';
import { CDC_SCALARS } from '../../../apps/sandbox/cdc/functions.ts';
import { CDC_PROCEDURES } from '../../../apps/sandbox/cdc/procedures.ts';
import { OWN_PROCEDURES } from '../../../apps/sandbox/engine/own-procedures.ts';
import { SESSION_VALUES } from '../../../apps/sandbox/engine/session-values.ts';
import { CLAUSE_NAMES } from './clause-names.ts';
import { STATEMENT_NAMES } from './statement-names.ts';
import { coveredUse, type Use } from './uses.ts';

/** Functions that stand in no table of rules: those with a syntax of their own, and those of FROM. */
const OTHER_FUNCTIONS = [
  ...['CAST', 'CONVERT', 'PARSE', 'TRY_CAST', 'TRY_CONVERT', 'TRY_PARSE'],
  ...['OPENJSON', 'STRING_SPLIT', 'GENERATE_SERIES', 'sys.fn_listextendedproperty'],
];

/** Procedures that the engine and the protocol answer without a table of procedures. */
const OTHER_PROCEDURES = [
  ...['sp_executesql', 'sp_prepare', 'sp_execute', 'sp_prepexec', 'sp_unprepare', 'sp_prepexecrpc'],
  ...['sp_cursor', 'sp_cursoropen', 'sp_cursorprepare', 'sp_cursorexecute', 'sp_cursorprepexec'],
  ...['sp_cursorunprepare', 'sp_cursorfetch', 'sp_cursoroption', 'sp_cursorclose'],
];

/** The objects of change data capture that Microsoft's documentation lists, besides those that a table of the sandbox has. */
const CDC_OBJECTS = [
  ...['<capture_instance>_CT', 'change_tables', 'captured_columns', 'index_columns', 'ddl_history', 'lsn_time_mapping'],
  ...['cdc_jobs', 'dm_cdc_errors', 'dm_cdc_log_scan_sessions', 'fn_cdc_get_all_changes', 'fn_cdc_get_net_changes'],
  ...['sp_cdc_generate_wrapper_function', ...CDC_SCALARS, ...Object.keys(CDC_PROCEDURES)],
];

/** The knobs for tests are no part of SQL Server. */
const OURS = new Set<Use>(['cdc sp_sandbox_cdc']);

/** Everything that must have a case, in the spelling of the conformance list. */
export function inventory(): readonly Use[] {
  const functions = [...BUILT_IN_FUNCTIONS, ...CATALOG_FUNCTIONS, ...Object.keys(SESSION_VALUES), ...OTHER_FUNCTIONS];
  const uses = [
    ...STATEMENT_NAMES.map((name) => `statement ${name}`),
    ...CLAUSE_NAMES.map((name) => `clause ${name}`),
    ...functions.map((name) => `function ${name.replace('()', '')}`),
    ...CATALOG_VIEWS.map((view) => `view ${view.schema}.${view.name}`),
    ...[...Object.keys(DRIVER_PROCEDURES), ...OWN_PROCEDURES, ...OTHER_PROCEDURES].map((name) => `procedure ${name}`),
    ...CDC_OBJECTS.map((name) => `cdc ${name}`),
  ].map(coveredUse);
  return [...new Set(uses)].filter((use) => !OURS.has(use));
}
