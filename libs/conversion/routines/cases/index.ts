import { ALTERATIONS } from './alterations.ts';
import { APP_LOCKS } from './app-locks.ts';
import { APPLICATIONS } from './applications.ts';
import { BLANK_NUMBERS } from './blank-numbers.ts';
import type { CaseGroup } from './case-group.ts';
import { BROKEN_SOURCE } from './broken-source.ts';
import { CALLED_BY_TABLES } from './called-by-tables.ts';
import { CALLS } from './calls.ts';
import { CATALOG } from './catalog.ts';
import { CHANGES } from './changes.ts';
import { CHOSEN_CURSORS } from './chosen-cursors.ts';
import { CHANGES_BELOW } from './changes-below.ts';
import { CLOCKS } from './clocks.ts';
import { COMPOSED } from './composed.ts';
import { DEFINITIONS } from './definitions.ts';
import { DYNAMIC } from './dynamic.ts';
import { ERRORS } from './errors.ts';
import { FUNCTIONS } from './functions.ts';
import { INSERTED_CALLS } from './inserted-calls.ts';
import { HIERARCHIES } from './hierarchies.ts';
import { HABITS } from './habits.ts';
import { JSON_ROWS } from './json.ts';
import { JUMPS } from './jumps.ts';
import { OFFSETS } from './offsets.ts';
import { OWN_SCHEMAS } from './own-schemas.ts';
import { PADDED } from './padded.ts';
import { ROW_COUNTS } from './row-counts.ts';
import { TEXT_PIECES } from './text-pieces.ts';
import { TIMES } from './times.ts';
import { PASSED_CURSORS } from './passed-cursors.ts';
import { TRIGGERS } from './triggers.ts';
import { UPDATED_COLUMNS } from './updated-columns.ts';
import { VARIABLES } from './variables.ts';
import { XML_ROWS } from './xml.ts';

export const CASES: readonly CaseGroup[] = [
  VARIABLES,
  OWN_SCHEMAS,
  OFFSETS,
  CHANGES,
  CHANGES_BELOW,
  ERRORS,
  FUNCTIONS,
  CALLS,
  CALLED_BY_TABLES,
  INSERTED_CALLS,
  PASSED_CURSORS,
  CHOSEN_CURSORS,
  BLANK_NUMBERS,
  APP_LOCKS,
  TRIGGERS,
  UPDATED_COLUMNS,
  JSON_ROWS,
  JUMPS,
  PADDED,
  XML_ROWS,
  HIERARCHIES,
  DYNAMIC,
  TEXT_PIECES,
  COMPOSED,
  CATALOG,
  DEFINITIONS,
  ALTERATIONS,
  BROKEN_SOURCE,
  TIMES,
  CLOCKS,
  APPLICATIONS,
  HABITS,
  ROW_COUNTS,
].filter((group) => group.cases.length > 0);
