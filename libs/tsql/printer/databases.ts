import type { AlterDatabase, CreateDatabase, FileGroup, FileSpec, Option } from '../ast/index.ts';
import { printExpression } from './expressions.ts';
import { commas, parens, printName, printObjectName, printOption, printOptions, words } from './text.ts';

/** Prints CREATE DATABASE and ALTER DATABASE. */
export function printDatabase(s: CreateDatabase | AlterDatabase): string {
  return s.kind === 'createDatabase' ? printCreate(s) : printAlter(s);
}

function printFiles(files: readonly FileSpec[]): string {
  return commas(files, (file) => parens(file, printOption));
}

function printGroup(g: FileGroup): string {
  if (g.name === undefined) return words('PRIMARY', printFiles(g.files));
  return words('FILEGROUP', printName(g.name), ...g.properties, printFiles(g.files));
}

function printCreate(s: CreateDatabase): string {
  return words(
    'CREATE DATABASE',
    printName(s.name),
    s.containment !== undefined && `CONTAINMENT = ${s.containment}`,
    s.files.length > 0 && `ON ${commas(s.files, printGroup)}`,
    s.logFiles.length > 0 && `LOG ON ${printFiles(s.logFiles)}`,
    s.collation && `COLLATE ${printName(s.collation)}`,
    s.copyOf && `AS COPY OF ${printObjectName(s.copyOf)}`,
    s.snapshotOf && `AS SNAPSHOT OF ${printName(s.snapshotOf)}`,
    s.attach !== undefined && `FOR ${s.attach}`,
    s.options.length > 0 && `WITH ${commas(s.options, printSetting)}`,
  );
}

/** Options that take an equals sign; all others have their word behind them: `RECOVERY SIMPLE`. */
const WITH_EQUALS = new Set(
  'COMPATIBILITY_LEVEL CHANGE_TRACKING CONTAINMENT DELAYED_DURABILITY DEFAULT_LANGUAGE DEFAULT_FULLTEXT_LANGUAGE NESTED_TRIGGERS TRANSFORM_NOISE_WORDS TWO_DIGIT_YEAR_CUTOFF TARGET_RECOVERY_TIME ACCELERATED_DATABASE_RECOVERY'.split(
    ' ',
  ),
);

function printSetting(o: Option): string {
  if (/^(PARTNER|WITNESS) /.test(o.name)) return words(o.name, o.value && printExpression(o.value));
  const text = printOption(o);
  const isBare =
    !WITH_EQUALS.has(o.name) && o.options === undefined && o.value?.kind === 'keyword' && !o.name.includes(' ');
  return isBare ? text.replace(' = ', ' ') : text;
}

function printAlter(s: AlterDatabase): string {
  const target = s.target && printName(s.target);
  if (s.action === 'scopedConfiguration')
    return words('ALTER DATABASE SCOPED CONFIGURATION', ...s.words, printOptions(s.options));
  const head = `ALTER DATABASE ${s.name === undefined ? 'CURRENT' : printName(s.name)}`;
  switch (s.action) {
    case 'set': {
      if (s.words.includes('MODIFY')) return `${head} MODIFY (${printOptions(s.options)})`;
      return words(
        head,
        'SET',
        commas(s.options, printSetting),
        s.termination !== undefined && `WITH ${s.termination}`,
      );
    }
    case 'collate':
      return words(head, 'COLLATE', target);
    case 'modifyName':
      return words(head, 'MODIFY NAME =', target);
    case 'addFile':
      return words(
        head,
        'ADD',
        s.words.includes('LOG') && 'LOG',
        'FILE',
        printFiles(s.files),
        target && `TO FILEGROUP ${target}`,
      );
    case 'removeFile':
      return words(head, 'REMOVE FILE', target);
    case 'modifyFile':
      return words(head, 'MODIFY FILE', printFiles(s.files));
    case 'filegroup': {
      const [verb, ...rest] = s.words;
      return words(
        head,
        verb,
        'FILEGROUP',
        target,
        printOptions(s.options),
        ...rest,
        s.termination !== undefined && `WITH ${s.termination}`,
      );
    }
  }
}
