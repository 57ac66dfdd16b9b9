/** How ODBC sees a column `c` of meta.columns whose type row is `t`: expressions of PostgreSQL over both. */

const isText = 'c.system_type_id IN (35, 99, 167, 175, 231, 239)';
const isWide = 'c.system_type_id IN (99, 231, 239)';

/** ODBC 3 data type. */
export const ODBC_TYPE = `(CASE c.system_type_id WHEN 34 THEN -4 WHEN 35 THEN -1 WHEN 36 THEN -11 WHEN 40 THEN 91 WHEN 41 THEN -154 WHEN 42 THEN 93 WHEN 43 THEN -155
  WHEN 48 THEN -6 WHEN 52 THEN 5 WHEN 56 THEN 4 WHEN 58 THEN 93 WHEN 59 THEN 7 WHEN 60 THEN 3 WHEN 61 THEN 93 WHEN 62 THEN 6 WHEN 98 THEN -150 WHEN 99 THEN -10 WHEN 104 THEN -7
  WHEN 106 THEN 3 WHEN 108 THEN 2 WHEN 122 THEN 3 WHEN 127 THEN -5 WHEN 165 THEN -3 WHEN 167 THEN 12 WHEN 173 THEN -2 WHEN 175 THEN 1 WHEN 189 THEN -2 WHEN 231 THEN -9
  WHEN 239 THEN -8 WHEN 240 THEN -151 WHEN 241 THEN -152 END)`;

/** The type's own name, ` identity` added as drivers expect it. */
export const TYPE_NAME = `(t.name || CASE WHEN c.is_identity THEN ' identity' ELSE '' END)`;

/** Characters, digits, or the width of the text form. */
export const PRECISION = `(CASE WHEN c.system_type_id = 35 OR c.system_type_id = 34 THEN 2147483647 WHEN c.system_type_id = 99 THEN 1073741823
  WHEN c.system_type_id IN (165, 167) AND c.max_length = -1 THEN 2147483647 WHEN c.system_type_id = 231 AND c.max_length = -1 THEN 1073741823
  WHEN c.system_type_id IN (231, 239) THEN c.max_length / 2 WHEN c.system_type_id IN (165, 167, 173, 175) THEN c.max_length WHEN c.system_type_id = 36 THEN 36
  WHEN c.system_type_id = 189 THEN 8 WHEN c.system_type_id = 98 THEN 8000 WHEN c.system_type_id = 241 THEN 0 WHEN c.system_type_id = 240 THEN greatest(c.max_length, 0) ELSE c.precision END)::int`;

/** Bytes in the client's buffer. */
export const LENGTH = `(CASE WHEN c.system_type_id IN (34, 35) THEN 2147483647 WHEN c.system_type_id = 99 THEN 2147483646 WHEN c.max_length = -1 THEN CASE WHEN ${isWide} THEN 2147483646 ELSE 2147483647 END
  WHEN c.system_type_id IN (106, 108) THEN c.precision + 2 WHEN c.system_type_id = 60 THEN 21 WHEN c.system_type_id = 122 THEN 12 WHEN c.system_type_id IN (58, 61, 42) THEN 16
  WHEN c.system_type_id = 40 THEN 6 WHEN c.system_type_id = 41 THEN 12 WHEN c.system_type_id = 43 THEN 20 ELSE c.max_length END)::int`;

export const SCALE = `(CASE WHEN c.system_type_id IN (48, 52, 56, 127) THEN 0 WHEN c.system_type_id IN (106, 108, 60, 122, 41, 42, 43, 61) THEN c.scale WHEN c.system_type_id = 58 THEN 0 END)::smallint`;

export const RADIX = `(CASE WHEN c.system_type_id IN (48, 52, 56, 127, 106, 108, 60, 122) THEN 10 WHEN c.system_type_id IN (59, 62) THEN 10 END)::smallint`;

export const OCTETS = `(CASE WHEN ${isText} OR c.system_type_id IN (34, 165, 173) THEN CASE WHEN c.system_type_id IN (34, 35) THEN 2147483647 WHEN c.system_type_id = 99 THEN 2147483646
  WHEN c.max_length = -1 THEN 0 ELSE c.max_length END END)::int`;

/** ODBC 3: 9 for date and time types. */
export const SQL_DATA_TYPE = `(CASE WHEN c.system_type_id IN (40, 42, 58, 61) THEN 9 ELSE ${ODBC_TYPE} END)::smallint`;

export const DATETIME_SUB = `(CASE WHEN c.system_type_id = 40 THEN 1 WHEN c.system_type_id IN (42, 58, 61) THEN 3 END)::smallint`;

/** The type token of TDS for a nullable or NOT NULL column. */
export const SS_DATA_TYPE = `(CASE c.system_type_id WHEN 48 THEN CASE WHEN c.is_nullable THEN 38 ELSE 48 END WHEN 52 THEN CASE WHEN c.is_nullable THEN 38 ELSE 52 END
  WHEN 56 THEN CASE WHEN c.is_nullable THEN 38 ELSE 56 END WHEN 127 THEN CASE WHEN c.is_nullable THEN 108 ELSE 63 END WHEN 104 THEN 50 WHEN 106 THEN 106 WHEN 108 THEN 108
  WHEN 61 THEN CASE WHEN c.is_nullable THEN 111 ELSE 61 END WHEN 58 THEN CASE WHEN c.is_nullable THEN 111 ELSE 58 END WHEN 60 THEN CASE WHEN c.is_nullable THEN 110 ELSE 60 END
  WHEN 122 THEN CASE WHEN c.is_nullable THEN 110 ELSE 122 END WHEN 59 THEN CASE WHEN c.is_nullable THEN 109 ELSE 59 END WHEN 62 THEN CASE WHEN c.is_nullable THEN 109 ELSE 62 END
  WHEN 36 THEN 37 WHEN 40 THEN 0 WHEN 41 THEN 0 WHEN 42 THEN 0 WHEN 43 THEN 0 WHEN 35 THEN 35 WHEN 99 THEN 35 WHEN 34 THEN 34 WHEN 241 THEN 0 WHEN 240 THEN 23 WHEN 98 THEN 39
  WHEN 165 THEN 37 WHEN 173 THEN 45 WHEN 189 THEN 45 WHEN 175 THEN CASE WHEN c.is_nullable THEN 39 ELSE 47 END WHEN 239 THEN CASE WHEN c.is_nullable THEN 39 ELSE 47 END ELSE 39 END)::smallint`;
