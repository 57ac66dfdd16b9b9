import type {
  AlterDatabase,
  CreateDatabase,
  FileGroup,
  FileSpec,
  Identifier,
  ObjectName,
  Option,
  Statement,
} from '../ast/index.ts';
import { commaList, objectName } from './names.ts';
import { option, optionList, optionValue, parenOptions } from './options.ts';
import type { Reader } from './reader.ts';

type Start = Reader['token'];

/** Reads what follows `CREATE DATABASE`. */
export function createDatabase(r: Reader, start: Start): CreateDatabase {
  const name = r.name();
  const containment = r.acceptSequence('CONTAINMENT', '=') ? oneOf(r, ['NONE', 'PARTIAL']) : undefined;
  const files: FileGroup[] = r.is('ON') ? dataFiles(r) : [];
  const logFiles = r.acceptSequence('LOG', 'ON') ? fileSpecs(r) : [];
  const collation = r.accept('COLLATE') ? r.name() : undefined;
  let snapshotOf: Identifier | undefined;
  let attach: string | undefined;
  let copyOf: ObjectName | undefined;
  if (r.acceptSequence('AS', 'SNAPSHOT', 'OF')) snapshotOf = r.name();
  else if (r.acceptSequence('AS', 'COPY', 'OF')) copyOf = objectName(r);
  else if (r.is('FOR') && (r.peekIs('ATTACH') || r.peekIs('ATTACH_REBUILD_LOG'))) {
    r.next();
    attach = r.next().upper;
  }
  const at = r.token;
  const azure = r.is('(') ? parenOptions(r) : [];
  if (azure.some(({ name: one }) => one.includes(' '))) r.fail(at);
  const options = r.accept('WITH') ? [...azure, ...optionList(r, true)] : azure;
  return {
    kind: 'createDatabase',
    name,
    ...(containment !== undefined && { containment }),
    files,
    logFiles,
    ...(collation && { collation }),
    options,
    ...(snapshotOf && { snapshotOf }),
    ...(copyOf && { copyOf }),
    ...(attach !== undefined && { attach }),
    span: r.span(start),
  };
}

/** One of some words. */
function oneOf(r: Reader, words: readonly string[]): string {
  if (!words.some((word) => r.is(word))) r.fail();
  return r.next().upper;
}

/** `ON [PRIMARY] (file), … [, FILEGROUP g [CONTAINS FILESTREAM] [DEFAULT] (file), …]`. */
function dataFiles(r: Reader): FileGroup[] {
  r.expect('ON');
  r.accept('PRIMARY');
  if (!r.is('(') && !r.is('FILEGROUP')) r.fail();
  const groups: FileGroup[] = [{ properties: [], files: r.is('(') ? fileSpecs(r) : [] }];
  while (r.accept(',') || r.is('FILEGROUP')) {
    r.expect('FILEGROUP');
    const name = r.name();
    const properties: string[] = [];
    if (r.accept('CONTAINS')) properties.push(`CONTAINS ${oneOf(r, ['FILESTREAM', 'MEMORY_OPTIMIZED_DATA'])}`);
    if (r.accept('DEFAULT')) properties.push('DEFAULT');
    groups.push({ name, properties, files: fileSpecs(r) });
  }
  return groups;
}

/** `(NAME = …, …), (…)`; a comma before FILEGROUP does not belong to it. */
function fileSpecs(r: Reader): FileSpec[] {
  const specs = [parenOptions(r)];
  while (r.is(',') && r.peekIs('(')) {
    r.next();
    specs.push(parenOptions(r));
  }
  return specs;
}

/** Reads what follows `ALTER DATABASE`. */
export function alterDatabase(r: Reader, start: Start): Statement {
  if (r.isSequence('SCOPED', 'CONFIGURATION')) {
    r.expectSequence('SCOPED', 'CONFIGURATION');
    return scopedConfiguration(r, start);
  }
  const name = r.accept('CURRENT') ? undefined : r.name();
  const base = { kind: 'alterDatabase', ...(name && { name }) } as const;
  if (r.accept('SET')) {
    const options = setOptions(r);
    const termination = r.accept('WITH') ? terminationWords(r) : undefined;
    return {
      ...base,
      action: 'set',
      options,
      ...(termination !== undefined && { termination }),
      files: [],
      words: [],
      span: r.span(start),
    };
  }
  if (r.accept('COLLATE')) {
    const target = r.name();
    return { ...base, action: 'collate', options: [], target, files: [], words: [], span: r.span(start) };
  }
  const change = fileChange(r);
  const termination = change.action === 'filegroup' && r.accept('WITH') ? terminationWords(r) : undefined;
  return { ...base, ...change, ...(termination !== undefined && { termination }), span: r.span(start) };
}

