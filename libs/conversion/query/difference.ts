/**
 * Kinds of differences that plain PostgreSQL has and no readable form of it makes up for: the issue code that tells of each. A rule tells one where it can
 * show, and only there: of a cast to tinyint, but not of one that is within its range anyway.
 */
export type DifferenceCode =
  /** Letters equal whose accents differ. */
  | 'SL1069'
  /** Groups and sets that tell case apart. */
  | 'SL1075'
  /** The seventh digit of a second. */
  | 'SL1101'
  /** Steps of 1/300 s. */
  | 'SL1102'
  /** Ranges of tinyint, money and smallmoney. */
  | 'SL1103'
  /** Dates outside of the years of a type, and parts that make none. */
  | 'SL1104'
  /** Values cut in texts that are too short for them. */
  | 'SL1105'
  /** Arguments that SQL Server refuses. */
  | 'SL1106'
  /** Texts read as numbers. */
  | 'SL1107'
  /** Strings beyond 8,000 bytes. */
  | 'SL1108'
  /** Codes of characters. */
  | 'SL1109'
  /** Names taken apart. */
  | 'SL1110'
  /** Trailing blanks. */
  | 'SL1111'
  /** Values of the server, the session and the catalog. */
  | 'SL1112'
  /** Texts of XML. */
  | 'SL1113';
