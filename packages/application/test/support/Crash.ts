/** A process that is gone at any of its steps: before it, or right after it was done. */
import { type Context, Effect, Layer } from "effect"

export class Crash {
  private steps = 0
  private readonly at: number

  constructor(at: number) {
    this.at = at
  }

  /** Whether the step was reached at all. */
  get happened(): boolean {
    return this.steps >= this.at
  }

  step<A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      if (++this.steps === this.at) return Effect.die(new Error("the process is gone"))
      return Effect.tap(effect, () =>
        ++this.steps === this.at ? Effect.die(new Error("the process is gone")) : Effect.void
      )
    })
  }
}

/** A facet each of whose operations is a step. */
export const facet = <Facet extends object>(sound: Facet, crash: Crash): Facet =>
  new Proxy(sound, {
    get: (port, name) => {
      const operation: unknown = Reflect.get(port, name)
      if (Effect.isEffect(operation)) return crash.step(operation as Effect.Effect<unknown>)
      return (...args: ReadonlyArray<unknown>) =>
        crash.step((operation as (...args: ReadonlyArray<unknown>) => Effect.Effect<unknown>)(...args))
    }
  })

/** A port each of whose operations is a step. */
export const fragile = <I, S extends object>(tag: Context.Service<I, S>, crash: Crash) =>
  Effect.map(tag, (sound) => Layer.succeed(tag, facet(sound, crash)))
