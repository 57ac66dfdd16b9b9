import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASE_FAMILIES } from '../cases/index.ts';
import { corpusCases, corpusFiles } from '../corpus/test-cases.ts';
import { decodeScript } from '../decode.ts';
import { parseScript } from '../parse.ts';

/** Longest text that is mutated: longer ones are for {@link longTexts}. */
const LONGEST = 6_000;

/** The parser's own cases: the same texts for as long as nobody changes the parser. */
export function ownCorpus(): string[] {
  return Object.values(CASE_FAMILIES).flatMap((cases) => cases.map((one) => one.sql));
}

/** Statements to begin from: the parser's own cases, those of the semantics suite, and the public scripts where they lie beside the project. */
export function corpus(root: string): string[] {
  const texts = [
    ...ownCorpus(),
    ...documented(join(root, 'libs/tsql/corpus/accepted')),
    ...semantics(join(root, 'test/semantics/cases')),
    ...scripts(join(root, '../shared/data')),
  ];
  return texts.filter((text) => text !== '' && text.length <= LONGEST);
}

/** The forms of the documentation. */
function documented(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return corpusFiles(folder).flatMap((name) => corpusCases(folder, name).map(({ sql }) => sql));
}

/** `statement => answer`: what stands before the arrow, as a statement where it is an expression. */
function semantics(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cases'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.includes(' => ') && !line.startsWith('#'))
    .map((line) => line.slice(0, line.indexOf(' => ')).replaceAll(String.raw`\n`, '\n'))
    .map((text) => (/^\s*[A-Z]+\s*\(|^\s*[('@0-9-]/i.test(text) ? `SELECT ${text}` : text));
}

function scripts(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .flatMap((name) => parseScript(decodeScript(readFileSync(join(folder, name)))).batches)
    .map((batch) => batch.text);
}

/** What nests: an opening, what stands inside, a closing. */
export const NESTS: readonly (readonly [string, string, string])[] = [
  ['(', '1', ')'],
  ['select (', '1', ')'],
  ['select * from (', 'select 1 as a', ') x '],
  ['select case when 1=1 then ', '1', ' end'],
  ['begin ', 'print 1', ' end '],
  ['begin try ', 'print 1', ' end try begin catch end catch '],
  ['if 1=1 ', 'print 1', ' else print 2 '],
  ['while 1=1 ', 'print 1', ''],
  ['select not ', '1', ''],
  ['select - ', '1', ''],
  ['select ~', '1', ''],
  ['exists(select ', '1', ')'],
  ['select f(', '1', ')'],
  ['select 1 where a in (', 'select 1', ')'],
  ['with a as (', 'select 1 as b', ') select * from a '],
  ['/*', 'x', '*/'],
  ['select * from a join (', 'b', ' on 1=1) on 1=1 '],
  ['merge t using (', 'select 1 a', ') s on 1=1 when matched then delete; '],
  ['exec(', "'x'", ')'],
  ['create table t (a int check (', '1=1', '))'],
];

/** What can go on and on in one line. */
export const CHAINS: readonly (readonly [string, string])[] = [
  ['select 1', ' + 1'],
  ['select 1', ', 1'],
  ['select 1 where a = 1', ' or a = 2'],
  ['select 1 where a = 1', ' and not a = 2'],
  ['select 1', ' union all select 2'],
  ['select * from a', ' join b on 1=1'],
  ['select * from a', ', b'],
  ['insert t values (1)', ', (1)'],
  ['select a', '.b'],
  ['select case when 1=1 then 1', ' when 1=1 then 2'],
  ['select N', "'x' + N"],
  ['declare @a int', ', @b int'],
  ['', 'print 1;'],
  ['', 'select 1\ngo\n'],
  ['', 'begin '],
  ['', "'"],
  ['', '['],
  ['', '"'],
  ['', '/*'],
  ['', '--\n'],
  ['', ';'],
  ['', '0x'],
  ['', '1e'],
  ['', '@'],
  ['', 'a'],
  ['', '$(x)'],
  ['if 1=1 print 1', ' else if 1=1 print 2'],
  ['grant select', ', update'],
  ['create table t (a int', ', a int'],
  ["select 'x'", ' collate Latin1_General_CI_AS'],
  ['select a', '::b'],
  ['select (select 1', ' as a'],
  ['update t set a = 1', ', a = (select 1 where (b = 2 and'],
];
