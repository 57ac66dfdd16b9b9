import type { TdsValue } from '../session.ts';
import { tdsLength, tdsTypeId, typeText } from './describe-result-set.ts';
import { textArguments } from './driver-query.ts';
import type { DescribedParameter, SystemProcedure } from './procedure.ts';
import { BIT, INT, sendResult, SMALLINT, SYSNAME, text, TINYINT, type ResultShape } from './result-set.ts';
import { facetsOf } from './types.ts';

const SHAPE: ResultShape = [
  ['parameter_ordinal', INT],
  ['name', SYSNAME],
  ['suggested_system_type_id', INT],
  ['suggested_system_type_name', text(256)],
  ['suggested_max_length', SMALLINT],
  ['suggested_precision', TINYINT],
  ['suggested_scale', TINYINT],
  ['suggested_user_type_id', INT],
  ['suggested_user_type_database', SYSNAME],
  ['suggested_user_type_schema', SYSNAME],
  ['suggested_user_type_name', SYSNAME],
  ['suggested_assembly_qualified_type_name', text(4000)],
  ['suggested_xml_collection_id', INT],
  ['suggested_xml_collection_database', SYSNAME],
  ['suggested_xml_collection_schema', SYSNAME],
  ['suggested_xml_collection_name', SYSNAME],
  ['suggested_is_xml_document', BIT],
  ['suggested_is_case_sensitive', BIT],
  ['suggested_is_fixed_length_clr_type', BIT],
  ['suggested_is_input', BIT],
  ['suggested_is_output', BIT],
  ['formal_parameter_name', SYSNAME],
  ['suggested_tds_type_id', INT],
  ['suggested_tds_length', INT],
];

function rowOf({ name, type }: DescribedParameter, at: number): TdsValue[] {
  const { systemTypeId, maxLength, precision, scale } = facetsOf(type);
  const facets = [systemTypeId, typeText(type), maxLength, precision, scale];
  const none = new Array<TdsValue>(9).fill(null);
  return [
    ...[at + 1, name, ...facets, ...none],
    ...[false, false, false, true, false, null],
    ...[tdsTypeId(type), tdsLength(type)],
  ];
}

/** sp_describe_undeclared_parameters: what drivers ask to describe the parameters of a statement before it runs. */
export const describeUndeclaredParameters: SystemProcedure = async (context, args) => {
  const [batch, parameters] = textArguments(['tsql', 'params'], args);
  const found = await context.describeParameters(batch ?? '', parameters ?? undefined);
  await sendResult(context.out, SHAPE, found.map(rowOf));
  return { status: 0 };
};
