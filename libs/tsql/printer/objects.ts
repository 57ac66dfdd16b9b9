import type {
  CreateMode,
  CreateSchema,
  DropObject,
  Module,
  ObjectStatement,
  Option,
  Parameter,
  SecurityPolicy,
  Sequence,
  ToggleTrigger,
} from '../ast/index.ts';
import { printDatabase } from './databases.ts';
import { printExpression } from './expressions.ts';
import { printList, printStatement } from './statements.ts';
import { printQuery } from './queries.ts';
import { nullability, printElements, printIndexColumn } from './tables.ts';
import {
  commas,
  impossible,
  parens,
  printName,
  printObjectName,
  printOption,
  printOptions,
  printType,
  withOptions,
  words,
} from './text.ts';

/** Prints a statement that creates, alters or drops an object other than a table. */
export function printObjectStatement(s: ObjectStatement): string {
  switch (s.kind) {
    case 'createView': {
      const check = s.checkOption && 'WITH CHECK OPTION';
      return words(
        modeWords(s.mode),
        'VIEW',
        printObjectName(s.name),
        parens(s.columns, printName),
        moduleOptions(s),
        'AS',
        printQuery(s.query),
        check,
      );
    }
    case 'createProcedure':
      return printProcedure(s);
    case 'createFunction':
      return printFunction(s);
    case 'createTrigger':
      return printTrigger(s);
    case 'createSchema':
      return printSchema(s);
    case 'alterSchema':
      return `ALTER SCHEMA ${printName(s.name)} TRANSFER ${s.class === undefined ? '' : `${s.class.toUpperCase()}::`}${printObjectName(s.object)}`;
    case 'sequence':
      return printSequence(s);
    case 'createAliasType':
      return words('CREATE TYPE', printObjectName(s.name), 'FROM', printType(s.type), nullability(s.nullable));
    case 'createTableType':
      return words(
        'CREATE TYPE',
        printObjectName(s.name),
        'AS TABLE',
        printElements(s.elements),
        withOptions(s.options),
      );
    case 'createSynonym':
      return `CREATE SYNONYM ${printObjectName(s.name)} FOR ${printObjectName(s.target)}`;
    case 'createRule':
      return `CREATE RULE ${printObjectName(s.name)} AS ${printExpression(s.condition)}`;
    case 'createDefault':
      return `CREATE DEFAULT ${printObjectName(s.name)} AS ${printExpression(s.value)}`;
    case 'createDatabase':
    case 'alterDatabase':
      return printDatabase(s);
    case 'dropObject':
      return printDrop(s);
    case 'toggleTrigger':
      return printToggle(s);
    default:
      return printOther(s);
  }
}

type Other = Extract<
  ObjectStatement,
  {
    kind:
      | 'createClrObject'
      | 'createFullTextIndex'
      | 'createFullTextCatalog'
      | 'createXmlSchemaCollection'
      | 'createAssembly'
      | 'securityPolicy';
  }
>;

function printOther(s: Other): string {
  switch (s.kind) {
    case 'createClrObject':
      return words(
        'CREATE',
        s.type.toUpperCase(),
        printObjectName(s.name),
        parens(s.parameters, printParameter),
        s.returns && `RETURNS ${printType(s.returns)}`,
        externalName(s.external),
      );
    case 'createFullTextIndex': {
      const columns = parens(s.columns, (c) =>
        words(
          printName(c.name),
          c.typeColumn && `TYPE COLUMN ${printName(c.typeColumn)}`,
          c.language && `LANGUAGE ${printExpression(c.language)}`,
          c.statisticalSemantics && 'STATISTICAL_SEMANTICS',
        ),
      );
      return words(
        'CREATE FULLTEXT INDEX ON',
        printObjectName(s.table),
        columns,
        'KEY INDEX',
        printName(s.keyIndex),
        (s.on !== undefined || s.filegroup !== undefined) &&
          `ON (${[...(s.on ? [printName(s.on)] : []), ...(s.filegroup ? [`FILEGROUP ${printName(s.filegroup)}`] : [])].join(', ')})`,
        withOptions(s.options),
      );
    }
    case 'createFullTextCatalog':
      return printCatalog(s);
    case 'createXmlSchemaCollection':
      return `CREATE XML SCHEMA COLLECTION ${printObjectName(s.name)} AS ${printExpression(s.content)}`;
    case 'createAssembly':
      return words(
        `CREATE ASSEMBLY ${printName(s.name)}`,
        s.authorization && `AUTHORIZATION ${printName(s.authorization)}`,
        `FROM ${commas(s.from, printExpression)}`,
        s.options.length > 0 && `WITH ${printOptions(s.options)}`,
      );
    case 'securityPolicy':
      return printPolicy(s);
    default:
      return impossible(s);
  }
}

