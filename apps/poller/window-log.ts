import { Position, type WindowHold, type WindowJournal, type WindowRecord } from '#events';
import { SluiceError } from '#errors';
import type { KafkaClient } from '#kafka';

/** What the last record of `<job>.windows` says: all that a poller knows after a start (rules 1 and 2). */
export interface PollerState {
  windowId: number;
  to: Position;
  holds: WindowHold[];
  journals: WindowJournal[];
}

/**
 * Reads the state from the windows topic; call it after every initialisation of the transactional id, never trust memory.
 * null: the topic is empty. @throws SluiceError WindowsTopicEmpty where the job has run before
 */
export async function readState(
  kafka: KafkaClient,
  topic: string,
  decode: (value: Buffer) => Promise<WindowRecord>,
  hasRun: boolean,
): Promise<PollerState | null> {
  const last = await kafka.readLast(topic, 0);
  if (!last?.value) {
    if (hasRun)
      throw new SluiceError('WindowsTopicEmpty', `The topic ${topic} is empty, but the job has run.`, { topic });
    return null;
  }
  const record = await decode(last.value);
  return {
    windowId: record.windowId,
    to: Position.parse(record.to),
    holds: [...record.holds],
    journals: [...record.journals],
  };
}
