import { oneLine, SluiceError } from '#errors';
import type { ControlStore } from '#target-postgres';
import { failpoint, type Log } from '#telemetry';
import { applyObject } from './apply.ts';

/**
 * For the pipeline: applies the objects of a phase that are not applied yet, in order. An object that may be left out (code, comments) and fails is told and stays failed; any other ends it.
 * @throws SluiceError ConversionFailed, naming the object
 */
export async function applyPhase(control: ControlStore, phase: string, who: string, log: Log): Promise<void> {
  for (const path of await control.workspace.pending(phase)) {
    failpoint(`converter.step-${phase}`);
    const done = await applyObject(control, path, who);
    if (done.error === null) continue;
    const found = await control.workspace.read(path);
    const isOptional = found?.object.statements.every((one) => one.optional) ?? true;
    if (done.outcome !== 'failed' && done.outcome !== 'conflict') {
      log.warn('applied in part', { object: done.name, cause: done.error });
      continue;
    }
    if (!isOptional)
      throw new SluiceError('ConversionFailed', `${done.name}: ${done.error}`, { object: done.name, phase });
    log.warn('object not applied', { object: done.name, cause: oneLine(new Error(done.error)) });
  }
}
