import type { Delete, DmlTable, Expression, Identifier, Insert, Merge, TableSource, Truncate, Update } from '#tsql';
import { quoteLiteral } from '#pgsql';
import { resultCast, translateDml, type TranslatedDml } from '../query/index.ts';
import { convertedField, variableOf } from './assign.ts';
import { refusePieces } from './built-statement.ts';
import type { Emitter } from './emitter.ts';
import { insertExecute } from './insert-execute.ts';
import { ROW_LIMIT } from './flow.ts';
import { resultSet } from './result-sets.ts';
import { countRow, readRowCount, setRowCount, takeRowCount } from './row-count.ts';
import { goesFromRowToRow, updateRowByRow } from './update-rows.ts';

type Change = Insert | Update | Delete | Merge;

/** INSERT, UPDATE, DELETE, MERGE with what hangs on them: OUTPUT, assigned variables, the identity. */
export function change(e: Emitter, node: Change): void {
  if (node.kind === 'insert' && node.source.kind === 'insertExecute')
    return insertExecute(e, node, node.source.execute);
  if (e.facts.rowLimit !== undefined || e.facts.rowLimitSql !== undefined) {
    const { rowLimit, rowLimitSql } = e.facts;
    delete e.facts.rowLimit;
    delete e.facts.rowLimitSql;
    try {
      return change(e, limited(e, node, rowLimit));
    } finally {
      Object.assign(e.facts, rowLimit === undefined ? { rowLimitSql } : { rowLimit });
    }
  }
  if (node.kind === 'update' && goesFromRowToRow(node)) return updateRowByRow(e, node);
  const below = node.kind === 'insert' ? changeBelow(node) : undefined;
  if (node.kind === 'insert' && below) return insertChanged(e, node, below);
  if (isAppend(e, node)) return append(e, node);
  e.facts.writes = true;
  const cursor = currentOf(e, node);
  const made = translated(e, cursor ? ({ ...node, where: undefined } as unknown as Change) : node);
  if (cursor) {
    e.sql(`${made.sql} WHERE CURRENT OF ${cursor}`, node.span, 'ddl');
    return takeRowCount(e);
  }
  if (made.assigns.length > 0) return assigning(e, node, made);
  if (made.outputInto) return outputInto(e, node, made);
  if (made.columns.length > 0) return output(e, node, made);
  inserted(e, node, made);
}

/** A change under SET ROWCOUNT touches that many rows, as with TOP; `limit` undefined: the number is in a variable. */
function limited(e: Emitter, node: Change, limit: number | undefined): Change {
  const { span } = node;
  if (node.kind === 'insert' && node.source.kind === 'values' && node.source.rows.length === 1) return node;
  if (node.top) return e.fail('TOP under SET ROWCOUNT is not converted.', span);
  const expression: Expression =
    limit === undefined
      ? { kind: 'variable', name: ROW_LIMIT, span }
      : { kind: 'literal', type: 'int', text: String(limit), value: String(limit), span };
  return { ...node, top: { kind: 'top', expression, percent: false, withTies: false, span } };
}

function translated(e: Emitter, node: Change): TranslatedDml {
  const made = e.translated(node.span, (context) => translateDml(node, context));
  if (!made) return e.fail('The statement is not converted.', node.span);
  if (made.parameters.length > 0) e.fail(`${made.parameters[0]?.name ?? ''} has no counterpart.`, node.span);
  return made;
}

/** WHERE CURRENT OF: the cursor. */
function currentOf(e: Emitter, node: Change): string | undefined {
  if ((node.kind !== 'update' && node.kind !== 'delete') || node.where?.kind !== 'currentOf') return undefined;
  const { cursor } = node.where;
  const name = cursor.kind === 'variable' ? cursor.name : `cursor ${cursor.name}`;
  const found = e.variables.find(name);
  if (!found) e.fail('The cursor of WHERE CURRENT OF is not declared here.', node.span);
  return found.name;
}

/** UPDATE t SET @v = …: the last row counts. */
function assigning(e: Emitter, node: Change, made: TranslatedDml): void {
  if (made.columns.length > made.assigns.length)
    e.fail('OUTPUT beside assigned variables is not converted.', node.span);
  const fields = made.columns.map((_, index) => `c${index + 1}`);
  const row = e.variables.declare('@\u0000row', undefined, 'record').name;
  const sql = `WITH changed(${fields.join(', ')}) AS (${made.sql}) SELECT * FROM changed`;
  setRowCount(e, '0');
  e.forRows(row, sql, node.span, () => {
    for (const [index, name] of made.assigns.entries()) {
      const target = variableOf(e, { kind: 'variable', name, span: node.span });
      const from = made.columns[index]?.type ?? target.type;
      e.line(`${target.name} := ${convertedField(e, `${row}.c${index + 1}`, from, target, node.span)};`);
    }
    countRow(e);
  });
}

