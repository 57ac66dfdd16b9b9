import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestDatabase, type TestDatabase } from './test-database.ts';
import { catalogWriter } from './pg-catalog-writer.ts';
import { loadSnapshot } from './loader.ts';
import { CATALOG_VIEWS } from './views/index.ts';
import type { TableModel } from './model.ts';

const ORDERS: TableModel = {
  schema: 'dbo',
  name: 'Orders',
  columns: [
    { name: 'Id', type: { name: 'int' }, nullable: false, identity: { seed: 1n, increment: 1n } },
    { name: 'Customer]s', type: { name: 'nvarchar', length: 40 }, nullable: true },
    { name: 'Freight', type: { name: 'money' }, nullable: true, default: { definition: '0' } },
    { name: 'At', type: { name: 'datetime2', scale: 3 }, nullable: false },
    {
      name: 'Double',
      type: { name: 'money' },
      nullable: true,
      computed: { definition: '[Freight]*(2)', persisted: false },
    },
  ],
  keys: [{ kind: 'PK', clustered: true, columns: [{ name: 'id' }] }],
  checks: [{ definition: '[Freight]>=(0)', column: 'Freight' }],
  indexes: [
    {
      name: 'IX_At',
      unique: false,
      clustered: false,
      columns: [{ name: 'At', descending: true }],
      included: ['Freight'],
      filter: '[Freight] IS NOT NULL',
    },
  ],
};

