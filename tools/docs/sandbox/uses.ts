import { parseBatch, walk, type Execute, type FunctionCall, type Node, type TableSource } from '#tsql';
import { clauseNames } from './clause-names.ts';
import { isStatement, STATEMENT_NAMES, statementName } from './statement-names.ts';

/** The tables of the conformance list. */
export const USE_KINDS = ['statement', 'clause', 'function', 'method', 'view', 'procedure', 'cdc'] as const;

/** Which table of the conformance list a thing stands in. */
export type UseKind = (typeof USE_KINDS)[number];

/** `kind name`, as `# covers:` of a case file has it: `function DATEADD`, `statement MERGE`, `view sys.tables`, `cdc sp_cdc_enable_db`. */
export type Use = `${UseKind} ${string}`;

const CDC = /^(fn_cdc_|sp_cdc_|dm_cdc_|cdc_jobs$)/;
const CHANGES = /^(fn_cdc_get_(?:all|net)_changes)_.+$/;

/** CDC's objects go by their bare names; those that bear a capture instance by the name without it. */
function cdcName(bare: string): string {
  if (bare.endsWith('_ct')) return '<capture_instance>_CT';
  return CHANGES.exec(bare)?.[1] ?? bare;
}

/** A function by its name as written: upper-case, without the schema sys. */
function functionUse(schema: string | undefined, name: string): Use | undefined {
  const bare = name.toLowerCase();
  if (CDC.test(bare)) return `cdc ${cdcName(bare)}`;
  if (schema !== undefined && schema.toLowerCase() !== 'sys') return undefined;
  return `function ${bare.startsWith('fn_') ? `sys.${bare}` : name.toUpperCase()}`;
}

function procedureUse(name: string): Use | undefined {
  const bare = name.toLowerCase();
  if (CDC.test(bare)) return `cdc ${bare}`;
  return /^[sx]p_/.test(bare) ? `procedure ${bare}` : undefined;
}

/** Tables of msdb. */
const MSDB = new Set(['sysjobs', 'sysjobsteps', 'sysmail_profile']);

/** A view of the system by schema and name; undefined for anything else. */
function viewUse(schema: string | undefined, name: string): Use | undefined {
  const bare = name.toLowerCase();
  const of = schema?.toLowerCase();
  if (of === 'cdc' || CDC.test(bare)) return `cdc ${cdcName(bare)}`;
  if (of === 'information_schema') return `view INFORMATION_SCHEMA.${name.toUpperCase()}`;
  if (of === 'sys') return `view sys.${bare}`;
  if (MSDB.has(bare)) return `view dbo.${bare}`;
  if (/^(sys[a-z]+|spt_values)$/.test(bare)) return `view ${bare === 'spt_values' ? 'dbo' : 'sys'}.${bare}`;
  return undefined;
}

const callUse = (call: FunctionCall): Use | undefined => functionUse(call.name.schema?.name, call.name.name.name);

function executeUse(statement: Execute): Use | undefined {
  const { procedure } = statement;
  return procedure?.kind === 'objectName' ? procedureUse(procedure.name.name) : undefined;
}

function tableUse(source: Extract<TableSource, { kind: 'table' }>): Use | undefined {
  return viewUse(source.name.schema?.name, source.name.name.name);
}

/** What a node shows besides the clause: a function, a method, a system view, a system procedure. */
function objectUse(node: Node): Use | undefined {
  switch (node.kind) {
    case 'call':
      return callUse(node);
    case 'cast':
      return `function ${node.fn.toUpperCase()}`;
    case 'globalVariable':
      return `function ${node.name.toUpperCase()}`;
    case 'methodCall':
      return `method .${node.method.name}()`;
    case 'staticCall':
      return `method ${node.type.name.name.toLowerCase()}::${node.method.name}`;
    case 'property':
      return `method .${node.name.name}`;
    case 'table':
      return tableUse(node);
    case 'execute':
      return executeUse(node);
    default:
      return undefined;
  }
}

/** Everything of the conformance list that a batch uses. A text that cannot be read uses nothing. */
export function usesOf(batch: string): ReadonlySet<Use> {
  const uses = new Set<Use>();
  walk(parseBatch(batch).statements, (node) => {
    if (isStatement(node)) uses.add(`statement ${statementName(node)}`);
    for (const name of clauseNames(node)) uses.add(`clause ${name}`);
    const use = objectUse(node);
    if (use !== undefined) uses.add(use);
  });
  return uses;
}

/** Statements in whatever case they are written. */
function plainUse(kind: string, name: string): Use | undefined {
  if (kind === 'statement') {
    const known = STATEMENT_NAMES.find((one) => one.toLowerCase() === name.toLowerCase());
    return `statement ${known ?? name.toUpperCase()}`;
  }
  return kind === 'clause' || kind === 'method' ? `${kind} ${name}` : undefined;
}

/** What a `# covers:` entry names, in the list's own spelling: CDC's procedures and views may be named as such. Throws on another kind. */
export function coveredUse(entry: string): Use {
  const [, kind = '', name = ''] = /^(\w+)\s+(.+)$/.exec(entry) ?? [];
  const parts = name.split('.');
  const bare = parts.at(-1) ?? '';
  const schema = parts.at(-2);
  const use =
    kind === 'procedure'
      ? procedureUse(bare)
      : kind === 'function'
        ? functionUse(schema, bare)
        : kind === 'view'
          ? viewUse(schema ?? 'sys', bare)
          : kind === 'cdc'
            ? (`cdc ${cdcName(bare.toLowerCase())}` as const)
            : plainUse(kind, name);
  if (use === undefined)
    throw new Error(`# covers: ${entry}: not 'statement|clause|function|method|view|procedure|cdc name'`);
  return use;
}