/** The changed rows as a common table expression. */
const changed = ({ withs, sql }: TranslatedDml, fields: readonly string[]): string =>
  `WITH ${withs === undefined ? '' : `${withs}, `}changed(${fields.join(', ')}) AS (${sql})`;

/** OUTPUT … INTO: the changed rows are inserted by the same statement. */
function outputInto(e: Emitter, node: Change, made: TranslatedDml): void {
  const into = made.outputInto;
  if (!into) return;
  const fields = made.columns.map((_, index) => `c${index + 1}`);
  const columns = into.columns.map((one) => one.sql).join(', ');
  const sql = `${changed(made, fields)} INSERT INTO ${into.target.sql ?? ''} (${columns}) SELECT ${fields.join(', ')} FROM changed`;
  e.sql(sql, node.span);
  takeRowCount(e);
}

/** `INSERT … SELECT … FROM (MERGE … OUTPUT …) AS t`: the change below the query. */
function changeBelow({ source }: Insert): DmlTable | undefined {
  if (source.kind !== 'insertQuery' || source.query.body.kind !== 'selectSpec') return undefined;
  const [only, ...more] = source.query.body.from;
  return more.length === 0 && only?.kind === 'dmlTable' ? only : undefined;
}

/** By what the rows of a change are found by the query over them. */
const CHANGED_ROWS = '#changed rows';

/** The rows of a change go through a query into a table, all in one statement. */
function insertChanged(e: Emitter, node: Insert, { statement, alias, columns, span }: DmlTable): void {
  e.facts.writes = true;
  const made = translated(e, statement);
  if (made.assigns.length > 0 || node.output.length > 0)
    return e.fail('OUTPUT of an INSERT over a change is not converted.', node.span);
  const fields = made.columns.map((_, index) => `c${index + 1}`);
  e.scope.local.set(CHANGED_ROWS, {
    kind: 'table',
    name: CHANGED_ROWS,
    sql: 'changed',
    columns: made.columns.map((one, index) => ({
      name: columns[index]?.name ?? one.name,
      sql: fields[index] ?? '',
      type: one.type,
      nullable: true,
    })),
  });
  const name = { kind: 'identifier', name: CHANGED_ROWS, quoted: true, span } as unknown as Identifier;
  const rows: TableSource = {
    kind: 'table',
    name: { kind: 'objectName', name, span },
    hints: [],
    columns: [],
    span,
    ...(alias ? { alias } : {}),
  };
  const outer = translated(e, over(node, rows));
  const rest = outer.withs === undefined ? '' : `, ${outer.withs}`;
  inserted(e, node, { ...outer, sql: `${changed(made, fields)}${rest} ${outer.sql}` });
}

/** The same INSERT over other rows. */
function over(node: Insert, rows: TableSource): Insert {
  const { source } = node;
  if (source.kind !== 'insertQuery' || source.query.body.kind !== 'selectSpec') return node;
  const body = { ...source.query.body, from: [rows] };
  return { ...node, source: { ...source, query: { ...source.query, body } } };
}

/** OUTPUT to the caller: a result set. */
function output(e: Emitter, node: Change, made: TranslatedDml): void {
  const fields = made.columns.map((_, index) => `c${index + 1}`);
  resultSet(e, node.span, (types) => {
    const list = fields.map((one, index) => {
      const [wanted, column] = [types?.[index], made.columns[index]];
      return wanted && column ? `${one}${resultCast(column.type, wanted)}` : one;
    });
    return {
      columns: made.columns,
      runs: 'change',
      sql: `${changed(made, fields)} SELECT ${list.join(', ')} FROM changed`,
    };
  });
}

/** An identity goes on behind the greatest value that was given to it: https://learn.microsoft.com/en-us/sql/t-sql/statements/set-identity-insert-transact-sql */
function movePast(e: Emitter, { target }: TranslatedDml): void {
  const column = target.columns.find((one) => one.identity);
  if (!column || target.view || !target.sql || target.kind !== 'table') return;
  const sequence = `pg_get_serial_sequence(${quoteLiteral(target.sql)}, ${quoteLiteral(unquoted(column.sql))})`;
  e.laid(
    `PERFORM setval(${sequence}, max(${column.sql})) FROM ${target.sql} HAVING max(${column.sql}) > coalesce(pg_sequence_last_value(${sequence}::regclass), 0);`,
  );
}

