import { oneLine } from '#errors';
import { topics } from '#events';
import type { OpenRequest } from '#target-postgres';
import { failpoint } from '#telemetry';
import type { PollerTerm } from './poller-term.ts';

/**
 * Begins a hold (rule 3): from the window record that names it, the table's changes go to the journal; its S0 is the position of that record. Asked again after a
 * crash it answers what stands in the windows topic. Left open while the position is before the capture of the table began.
 */
export async function answerHold(term: PollerTerm, request: OpenRequest): Promise<void> {
  const { control, job, ensureJournal, source, log } = term.options;
  const table = String(request.args['table']);
  const row = term.table(table);
  if (row.hold !== request.subject) {
    await control.requests.answer(request.id, { refused: 'the attempt was given up' });
    return;
  }
  let hold = term.state.holds.find((one) => one.hold === request.subject);
  if (!hold) {
    const start = await term.startOf(table);
    if (start.isAfter(term.state.to)) {
      // Nothing was committed since capture began: a commit of ours lets the position pass it.
      source.quiesce
        .writeMarker(`hold ${request.subject}`)
        .catch((error: unknown) => log.warn('marker not written', { cause: oneLine(error) }));
      return;
    }
    await ensureJournal(topics.journal(job, request.subject));
    hold = { table, hold: request.subject, s0: term.state.to.text };
    const others = term.state.holds.filter((one) => one.table !== table);
    await term.publish(null, {
      holds: [...others, hold],
      journals: [...term.state.journals, { hold: hold.hold, nextOffset: '0' }],
    });
    failpoint('poller.hold-recorded');
  }
  await control.setHeld(table, hold.hold, hold.s0);
  await control.requests.answer(request.id, { s0: hold.s0 });
  await term.refresh();
  log.info('table held', { table, hold: hold.hold, s0: hold.s0 });
}

/** A hold that stands in the windows topic no more: its journal was copied; says so to the others and drops the journal. */
export async function endHold(term: PollerTerm, request: OpenRequest): Promise<void> {
  const { control, kafka, job, log } = term.options;
  const table = String(request.args['table']);
  failpoint('poller.hold-ended');
  await control.setTableState(table, 'streaming', { from: ['loaded', 'catching-up'] });
  await control.requests.answer(request.id, {});
  await kafka.deleteTopics([topics.journal(job, request.subject)]);
  await term.refresh();
  log.info('table streams', { table, hold: request.subject });
}