type Change = Pick<AlterDatabase, 'action' | 'options' | 'target' | 'files' | 'words'>;

function fileChange(r: Reader): Change {
  const verb = r.expectAny('ADD', 'REMOVE', 'MODIFY');
  if (r.is('(') && verb === 'MODIFY') return { action: 'set', options: parenOptions(r), files: [], words: ['MODIFY'] };
  if (r.acceptSequence('NAME', '='))
    return { action: 'modifyName', options: [], target: r.name(), files: [], words: [] };
  const words = [verb];
  if (r.acceptSequence('LOG', 'FILE')) return { action: 'addFile', options: [], files: fileSpecs(r), words: ['LOG'] };
  if (r.accept('FILE')) return fileAction(r, verb);
  r.expect('FILEGROUP');
  const target = r.name();
  const more: string[] = [];
  const options: Option[] = [];
  if (r.isSequence('NAME', '=')) options.push(option(r, false));
  while (r.is('CONTAINS') || r.is('FILESTREAM') || r.is('MEMORY_OPTIMIZED_DATA') || r.is('DEFAULT') || isGroupState(r))
    more.push(r.next().upper);
  return { action: 'filegroup', options, target, files: [], words: [...words, ...more] };
}

function isGroupState(r: Reader): boolean {
  const { upper } = r.token;
  return (
    upper === 'READONLY' ||
    upper === 'READ_ONLY' ||
    upper === 'READWRITE' ||
    upper === 'READ_WRITE' ||
    upper.startsWith('AUTOGROW_')
  );
}

function fileAction(r: Reader, verb: 'ADD' | 'REMOVE' | 'MODIFY'): Change {
  if (verb === 'REMOVE') return { action: 'removeFile', options: [], target: r.name(), files: [], words: [] };
  const files = fileSpecs(r);
  if (verb === 'MODIFY') return { action: 'modifyFile', options: [], files, words: [] };
  const target = r.acceptSequence('TO', 'FILEGROUP') ? r.name() : undefined;
  return { action: 'addFile', options: [], files, ...(target && { target }), words: [] };
}

/** `RECOVERY SIMPLE, READ_COMMITTED_SNAPSHOT ON, COMPATIBILITY_LEVEL = 160`; EMERGENCY and the like stand alone. */
function setOptions(r: Reader): Option[] {
  return commaList(r, () => {
    const start = r.token;
    if (r.is('PARTNER') || r.is('WITNESS')) return mirroring(r);
    if (!r.isSequence('HADR', 'AVAILABILITY')) return option(r, true);
    r.expectSequence('HADR', 'AVAILABILITY', 'GROUP', '=');
    const value = optionValue(r);
    return { kind: 'option', name: 'HADR AVAILABILITY GROUP', value, span: r.span(start) };
  });
}

/** `PARTNER = 'TCP://…'`, `PARTNER SAFETY FULL`, `PARTNER TIMEOUT 10`, `WITNESS OFF`. */
function mirroring(r: Reader): Option {
  const start = r.next();
  if (r.accept('=')) return { kind: 'option', name: `${start.upper} =`, value: optionValue(r), span: r.span(start) };
  const word = r.expectAny(
    'FAILOVER',
    'FORCE_SERVICE_ALLOW_DATA_LOSS',
    'OFF',
    'RESUME',
    'SUSPEND',
    'SAFETY',
    'TIMEOUT',
  );
  const name = `${start.upper} ${word}`;
  if (word !== 'SAFETY' && word !== 'TIMEOUT') return { kind: 'option', name, span: r.span(start) };
  return { kind: 'option', name, value: optionValue(r), span: r.span(start) };
}

function terminationWords(r: Reader): string {
  if (r.accept('NO_WAIT')) return 'NO_WAIT';
  r.expect('ROLLBACK');
  if (r.accept('IMMEDIATE')) return 'ROLLBACK IMMEDIATE';
  r.expect('AFTER');
  if (r.token.type !== 'int') r.fail();
  const seconds = r.next().text;
  const unit = r.accept('SECONDS') ? ' SECONDS' : '';
  return `ROLLBACK AFTER ${seconds}${unit}`;
}

function scopedConfiguration(r: Reader, start: Start): AlterDatabase {
  const words: string[] = [];
  if (r.acceptSequence('FOR', 'SECONDARY')) words.push('FOR', 'SECONDARY');
  if (r.accept('SET')) words.push('SET');
  else words.push(r.expect('CLEAR').upper);
  const options = optionList(r, true);
  return { kind: 'alterDatabase', action: 'scopedConfiguration', options, files: [], words, span: r.span(start) };
}
