import { findAll, type Node, type NodeOf } from '#tsql';

type Named = { readonly [K in Node['kind']]?: readonly string[] | ((node: NodeOf<K>) => readonly string[]) };

const OUTER = { left: 'LEFT JOIN', right: 'RIGHT JOIN', full: 'FULL JOIN' } as const;
const JOINS: Readonly<Record<NodeOf<'join'>['type'], string>> = {
  ...OUTER,
  inner: 'INNER JOIN',
  cross: 'CROSS JOIN',
  crossApply: 'CROSS APPLY',
  outerApply: 'OUTER APPLY',
};

const GROUPINGS = { rollup: 'ROLLUP', cube: 'CUBE', groupingSets: 'GROUPING SETS' } as const;

function specClauses(node: NodeOf<'selectSpec'>): string[] {
  return [
    ...(node.distinct ? ['DISTINCT'] : []),
    ...(node.into === undefined ? [] : ['SELECT INTO']),
    ...(node.where === undefined ? [] : ['WHERE']),
    ...(node.having === undefined ? [] : ['HAVING']),
    ...(node.windows.length > 0 ? ['WINDOW'] : []),
  ];
}

function queryClauses(node: NodeOf<'query'>): string[] {
  return [
    ...(node.orderBy.length > 0 ? ['ORDER BY'] : []),
    ...(node.offset === undefined ? [] : ['OFFSET']),
    ...(node.fetch === undefined ? [] : ['FETCH NEXT']),
    ...(node.options.length > 0 ? ['OPTION (hint)'] : []),
  ];
}

function windowClauses(node: NodeOf<'window'>): string[] {
  return [
    'OVER',
    ...(node.partitionBy.length > 0 ? ['PARTITION BY'] : []),
    ...(node.frame === undefined ? [] : [node.frame.unit === 'rows' ? 'ROWS BETWEEN' : 'RANGE BETWEEN']),
  ];
}

/** A common table expression, and whether it reads itself. */
function withClauses(node: NodeOf<'cte'>): string[] {
  const own = node.name.name.toLowerCase();
  const recursive = findAll(node.query, 'table').some((table) => table.name.name.name.toLowerCase() === own);
  return [recursive ? 'WITH (recursive)' : 'WITH (common table expression)'];
}

function operatorName(node: NodeOf<'binary'>): string[] {
  return [/^(and|or)$/.test(node.op) ? node.op.toUpperCase() : `a ${node.op} b`];
}

/** The clauses, sources, predicates and operators that a node shows; nothing for nodes that every statement has. */
const CLAUSES: Named = {
  selectSpec: specClauses,
  query: queryClauses,
  setOperation: (node) => [`${node.op.toUpperCase()}${node.all ? ' ALL' : ''}`],
  top: (node) => [node.withTies ? 'TOP WITH TIES' : node.percent ? 'TOP PERCENT' : 'TOP'],
  selectAssign: ['SELECT @variable ='],
  groupBy: (node) => [node.all ? 'GROUP BY ALL' : node.legacy ? 'GROUP BY … WITH ROLLUP' : 'GROUP BY'],
  groupOperator: (node) => [GROUPINGS[node.op]],
  with: (node) => (node.namespaces.length > 0 ? ['WITH XMLNAMESPACES'] : []),
  cte: withClauses,
  for: (node) => [`FOR ${node.type.toUpperCase()}${node.mode === undefined ? '' : ` ${node.mode.toUpperCase()}`}`],
  tableHint: ['WITH (table hint)'],
  tableSample: ['TABLESAMPLE'],
  systemTime: ['FOR SYSTEM_TIME'],
  tableVariable: ['FROM @table'],
  derivedTable: ['FROM (query)'],
  valuesTable: ['FROM (VALUES …)'],
  dmlTable: ['FROM (DML with OUTPUT)'],
  join: (node) => [JOINS[node.type]],
  pivot: ['PIVOT'],
  unpivot: ['UNPIVOT'],
  openRowset: (node) => [node.fn.toUpperCase()],
  fullTextTable: (node) => [node.fn.toUpperCase()],
  changeTable: ['CHANGETABLE'],
  rowsetColumn: ['WITH (columns of a rowset)'],
  output: (node) => [node.into === undefined ? 'OUTPUT' : 'OUTPUT INTO'],
  insertQuery: ['INSERT … SELECT'],
  insertExecute: ['INSERT … EXECUTE'],
  defaultValues: ['DEFAULT VALUES'],
  setMethod: ['SET column.WRITE()'],
  window: windowClauses,
  unary: (node) => [node.op === 'not' ? 'NOT' : `${node.op}a`],
  binary: operatorName,
  case: (node) => [node.operand === undefined ? 'CASE WHEN' : 'CASE value WHEN'],
  odbcLiteral: ['{d …}, {t …}, {ts …}'],
  nextValueFor: ['NEXT VALUE FOR'],
  collate: ['COLLATE'],
  atTimeZone: ['AT TIME ZONE'],
  subquery: ['(scalar subquery)'],
  exists: ['EXISTS'],
  in: ['IN'],
  between: ['BETWEEN'],
  like: (node) => [node.escape === undefined ? 'LIKE' : 'LIKE … ESCAPE'],
  isNull: ['IS NULL'],
  isDistinct: ['IS DISTINCT FROM'],
  quantified: (node) => [node.quantifier === 'all' ? '= ALL (query)' : '= ANY (query)'],
  fullText: (node) => [node.fn.toUpperCase()],
  graphMatch: ['MATCH'],
  currentOf: ['WHERE CURRENT OF'],
};

