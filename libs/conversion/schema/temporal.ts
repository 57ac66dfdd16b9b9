import { quoteIdent, quoteLiteral, quoteQualified } from '#pgsql';
import { type SchemaContext, sourceName, tell } from './schema-context.ts';
import type { ConvertedTable, Step } from './target-model.ts';
import { rowTrigger } from './trigger-text.ts';

/** The end of a period that has not ended; SQL Server's 9999-12-31 23:59:59.9999999, cut to the column's digits. */
const OPEN_END = `timestamp '9999-12-31 23:59:59.999999'`;
/** Begin of the transaction in UTC, as SQL Server stamps periods. */
const NOW = `now() AT TIME ZONE 'UTC'`;

/** A system-versioned table with its history. */
interface Versioned {
  readonly table: ConvertedTable;
  readonly history: ConvertedTable;
  /** Quoted target names of the period's columns. */
  readonly start: string;
  readonly end: string;
}

/** Tables with a period and a history that both move, made known to queries FOR SYSTEM_TIME. A period without its history is an issue. */
export function versionedTables(context: SchemaContext): readonly Versioned[] {
  return [...context.tables.values()].flatMap((table) => {
    const { temporal } = table.source;
    if (!temporal) return [];
    const history = context.tables.get(sourceName(temporal.history));
    const start = table.columns.find((one) => one.source.name === temporal.start);
    const end = table.columns.find((one) => one.source.name === temporal.end);
    const object = sourceName(table.source);
    if (!history || !start || !end) {
      tell(
        context,
        'SL1013',
        object,
        `Versions are not kept: ${sourceName(temporal.history)} or the period does not move.`,
      );
      return [];
    }
    tell(
      context,
      'SL1019',
      object,
      `Triggers write the older versions of its rows to ${history.schema}.${history.name}.`,
    );
    const versioned = { table, history, start: quoteIdent(start.name), end: quoteIdent(end.name) };
    context.scope.addVersions(table, allVersions(versioned));
    return [versioned];
  });
}

/**
 * Two triggers: one stamps the period of what is written, the other keeps what was before. As in SQL Server a transaction that began before the row's last change fails
 * (error 13535), and rows changed twice within a transaction leave a version without duration.
 */
export function temporalSteps(context: SchemaContext, versioned: Versioned): Step[] {
  const { table } = versioned;
  const object = sourceName(table.source);
  const name = (suffix: string): string =>
    context.naming.name(`routines ${table.schema}`, `${table.name}_${suffix}`, `${suffix} ${object}`);
  return [
    ...rowTrigger({
      object,
      table,
      name: name('period'),
      timing: 'BEFORE INSERT OR UPDATE',
      body: periodBody(versioned),
    }),
    ...rowTrigger({
      object,
      table,
      name: name('history'),
      timing: 'AFTER UPDATE OR DELETE',
      body: historyBody(versioned),
    }),
  ];
}

function periodBody({ table, start, end }: Versioned): string {
  return `BEGIN
  IF TG_OP = 'UPDATE' AND OLD.${start} > ${NOW} THEN
    RAISE EXCEPTION 'Data modification failed on system-versioned table % because transaction time was earlier than period start time for affected records.', ${quoteLiteral(table.name)}
      USING ERRCODE = '40001';
  END IF;
  NEW.${start} := ${NOW};
  NEW.${end} := ${OPEN_END};
  RETURN NEW;
END;`;
}

function historyBody({ table, history, end }: Versioned): string {
  const columns = history.columns.flatMap((column) => {
    const own = table.columns.find((one) => one.source.name.toLowerCase() === column.source.name.toLowerCase());
    return own && !column.generated ? [{ into: quoteIdent(column.name), from: quoteIdent(own.name) }] : [];
  });
  const values = columns.map((one) => (one.from === end ? NOW : `OLD.${one.from}`));
  return `BEGIN
  INSERT INTO ${quoteQualified(history)} (${columns.map((one) => one.into).join(', ')})
  VALUES (${values.join(', ')});
  RETURN NULL;
END;`;
}

/** What FOR SYSTEM_TIME reads: the rows of now and their older versions, without those that had no duration. */
function allVersions({ table, history, start, end }: Versioned): { sql: string; start: string; end: string } {
  const columns = table.columns.map((one) => quoteIdent(one.name)).join(', ');
  const older = table.columns.map((one) => {
    const there = history.columns.find((other) => other.source.name.toLowerCase() === one.source.name.toLowerCase());
    return there ? quoteIdent(there.name) : 'NULL';
  });
  const [from, until] = [start, end].map(
    (period) => older[table.columns.findIndex((one) => quoteIdent(one.name) === period)] ?? period,
  );
  const sql = `(SELECT ${columns} FROM ${quoteQualified(table)} UNION ALL SELECT ${older.join(', ')} FROM ${quoteQualified(history)} WHERE ${from} < ${until})`;
  return { sql, start, end };
}
