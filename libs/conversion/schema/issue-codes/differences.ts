import type { DifferenceCode } from '../../query/index.ts';
import type { CodeTable } from './code-table.ts';

type ToldElsewhere = 'SL1069' | 'SL1075';

/**
 * Issues of expressions that are converted and may still answer otherwise, one code for each kind of difference. They are told once for an object, those that
 * are of almost every object once for the database, and leave nothing to do unless an application counts on the difference.
 */
export const DIFFERENCE_CODES = {
  SL1101: {
    severity: 'info',
    title: 'Seventh digit of a time in code',
    remedy:
      'PostgreSQL has microseconds: the digit is cut, and a text of seven digits ends in 0. Compare by six digits.',
  },
  SL1102: {
    severity: 'info',
    title: 'Steps of datetime in code',
    remedy:
      'datetime counts 1/300 s in SQL Server and milliseconds here: compare ranges instead of equal moments, and do not count on .997 for the end of a day.',
  },
  SL1103: {
    severity: 'info',
    title: 'Range that PostgreSQL does not check',
    remedy:
      'smallint stands for tinyint, numeric for money: where a value beyond the range has to be an error, choose convert.typeChecks for columns, and test variables.',
  },
  SL1104: {
    severity: 'info',
    title: 'Dates outside of the source’s years',
    remedy:
      'SQL Server raises an error before 1753 (datetime), 1900 and after 2079 (smalldatetime), after 9999, and for parts such as hour 24. Test them where code counts on the error.',
  },
  SL1105: {
    severity: 'info',
    title: 'Value cut in a text that is too short',
    remedy:
      'SQL Server raises an error where the text of a number does not fit; here it is cut. Give the text its full length.',
  },
  SL1106: {
    severity: 'info',
    title: 'Argument that SQL Server refuses',
    remedy:
      'PostgreSQL answers where SQL Server raises an error: test the argument first where code counts on the error.',
  },
  SL1107: {
    severity: 'info',
    title: 'Text read as a number',
    remedy:
      'PostgreSQL takes forms that SQL Server refuses: 1_000 and 0x1F as whole numbers, 1e3 and NaN as decimals, Infinity as a float. Check texts of unknown origin before they are read.',
  },
  SL1108: {
    severity: 'info',
    title: 'String beyond 8,000 bytes',
    remedy:
      'Nothing has to be done, unless code counts on texts that are cut at 8,000 bytes: then cut them with left().',
  },
  SL1109: {
    severity: 'info',
    title: 'Code of a character',
    remedy: "Codes above 127 are those of Unicode, not of the code page: convert_to(x, 'WIN1252') has its bytes.",
  },
  SL1110: {
    severity: 'info',
    title: 'Name taken apart at its dots',
    remedy: 'Brackets are not read, and a name of more than four parts is not NULL: test such names first.',
  },
  SL1111: {
    severity: 'info',
    title: 'Trailing blanks count',
    remedy:
      'Texts that differ in blanks at their end alone are other texts in PostgreSQL: trim them when they are stored, rtrim() in keys that come from char columns.',
  },
  SL1112: {
    severity: 'info',
    title: 'Value of the server, the session or the catalog',
    remedy:
      'It is what PostgreSQL calls so: names of roles, its own version, its own numbers of objects. Look at what is compared with it.',
  },
  SL1113: {
    severity: 'info',
    title: 'Text of XML',
    remedy:
      'PostgreSQL keeps XML as it was written; SQL Server writes it anew (<a/>, no declaration, no blanks between elements). Compare by its content.',
  },
} as const satisfies CodeTable & Record<Exclude<DifferenceCode, ToldElsewhere>, unknown>;
