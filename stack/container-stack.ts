import type { Stack, StackOptions } from './settings.ts';
import { SluiceError } from '#errors';

/** placeholder */
export function startContainers(_options: StackOptions): Promise<Stack> {
  throw new SluiceError('ToolMissing', 'not yet');
}
