import { afterAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { DEFAULT_CONVERT } from '#jobs';
import { testPostgres } from '#testing';
import { convertDatabase } from './convert-database.ts';
import { column, database, given, INT, key, module, SETTINGS, table, text } from './test-objects.ts';

/** Keys, identities, sequences, roles and rights, as models made in PostgreSQL. */

describe('keys, identities and sequences', () => {
  const at = given(() =>
    database({
      tables: [
        table(
          'Thing',
          [
            column(
              'Id',
              { name: 'decimal', precision: 12, scale: 0 },
              { identity: { seed: '100', increment: '-5', lastValue: null } },
            ),
            column('Code', text(10), { nullable: true }),
            column('Other', text(10)),
          ],
          {
            uniques: [{ ...key('UQ__Thing__A4AE64B8', 'Code'), systemNamed: true, comment: 'one of each' }],
            checks: [
              {
                name: 'CK__Thing__12AB',
                definition: `([Other]<>N'')`,
                disabled: false,
                trusted: false,
                systemNamed: true,
                comment: 'not empty',
              },
            ],
            indexes: [
              {
                ...key('UX_Other', 'Other'),
                included: [],
                unique: true,
                disabled: false,
                type: 'NONCLUSTERED',
                filter: `([Other]<>N'x')`,
              },
            ],
            foreignKeys: [
              {
                name: 'FK__Thing__99',
                columns: ['Id'],
                references: { schema: 'dbo', name: 'Thing' },
                referencedColumns: ['Id'],
                onDelete: 'NO ACTION',
                onUpdate: 'NO ACTION',
                disabled: false,
                trusted: true,
                systemNamed: true,
              },
            ],
          },
        ),
        table('Second', [column('Id', INT), column('Code', text(10))], {
          indexes: [{ ...key('UX_Other', 'Code'), included: [], unique: false, disabled: false, type: 'NONCLUSTERED' }],
        }),
        table(`${'Long'.repeat(30)}A`, [column('Id', INT), column('a b', INT), column('a_b', INT)]),
        table(`${'Long'.repeat(30)}B`, [column('Id', INT)]),
      ],
      sequences: [
        {
          schema: 'dbo',
          name: 'S',
          type: { name: 'decimal', precision: 38, scale: 0 },
          start: '7',
          increment: '3',
          minimum: '-99999999999999999999999999999999999999',
          maximum: '12',
          cycle: true,
          cache: null,
          current: '7',
          comment: 'counts',
        },
      ],
    }),
  );

  test('an identity of decimals counts from its seed by its increment, and stays a decimal', async () => {
    expect(
      await at.target.run(`insert into thing (code, other) values ('a', 'a') returning id, pg_typeof(id)`),
    ).toEqual(['100|numeric']);
    expect(await at.target.run(`insert into thing (code, other) values ('b', 'b') returning id`)).toEqual(['95']);
    expect(at.target.conversion.counters[1]).toMatchObject({
      object: 'dbo.Thing.Id',
      sequence: { name: 'thing_id_seq' },
      increment: '-5',
    });
  });

  test('texts that the source holds equal are equal in unique keys, one NULL among them', async () => {
    expect(await at.target.run(`insert into thing (code, other) values ('A ', 'c')`)).toEqual(['!23505']);
    expect(await at.target.run(`insert into thing (code, other) values (null, 'd') returning 1`)).toEqual(['1']);
    expect(await at.target.run(`insert into thing (code, other) values (null, 'e')`)).toEqual(['!23505']);
    expect(await at.target.run(`insert into thing (code, other) values ('f', 'D')`)).toEqual(['!23505']);
    expect(await at.target.run(`insert into thing (code, other) values ('g', 'x'), ('h', 'X') returning 1`)).toEqual([
      '1',
      '1',
    ]);
  });

  test('constraints that the source named itself have PostgreSQL’s names; comments and doubt are kept', async () => {
    expect(
      await at.target.run(
        `select conname, convalidated, obj_description(oid, 'pg_constraint') from pg_constraint where conrelid = 'thing'::regclass and contype in ('c', 'u', 'f') order by 1`,
      ),
    ).toEqual(['thing_code_key|t|one of each', 'thing_id_fkey|t|NULL', 'thing_other_check|f|not empty']);
  });

  test('names that are too long or meet others are told', () => {
    const changed = at.target.issues().filter((one) => one.startsWith('SL1004'));
    expect(changed).toEqual(
      expect.arrayContaining([
        'SL1004 dbo.Second.UX_Other',
        `SL1004 dbo.${'Long'.repeat(30)}A`,
        `SL1004 dbo.${'Long'.repeat(30)}A.a_b`,
      ]),
    );
  });

  test('an index of the same name on another table is named after its table', async () => {
    expect(
      await at.target.run(`select indexname from pg_indexes where tablename = 'second' and indexname like '%ux%'`),
    ).toEqual(['second_ux_other']);
  });

  test('a sequence has all its options, cut to what PostgreSQL counts to', async () => {
    expect(await at.target.run(`select nextval('s'), nextval('s'), nextval('s')`)).toEqual([
      '7|10|-9223372036854775808',
    ]);
    expect(await at.target.run(`select obj_description('s'::regclass)`)).toEqual(['counts']);
    expect(at.target.issues()).toContain('SL1029 dbo.S');
  });
});

describe('users, roles, rights and policies', () => {
  const suffix = `x${process.pid}`;
  const at = given(() =>
    database({
      schemas: [{ name: 'dbo' }, { name: 'Sec', owner: `Boss${suffix}` }],
      tables: [
        table('Account', [
          column('Id', INT),
          column('Tenant', text(60)),
          column('Secret', INT, { maskedBy: 'default()' }),
        ]),
      ],
      modules: [
        module(
          'inline-function',
          'Mine',
          'CREATE FUNCTION dbo.Mine(@tenant nvarchar(60)) RETURNS TABLE AS RETURN SELECT 1 AS ok WHERE @tenant = USER_NAME()',
        ),
        module('procedure', 'Nothing', 'CREATE PROCEDURE dbo.Nothing AS PRINT 1'),
      ],
      principals: [
        { name: `Boss${suffix}`, kind: 'role', memberOf: [] },
        { name: `ada${suffix}`, kind: 'user', memberOf: [`Boss${suffix}`, 'db_owner'] },
        { name: `eve${suffix}`, kind: 'user', memberOf: ['db_datareader'] },
      ],
      permissions: [
        {
          grantee: `Boss${suffix}`,
          state: 'GRANT',
          permission: 'SELECT',
          on: { class: 'object', schema: 'dbo', name: 'Account', column: 'Id' },
        },
        {
          grantee: `ada${suffix}`,
          state: 'GRANT_WITH_GRANT_OPTION',
          permission: 'INSERT',
          on: { class: 'object', schema: 'dbo', name: 'Account' },
        },
        {
          grantee: `ada${suffix}`,
          state: 'GRANT',
          permission: 'EXECUTE',
          on: { class: 'object', schema: 'dbo', name: 'Nothing' },
        },
        {
          grantee: `eve${suffix}`,
          state: 'DENY',
          permission: 'SELECT',
          on: { class: 'object', schema: 'dbo', name: 'Account', column: 'Secret' },
        },
        {
          grantee: `eve${suffix}`,
          state: 'DENY',
          permission: 'EXECUTE',
          on: { class: 'object', schema: 'dbo', name: 'Nothing' },
        },
        {
          grantee: `ada${suffix}`,
          state: 'GRANT',
          permission: 'UPDATE',
          on: { class: 'schema', schema: 'dbo' },
        },
        {
          grantee: `ada${suffix}`,
          state: 'DENY',
          permission: 'UPDATE',
          on: { class: 'object', schema: 'dbo', name: 'Account' },
        },
        { grantee: `eve${suffix}`, state: 'GRANT', permission: 'SHOWPLAN', on: { class: 'database' } },
        { grantee: `eve${suffix}`, state: 'GRANT', permission: 'CONNECT', on: { class: 'database' } },
      ],
      securityPolicies: [
        {
          schema: 'dbo',
          name: 'Tenants',
          enabled: true,
          predicates: [
            { type: 'filter', table: { schema: 'dbo', name: 'Account' }, definition: '([dbo].[Mine]([Tenant]))' },
            {
              type: 'block',
              operation: 'AFTER INSERT',
              table: { schema: 'dbo', name: 'Account' },
              definition: '([dbo].[Mine]([Tenant]))',
            },
          ],
        },
      ],
    }),
  );

  // Roles belong to the server.
  afterAll(async () => {
    const client = new pg.Client({ connectionString: (await testPostgres()).url });
    await client.connect();
    for (const role of [`boss${suffix}`, `ada${suffix}`, `eve${suffix}`])
      await client.query(`drop role if exists ${role}`);
    await client.end();
  });

  const as = async (role: string, sql: string): Promise<string[]> => {
    await at.target.run(`set role "${role}"`);
    const rows = await at.target.run(sql);
    await at.target.run('reset role');
    return rows;
  };
  const [ada, eve] = [`ada${suffix}`, `eve${suffix}`];

  test('roles cannot log in, and have the rights of the users', async () => {
    expect(await at.target.run(`select rolcanlogin from pg_roles where rolname = '${ada}'`)).toEqual(['f']);
    expect(
      await at.target.run(
        `select has_column_privilege('${ada}', 'account', 'id', 'select'), has_column_privilege('${ada}', 'account', 'tenant', 'select'), has_table_privilege('${ada}', 'account', 'insert with grant option'), has_column_privilege('${eve}', 'account', 'tenant', 'select')`,
      ),
    ).toEqual(['t|f|t|t']);
    expect(await at.target.run(`select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'sec'`)).toEqual([
      `boss${suffix}`,
    ]);
  });

  test('what is denied is taken away: of a table, of one of its columns', async () => {
    expect(
      await at.target.run(
        `select has_column_privilege('${eve}', 'account', 'secret', 'select'), has_column_privilege('${eve}', 'account', 'id', 'select'), has_table_privilege('${ada}', 'account', 'update')`,
      ),
    ).toEqual(['f|t|f']);
    expect(await as(eve, 'select secret from account')).toEqual(['!42501']);
  });

  test('a filter hides the rows of others, a block refuses to write them', async () => {
    await at.target.run(`insert into account values (1, '${eve}', 1), (2, '${ada}', 2)`);
    expect(await as(eve, 'select id from account')).toEqual(['1']);
    expect(await as(ada, `insert into account values (3, '${ada}', 3)`)).toEqual([]);
    expect(await as(ada, `insert into account values (4, '${eve}', 3)`)).toEqual(['!42501']);
  });

  test('what has no like is an issue: DENY, db_owner, SHOWPLAN, masks', () => {
    const found = at.target.issues();
    expect(found).toEqual(
      expect.arrayContaining([
        'SL1036 dbo.Account',
        `SL1036 ${ada}`,
        `SL1036 ${eve}`,
        'SL1027 dbo.Account.Secret',
        'SL1037 dbo.Tenants',
      ]),
    );
  });

  test('nothing of them is made unless the job asks for it, and the report says so', () => {
    const { conversion } = at.target;
    expect(conversion.steps.some((one) => /CREATE ROLE/.test(one.sql))).toBe(true);
    const none = convertDatabase(database({ principals: [{ name: 'a', kind: 'user', memberOf: [] }] }), {
      ...SETTINGS,
      convert: DEFAULT_CONVERT,
    });
    expect(none.steps.filter((one) => /ROLE|GRANT/.test(one.sql))).toEqual([]);
    expect(none.issues.map((one) => one.code)).toEqual(['SL1035']);
  });
});

test('whatever serves the database is an issue with advice, and so are properties without a like', () => {
  const model = database({
    facilities: [
      { kind: 'linked-server', name: 'ERP', detail: 'SQLNCLI, erp.example.org' },
      { kind: 'agent-job', name: 'Nightly' },
      { kind: 'broker-queue', name: 'dbo.Orders' },
      { kind: 'assembly', name: 'Geo' },
      { kind: 'certificate', name: 'C' },
    ],
    properties: [{ name: 'Owner', value: 'sales', object: 'dbo.T' }],
    tables: [
      table(
        'T',
        [
          column('Id', INT),
          column('S', INT, { sparse: true, nullable: true }),
          column('All', { name: 'xml' }, { columnSet: true, nullable: true }),
          column('E', INT, { encrypted: true }),
          column('F', { name: 'varbinary', length: -1 }, { filestream: true }),
          column('X', { name: 'xml' }, { xmlSchema: { schema: 'dbo', name: 'Xsd' } }),
          column('G', { name: 'geography' }),
          column('H', { name: 'hierarchyid' }),
          column('V', { name: 'sql_variant' }),
          column('A', { ...text(5), collation: 'Latin1_General_CI_AI' }),
        ],
        {
          primaryKey: { ...key('PK', 'Id'), columns: [{ column: 'Id', descending: true }] },
          indexes: [
            { ...key('CS', 'Id'), included: [], unique: false, disabled: false, type: 'NONCLUSTERED COLUMNSTORE' },
            { ...key('XX', 'X'), included: [], unique: false, disabled: false, type: 'XML' },
          ],
        },
      ),
    ],
  });
  const found = convertDatabase(model, SETTINGS).issues.map((one) => `${one.code} ${one.object}`);
  expect(found.toSorted()).toEqual(
    [
      'SL1021 dbo.T.G',
      'SL1022 dbo.T.H',
      'SL1023 dbo.T.V',
      'SL1024 dbo.T.X',
      'SL1025 dbo.T.F',
      'SL1025 dbo.T.S',
      'SL1026 dbo.T.All',
      'SL1028 dbo.T.E',
      'SL1032 dbo.T.CS',
      'SL1032 dbo.T.XX',
      'SL1038 dbo.T',
      'SL1039 dbo.T',
      'SL1060 ERP',
      'SL1061 Nightly',
      'SL1062 dbo.Orders',
      'SL1064 Geo',
      'SL1066 C',
      'SL1069 dbo.T.A',
      'SL1075 D',
    ].toSorted(),
  );
});
