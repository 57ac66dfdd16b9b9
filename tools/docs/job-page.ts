import { JOB_SCHEMA, NOT_BUILT, type NotBuilt } from '#jobs';
import { code, heading, table } from './markdown.ts';

/** What of JSON Schema the job file's schema uses. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: boolean | Node;
  readonly anyOf?: readonly Node[];
}

/** Every key of the job file with its type, default and meaning. */
export function jobPage(): string {
  const root = JOB_SCHEMA as unknown as Node;
  const keys = [...walk(root, '', new Set(root.required ?? []))];
  return `${heading('The job file', '`libs/jobs/job-schema.ts`')}

A job file is YAML and says what moves where. Editors complete and check it with [job.schema.json](job.schema.json). An unknown key is an error that
names the nearest known one; all faults are reported at once, with exit code 2.

- **Secrets** are references: \`\${env:NAME}\` or \`\${file:/path}\`, never the secret itself.
- **Sizes** are numbers of bytes or texts such as \`16MB\`; units are powers of 1024.
- **Overrides**: \`--set load.workers=2\` on the command line, or \`SLUICE_LOAD_WORKERS=2\` in the environment (section and key in capitals, with \`_\`
  before each capital letter of the key: \`load.chunkRows\` is \`SLUICE_LOAD_CHUNK_ROWS\`); this works for keys of two parts. The command line wins, then the
  environment, then the file.
- **Not built yet**: keys so marked are refused with any other value than the one named (exit code 2).
- Without \`kafka\` the embedded stack is used, and started by \`check\`, \`convert\` and \`run\` where it does not run.

${table(['key', 'type', 'default', 'meaning'], keys.map(rowOf))}
`;
}

/** Names of all keys, with \`[]\` for list entries and \`<name>\` for names of the user's choice. */
export function jobKeys(): string[] {
  return [...walk(JOB_SCHEMA as unknown as Node, '', new Set())].map((key) => key.path);
}

/** The schema as editors read it. */
export function jobSchemaFile(): string {
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...JOB_SCHEMA }, null, 2)}\n`;
}

interface Key {
  readonly path: string;
  readonly node: Node;
  readonly required: boolean;
}

function* walk(node: Node, path: string, required: ReadonlySet<string>): Generator<Key> {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const full = path === '' ? name : `${path}.${name}`;
    const inner = child.type === 'array' && child.items?.properties ? child.items : child;
    const place = inner === child ? full : `${full}[]`;
    const named = typeof inner.additionalProperties === 'object' ? inner.additionalProperties : undefined;
    if (inner.properties) yield* walk(inner, place, new Set(inner.required ?? []));
    else if (named?.properties) yield* walk(named, `${place}.<name>`, new Set(named.required ?? []));
    else yield { path: full, node: child, required: required.has(name) };
  }
}

function rowOf({ path, node, required }: Key): string[] {
  const lacking = NOT_BUILT[path] === undefined ? '' : ` **${notBuiltText(NOT_BUILT[path])}**`;
  return [
    code(path),
    typeOf(node),
    required ? '**required**' : defaultOf(node),
    `${sentence(node.description ?? '')}${lacking}`.trim(),
  ];
}

function notBuiltText({ allowed, instead }: NotBuilt): string {
  const only = allowed.filter((value) => value !== '').map((value) => code(String(value)));
  const what = only.length > 0 ? `Only ${only.join(' and ')} built yet` : 'Not built yet';
  return `${what}: ${instead}.`;
}

function sentence(text: string): string {
  return text === '' || text.endsWith('.') ? text : `${text}.`;
}

function typeOf(node: Node): string {
  if (node.enum) return node.enum.map((value) => code(String(value))).join(', ');
  if (node.anyOf) return 'size';
  if (node.type === 'array') return 'list';
  if (node.type === 'object') return 'mapping';
  if (node.type === 'string') return 'text';
  return node.type ?? '';
}

function defaultOf(node: Node): string {
  if (node.default === undefined || node.default === '') return '';
  const text = typeof node.default === 'string' ? node.default : JSON.stringify(node.default);
  return code(text);
}
