/** What is known of SQL Server's error for one that PostgreSQL raised. */
export interface SqlErrorFacts {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly message: string;
}

/** The SQLSTATE of errors raised by RUNTIME_SQL; DETAIL is SQL Server's number. */
export const RUNTIME_SQLSTATE = 'TSQL0';

const fixed = (number: number, message: string, state = 1): SqlErrorFacts => ({ number, severity: 16, state, message });

const OVERFLOW_TYPES: Readonly<Record<string, string>> = {
  integer: 'int',
  smallint: 'smallint',
  bigint: 'bigint',
  'numeric field': 'numeric',
  '"real"': 'real',
  '"double precision"': 'float',
};

function overflow(message: string): SqlErrorFacts {
  if (message === 'input is out of range') return fixed(3623, 'An invalid floating point operation occurred.');
  const type = Object.entries(OVERFLOW_TYPES).find(([name]) => message.startsWith(name))?.[1] ?? 'numeric';
  return fixed(8115, `Arithmetic overflow error converting expression to data type ${type}.`, 2);
}

function grouping(message: string): SqlErrorFacts {
  if (message.includes('nested'))
    return fixed(130, 'Cannot perform an aggregate function on an expression containing an aggregate or a subquery.');
  if (message.includes('WHERE')) {
    return fixed(
      147,
      'An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.',
    );
  }
  return fixed(
    8120,
    'Column is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.',
  );
}

/** By SQLSTATE: PostgreSQL's own faults of arithmetic, casts and row counts. Constraints are the engine's. */
const BY_STATE: Readonly<Record<string, (message: string) => SqlErrorFacts>> = {
  '22012': () => fixed(8134, 'Divide by zero error encountered.'),
  '22003': overflow,
  '22008': () => fixed(517, 'Adding a value to a date column caused an overflow.'),
  '22007': () => fixed(241, 'Conversion failed when converting date and/or time from character string.'),
  '22011': () => fixed(537, 'Invalid length parameter passed to the LEFT or SUBSTRING function.', 2),
  '2201E': () => fixed(3623, 'An invalid floating point operation occurred.'),
  '2201F': () => fixed(3623, 'An invalid floating point operation occurred.'),
  '2200H': () =>
    fixed(
      11728,
      'The sequence object has reached its minimum or maximum value. Restart the sequence object to allow new values to be generated.',
    ),
  '42701': () =>
    fixed(264, 'The column name is specified more than once in the SET clause or column list of an INSERT.'),
  '42803': grouping,
  '42P20': () => fixed(4108, 'Windowed functions can only appear in the SELECT or ORDER BY clauses.'),
  '22P02': (message) =>
    fixed(8114, `Error converting data type varchar to ${/type (\w+)/.exec(message)?.[1] ?? 'numeric'}.`, 5),
  '21000': (message) =>
    message.startsWith('MERGE')
      ? fixed(8672, 'The MERGE statement attempted to UPDATE or DELETE the same row more than once.')
      : fixed(
          512,
          'Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.',
        ),
  '2201W': () => ({ ...fixed(127, 'A TOP N or FETCH rowcount value may not be negative.'), severity: 15 }),
  '2201X': () => fixed(10742, 'The offset specified in a OFFSET clause may not be negative.'),
};

/**
 * SQL Server's error for one raised by RUNTIME_SQL or by PostgreSQL's arithmetic and casts; undefined for any other.
 * The message of a runtime error is SQL Server's own text and may quote the value, as SQL Server's does.
 */
export function sqlErrorOf(error: unknown): SqlErrorFacts | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, message, detail } = error as { code?: unknown; message?: unknown; detail?: unknown };
  if (typeof code !== 'string') return undefined;
  const text = typeof message === 'string' ? message : '';
  if (code === RUNTIME_SQLSTATE) return fixed(Number(detail), text);
  // make_date and its fellows: the parts make no date.
  if (code === '22008' && /^(date|time|timestamp) field value out of range: /.test(text)) {
    return fixed(289, 'Cannot construct data type date, some of the arguments have values which are not valid.');
  }
  return BY_STATE[code]?.(text);
}
