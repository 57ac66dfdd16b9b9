import type { MethodCall, PropertyAccess, StaticCall } from '#tsql';
import type { SqlType, TypedSql } from './api.ts';
import { convert } from './convert.ts';
import type { Environment } from './environment.ts';
import { translate } from './expression.ts';
import { plainHierarchyMethod, plainParse, plainRoot } from './hierarchy-plain.ts';
import { call, value } from './sql-text.ts';
import { BIT, FLOAT, INT, isString, nvarchar } from './sql-type.ts';
import type { Translation } from './translation.ts';
import { concatenatedRows, methodTarget, xmlMethod } from './xml-method.ts';

const HIERARCHYID: SqlType = { name: 'hierarchyid' };

/** A method of a hierarchyid: function of the runtime and its result. */
const HIERARCHY_METHODS: Readonly<Record<string, readonly [string, SqlType]>> = {
  tostring: ['sys.hierarchyid_text', nvarchar(4000)],
  getlevel: ['sys.hierarchyid_level', { name: 'smallint' }],
  getancestor: ['sys.hierarchyid_ancestor', HIERARCHYID],
  isdescendantof: ['sys.hierarchyid_is_descendant', BIT],
};

const SPATIAL_METHODS: Readonly<Record<string, readonly [string, SqlType]>> = {
  stastext: ['sys.spatial_text', nvarchar(-1)],
  // With Z and M values; what is stored is the text as it came.
  astextzm: ['sys.spatial_text', nvarchar(-1)],
  tostring: ['sys.spatial_text', nvarchar(-1)],
};

/** `value.Method(args)`. */
export function translateMethod(t: Translation, env: Environment, node: MethodCall): TypedSql {
  const rows = concatenatedRows(t, env, node);
  if (rows) return rows;
  const target = methodTarget(t, env, node.target);
  if (target.type.name === 'xml') return xmlMethod(t, env, node, target);
  const name = node.method.name.toLowerCase();
  const values = node.args.map((arg) => translate(t, env, arg));
  if (!t.profile.runtime) {
    const plain = target.type.name === 'hierarchyid' ? plainHierarchyMethod(target, name, values) : undefined;
    return plain ?? unknownMethod(t, target.type, node.method.name, node);
  }
  const args = values.map((one) => one.sql);
  const table = target.type.name === 'hierarchyid' ? HIERARCHY_METHODS : isSpatial(target.type) ? SPATIAL_METHODS : {};
  const method = table[name];
  if (!method) return unknownMethod(t, target.type, node.method.name, node);
  return value(call(method[0], target.sql, ...args), method[1], target.nullable || args.length > 0);
}

const isSpatial = (type: SqlType): boolean => type.name === 'geography' || type.name === 'geometry';

function unknownMethod(t: Translation, type: SqlType, method: string, node: MethodCall): TypedSql {
  return t.unsupported(`The method .${method}() of ${type.name}`, node.span);
}

/** `value.Property`. */
export function translateProperty(t: Translation, env: Environment, node: PropertyAccess): TypedSql {
  const target = translate(t, env, node.target);
  return spatialProperty(t, target, node.name.name, node.span);
}

/** A property of a spatial value, also where it was read as a column's qualifier. */
export function spatialProperty(
  t: Translation,
  target: TypedSql,
  name: string,
  span: PropertyAccess['span'],
): TypedSql {
  const properties: Readonly<Record<string, readonly [string, SqlType]>> = {
    stsrid: ['sys.spatial_srid', INT],
    lat: ['sys.spatial_lat', FLOAT],
    long: ['sys.spatial_long', FLOAT],
    stx: ['sys.spatial_long', FLOAT],
    sty: ['sys.spatial_lat', FLOAT],
  };
  const property = properties[name.toLowerCase()];
  if (!property || !isSpatial(target.type) || !t.profile.runtime) {
    return t.unsupported(`The property .${name} of ${target.type.name}`, span);
  }
  return value(call(property[0], target.sql), property[1], target.nullable);
}

/** `type::Method(args)`. */
export function translateStatic(t: Translation, env: Environment, node: StaticCall): TypedSql {
  const type = node.type.name.name.toLowerCase();
  const method = node.method.name.toLowerCase();
  const args = (node.args ?? []).map((arg) => translate(t, env, arg));
  const [first, second, third] = args;
  if (type === 'hierarchyid' && method === 'parse' && first && !t.profile.runtime) return plainParse(first);
  if (!t.profile.runtime || !first) return staticWithoutArguments(t, type, method, node);
  const text = (one: TypedSql): string =>
    isString(one.type) ? one.sql : convert(t, one, nvarchar(-1), { mode: 'implicit', span: node.span }).sql;
  if (type === 'hierarchyid' && method === 'parse')
    return value(call('sys.hierarchyid_parse', text(first)), HIERARCHYID, first.nullable);
  if (type === 'geography' || type === 'geometry') {
    const result: SqlType = { name: type };
    if (method === 'point' && second && third) {
      const [x, y] = type === 'geography' ? [second.sql, first.sql] : [first.sql, second.sql];
      return value(call('sys.spatial_point', `(${x})::float8`, `(${y})::float8`, third.sql), result, true);
    }
    if (/^st\w*fromtext$/.test(method) && second)
      return value(call('sys.spatial_parse', text(first), second.sql), result, first.nullable);
    if (method === 'parse')
      return value(call('sys.spatial_parse', text(first), type === 'geography' ? '4326' : '0'), result, first.nullable);
  }
  return staticWithoutArguments(t, type, method, node);
}

function staticWithoutArguments(t: Translation, type: string, method: string, node: StaticCall): TypedSql {
  if (type === 'hierarchyid' && method === 'getroot')
    return t.profile.runtime ? value(`'\\x'::bytea`, HIERARCHYID, false) : plainRoot();
  return t.unsupported(`${type}::${node.method.name}`, node.span);
}
