import type { Scope } from '#conversion';

/** A scope that resolves some kinds of names otherwise, and all others as `scope` does. */
export function scopeOver(scope: Scope, over: Partial<Scope>): Scope {
  return {
    database: scope.database,
    collation: scope.collation,
    relation: (name) => scope.relation(name),
    tableVariable: (name) => scope.tableVariable(name),
    tableFunction: (name, call) => scope.tableFunction(name, call),
    variable: (name) => scope.variable(name),
    dataType: (schema, name) => scope.dataType(schema, name),
    sequence: (name) => scope.sequence(name),
    function: (name) => scope.function(name),
    ...over,
  };
}
