import {
  walk,
  type CreateFunction,
  type CreateProcedure,
  type CreateTrigger,
  type Execute,
  type ParsedBatch,
  type Statement,
} from '#tsql';
import { SqlError } from '../session.ts';
import { checkRules } from './rules/index.ts';

/** What a list of statements stands in: whether RETURN may give a value, which names are known before it. */
interface Place {
  readonly procedure: string;
  readonly returnsValue: boolean;
  readonly isScalarFunction?: boolean;
  readonly known: Iterable<string>;
  /** What the spans are places of. */
  readonly text: string;
}

const FIRST: Partial<Record<Statement['kind'], string>> = {
  createProcedure: 'CREATE/ALTER PROCEDURE',
  createFunction: 'CREATE FUNCTION',
  createTrigger: 'CREATE TRIGGER',
  createView: 'CREATE VIEW',
  createSchema: 'CREATE SCHEMA',
};

const ENDED = /^(\s|--[^\n]*(\n|$)|\/\*[^]*?\*\/)*;/;

const checked = new WeakMap<ParsedBatch, Set<string>>();

/** Throws what SQL Server finds in a batch before it runs any of it: names, loops, labels. `known` are the parameters that the batch comes with. */
export function checkBatch(parsed: ParsedBatch, known: readonly string[], text: string): void {
  const key = known.join(' ');
  const done = checked.get(parsed);
  if (done?.has(key)) return;
  for (const [at, statement] of parsed.statements.entries()) {
    const what = FIRST[statement.kind];
    if (what !== undefined && parsed.statements.slice(0, at).some((one) => one.kind !== 'empty'))
      throw new SqlError(111, `'${what}' must be the first statement in a query batch.`, 15, 1, statement.span.line);
  }
  checkStatements(parsed.statements, { procedure: '', returnsValue: false, known, text });
  checkRules(parsed.statements);
  if (done === undefined) checked.set(parsed, new Set([key]));
  else done.add(key);
}

/** The same of the body of a procedure, function or trigger, when it is made. */
export function checkModule(statement: CreateProcedure | CreateFunction | CreateTrigger, text: string): void {
  const parameters = 'parameters' in statement ? statement.parameters.map((one) => one.name) : [];
  const returns = statement.kind === 'createFunction' ? statement.returns : undefined;
  if ('parameters' in statement) checkReadOnly(statement);
  checkStatements(statement.body, {
    procedure: statement.name.name.name,
    returnsValue: statement.kind === 'createProcedure' || returns?.kind === 'returnsScalar',
    isScalarFunction: returns?.kind === 'returnsScalar',
    known: returns?.kind === 'returnsTable' ? [...parameters, returns.variable] : parameters,
    text,
  });
}

/** Table-valued parameters are not written to: 10700. */
function checkReadOnly(statement: CreateProcedure | CreateFunction): void {
  const names = statement.parameters.flatMap((one) => (one.readonly ? [one.name.toLowerCase()] : []));
  if (names.length === 0) return;
  walk(statement.body, (node) => {
    if (node.kind !== 'insert' && node.kind !== 'update' && node.kind !== 'delete' && node.kind !== 'merge') return;
    const { target } = node;
    if (target.kind !== 'tableVariable' || !names.includes(target.name.toLowerCase())) return;
    throw new SqlError(
      10_700,
      `The table-valued parameter "${target.name}" is READONLY and cannot be modified.`,
      16,
      1,
      node.span.line,
      statement.name.name.name,
    );
  });
}

function checkStatements(statements: readonly Statement[], place: Place): void {
  checkNames(statements, place);
  const labels = new Map<string, boolean>();
  noteLabels(statements, false, labels, place);
  checkFlow(statements, { place, labels, loop: false, reachable: [] });
}

const fault = (place: Place, number: number, message: string, line: number, state = 1): SqlError =>
  new SqlError(number, message, 15, state, line, place.procedure);

function checkNames(statements: readonly Statement[], place: Place): void {
  const known = new Set([...place.known].map((name) => name.toLowerCase()));
  checkSequentialIds(statements, place);
  walk(statements, (node, parent) => {
    switch (node.kind) {
      case 'createProcedure':
      case 'createFunction':
      case 'createTrigger':
        return 'skip';
      case 'declareVariable':
      case 'declareTable': {
        const key = node.name.toLowerCase();
        if (known.has(key)) {
          const message = `The variable name '${node.name}' has already been declared. Variable names must be unique within a query batch or stored procedure.`;
          throw fault(place, 134, message, node.span.line, 2);
        }
        known.add(key);
        return undefined;
      }
      case 'execute':
        checkArguments(node, place);
        return undefined;
      case 'merge':
        if (parent?.kind === 'dmlTable') return undefined;
        if (!ENDED.test(place.text.slice(node.span.end)) && place.text[node.span.end - 1] !== ';')
          throw fault(place, 10_713, 'A MERGE statement must be terminated by a semi-colon (;).', node.span.line);
        return undefined;
      case 'variable':
        if (known.has(node.name.toLowerCase())) return undefined;
        throw fault(place, 137, `Must declare the scalar variable "${node.name}".`, node.span.line, 2);
      case 'tableVariable':
        if (known.has(node.name.toLowerCase())) return undefined;
        throw fault(place, 1087, `Must declare the table variable "${node.name}".`, node.span.line, 2);
      default:
        return undefined;
    }
  });
}

