/** Work that must not overlap: each begins when the one before has ended, well or not. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    // Whoever asked for it is told of a failure; the next has nothing to do with it.
    this.#last = done.catch(() => undefined)
    return done
  }
}
