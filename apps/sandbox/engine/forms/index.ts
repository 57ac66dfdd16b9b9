import { walk, type Node } from '#tsql';
import { checkOptions } from './options.ts';
import { checkForm } from './refused.ts';

/** Bodies that are looked at when they run. */
const LATER = /^(?:createProcedure|createTrigger)$/;

const sound = new WeakSet<Node>();

/**
 * Refuses the forms and options that the parser reads and the engine does not run, so that none of them is silently left out: 40515, or the error of a
 * server that has not what they ask for. A module's body is left for when it runs, but for functions, which are compiled as a whole.
 */
export function requireBuilt(root: Node): void {
  if (sound.has(root)) return;
  walk(root, (node, parent) => {
    if (parent !== undefined && LATER.test(parent.kind) && node.kind !== 'parameter') return 'skip';
    checkForm(node);
    checkOptions(node);
    return undefined;
  });
  sound.add(root);
}
