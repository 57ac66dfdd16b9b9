import { describeSource, SourceDatabase } from '#testing';

await describeSource('SQL Server', async () => {
  const database = await SourceDatabase.create();
  await database.run(`CREATE TABLE dbo.t (id int PRIMARY KEY, n int)`);
  await database.run(`ALTER DATABASE ${database.settings.database} SET ALLOW_SNAPSHOT_ISOLATION ON`);
  await database.capture('dbo.t');
  const [table] = await database.eventTables('dbo.t');
  if (!table) throw new Error('dbo.t is not in the catalog');
  return {
    source: await database.source(),
    table,
    write: async (...statements) => {
      const text = statements.map((statement) => statement.replace(/\bT\b/, 'dbo.t')).join('; ');
      await database.run(`BEGIN TRANSACTION; ${text}; COMMIT`);
    },
    close: () => database.drop(),
  };
});