describe('the catalog of a sandbox database', () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await startTestDatabase();
    const writer = await catalogWriter(db.client);
    await writer.createTable(ORDERS);
    await writer.createTable({
      schema: 'dbo',
      name: 'Lines',
      columns: [
        { name: 'OrderId', type: { name: 'int' }, nullable: false },
        { name: 'No', type: { name: 'tinyint' }, nullable: false },
      ],
      keys: [{ name: 'PK_Lines', kind: 'PK', clustered: true, columns: [{ name: 'OrderId' }, { name: 'No' }] }],
      foreignKeys: [
        {
          columns: ['OrderId'],
          referencedSchema: 'dbo',
          referencedTable: 'ORDERS',
          referencedColumns: [],
          onDelete: 'CASCADE',
        },
      ],
    });
  });

  afterAll(async () => {
    await db.close();
  });

  test('every system view can be read', async () => {
    for (const view of CATALOG_VIEWS) {
      const { rows } = await db.client.query(`SELECT count(*)::int AS n FROM ${view.physical}`);
      expect(rows[0]?.['n']).toEqual(expect.any(Number));
    }
  });

  test('a snapshot finds tables, columns and views by any case and knows their types', async () => {
    const snapshot = await loadSnapshot(db.client, 1);
    const orders = snapshot.object(undefined, 'ORDERS');
    expect(orders).toMatchObject({ schema: 'dbo', name: 'Orders', kind: 'U' });
    expect(orders?.columns.map((column) => column.type)).toEqual([
      { name: 'int' },
      { name: 'nvarchar', length: 40, collation: 'SQL_Latin1_General_CP1_CI_AS' },
      { name: 'money' },
      { name: 'datetime2', scale: 3 },
      { name: 'money' },
    ]);
    expect(orders && snapshot.column(orders, 'CUSTOMER]S')?.id).toBe(2);
    expect(orders?.columns[0]?.identity).toEqual({ seed: 1n, increment: 1n });
    expect(orders?.columns[2]?.default?.definition).toBe('(0)');
    expect(orders?.indexes.map((index) => [index.name.slice(0, 12), index.id, index.primaryKey])).toEqual([
      ['PK__Orders__', 1, true],
      ['IX_At', 2, false],
    ]);
    expect(orders?.referencedBy[0]).toMatchObject({ onDelete: 'CASCADE' });
    expect(snapshot.object('INFORMATION_SCHEMA', 'columns')?.physical).toBe('COLUMNS');
    expect(snapshot.object('dbo', 'sysobjects')?.system).toBe(true);
    expect(snapshot.object('dbo', 'nothing')).toBeUndefined();
  });

  test('generated names are SQL Server’s: thirty characters, ending in the constraint’s object_id', async () => {
    const { rows } = await db.client.query<{ name: string; object_id: number; is_system_named: boolean }>(
      'SELECT name, object_id, is_system_named FROM sys.key_constraints UNION ALL SELECT name, object_id, is_system_named FROM sys.default_constraints ORDER BY name',
    );
    const generated = rows.filter((row) => row.is_system_named);
    expect(generated.map((row) => row.name.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'DF__Orders__Freight__',
      expect.stringMatching(/^PK__Orders__[0-9A-F]{8}$/),
    ]);
    for (const row of generated) expect(parseInt(row.name.slice(-8), 16)).toBe(row.object_id);
  });

  test('metadata functions resolve quoted names and answer NULL for unknown ones', async () => {
    const { rows } = await db.client
      .query(`SELECT meta.f_object_id('[dbo].[orders]') IS NOT NULL AS quoted, meta.f_object_id('orders', 'V') AS wrong_kind,
      meta.f_object_id('sandbox_test..Orders') = meta.f_object_id('"Orders"') AS skipped, meta.f_object_id('other..Orders') AS elsewhere, meta.f_object_id('sys.tables') AS system,
      meta.f_col_name(meta.f_object_id('Orders'), 2) AS column_name, meta.f_columnproperty(meta.f_object_id('orders'), 'ID', 'IsIdentity') AS identity,
      meta.f_objectproperty(meta.f_object_id('orders'), 'TableHasPrimaryKey') AS has_key, meta.f_has_perms_by_name('dbo.Orders', 'OBJECT', 'SELECT') AS may`);
    expect(rows[0]).toEqual({
      quoted: true,
      wrong_kind: null,
      skipped: true,
      elsewhere: null,
      system: expect.any(Number),
      column_name: 'Customer]s',
      identity: 1,
      has_key: 1,
      may: 1,
    });
  });

  test('duplicate names, second keys and dependent columns are refused by SQL Server’s numbers', async () => {
    const writer = await catalogWriter(db.client);
    const snapshot = await loadSnapshot(db.client, 1);
    const orders = snapshot.object('dbo', 'Orders');
    const id = orders?.id ?? 0;
    await expect(writer.createTable({ ...ORDERS, name: 'oRDERS' })).rejects.toMatchObject({ number: 2714 });
    await expect(writer.addKey(id, { kind: 'PK', clustered: false, columns: [{ name: 'At' }] })).rejects.toMatchObject({
      number: 1750,
      preceding: [{ number: 1779 }],
    });
    await expect(writer.dropColumn(id, 3)).rejects.toMatchObject({ number: 4922 });
    await expect(writer.dropObject(id)).rejects.toMatchObject({ number: 3726 });
    await expect(writer.addColumn(id, { name: 'AT', type: { name: 'int' }, nullable: true })).rejects.toMatchObject({
      number: 2705,
    });
  });

  test('a dropped table leaves nothing behind', async () => {
    const writer = await catalogWriter(db.client);
    const made = await writer.createTable({ ...ORDERS, name: 'Gone', indexes: [] });
    await writer.dropObject(made.objectId);
    const { rows } = await db.client.query(
      'SELECT (SELECT count(*)::int FROM meta.objects WHERE object_id = $1 OR parent_object_id = $1) + (SELECT count(*)::int FROM meta.columns WHERE object_id = $1) + (SELECT count(*)::int FROM meta.indexes WHERE object_id = $1) AS left_over',
      [made.objectId],
    );
    expect(rows[0]).toEqual({ left_over: 0 });
  });

  test('types, sequences, modules, synonyms, comments and permissions are found where SQL Server shows them', async () => {
    const writer = await catalogWriter(db.client);
    const alias = await writer.createType({
      kind: 'alias',
      schema: 'dbo',
      name: 'Phone',
      base: { name: 'varchar', length: 20 },
      nullable: true,
    });
    const list = await writer.createType({
      kind: 'table',
      schema: 'dbo',
      name: 'Ids',
      columns: [{ name: 'id', type: { name: 'int' }, nullable: false }],
    });
    const { objectId } = await writer.createSequence({
      schema: 'dbo',
      name: 'Numbers',
      type: { name: 'bigint' },
      start: 5n,
      increment: 2n,
      minimum: -9223372036854775808n,
      maximum: 9223372036854775807n,
      cycling: false,
    });
    await writer.createSynonym('dbo', 'Other', '[dbo].[Orders]');
    const procedure = await writer.createModule({
      kind: 'P',
      schema: 'dbo',
      name: 'Find',
      definition: 'CREATE PROCEDURE dbo.Find @phone dbo.Phone, @ids dbo.Ids READONLY AS SELECT 1',
      parameters: [
        { name: '@phone', type: { name: 'varchar', length: 20 }, userTypeId: alias.userTypeId },
        { name: '@ids', type: { name: 'table' }, userTypeId: list.userTypeId, readonly: true },
      ],
    });
    await writer.setExtendedProperty({ class: 1, majorId: procedure, minorId: 0 }, 'MS_Description', 'finds', 'add');
    await writer.createPrincipal({ name: 'reader', type: 'R' });
    await writer.setPermission({
      state: 'GRANT',
      permission: 'SELECT',
      class: 3,
      majorId: 1,
      grantee: 'reader',
      grantor: 1,
    });
    const snapshot = await loadSnapshot(db.client, 2);
    expect(snapshot.type(undefined, 'PHONE')?.type).toEqual({
      name: 'varchar',
      length: 20,
      collation: 'SQL_Latin1_General_CP1_CI_AS',
    });
    expect(snapshot.type('dbo', 'ids')).toMatchObject({
      type: { name: 'table', typeName: 'dbo.Ids' },
      tableObjectId: list.table?.objectId,
    });
    expect(snapshot.object('dbo', 'other')).toMatchObject({ kind: 'SN', baseObject: '[dbo].[Orders]' });
    expect(snapshot.object('dbo', 'numbers')).toMatchObject({ kind: 'SO', physical: `s${objectId}` });
    expect(
      snapshot.object('dbo', 'find')?.parameters.map((parameter) => [parameter.name, parameter.type.name]),
    ).toEqual([
      ['@phone', 'varchar'],
      ['@ids', 'table'],
    ]);
    const { rows } = await db.client
      .query(`SELECT (SELECT (value).value FROM sys.extended_properties) AS comment, (SELECT (start_value).value FROM sys.sequences) AS start,
      (SELECT count(*)::int FROM sys.table_types) AS table_types, (SELECT string_agg(name::text, ',' ORDER BY parameter_id) FROM sys.parameters) AS parameters,
      meta.has_permission((SELECT principal_id FROM meta.principals WHERE name = 'reader'), 1, meta.f_object_id('Orders'), 'SELECT') AS may_read,
      coalesce(meta.has_permission((SELECT principal_id FROM meta.principals WHERE name = 'reader'), 1, meta.f_object_id('Orders'), 'DELETE'), false) AS may_delete`);
    expect(rows[0]).toEqual({
      comment: 'finds',
      start: '5',
      table_types: 1,
      parameters: '@phone,@ids',
      may_read: true,
      may_delete: false,
    });
    await expect(writer.dropType(alias.userTypeId)).rejects.toMatchObject({ number: 3732 });
    await expect(writer.createSynonym('dbo', 'OTHER', 'x')).rejects.toMatchObject({ number: 2714 });
  });
});
