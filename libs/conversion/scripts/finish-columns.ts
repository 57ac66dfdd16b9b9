import type { SourceType } from '#schema';
import { type Expression, findAll } from '#tsql';
import {
  sandboxProfile,
  translateExpression,
  TranslationError,
  type FunctionHandler,
  type Relation,
  type Scope,
  type SqlType,
} from '../query/index.ts';
import { sqlTypeOf } from '../schema/target-scope.ts';
import { catalogType, declaredType, namedType } from './declared-type.ts';
import type { DraftColumn, DraftDatabase, DraftModule } from './draft.ts';
import type { Place } from './place.ts';
import { reportAt, type Session } from './session.ts';

/** What holds columns: a table, or a table type. */
export interface ColumnOwner {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly DraftColumn[];
  readonly place: Place;
}

/** What is kept as text because nobody told what it is. */
const VARIANT: SourceType = { name: 'sql_variant', length: 8016, precision: 0, scale: 0 };

/** Types of computed columns: of their expressions over the plain columns, as SQL Server derives them. */
export class ComputedTypes {
  private readonly scope: Scope;

  constructor(
    private readonly session: Session,
    private readonly database: DraftDatabase,
  ) {
    this.scope = new DraftScope(database);
  }

  of(owner: ColumnOwner, column: DraftColumn, expression: Expression): { type: SourceType; nullable: boolean } {
    try {
      const value = translateExpression(
        expression,
        { profile: sandboxProfile(), scope: this.scope },
        { table: this.relation(owner) },
      );
      const type = catalogType(value.type, value.type.collation ?? this.database.collation);
      return { type, nullable: value.nullable || mayOverflow(expression) };
    } catch (error) {
      if (!(error instanceof TranslationError)) throw error;
      const message = `The type of the computed column is not known: ${error.problem.message}`;
      reportAt(this.session, 'SL1082', `${owner.schema}.${owner.name}.${column.name}`, message, owner.place);
      return { type: VARIANT, nullable: true };
    }
  }

  private relation(owner: ColumnOwner): Relation {
    const plain = owner.columns.filter((column) => !column.computed);
    return {
      kind: 'table',
      schema: owner.schema,
      name: owner.name,
      sql: owner.name,
      columns: plain.map((column, at) => ({
        name: column.name,
        sql: `c${at + 1}`,
        type: sqlTypeOf(resolvedType(this.database, column) ?? VARIANT),
        nullable: column.nullable ?? true,
      })),
    };
  }
}

/** Arithmetic over columns may overflow to NULL: what it computes counts as nullable, unless ISNULL stands around it. */
function mayOverflow(expression: Expression): boolean {
  if (expression.kind === 'call' && /^isnull$/i.test(expression.name.name.name)) return false;
  return findAll(expression, 'binary').some((node) => /^[-+*/%]$/.test(node.op));
}

/** The type that a column was declared with, as far as the database knows it. */
export function resolvedType(database: DraftDatabase, column: DraftColumn): SourceType | undefined {
  const { declared } = column;
  return declared?.resolved ?? (declared && declaredType(database, declared.type, declared.collation));
}

/** A column's type and whether it may be NULL; a type that nobody made is an issue, and its column text. */
export function typedColumn(
  session: Session,
  database: DraftDatabase,
  computed: ComputedTypes,
  owner: ColumnOwner,
  column: DraftColumn,
): { readonly sourceType: SourceType; readonly nullable: boolean } {
  if (column.computed) {
    const { type, nullable } = computed.of(owner, column, column.computed.expression);
    return { sourceType: type, nullable: column.nullable ?? nullable };
  }
  const type = resolvedType(database, column);
  const declared = column.declared?.type;
  const named = declared && namedType(database, declared);
  const byType = named?.of.kind === 'alias' ? named.of.nullable : true;
  if (type) return { sourceType: type, nullable: column.nullable ?? byType };
  const name = declared ? `${declared.schema ? `${declared.schema.name}.` : ''}${declared.name.name}` : '';
  const message = `The scripts do not have the type ${name}; the column is carried over as text.`;
  reportAt(session, 'SL1082', `${owner.schema}.${owner.name}.${column.name}`, message, owner.place);
  return { sourceType: VARIANT, nullable: column.nullable ?? true };
}

/** Names as they resolve within a computed column: alias types and scalar functions. */
class DraftScope implements Scope {
  readonly database: string;
  readonly collation: string;

  constructor(private readonly draft: DraftDatabase) {
    this.database = draft.name;
    this.collation = draft.collation;
  }

  relation(): undefined {
    return undefined;
  }

  tableVariable(): undefined {
    return undefined;
  }

  tableFunction(): undefined {
    return undefined;
  }

  variable(): undefined {
    return undefined;
  }

  sequence(): undefined {
    return undefined;
  }

  dataType(schema: string | undefined, name: string): SqlType | undefined {
    const type = this.draft.types.get(schema ?? 'dbo', name);
    return type?.of.kind === 'alias' ? sqlTypeOf(type.of.base) : undefined;
  }

  function(name: string): FunctionHandler | undefined {
    const [own = '', schema = 'dbo'] = name.split('.').toReversed();
    const found = this.draft.objects.get(schema, own);
    if (found?.kind !== 'module' || !found.returns) return undefined;
    const type = this.returned(found);
    return type && (() => ({ sql: 'null', type, nullable: true }));
  }

  private returned(module: DraftModule): SqlType | undefined {
    const type = module.returns && declaredType(this.draft, module.returns);
    return type && sqlTypeOf(type);
  }
}
