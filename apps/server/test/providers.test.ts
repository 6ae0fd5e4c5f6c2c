/** An adapter lives as long as the host that sends through it. */
import { Telephony } from "@careline/ports"
import { layer as memory } from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Layer, Scope } from "effect"
import * as Providers from "../src/config/Providers.ts"

describe("a provider's adapter", () => {
  it.effect("holds what it opened until the host's scope closes, and no longer", () =>
    Effect.gen(function* () {
      let isOpen = false
      const connection = Effect.acquireRelease(
        Effect.sync(() => void (isOpen = true)),
        () => Effect.sync(() => void (isOpen = false))
      )
      const layer = Layer.effect(Telephony.Telephony, Effect.andThen(connection, Telephony.Telephony)).pipe(
        Layer.provide(memory)
      )
      const host = yield* Scope.make()
      const telephony = yield* Scope.provide(Providers.adapterOf(layer), host)
      assert.strictEqual(telephony.provider, "memory")
      assert.isTrue(isOpen)
      yield* Scope.close(host, Exit.void)
      assert.isFalse(isOpen)
    })
  )
})
