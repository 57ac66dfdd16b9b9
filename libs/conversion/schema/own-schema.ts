import type { DatabaseModel } from '#schema';
import { findAll, type Identifier, type Node, type NodeOf, walk } from '#tsql';

const keyOf = (schema: string, name: string): string => `${schema}.${name}`.toLowerCase();

type Named = readonly { readonly schema: string; readonly name: string }[] | undefined;

/**
 * What a name without a schema means within a module: an object of the module's own schema, where there is one, else one of dbo
 * (https://learn.microsoft.com/sql/t-sql/statements/create-procedure-transact-sql, "Best practices").
 */
export class OwnSchema {
  private readonly objects: ReadonlySet<string>;
  private readonly types: ReadonlySet<string>;

  constructor({ tables, modules, synonyms, sequences, aliasTypes, tableTypes }: DatabaseModel) {
    const keys = (...lists: Named[]): Set<string> =>
      new Set(lists.flatMap((list) => list ?? []).map((one) => keyOf(one.schema, one.name)));
    this.objects = keys(tables, modules, synonyms, sequences);
    this.types = keys(aliasTypes, tableTypes);
  }

  /** Writes the schema of a module to every name below its statement that is one of the schema's own, in place; what follows takes a bare name for dbo's. */
  writeOut(statement: Node, schema: string): void {
    if (schema.toLowerCase() === 'dbo') return;
    const queries = new Set(findAll(statement, 'cte').map((one) => one.name.name.toLowerCase()));
    const aliases = new Set(findAll(statement, 'table').map((one) => one.alias?.name.toLowerCase()));
    walk(statement, (node, parent) => {
      if (node.kind === 'dataType' && !node.schema && this.types.has(keyOf(schema, node.name.name)))
        giveSchema(node, schema);
      if (node.kind === 'tableFunction' && node.call.kind === 'call') this.qualify(node.call.name, schema);
      if (node.kind === 'objectName' && parent?.kind !== 'call') this.qualify(node, schema);
      if (node.kind !== 'table' || node.name.schema) return undefined;
      const name = node.name.name.name.toLowerCase();
      const isTarget = parent !== undefined && 'target' in parent && parent.target === node;
      return queries.has(name) || (isTarget && aliases.has(name)) ? 'skip' : undefined;
    });
  }

  private qualify(name: NodeOf<'objectName'>, schema: string): void {
    if (!name.schema && !name.database && this.objects.has(keyOf(schema, name.name.name))) giveSchema(name, schema);
  }
}

function giveSchema(node: { readonly name: Identifier }, schema: string): void {
  Object.assign(node, { schema: { ...node.name, name: schema } });
}