/** The clauses that the conformance list must have, each with a case. */
export const CLAUSE_NAMES: readonly string[] = [
  ...['DISTINCT', 'SELECT INTO', 'WHERE', 'HAVING', 'WINDOW', 'ORDER BY', 'OFFSET', 'FETCH NEXT', 'OPTION (hint)'],
  ...['UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT', 'TOP', 'TOP WITH TIES', 'TOP PERCENT', 'SELECT @variable ='],
  ...['GROUP BY', 'GROUP BY ALL', 'GROUP BY … WITH ROLLUP', ...Object.values(GROUPINGS)],
  ...['WITH XMLNAMESPACES', 'WITH (common table expression)', 'WITH (recursive)'],
  ...[
    'FOR XML RAW',
    'FOR XML AUTO',
    'FOR XML PATH',
    'FOR XML EXPLICIT',
    'FOR JSON PATH',
    'FOR JSON AUTO',
    'FOR BROWSE',
  ],
  ...['WITH (table hint)', 'TABLESAMPLE', 'FOR SYSTEM_TIME', 'FROM @table', 'FROM (query)', 'FROM (VALUES …)'],
  ...['FROM (DML with OUTPUT)', ...Object.values(JOINS), 'PIVOT', 'UNPIVOT', 'OPENROWSET', 'OPENDATASOURCE', 'PREDICT'],
  ...['CONTAINSTABLE', 'FREETEXTTABLE', 'CHANGETABLE', 'WITH (columns of a rowset)', 'OUTPUT', 'OUTPUT INTO'],
  ...['INSERT … SELECT', 'INSERT … EXECUTE', 'DEFAULT VALUES', 'SET column.WRITE()'],
  ...['OVER', 'PARTITION BY', 'ROWS BETWEEN', 'RANGE BETWEEN', 'NOT', '+a', '-a', '~a', 'AND', 'OR'],
  ...['=', '<>', '<', '>', '<=', '>=', '+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'].map((op) => `a ${op} b`),
  ...['CASE WHEN', 'CASE value WHEN', '{d …}, {t …}, {ts …}', 'NEXT VALUE FOR', 'COLLATE', 'AT TIME ZONE'],
  ...['(scalar subquery)', 'EXISTS', 'IN', 'BETWEEN', 'LIKE', 'LIKE … ESCAPE', 'IS NULL', 'IS DISTINCT FROM'],
  ...['= ALL (query)', '= ANY (query)', 'CONTAINS', 'FREETEXT', 'MATCH', 'WHERE CURRENT OF'],
];

/** The names of the clauses that a node shows, if any. */
export function clauseNames(node: Node): readonly string[] {
  const names = CLAUSES[node.kind] as readonly string[] | ((of: Node) => readonly string[]) | undefined;
  if (names === undefined) return [];
  return typeof names === 'function' ? names(node) : names;
}
