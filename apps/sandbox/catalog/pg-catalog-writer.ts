import { SqlError } from '../session.ts';
import type {
  CheckModel,
  ColumnModel,
  CreatedKey,
  CreatedTable,
  DefaultModel,
  ForeignKeyModel,
  IndexModel,
  IndexOptions,
  KeyModel,
  ModuleModel,
  PgQuerier,
  SequenceModel,
  TableModel,
  TypeModel,
} from './model.ts';
import { columnName, sequenceName } from './physical.ts';
import { facetsOf } from './types.ts';
import { createStatistics, dropStatistics, requireStatistics, type StatisticsModel } from './write-statistics.ts';
import {
  alterColumn,
  dropColumn,
  nextColumnId,
  setColumnProperty,
  writeColumns,
  type ColumnProperty,
} from './write-columns.ts';
import { writeTable } from './write-table.ts';
import { setIndexOptions, writeCheck, writeDefault, writeKey, writePlainIndex } from './write-constraints.ts';
import { writeForeignKey } from './write-foreign-key.ts';
import { dropConstraint, dropIndex, dropObject, dropSchema } from './write-drops.ts';
import { alterModule, alterSequence, createModule, createSequence } from './write-modules.ts';
import {
  createPartitionFunction,
  createPartitionScheme,
  dropPartitionFunction,
  dropPartitionScheme,
  setBoundaries,
  setNextUsed,
  type Boundary,
  type PartitionFunctionModel,
} from './write-partitions.ts';
import {
  createPrincipal,
  createSchema,
  dropPrincipal,
  setExtendedProperty,
  setPermission,
  setRoleMember,
} from './write-security.ts';
import type { CatalogWriter, PermissionChange, PropertyTarget } from './writer.ts';
import { Writing, type TableRef } from './writing.ts';

/** A writer on the caller's connection; the caller's transaction decides whether what it writes stays. */
export async function catalogWriter(pg: PgQuerier): Promise<CatalogWriter> {
  const writing = new Writing(pg);
  await writing.ready();
  return new PgCatalogWriter(writing);
}

class PgCatalogWriter implements CatalogWriter {
  constructor(private readonly w: Writing) {}

  createPartitionFunction(model: PartitionFunctionModel): Promise<number> {
    return createPartitionFunction(this.w, model);
  }

  setBoundaries(functionId: number, boundaries: readonly Boundary[], split: boolean): Promise<void> {
    return setBoundaries(this.w, functionId, boundaries, split);
  }

  dropPartitionFunction(name: string): Promise<number> {
    return dropPartitionFunction(this.w, name);
  }

  createPartitionScheme(scheme: { name: string; function: string; filegroups: number | 'all' }): Promise<void> {
    return createPartitionScheme(this.w, scheme);
  }

  setNextUsed(scheme: string, nextUsed: boolean): Promise<void> {
    return setNextUsed(this.w, scheme, nextUsed);
  }

  dropPartitionScheme(name: string): Promise<void> {
    return dropPartitionScheme(this.w, name);
  }

  createSchema(name: string, owner = 'dbo'): Promise<number> {
    return createSchema(this.w, name, owner);
  }

  dropSchema(name: string): Promise<void> {
    return dropSchema(this.w, name);
  }

  async createTable(table: TableModel): Promise<CreatedTable> {
    const schemaId = await this.w.schemaId(table.schema);
    await this.w.requireFree(schemaId, table.name);
    return writeTable(this.w, table, {
      schemaId,
      type: 'U',
      shipped: this.w.fold(table.schema) === 'cdc',
    });
  }

  dropObject(objectId: number): Promise<void> {
    return dropObject(this.w, objectId);
  }

  async renameObject(objectId: number, name: string): Promise<void> {
    const object = await this.w.table(objectId);
    const taken = await this.w.rows(
      'SELECT 1 FROM meta.objects WHERE schema_id = $1 AND name_key = $2 AND object_id <> $3',
      [object.schemaId, this.w.fold(name), objectId],
    );
    if (taken.length > 0) throw renameTaken(name, 'OBJECT');
    await this.w.pg.query(
      'UPDATE meta.objects SET name = $2, name_key = $3, modify_date = localtimestamp WHERE object_id = $1',
      [objectId, name, this.w.fold(name)],
    );
    await this.w.pg.query(
      `UPDATE meta.indexes i SET name = $2, name_key = $3 FROM meta.key_constraints k
       WHERE k.object_id = $1 AND i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id`,
      [objectId, name, this.w.fold(name)],
    );
  }

