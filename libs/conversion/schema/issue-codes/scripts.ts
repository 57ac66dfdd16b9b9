import type { CodeTable } from './code-table.ts';

/** Issues of script files, where they are the source. */
export const SCRIPT_CODES = {
  SL1080: {
    severity: 'manual',
    title: 'Statement of a script not understood',
    remedy: 'Mend the statement in the script; all others were read.',
  },
  SL1081: {
    severity: 'review',
    title: 'Condition of a script not known',
    remedy: 'Look whether the way that was taken is yours; if not, take the condition out of the script.',
  },
  SL1082: {
    severity: 'manual',
    title: 'Script names what is not there',
    remedy: 'Add the script that makes it, or put the scripts in order.',
  },
  SL1083: {
    severity: 'info',
    title: 'Rows in scripts',
    remedy: 'They are not converted: rows come with the load from the live database (`sluice run`).',
  },
  SL1084: {
    severity: 'review',
    title: 'Made twice by the scripts',
    remedy: 'Leave out the script or the statement that is not meant.',
  },
  SL1085: {
    severity: 'info',
    title: 'Statement of a script left alone',
    remedy: 'It is about the server, its files or its settings: set up the target’s by hand where it matters.',
  },
  SL1086: {
    severity: 'review',
    title: 'Script runs what cannot be followed',
    remedy: 'Where it makes or changes objects, write its statements into the script.',
  },
  SL1088: {
    severity: 'review',
    title: 'Placeholder in a script',
    remedy:
      'Give its value: --replace TEXT=VALUE for what an installer replaces, --var NAME=VALUE for a parameter of a template.',
  },
  SL1089: {
    severity: 'info',
    title: 'Drop of what is not there',
    remedy: 'Nothing: a new database does not have what an installer removes first.',
  },
} as const satisfies CodeTable;
