import { oneLine } from '#errors';
import { topics, type WindowHold } from '#events';
import type { OpenRequest } from '#target-postgres';
import { failpoint } from '#telemetry';
import type { PollerTerm } from './poller-term.ts';

/** Pause between markers while a position has not passed the start of a capture, ms: a resting capture job looks every five seconds. */
const MARKER_PAUSE_MS = 2000;

/**
 * Begins holds (rule 3): from the one window record that names them, the tables' changes go to journals; their S0 is the position of that record. Asked again after a
 * crash it answers what stands in the windows topic. A request stays open while the position is before the capture of its table began.
 */
export async function answerHolds(term: PollerTerm, requests: readonly OpenRequest[]): Promise<void> {
  const { control, log } = term.options;
  const valid: OpenRequest[] = [];
  for (const request of requests) {
    if (term.table(tableOf(request)).hold === request.subject) valid.push(request);
    else await control.requests.answer(request.id, { refused: 'the attempt was given up' });
  }
  await beginHolds(term, valid);
  for (const request of valid) {
    const hold = term.state.holds.find((one) => one.hold === request.subject);
    if (!hold) continue;
    await control.setHeld(hold.table, hold.hold, hold.s0);
    await control.requests.answer(request.id, { s0: hold.s0 });
    log.info('table held', { ...hold });
  }
  await term.refresh();
}

/** One transaction for all tables that are asked for and whose capture has begun. */
async function beginHolds(term: PollerTerm, requests: readonly OpenRequest[]): Promise<void> {
  const { job, ensureJournals } = term.options;
  const begun: WindowHold[] = [];
  for (const request of requests) {
    if (term.state.holds.some((one) => one.hold === request.subject)) continue;
    if ((await term.startOf(tableOf(request))).isAfter(term.state.to)) pushPosition(term);
    else begun.push({ table: tableOf(request), hold: request.subject, s0: term.state.to.text });
  }
  if (begun.length === 0) return;
  await ensureJournals(begun.map((hold) => topics.journal(job, hold.hold)));
  const others = term.state.holds.filter((one) => !begun.some((hold) => hold.table === one.table));
  const journals = begun.map((hold) => ({ hold: hold.hold, nextOffset: '0' }));
  await term.publish(null, { holds: [...others, ...begun], journals: [...term.state.journals, ...journals] });
  failpoint('poller.hold-recorded');
}

/** Nothing was committed since capture began: a commit of ours lets the position pass its start. */
function pushPosition(term: PollerTerm): void {
  if (Date.now() - term.lastMarkerMs < MARKER_PAUSE_MS) return;
  term.lastMarkerMs = Date.now();
  term.options.source.quiesce
    .writeMarker(`begin ${Date.now()}`)
    .catch((error: unknown) => term.options.log.warn('marker not written', { cause: oneLine(error) }));
}

/** Holds that stand in the windows topic no more: their journals were copied; says so to the others and drops the journals. */
export async function endHolds(term: PollerTerm, requests: readonly OpenRequest[]): Promise<void> {
  const { control, kafka, job, log } = term.options;
  failpoint('poller.hold-ended');
  for (const request of requests) {
    await control.setTableState(tableOf(request), 'streaming', { from: ['loaded', 'catching-up'] });
    await control.requests.answer(request.id, {});
    log.info('table streams', { table: tableOf(request), hold: request.subject });
  }
  await kafka.deleteTopics(requests.map((request) => topics.journal(job, request.subject)));
  await term.refresh();
}

function tableOf(request: OpenRequest): string {
  return String(request.args['table']);
}