  async renameColumn(objectId: number, columnId: number, name: string): Promise<void> {
    const columns = await this.w.columns(objectId);
    if (columns.some((column) => column.column_id !== columnId && column.name_key === this.w.fold(name))) {
      throw renameTaken(name, 'COLUMN');
    }
    await this.w.pg.query('UPDATE meta.columns SET name = $3, name_key = $4 WHERE object_id = $1 AND column_id = $2', [
      objectId,
      columnId,
      name,
      this.w.fold(name),
    ]);
    await this.w.touch(objectId);
  }

  async renameIndex(objectId: number, indexId: number, name: string): Promise<void> {
    const taken = await this.w.rows(
      'SELECT 1 FROM meta.indexes WHERE object_id = $1 AND name_key = $2 AND index_id <> $3',
      [objectId, this.w.fold(name), indexId],
    );
    if (taken.length > 0) throw renameTaken(name, 'INDEX');
    await this.w.pg.query('UPDATE meta.indexes SET name = $3, name_key = $4 WHERE object_id = $1 AND index_id = $2', [
      objectId,
      indexId,
      name,
      this.w.fold(name),
    ]);
    await this.w.pg.query(
      `UPDATE meta.objects o SET name = $3, name_key = $4 FROM meta.key_constraints k
       WHERE o.object_id = k.object_id AND k.parent_object_id = $1 AND k.unique_index_id = $2`,
      [objectId, indexId, name, this.w.fold(name)],
    );
  }

  async transferObject(objectId: number, schema: string): Promise<void> {
    const object = await this.w.table(objectId);
    const schemaId = await this.w.schemaId(schema);
    if (schemaId === object.schemaId) return;
    await this.w.requireFree(schemaId, object.name);
    await this.w.pg.query(
      'UPDATE meta.objects SET schema_id = $2, modify_date = localtimestamp WHERE object_id = $1 OR parent_object_id = $1',
      [objectId, schemaId],
    );
  }

  touch(objectId: number): Promise<void> {
    return this.w.touch(objectId);
  }

  async addColumn(
    objectId: number,
    column: ColumnModel,
  ): Promise<{ columnId: number; physical: string; default?: { objectId: number; name: string } }> {
    const table = await this.w.table(objectId);
    const existing = await this.w.columns(objectId);
    if (existing.some((other) => other.name_key === this.w.fold(column.name))) {
      const message = `Column names in each table must be unique. Column name '${column.name}' in table '${table.schema}.${table.name}' is specified more than once.`;
      throw new SqlError(2705, message, 16, 4);
    }
    const columnId = await nextColumnId(this.w, objectId);
    await writeColumns(this.w, table, [{ id: columnId, model: column }]);
    await this.w.touch(objectId);
    const made = { columnId, physical: columnName(columnId) };
    if (!column.default) return made;
    const ref = { column_id: columnId, name: column.name, name_key: this.w.fold(column.name) };
    return { ...made, default: await writeDefault(this.w, table, ref, column.default) };
  }

  alterColumn(
    objectId: number,
    columnId: number,
    column: Pick<ColumnModel, 'type' | 'userTypeId' | 'nullable' | 'sparse'>,
  ): Promise<void> {
    return alterColumn(this.w, objectId, columnId, column);
  }

  dropColumn(objectId: number, columnId: number): Promise<void> {
    return dropColumn(this.w, objectId, columnId);
  }

  addKey(objectId: number, key: KeyModel): Promise<CreatedKey> {
    return this.onTable(objectId, async (table) => writeKey(this.w, table, await this.w.columns(objectId), key));
  }

  addCheck(objectId: number, check: CheckModel): Promise<{ objectId: number; name: string }> {
    return this.onTable(objectId, async (table) => writeCheck(this.w, table, await this.w.columns(objectId), check));
  }

  addDefault(
    objectId: number,
    column: string,
    def: DefaultModel,
  ): Promise<{ objectId: number; name: string; columnId: number }> {
    return this.onTable(objectId, async (table) => {
      const ref = this.w.find(await this.w.columns(objectId), column);
      return writeDefault(this.w, table, ref, def);
    });
  }

  addForeignKey(
    objectId: number,
    key: ForeignKeyModel,
  ): Promise<{ objectId: number; name: string; referencedId: number }> {
    return this.onTable(objectId, async (table) => writeForeignKey(this.w, table, await this.w.columns(objectId), key));
  }

