import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isProject, leftWords, projectScripts } from './database-project.ts';

describe('a database project', () => {
  let dir: string;
  const below = [
    'Code/Ask & Tell.sql',
    'Code/old.sql',
    'Tables/Box.sql',
    'Tables/sub/Lid.sql',
    'after.sql',
    'before.sql',
  ];
  const of = async (text: string): Promise<{ files: string[]; left: string[] }> => {
    const project = join(dir, 'Shop.sqlproj');
    writeFileSync(project, text);
    const bare = (paths: readonly string[]): string[] => paths.map((path) => path.slice(dir.length + 1));
    const { files, left } = await projectScripts(
      project,
      below.map((path) => join(dir, path)),
    );
    return { files: bare(files), left: bare(left) };
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'sluice-project-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  test('builds what it lists, in any case and with either slash, and what runs behind that comes last', async () => {
    const { files, left } = await of(`\uFEFF<Project>
  <ItemGroup><Build Include="tables\\box.sql" /><Build Include="Code\\Ask &amp; Tell.sql"><SubType>Code</SubType></Build></ItemGroup>
  <!-- <Build Include="Code\\old.sql" /> --><None Include="Code\\old.sql" />
  <ItemGroup><PreDeploy Include="before.sql" /><PostDeploy Include="after.sql" /></ItemGroup></Project>`);
    expect(files).toEqual(['Code/Ask & Tell.sql', 'Tables/Box.sql', 'after.sql']);
    expect(left).toEqual(['Code/old.sql', 'Tables/sub/Lid.sql', 'before.sql']);
  });

  test('wildcards are followed', async () => {
    expect((await of('<Build Include="Tables\\*.sql;Code\\%41sk*.sql" />')).files).toEqual([
      'Code/Ask & Tell.sql',
      'Tables/Box.sql',
    ]);
    expect((await of('<Build Include="Tables\\**\\*.sql" />')).files).toEqual(['Tables/Box.sql', 'Tables/sub/Lid.sql']);
  });

  test('of the newer form builds all that it does not name as something else', async () => {
    const { files, left } = await of(
      '<Project Sdk="Microsoft.Build.Sql/0.1.3"><Build Remove="Code\\old.sql" /><PreDeploy Include="before.sql" /><PostDeploy Include="after.sql" /></Project>',
    );
    expect(files).toEqual(['Code/Ask & Tell.sql', 'Tables/Box.sql', 'Tables/sub/Lid.sql', 'after.sql']);
    expect(left).toEqual(['Code/old.sql', 'before.sql']);
  });

  test('is known by its name, and what it does not build is told', () => {
    expect(['a.sqlproj', 'A.DBPROJ', 'a.sql', 'a.csproj'].map(isProject)).toEqual([true, true, false, false]);
    expect(leftWords('/x/Shop.sqlproj', ['/x/tools/a.sql'])).toBe(
      'Shop.sqlproj does not build 1 script below its folder, not read: tools/a.sql. Name with --scripts what is meant.',
    );
  });
});
