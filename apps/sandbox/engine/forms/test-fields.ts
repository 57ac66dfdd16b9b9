import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
  isBindingElement,
  isIdentifier,
  isInterfaceDeclaration,
  isObjectBindingPattern,
} from 'typescript/unstable/ast/is';
import { isPropertyAccessExpression, isPropertySignatureDeclaration } from 'typescript/unstable/ast/is';
import type { Node } from 'typescript/unstable/ast';
import { API, type Project, type Symbol } from 'typescript/unstable/sync';

const ROOT = resolve(import.meta.dirname, '../../../..');
const TREE = join(ROOT, 'libs/tsql/ast');

/** The rooms that run a statement, without their tests. */
const RUNS = /^(?:apps\/sandbox|libs\/conversion\/query)\/(?!.*(?:\.spec\.ts$|\/test-|fuzz\/))/;

/** One field of the syntax tree. */
export interface TreeField {
  /** `CreateView.checkOption`. */
  readonly name: string;
  /** Its declared type, as written. */
  readonly type: string;
  /** The files that read it. */
  readonly readers: Set<string>;
}

/** All fields of the tree but `kind` and `span`, by the place of their declaration. */
function fieldsOf(project: Project): Map<string, TreeField> {
  const fields = new Map<string, TreeField>();
  for (const file of readdirSync(TREE).filter((name) => name.endsWith('.ts'))) {
    const source = project.program.getSourceFile(join(TREE, file));
    for (const declaration of source?.statements ?? []) {
      if (!isInterfaceDeclaration(declaration)) continue;
      for (const member of declaration.members) {
        if (!isPropertySignatureDeclaration(member) || !isIdentifier(member.name)) continue;
        const { text } = member.name;
        if (text === 'kind' || text === 'span') continue;
        const type = source?.text.slice(member.type?.pos, member.type?.end).trim() ?? '';
        fields.set(`${file}:${member.pos}`, { name: `${declaration.name.text}.${text}`, type, readers: new Set() });
      }
    }
  }
  return fields;
}

/** The names in a file that may read a field: behind a dot, or taken apart by a pattern. */
function namesIn(source: Node): { readonly accesses: Node[]; readonly patterns: Node[] } {
  const accesses: Node[] = [];
  const patterns: Node[] = [];
  const visit = (node: Node): void => {
    if (isPropertyAccessExpression(node)) accesses.push(node.name);
    if (isObjectBindingPattern(node)) patterns.push(node);
    node.forEachChild(visit);
  };
  source.forEachChild(visit);
  return { accesses, patterns };
}

/** Every field of the syntax tree with the files of the engine and the translator that read it, as the type checker knows them. */
export function treeFields(): TreeField[] {
  const api = new API({ cwd: ROOT });
  try {
    const [project] = api.updateSnapshot({ openProject: join(ROOT, 'tsconfig.json') }).getProjects();
    if (project === undefined) throw new Error('the project cannot be read');
    const { checker, program } = project;
    const fields = fieldsOf(project);
    const note = (symbol: Symbol | undefined, reader: string): void => {
      for (const handle of symbol?.declarations ?? []) {
        if (!String(handle.path).includes('/libs/tsql/ast/')) continue;
        const file = String(handle.path).split('/').at(-1) ?? '';
        fields.get(`${file}:${handle.resolve(project)?.pos ?? -1}`)?.readers.add(reader);
      }
    };
    for (const path of program.getSourceFileNames()) {
      const reader = relative(ROOT, path);
      const source = RUNS.test(reader) ? program.getSourceFile(path) : undefined;
      if (source === undefined) continue;
      const { accesses, patterns } = namesIn(source);
      if (accesses.length > 0) for (const symbol of checker.getSymbolAtLocation(accesses)) note(symbol, reader);
      for (const pattern of patterns) {
        const type = checker.getTypeAtLocation(pattern);
        if (type === undefined || !isObjectBindingPattern(pattern)) continue;
        for (const element of pattern.elements) {
          const name = isBindingElement(element) ? (element.propertyName ?? element.name) : undefined;
          if (name !== undefined && isIdentifier(name)) note(checker.getPropertyOfType(type, name.text), reader);
        }
      }
    }
    return [...fields.values()];
  } finally {
    api.close();
  }
}
