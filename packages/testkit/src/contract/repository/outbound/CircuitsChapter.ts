/** The chapter "Circuits" of the repository contract. */
import { Circuit } from "@careline/domain"
import { Circuits, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Effect, Fiber } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { sameCircuit } from "../shared/Compare.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"

const settings: Circuit.CircuitSettings = { failuresToOpen: 3, openForMillis: 30_000, probeForMillis: 10_000 }

const lock = (provider: string) =>
  Effect.map(
    Effect.flatMap(Circuits, (circuits) => circuits.lock(provider)),
    ({ circuit }) => circuit
  )

const locked = (provider: string) => Given.transact(lock(provider))

const save = (circuit: Circuit.Circuit) => Effect.flatMap(Circuits, (circuits) => circuits.save(circuit))

/** One more failure of the provider, as the application puts it down. */
const fail = Effect.fnUntraced(function* (provider: string, now: DateTime.Utc) {
  const circuit = yield* lock(provider)
  // Gives the others a chance to come between.
  yield* Effect.yieldNow
  yield* save(Circuit.recordOutcome(circuit, false, now, settings))
})

export const circuitsChapter: Chapter = {
  chapter: "Circuits",
  tests: [
    test("MUST take a circuit that was never heard of for closed", function* () {
      sameCircuit(yield* locked("acme"), Circuit.closed("acme"))
      sameCircuit(yield* locked("acme"), Circuit.closed("acme"))
    }),

    test("MUST keep a circuit as it is saved, to the millisecond, and as it is saved again", function* () {
      const now = yield* Given.storeNow
      const open = { provider: "acme", failures: 3, openUntil: DateTime.addDuration(now, 30_001), probeUntil: null }
      const probed = { ...open, failures: 2_000_000, probeUntil: DateTime.addDuration(now, 40_999) }
      for (const circuit of [open, probed, open, Circuit.closed("acme"), { ...Circuit.closed("acme"), failures: 1 }]) {
        yield* Given.transact(save(circuit))
        sameCircuit(yield* locked("acme"), circuit)
      }
    }),

    test("MUST keep the circuits of different providers apart", function* () {
      const now = yield* Given.storeNow
      yield* Given.transact(Effect.andThen(fail("acme", now), fail("acme", now)))
      yield* Given.transact(fail("other", now))
      assert.strictEqual((yield* locked("acme")).failures, 2)
      assert.strictEqual((yield* locked("other")).failures, 1)
      sameCircuit(yield* locked("Acme"), Circuit.closed("Acme"))
    }),

    test("MUST forget what a failed transaction heard", function* () {
      const now = yield* Given.storeNow
      yield* Given.transact(fail("known", now))
      yield* Given.peek(Effect.andThen(fail("known", now), fail("new", now)))
      assert.strictEqual((yield* locked("known")).failures, 1)
      sameCircuit(yield* locked("new"), Circuit.closed("new"))
    }),

    test("MUST lose no failure that many hear of at once, of a provider that was never heard of as well", function* () {
      const now = yield* Given.storeNow
      yield* within(
        Effect.replicateEffect(Given.transact(fail("acme", now)), 6, { concurrency: "unbounded" }),
        "hearing of failures at once"
      )
      assert.strictEqual((yield* locked("acme")).failures, 6)
    }),

    test("MUST tell the time of the store with a circuit", function* () {
      const before = yield* Given.storeNow
      const circuits = yield* Circuits
      const { now } = yield* Given.transact(circuits.lock("acme"))
      const after = yield* Given.storeNow
      assert.isTrue(!DateTime.isLessThan(now, before) && !DateTime.isGreaterThan(now, after))
    }),

    test("MUST show a circuit without taking it: as it was saved, or closed", function* () {
      const { load } = yield* Circuits
      sameCircuit(yield* load("acme"), Circuit.closed("acme"))
      const now = yield* Given.storeNow
      const open = { provider: "acme", failures: 3, openUntil: DateTime.addDuration(now, 30_001), probeUntil: null }
      yield* Given.transact(save(open))
      sameCircuit(yield* load("acme"), open)
    }),

    test(
      "MUST show a circuit to whoever only looks, while somebody else has it",
      function* () {
        const { transact } = yield* Transaction
        const { load } = yield* Circuits
        yield* Given.transact(save({ ...Circuit.closed("acme"), failures: 1 }))
        const isLocked = yield* Deferred.make<void>()
        const isSeen = yield* Deferred.make<void>()
        const holder = transact(
          Effect.gen(function* () {
            const circuit = yield* lock("acme")
            yield* save({ ...circuit, failures: 7 })
            yield* Deferred.succeed(isLocked, undefined)
            yield* Deferred.await(isSeen)
          })
        )
        const looker = Effect.gen(function* () {
          yield* Deferred.await(isLocked)
          const { failures } = yield* load("acme")
          yield* Deferred.succeed(isSeen, undefined)
          return failures
        })
        const both = yield* Effect.forkScoped(Effect.all([holder, looker], { concurrency: 2 }))
        const [, failures] = yield* within(Fiber.join(both), "a look at a circuit that is taken")
        assert.strictEqual(failures, 1)
      },
      ["concurrentTransactions"]
    ),

    ...(["known", "never heard of"] as const).map((provider) =>
      test(
        `MUST show a circuit that was ${provider} to one transaction at a time, as the one before left it`,
        function* () {
          const { transact } = yield* Transaction
          yield* Given.transact(save(Circuit.closed("known")))
          const isLocked = yield* Deferred.make<void>()
          const seen = yield* Deferred.make<number>()
          const one = transact(
            Effect.gen(function* () {
              const circuit = yield* lock(provider)
              yield* Deferred.succeed(isLocked, undefined)
              yield* giveMoment(Deferred.await(seen))
              yield* save({ ...circuit, failures: 7 })
            })
          )
          const other = Effect.gen(function* () {
            yield* Deferred.await(isLocked)
            const circuit = yield* transact(lock(provider))
            yield* Deferred.succeed(seen, circuit.failures)
          })
          const both = yield* Effect.forkScoped(Effect.all([one, other], { concurrency: 2 }))
          yield* within(Fiber.join(both), "two transactions at one circuit")
          assert.strictEqual(yield* Deferred.await(seen), 7)
        },
        ["concurrentTransactions"]
      )
    )
  ]
}