  dropConstraint(constraintId: number): Promise<{ kind: 'PK' | 'UQ' | 'F' | 'C' | 'D'; indexId?: number }> {
    return dropConstraint(this.w, constraintId);
  }

  async setConstraintState(constraintId: number, state: { disabled: boolean; notTrusted: boolean }): Promise<void> {
    for (const table of ['foreign_keys', 'check_constraints']) {
      await this.w.pg.query(`UPDATE meta.${table} SET is_disabled = $2, is_not_trusted = $3 WHERE object_id = $1`, [
        constraintId,
        state.disabled,
        state.notTrusted,
      ]);
    }
  }

  createIndex(objectId: number, index: IndexModel): Promise<{ indexId: number; name: string; physicalIndex: string }> {
    return this.onTable(objectId, async (table) =>
      writePlainIndex(this.w, table, await this.w.columns(objectId), index),
    );
  }

  dropIndex(objectId: number, indexId: number): Promise<void> {
    return dropIndex(this.w, objectId, indexId);
  }

  async setIndexDisabled(objectId: number, indexId: number, disabled: boolean): Promise<void> {
    await this.w.pg.query('UPDATE meta.indexes SET is_disabled = $3 WHERE object_id = $1 AND index_id = $2', [
      objectId,
      indexId,
      disabled,
    ]);
  }

  setIndexOptions(objectId: number, indexId: number, options: IndexOptions): Promise<void> {
    return setIndexOptions(this.w, objectId, indexId, options);
  }

  createStatistics(objectId: number, model: StatisticsModel): Promise<void> {
    return this.onTable(objectId, async (table) =>
      createStatistics(this.w, table, await this.w.columns(objectId), model),
    );
  }

  async dropStatistics(objectId: number, name: string, qualified: string): Promise<void> {
    await this.onTable(objectId, () => dropStatistics(this.w, objectId, name, qualified));
  }

  async requireStatistics(objectId: number, names: readonly string[]): Promise<void> {
    await this.onTable(objectId, () => requireStatistics(this.w, objectId, names));
  }

  async setLockEscalation(objectId: number, escalation: 0 | 1 | 2): Promise<void> {
    await this.w.pg.query('UPDATE meta.tables SET lock_escalation = $2 WHERE object_id = $1', [objectId, escalation]);
  }

  async setColumnProperty(objectId: number, columnId: number, property: ColumnProperty, on: boolean): Promise<void> {
    await this.onTable(objectId, (table) => setColumnProperty(this.w, table, columnId, { property, on }));
  }

  async createSequence(sequence: SequenceModel): Promise<{ objectId: number; physical: string }> {
    const objectId = await createSequence(this.w, sequence);
    return { objectId, physical: sequenceName(objectId) };
  }

  alterSequence(objectId: number, change: Partial<Omit<SequenceModel, 'schema' | 'name' | 'type'>>): Promise<void> {
    return alterSequence(this.w, objectId, change);
  }

  createModule(module: ModuleModel): Promise<number> {
    return createModule(this.w, module);
  }

  alterModule(objectId: number, module: ModuleModel): Promise<void> {
    return alterModule(this.w, objectId, module);
  }

  async setTriggerDisabled(objectId: number, disabled: boolean): Promise<void> {
    await this.w.pg.query('UPDATE meta.triggers SET is_disabled = $2 WHERE object_id = $1', [objectId, disabled]);
  }

  async setTriggerEvents(objectId: number, events: readonly string[]): Promise<void> {
    await this.w.pg.query('UPDATE meta.triggers SET events = $2 WHERE object_id = $1', [objectId, events]);
  }

  async createType(type: TypeModel): Promise<{ userTypeId: number; table?: CreatedTable }> {
    const schemaId = await this.w.schemaId(type.schema);
    const taken = await this.w.rows('SELECT 1 FROM meta.types WHERE schema_id = $1 AND name_key = $2', [
      schemaId,
      this.w.fold(type.name),
    ]);
    if (taken.length > 0) {
      throw new SqlError(
        219,
        `The type '${type.schema}.${type.name}' already exists, or you do not have permission to create it.`,
      );
    }
    const [next] = await this.w.rows<{ id: number }>("SELECT nextval('meta.type_number')::int AS id");
    const userTypeId = next?.id ?? 0;
    const row = { user_type_id: userTypeId, name: type.name, name_key: this.w.fold(type.name), schema_id: schemaId };
    if (type.kind === 'table') return this.createTableType(type, row);
    const facets = facetsOf(type.base);
    await this.w.insert('types', [
      {
        ...row,
        system_type_id: facets.systemTypeId,
        max_length: facets.maxLength,
        precision: facets.precision,
        scale: facets.scale,
        collation_name: facets.character ? (type.base.collation ?? this.w.collation) : null,
        is_nullable: type.nullable,
        is_user_defined: true,
      },
    ]);
    return { userTypeId };
  }

