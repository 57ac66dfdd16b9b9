/** Work that is done one after the other, in the order in which it was asked for; one that fails does not keep the next. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Does the work when all that was asked for before it has ended. Work must not wait for a turn of its own. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }
}