function printCatalog(s: Extract<Other, { kind: 'createFullTextCatalog' }>): string {
  const isPlace = (o: Option): boolean => o.name.includes(' ');
  const places = s.options.filter(isPlace).map((o) => words(o.name, o.value && printExpression(o.value)));
  const rest = s.options.filter((o) => !isPlace(o));
  return words(
    `CREATE FULLTEXT CATALOG ${printName(s.name)}`,
    ...places,
    rest.length > 0 && `WITH ${printOptions(rest)}`,
    s.asDefault && 'AS DEFAULT',
    s.authorization && `AUTHORIZATION ${printName(s.authorization)}`,
  );
}

function modeWords(mode: CreateMode): string {
  return mode === 'create' ? 'CREATE' : mode === 'alter' ? 'ALTER' : 'CREATE OR ALTER';
}

function moduleOptions(m: Module): string {
  if (m.options.length === 0) return '';
  return `WITH ${commas(m.options, (o) => (o.name === 'EXECUTE AS' && o.value ? `EXECUTE AS ${printExpression(o.value)}` : printOption(o)))}`;
}

function printParameter(p: Parameter): string {
  return words(
    p.name,
    printType(p.type),
    p.varying && 'VARYING',
    nullability(p.nullable),
    p.default && `= ${printExpression(p.default)}`,
    p.output && 'OUTPUT',
    p.readonly && 'READONLY',
  );
}

function externalName(e: Extract<Other, { kind: 'createClrObject' }>['external']): string {
  return `EXTERNAL NAME ${e.parts.map(printName).join('.')}`;
}

function printProcedure(s: Extract<ObjectStatement, { kind: 'createProcedure' }>): string {
  const name = printObjectName(s.name) + (s.number === undefined ? '' : `;${s.number}`);
  const head = words(
    modeWords(s.mode),
    'PROCEDURE',
    name,
    commas(s.parameters, printParameter),
    moduleOptions(s),
    s.forReplication && 'FOR REPLICATION',
    'AS',
  );
  return `${head}\n${s.external ? externalName(s.external) : printList(s.body)}`;
}

function printFunction(s: Extract<ObjectStatement, { kind: 'createFunction' }>): string {
  const { returns } = s;
  const head = words(
    modeWords(s.mode),
    'FUNCTION',
    printObjectName(s.name),
    `(${commas(s.parameters, printParameter)})`,
    'RETURNS',
  );
  const options = moduleOptions(s);
  const order = returns.kind === 'returnsQuery' && returns.order && `ORDER ${parens(returns.order, printIndexColumn)}`;
  if (s.external !== undefined)
    return words(head, returnsText(returns), options, order, 'AS', externalName(s.external));
  if (returns.kind === 'returnsQuery')
    return words(head, 'TABLE', options, 'AS RETURN', returns.query && `(${printQuery(returns.query)})`);
  const [first] = s.body;
  const isAtomic = first?.kind === 'block' && first.atomic !== undefined;
  const body = isAtomic ? printList(s.body) : `BEGIN\n${printList(s.body)}\nEND`;
  return `${words(head, returnsText(returns), options, 'AS')}\n${body}`;
}

