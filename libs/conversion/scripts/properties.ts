import type { DraftDatabase } from './draft.ts';

interface Level {
  readonly type: string;
  readonly name: string;
}

/** What an extended property is of: a thing that takes a comment, and its name for other properties. */
export interface PropertyTarget {
  readonly object: string;
  readonly of?: { comment?: string };
}

/** Finds what the levels of sp_addextendedproperty name; undefined where it is not there (yet). */
export function propertyTarget(database: DraftDatabase, levels: readonly Level[]): PropertyTarget | undefined {
  const [first, second, third] = levels;
  if (!first) return { object: database.name };
  if (first.type !== 'SCHEMA' && first.type !== 'USER' && first.type !== 'TYPE')
    return { object: `${first.type} ${first.name}` };
  if (first.type === 'TYPE') return { object: `dbo.${first.name}` };
  const schema = database.schema(first.name);
  if (!second) return schema && { object: schema.name, of: schema };
  if (second.type === 'TYPE') return { object: `${first.name}.${second.name}` };
  const owner = database.objects.get(first.name, second.name);
  if (!owner) return undefined;
  const object = `${owner.schema}.${owner.name}`;
  if (!third) return { object, of: owner };
  const part = `${object}.${third.name}`;
  const holdsIndexes = owner.kind === 'table' || owner.kind === 'module';
  switch (third.type) {
    case 'COLUMN': {
      if (owner.kind !== 'table') return { object: part };
      const column = database.column(owner, third.name);
      return column && { object: `${object}.${column.name}`, of: column };
    }
    case 'INDEX': {
      const index = holdsIndexes ? database.index(owner, third.name) : undefined;
      return index && { object: part, of: index };
    }
    case 'CONSTRAINT': {
      const constraint = database.constraints.get(owner.schema, third.name);
      if (!constraint) return undefined;
      // A default has no comment in PostgreSQL.
      return constraint.type === 'D' ? { object: part } : { object: part, of: constraint.of as { comment?: string } };
    }
    case 'TRIGGER': {
      const trigger = (database.triggers.get(owner) ?? []).find(
        (one) => database.fold(one.name) === database.fold(third.name),
      );
      return trigger && { object: part, of: trigger };
    }
    default:
      return { object: part };
  }
}

/** Sets a property, or takes it away. MS_Description is the comment where there may be one. */
export function setProperty(
  database: DraftDatabase,
  target: PropertyTarget,
  name: string,
  value: string | undefined,
): void {
  if (name === 'MS_Description' && target.of) {
    if (value === undefined) delete target.of.comment;
    else target.of.comment = value;
    return;
  }
  const key = `${target.object} ${database.fold(name)}`;
  if (value === undefined) database.properties.delete(key);
  else database.properties.set(key, { name, value, object: target.object });
}

/** Whether a property is there, for fn_listextendedproperty. */
export function hasProperty(database: DraftDatabase, target: PropertyTarget, name: string | undefined): boolean {
  if ((name === undefined || name === 'MS_Description') && target.of?.comment !== undefined) return true;
  if (name !== undefined) return database.properties.has(`${target.object} ${database.fold(name)}`);
  return [...database.properties.values()].some((one) => one.object === target.object);
}