  async dropType(userTypeId: number): Promise<void> {
    const [row] = await this.w.rows<{ name: string; type_table_object_id: number | null }>(
      'SELECT name, type_table_object_id FROM meta.types WHERE user_type_id = $1 AND is_user_defined',
      [userTypeId],
    );
    if (!row)
      throw new SqlError(
        218,
        'Could not find the type. Either it does not exist or you do not have the necessary permission.',
      );
    const [user] = await this.w.rows<{ name: string }>(
      `SELECT o.name FROM meta.objects o JOIN (SELECT object_id FROM meta.columns WHERE user_type_id = $1 UNION SELECT object_id FROM meta.parameters
       WHERE user_type_id = $1) u USING (object_id) LIMIT 1`,
      [userTypeId],
    );
    if (user) {
      const message = `Cannot drop type '${row.name}' because it is being referenced by object '${user.name}'. There may be other objects that reference this type.`;
      throw new SqlError(3732, message);
    }
    await this.w.pg.query('DELETE FROM meta.types WHERE user_type_id = $1', [userTypeId]);
    if (row.type_table_object_id !== null) await dropObject(this.w, row.type_table_object_id);
  }

  async createSynonym(schema: string, name: string, baseObject: string): Promise<number> {
    const schemaId = await this.w.schemaId(schema);
    await this.w.requireFree(schemaId, name);
    const [objectId = 0] = await this.w.objectIds(1);
    await this.w.insert('objects', [
      { object_id: objectId, name, name_key: this.w.fold(name), schema_id: schemaId, parent_object_id: 0, type: 'SN' },
    ]);
    await this.w.insert('synonyms', [{ object_id: objectId, base_object_name: baseObject }]);
    return objectId;
  }

  setExtendedProperty(
    target: PropertyTarget,
    name: string,
    value: string | null,
    mode: 'add' | 'update' | 'drop',
  ): Promise<void> {
    return setExtendedProperty(this.w, target, { name, value }, mode);
  }

  createPrincipal(principal: {
    name: string;
    type: 'S' | 'R' | 'A';
    defaultSchema?: string;
    login?: string;
    owner?: string;
    allowEncrypted?: boolean;
  }): Promise<number> {
    return createPrincipal(this.w, principal);
  }

  dropPrincipal(name: string): Promise<void> {
    return dropPrincipal(this.w, name);
  }

  setRoleMember(role: string, member: string, present: boolean): Promise<void> {
    return setRoleMember(this.w, role, member, present);
  }

  setPermission(change: PermissionChange): Promise<void> {
    return setPermission(this.w, change);
  }

  private async onTable<T>(objectId: number, work: (table: TableRef) => Promise<T>): Promise<T> {
    const result = await work(await this.w.table(objectId));
    await this.w.touch(objectId);
    return result;
  }

  private async createTableType(
    type: Extract<TypeModel, { kind: 'table' }>,
    row: { user_type_id: number; name: string; name_key: string; schema_id: number },
  ): Promise<{ userTypeId: number; table: CreatedTable }> {
    const hidden = `TT_${type.name.slice(0, 100)}_${row.user_type_id.toString(16).toUpperCase().padStart(8, '0')}`;
    const model: TableModel = { schema: 'sys', name: hidden, columns: type.columns };
    const parts = { ...(type.keys ? { keys: type.keys } : {}), ...(type.checks ? { checks: type.checks } : {}) };
    const table = await writeTable(this.w, { ...model, ...parts }, { schemaId: 4, type: 'TT', shipped: false });
    await this.w.insert('types', [
      {
        ...row,
        system_type_id: 243,
        max_length: -1,
        precision: 0,
        scale: 0,
        is_nullable: false,
        is_user_defined: true,
        is_table_type: true,
        type_table_object_id: table.objectId,
      },
    ]);
    return { userTypeId: row.user_type_id, table };
  }
}

function renameTaken(name: string, kind: string): SqlError {
  return new SqlError(
    15335,
    `Error: The new name '${name}' is already in use as a ${kind} name and would cause a duplicate that is not permitted.`,
    11,
  );
}