/** A change that gives no rows; an INSERT keeps the identity it made, where the routine asks for it. */
function inserted(e: Emitter, node: Change, made: TranslatedDml): void {
  const { identity: variable } = e.facts;
  const tail = made.identity ? ` RETURNING ${made.identity.sql}` : '';
  const plain = tail !== '' && made.sql.endsWith(tail) ? made.sql.slice(0, -tail.length) : made.sql;
  const column = made.target.columns.find((one) => one.identity);
  const isOneRow =
    node.kind === 'insert' &&
    (node.source.kind === 'defaultValues' || (node.source.kind === 'values' && node.source.rows.length === 1));
  if (variable && column && isOneRow && !made.target.view) {
    e.into(
      `${plain} RETURNING ${column.sql}`,
      `${plain} RETURNING ${column.sql} INTO ${variable}`,
      variable,
      node.span,
    );
    takeRowCount(e);
    if (made.explicitIdentity) movePast(e, made);
    return;
  }
  if (made.miscounts && readRowCount(e))
    e.fail('@@ROWCOUNT of a MERGE that is several statements before PostgreSQL 17 is not converted.', node.span);
  e.sql(plain, node.span);
  takeRowCount(e);
  // A statement that is executed as a text does not tell whether it found rows.
  if (variable && node.kind === 'insert') refusePieces(e, [plain], node.span);
  if (made.explicitIdentity && node.kind === 'insert') movePast(e, made);
  if (variable && column && node.kind === 'insert') {
    const sequence = `pg_get_serial_sequence(${quoteLiteral(made.target.sql ?? '')}, ${quoteLiteral(unquoted(column.sql))})`;
    e.line('IF FOUND THEN');
    e.line(`  ${variable} := currval(${sequence});`);
    e.line('END IF;');
  } else if (variable && node.kind === 'insert') e.line(`${variable} := NULL;`);
}

const unquoted = (sql: string): string => (sql.startsWith('"') ? sql.slice(1, -1).replaceAll('""', '"') : sql);

/** Whether this appends to the rows that a multi-statement function returns, which are nowhere else used. */
function isAppend(e: Emitter, node: Change): node is Insert {
  return (
    e.options.kind === 'table' &&
    e.facts.resultTable === undefined &&
    node.kind === 'insert' &&
    node.target.kind === 'tableVariable' &&
    e.scope.local.get(node.target.name.toLowerCase())?.name === RETURNED
  );
}

/** The name of the relation that stands for the rows a multi-statement function returns. */
export const RETURNED = '\u0000returned';

/** INSERT @result …: RETURN QUERY. Columns that are not named are NULL. */
function append(e: Emitter, node: Insert): void {
  const relation = e.scope.local.get(node.target.kind === 'tableVariable' ? node.target.name.toLowerCase() : '');
  const made = translated(e, { ...node, output: [] });
  if (!relation || node.output.length > 0) return e.fail('OUTPUT of this INSERT is not converted.', node.span);
  const match = /^((?:WITH .*? )?)INSERT INTO \S+ \((.*?)\) /s.exec(made.sql);
  if (!match) return e.fail('This INSERT into the returned table is not converted.', node.span);
  const names = splitNames(match[2] ?? '');
  const rows = made.sql.slice(match[0].length);
  const types = e.options.resultTypes ?? [];
  const list = relation.columns.map((one, index) =>
    names.includes(one.sql) ? `q.${one.sql}::${types[index] ?? 'text'}` : `NULL::${types[index] ?? 'text'}`,
  );
  e.line('RETURN QUERY');
  e.indented(() =>
    e.sql(`${match[1] ?? ''}SELECT ${list.join(', ')} FROM (${rows}) AS q(${names.join(', ')})`, node.span),
  );
  takeRowCount(e);
}

const splitNames = (list: string): readonly string[] => list.match(/"(?:[^"]|"")*"|[^,\s]+/g) ?? [];

/** TRUNCATE TABLE; identities begin anew, as in SQL Server. */
export function truncate(e: Emitter, node: Truncate): void {
  if (node.options.length > 0) e.fail('TRUNCATE of partitions is not converted.', node.span);
  const parts = [node.table.database, node.table.schema, node.table.name].flatMap((one) => (one ? [one.name] : []));
  const relation = e.scope.relation(parts);
  if (!relation?.sql) return e.fail(`Invalid object name '${node.table.name.name}'.`, node.span);
  e.facts.writes = true;
  e.sql(`TRUNCATE TABLE ${relation.sql} RESTART IDENTITY`, node.span, 'ddl');
}
