import type { TypedSql } from '../api.ts';
import { ruledType } from '../collate.ts';
import { searchable } from '../caseless.ts';
import { compare } from '../compare.ts';
import { convert } from '../convert.ts';
import { branches, commonType, NO_RESULT_TYPE, toCommon } from '../expression.ts';
import type { FunctionUse, RuleTable } from '../function-call.ts';
import { condition } from '../predicate.ts';
import { call, quoted, value } from '../sql-text.ts';
import { INT, isString, lengthOf } from '../sql-type.ts';

/** ISNULL takes type and length of its first argument; the second is cut to it. */
function isnull(use: FunctionUse): TypedSql {
  const [first, second] = [use.arg(0), use.arg(1)];
  if (first.untyped) return second;
  const type = first.type;
  const longer =
    isString(type) && (lengthOf(second.type) ?? -1) !== -1 && (lengthOf(second.type) ?? 0) <= (lengthOf(type) ?? 0);
  const mode = longer || lengthOf(type) === -1 ? 'implicit' : 'explicit';
  const other = convert(use.t, second, type, { mode, span: use.span });
  return branches([first, other], call('coalesce', first.sql, other.sql), type, first.nullable && second.nullable);
}

function coalesce(use: FunctionUse): TypedSql {
  const all = use.args();
  if (all.every((one) => one.untyped)) {
    return use.fail(
      4127,
      'At least one of the arguments to COALESCE must be an expression that is not the NULL constant.',
    );
  }
  const type = ruledType(use.t, commonType(all), all, { span: use.span, operation: 'COALESCE' });
  const parts = all.map((one) => toCommon(use.t, one, type, use.span).sql);
  return branches(
    all,
    call('coalesce', ...parts),
    type,
    all.every((one) => one.nullable),
  );
}

function nullif(use: FunctionUse): TypedSql {
  const [first, second] = [use.arg(0), use.arg(1)];
  if (first.untyped) {
    return use.fail(
      4151,
      'The type of the first argument to NULLIF cannot be the NULL constant because the type of the first argument has to be known.',
    );
  }
  const test = compare(use.t, '=', first, second, use.span);
  return { ...branches([first], `(CASE WHEN ${test} THEN NULL ELSE ${first.sql} END)`, first.type, true) };
}

function iif(use: FunctionUse): TypedSql {
  const test = use.node.args[0];
  const [yes, no] = [use.arg(1), use.arg(2)];
  if (yes.untyped && no.untyped) return use.fail(8133, NO_RESULT_TYPE);
  const type = ruledType(use.t, commonType([yes, no]), [yes, no], { span: use.span, operation: 'CASE' });
  const parts = [yes, no].map((one) => toCommon(use.t, one, type, use.span).sql);
  const when = test ? condition(use.t, use.env, test) : 'false';
  return branches(
    [yes, no],
    `(CASE WHEN ${when} THEN ${parts[0]} ELSE ${parts[1]} END)`,
    type,
    yes.nullable || no.nullable,
  );
}

function choose(use: FunctionUse): TypedSql {
  const options = use.args().slice(1);
  const type = ruledType(use.t, commonType(options), options, { span: use.span, operation: 'CASE' });
  const parts = options.map((one) => toCommon(use.t, one, type, use.span).sql);
  const arms = parts.map((part, index) => `WHEN ${index + 1} THEN ${part}`).join(' ');
  return branches(options, `(CASE ${use.int(0)} ${arms} END)`, type, true);
}

function isnumeric(use: FunctionUse): TypedSql {
  const from = use.arg(0);
  if (!isString(from.type)) {
    const never = ['datetime', 'guid', 'binary', 'other', 'xml'];
    const numeric = !never.some((name) => from.type.name.includes(name)) && from.constant !== null;
    return value(numeric ? `(CASE WHEN ${from.sql} IS NULL THEN 0 ELSE 1 END)` : '0', INT, false);
  }
  if (use.runtime) return value(call('sys.isnumeric', from.sql), INT, false);
  // A sign of a currency and commas make a number too.
  const regex = '^\\s*[+-]?[$£¤¥€]?[+-]?(\\d[\\d,]*\\.?\\d*|\\.\\d+)([eEdD][+-]?\\d+)?\\s*$|^\\s*[-+.,$£¤¥€]\\s*$';
  return value(`(CASE WHEN ${searchable(use.t, from).sql} ~ ${quoted(regex)} THEN 1 ELSE 0 END)`, INT, false);
}

/** Functions of choice and test. */
export const CONDITIONAL_RULES: RuleTable = {
  isnull: { rule: isnull, least: 2, most: 2 },
  coalesce: { rule: coalesce, least: 2, most: -1 },
  nullif: { rule: nullif, least: 2, most: 2 },
  iif: { rule: iif, least: 3, most: 3 },
  choose: { rule: choose, least: 2, most: -1 },
  isnumeric: { rule: isnumeric, least: 1, most: 1 },
};