function returnsText(returns: Extract<ObjectStatement, { kind: 'createFunction' }>['returns']): string {
  switch (returns.kind) {
    case 'returnsScalar':
      return printType(returns.type);
    case 'returnsTable':
      return `${returns.variable} TABLE ${printElements(returns.elements)}`;
    case 'returnsQuery':
      return words('TABLE', returns.elements.length > 0 && printElements(returns.elements));
  }
}

function printTrigger(s: Extract<ObjectStatement, { kind: 'createTrigger' }>): string {
  const target =
    s.scope === 'server' ? 'ALL SERVER' : s.scope === 'database' ? 'DATABASE' : s.target && printObjectName(s.target);
  const timing = s.timing === 'insteadOf' ? 'INSTEAD OF' : s.timing.toUpperCase();
  const head = words(
    modeWords(s.mode),
    'TRIGGER',
    printObjectName(s.name),
    'ON',
    target,
    moduleOptions(s),
    timing,
    s.events.join(', '),
    s.withAppend && 'WITH APPEND',
    s.notForReplication && 'NOT FOR REPLICATION',
    'AS',
  );
  return `${head}\n${s.external ? externalName(s.external) : printList(s.body)}`;
}

function printSchema(s: CreateSchema): string {
  const owner = s.authorization && `AUTHORIZATION ${printName(s.authorization)}`;
  return words('CREATE SCHEMA', s.name && printName(s.name), owner, ...s.elements.map((e) => printStatement(e)));
}

function printSequence(s: Sequence): string {
  const limit = (word: string, value: Sequence['minValue']): string =>
    value === undefined ? '' : value === null ? `NO ${word}` : `${word} ${printExpression(value)}`;
  const restart =
    s.restart === undefined ? '' : words('RESTART', s.restart !== true && `WITH ${printExpression(s.restart)}`);
  const cache =
    s.cache === undefined
      ? ''
      : s.cache === null
        ? 'NO CACHE'
        : words('CACHE', s.cache !== true && printExpression(s.cache));
  return words(
    s.mode.toUpperCase(),
    'SEQUENCE',
    printObjectName(s.name),
    s.type && `AS ${printType(s.type)}`,
    s.start && `START WITH ${printExpression(s.start)}`,
    restart,
    s.increment && `INCREMENT BY ${printExpression(s.increment)}`,
    limit('MINVALUE', s.minValue),
    limit('MAXVALUE', s.maxValue),
    s.cycle === undefined ? '' : s.cycle ? 'CYCLE' : 'NO CYCLE',
    cache,
  );
}

function printPolicy(s: SecurityPolicy): string {
  const predicates = commas(s.predicates, (p) =>
    words(
      p.change.toUpperCase(),
      p.type.toUpperCase(),
      'PREDICATE',
      p.call && printExpression(p.call),
      'ON',
      printObjectName(p.table),
      p.operation,
    ),
  );
  return words(
    s.mode.toUpperCase(),
    'SECURITY POLICY',
    printObjectName(s.name),
    predicates,
    withOptions(s.options),
    s.notForReplication && 'NOT FOR REPLICATION',
  );
}

function printDrop(s: DropObject): string {
  const type = s.type === 'fulltext index' ? 'FULLTEXT INDEX ON' : s.type.toUpperCase();
  const scope = s.scope === undefined ? '' : s.scope === 'server' ? 'ON ALL SERVER' : 'ON DATABASE';
  return words(
    'DROP',
    type,
    s.ifExists && 'IF EXISTS',
    commas(s.names, printObjectName),
    scope,
    s.noDependents && 'WITH NO DEPENDENTS',
  );
}

function printToggle(s: ToggleTrigger): string {
  const target =
    s.scope === 'server' ? 'ALL SERVER' : s.scope === 'database' ? 'DATABASE' : s.target && printObjectName(s.target);
  return words(s.enable ? 'ENABLE' : 'DISABLE', 'TRIGGER', commas(s.names, printObjectName) || 'ALL', 'ON', target);
}
