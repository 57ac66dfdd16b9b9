import { quoteIdent, quoteQualified } from '#pgsql';
import type { Step } from './target-model.ts';

/** A row trigger with its function, as the converter makes them for what the source's engine does by itself. */
export interface RowTrigger {
  /** The source object that it stands for. */
  readonly object: string;
  readonly table: { readonly schema: string; readonly name: string };
  /** Of trigger and function, within 63 bytes, not quoted. */
  readonly name: string;
  /** `BEFORE INSERT OR UPDATE` … */
  readonly timing: string;
  /** PL/pgSQL between AS and the end. */
  readonly body: string;
}

/** CREATE FUNCTION and CREATE TRIGGER, both after the rows are there: what is moved fires nothing. */
export function rowTrigger(trigger: RowTrigger): Step[] {
  const fn = quoteQualified({ schema: trigger.table.schema, name: trigger.name });
  const step = (sql: string): Step => ({ phase: 'code', object: trigger.object, sql, optional: true });
  const tag = tagFor(trigger.body);
  return [
    step(`CREATE OR REPLACE FUNCTION ${fn}()\nRETURNS trigger\nLANGUAGE plpgsql\nAS ${tag}\n${trigger.body}\n${tag}`),
    step(
      `CREATE OR REPLACE TRIGGER ${quoteIdent(trigger.name)} ${trigger.timing} ON ${quoteQualified(trigger.table)} FOR EACH ROW EXECUTE FUNCTION ${fn}()`,
    ),
  ];
}

/** A dollar quote that the text does not hold: names may hold anything. */
function tagFor(body: string): string {
  let tag = '$$';
  for (let n = 1; body.includes(tag); n++) tag = `$body${n}$`;
  return tag;
}
