/** What goes on in the background, so that one can wait until it is over. */
export class Underway {
  private readonly promises = new Set<Promise<unknown>>()

  /** The same promise, waited for by `idle`. */
  async track<A>(promise: Promise<A>): Promise<A> {
    this.promises.add(promise)
    return promise.finally(() => this.promises.delete(promise))
  }

  /** Once nothing is under way, what begins meanwhile included. */
  async idle(): Promise<void> {
    while (this.promises.size > 0) await Promise.allSettled(this.promises)
  }
}