/** NEWSEQUENTIALID() stands in the definition of a table alone: 302. */
function checkSequentialIds(statements: readonly Statement[], place: Place): void {
  if (!/newsequentialid/i.test(place.text)) return;
  walk(statements, (node) => {
    if (node.kind === 'createTable' || node.kind === 'alterTable' || node.kind === 'declareTable') return 'skip';
    if (node.kind !== 'call' || node.name.name.name.toLowerCase() !== 'newsequentialid') return undefined;
    const message = `The newsequentialid() built-in function can only be used in a DEFAULT expression for a column of type 'uniqueidentifier' in a CREATE TABLE or ALTER TABLE statement. It cannot be combined with other operators to form a complex scalar expression.`;
    throw fault(place, 302, message, node.span.line, 0);
  });
}

/** Behind an argument by name all others have theirs: 119. */
function checkArguments(node: Execute, place: Place): void {
  const named = node.args.findIndex((argument) => argument.name !== undefined);
  const bare = named < 0 ? -1 : node.args.findIndex((argument, at) => at > named && argument.name === undefined);
  if (bare < 0) return;
  const message = `Must pass parameter number ${bare + 1} and subsequent parameters as '@name = value'. After the form '@name = value' has been used, all subsequent parameters must be passed in the form '@name = value'.`;
  throw fault(place, 119, message, node.span.line);
}

/** The labels of a body, and whether each stands within TRY or CATCH. */
function noteLabels(
  statements: readonly Statement[],
  guarded: boolean,
  labels: Map<string, boolean>,
  place: Place,
): void {
  for (const statement of statements) {
    if (statement.kind === 'label') {
      const { name } = statement.label;
      if (labels.has(name.toLowerCase())) {
        const message = `The label '${name}' has already been declared. Label names must be unique within a query batch or stored procedure.`;
        throw fault(place, 132, message, statement.span.line);
      }
      labels.set(name.toLowerCase(), guarded);
    }
    for (const list of listsOf(statement)) noteLabels(list, guarded || statement.kind === 'tryCatch', labels, place);
  }
}

function listsOf(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case 'block':
      return [statement.statements];
    case 'if':
      return statement.otherwise === undefined ? [[statement.then]] : [[statement.then], [statement.otherwise]];
    case 'while':
      return [[statement.body]];
    case 'tryCatch':
      return [statement.body, statement.handler];
    default:
      return [];
  }
}

interface Flow {
  readonly place: Place;
  readonly labels: ReadonlyMap<string, boolean>;
  readonly loop: boolean;
  /** Labels of this list and of those around it. */
  readonly reachable: readonly string[];
}

function checkFlow(statements: readonly Statement[], flow: Flow): void {
  const own = statements.flatMap((one) => (one.kind === 'label' ? [one.label.name.toLowerCase()] : []));
  const reachable = [...flow.reachable, ...own];
  for (const statement of statements) {
    checkOne(statement, { ...flow, reachable });
    const loop = flow.loop || statement.kind === 'while';
    for (const list of listsOf(statement)) checkFlow(list, { ...flow, loop, reachable });
  }
}

function checkOne(statement: Statement, { place, labels, loop, reachable }: Flow): void {
  const { line } = statement.span;
  switch (statement.kind) {
    case 'break':
      if (!loop) throw fault(place, 135, 'Cannot use a BREAK statement outside the scope of a WHILE statement.', line);
      return;
    case 'continue':
      if (!loop)
        throw fault(place, 136, 'Cannot use a CONTINUE statement outside the scope of a WHILE statement.', line);
      return;
    case 'return':
      if (statement.value !== undefined && !place.returnsValue)
        throw fault(place, 178, 'A RETURN statement with a return value cannot be used in this context.', line);
      if (statement.value === undefined && place.isScalarFunction)
        throw fault(place, 1075, 'RETURN statements in scalar valued functions must include an argument.', line);
      return;
    case 'goto': {
      const { name } = statement.label;
      if (reachable.includes(name.toLowerCase())) return;
      const guarded = labels.get(name.toLowerCase());
      if (guarded === undefined) {
        const message = `A GOTO statement references the label '${name}' but the label has not been declared.`;
        throw fault(place, 133, message, line);
      }
      if (guarded) throw fault(place, 1026, 'GOTO cannot be used to jump into a TRY or CATCH scope.', line);
      throw new SqlError(
        40515,
        `GOTO ${name} into a block is not supported in this version of SQL Server.`,
        15,
        1,
        line,
      );
    }
    default:
  }
}
