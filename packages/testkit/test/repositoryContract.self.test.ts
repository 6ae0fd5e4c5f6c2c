/** The repository contract is worth what it notices: stores with a known fault have to fail it. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit } from "effect"
import { RepositoryContract } from "../src/contract/index.ts"
import { voiceFaults } from "./faults/calls.ts"
import { faultsIn, unclearTitles } from "./faults/Fault.ts"
import { inboxFaults } from "./faults/inbox.ts"
import { directoryFaults } from "./faults/directory.ts"
import { notificationFaults } from "./faults/notifications.ts"
import { numberFaults } from "./faults/numbers.ts"
import { outboxFaults } from "./faults/outbox.ts"
import { settingsFaults } from "./faults/settings.ts"
import { threadFaults } from "./faults/threads.ts"
import { memoryHarness } from "./memoryHarness.ts"

const { chapters, meets, Patience, run } = RepositoryContract

const faults = [
  threadFaults,
  settingsFaults,
  inboxFaults,
  outboxFaults,
  numberFaults,
  directoryFaults,
  notificationFaults,
  voiceFaults
].flatMap((table) => faultsIn(table, chapters))

/** With a store that loses an event: the sooner it is noticed the better. */
const SHORT_PATIENCE = Duration.seconds(5)

const fails = Effect.fnUntraced(function* <R>(
  harness: RepositoryContract.Harness<R>,
  test: RepositoryContract.ContractTest
) {
  assert.isTrue(
    test.needs.every((need) => meets(harness, need)),
    `what "${test.title}" needs is there`
  )
  return Exit.isFailure(yield* Effect.exit(run(harness, test)))
})

describe("the repository contract", () => {
  it.each(faults.map((one) => [one.fault, one] as const))("notices a store that %s", (_fault, { broken, test }) =>
    Effect.runPromise(
      Effect.map(Effect.provideService(fails(broken, test), Patience, SHORT_PATIENCE), (failed) =>
        assert.isTrue(failed)
      )
    )
  )

  it.live("finds no fault where there is none, where transactions may wait for each other as well", () =>
    Effect.forEach(
      faults,
      ({ broken: { concurrentTransactions }, test }) =>
        Effect.map(fails({ ...memoryHarness, concurrentTransactions }, test), (failed) =>
          assert.isFalse(failed, test.title)
        ),
      { concurrency: "unbounded" }
    )
  )

  it("has titles that say what a store must or should do, each only once in its chapter", () =>
    assert.isEmpty(unclearTitles(chapters)))
})
