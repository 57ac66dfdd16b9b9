import type { Phase } from '#conversion';
import { oneLine, SluiceError } from '#errors';
import { type ControlStore, isConnectionLost, isPassing, type PlannedStep } from '#target-postgres';
import { failpoint, type Log } from '#telemetry';

/**
 * Applies the statements of a phase that are not applied yet, in order, each in one transaction with its mark, under an advisory lock: a crash between two
 * statements repeats none and skips none (rows D10, D15). Optional statements that fail leave an issue and the next goes on.
 * @throws SluiceError ConversionFailed, naming the object
 */
export async function applyPhase(control: ControlStore, phase: Phase, log: Log): Promise<void> {
  for (const step of await control.pendingSteps(phase)) {
    failpoint(`converter.step-${phase}`);
    const error = await applyStep(control, step);
    if (!error) continue;
    if (step.optional) {
      await control.failStep(step, oneLine(error));
      log.warn('statement not applied', { object: step.object, cause: oneLine(error) });
      continue;
    }
    throw new SluiceError(
      'ConversionFailed',
      `${step.object}: ${oneLine(error)} — in: ${firstLine(step.statement)}`,
      { object: step.object, phase },
      { cause: error },
    );
  }
}

async function applyStep(control: ControlStore, step: PlannedStep): Promise<Error | null> {
  const client = await control.pool.connect();
  try {
    await client.query('begin');
    await client.query(`select pg_advisory_xact_lock(hashtext('sluice.ddl'))`);
    if (await control.takeStep(client, step)) await client.query(step.statement);
    await client.query('commit');
    return null;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    if (!(error instanceof Error)) throw error;
    // The server went away, or a lock did not come in time because the sink writes: the statement is tried again, not given up for good.
    if (isConnectionLost(error) || isPassing(error)) {
      throw new SluiceError('TargetConnectionLost', `The target is not ready: ${error.message}`, {}, { cause: error });
    }
    return error;
  } finally {
    client.release();
  }
}

function firstLine(sql: string): string {
  return sql.split('\n', 1)[0]?.slice(0, 200) ?? '';
}
