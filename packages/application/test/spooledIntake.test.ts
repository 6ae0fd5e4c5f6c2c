/** What becomes of webhooks while the store is away, and once it is back. */
import type { Contact, PhoneNumber } from "@careline/domain"
import {
  type Acceptance,
  type Alert,
  Alerts,
  Inbox,
  type IncomingEvent,
  NumberInventory,
  Optional,
  Spool,
  StorageError,
  StoreFault,
  StoreUnavailable
} from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { Intake, Limits } from "../src/index.ts"
import { memorySpool } from "../../../test/support/memorySpool.ts"

const textOf = (text: string): IncomingEvent => ({
  provider: "acme",
  account: "acme",
  event: {
    _tag: "MessageReceived",
    providerMessageId: text,
    from: "+13035550123" as Contact.Contact,
    to: "+12025550100" as PhoneNumber.E164,
    text,
    attachments: [],
    providerKeyword: null
  }
})
const wordOf = ({ event }: IncomingEvent): string => (event._tag === "MessageReceived" ? event.text : "")

const failure = (reason: StorageError["reason"]) => Effect.fail(new StorageError({ operation: "inbox.accept", reason }))

/** A store, a spool and whoever hears of alerts; how they are is said as a test goes on. */
const makeWorld = () => {
  const stored: Array<string> = []
  const receivedAt: Array<number | null> = []
  const alerts: Array<Alert> = []
  const strays: Array<string> = []
  const is = {
    store: "up" as "up" | "away" | "silent" | "faulty",
    room: Infinity,
    atOnce: Infinity,
    refused: "",
    stray: ""
  }

  const inbox = Layer.mock(Inbox)({
    accept: (events) =>
      Effect.suspend((): Effect.Effect<ReadonlyArray<Acceptance>, StorageError> => {
        if (is.store === "silent") return Effect.never
        if (is.store === "away") return failure(new StoreUnavailable({ message: "ConnectionError" }))
        const words = events.map(wordOf)
        if (words.length > is.atOnce) return Effect.never
        if (is.store === "faulty" || words.includes(is.refused)) return failure(new StoreFault({ message: "22P05" }))
        stored.push(...words)
        receivedAt.push(...events.map((event) => event.receivedAt?.epochMilliseconds ?? null))
        return Effect.succeed(words.map((word) => (word === is.stray ? "unroutable" : "accepted")))
      })
  })
  const spool = memorySpool(is)
  const inventory = Layer.mock(NumberInventory)({
    noteUnroutedMessage: ({ isAnswerable, number }) =>
      Effect.suspend(() => {
        strays.push(`${number} ${isAnswerable}`)
        return strays.length === 1 ? Effect.never : Effect.succeed(Option.none())
      })
  })
  const layer = Intake.layer.pipe(
    Layer.provide(
      Layer.mergeAll(
        inbox,
        Layer.provideMerge(Optional.present(NumberInventory, Spool), Layer.merge(inventory, spool.layer)),
        Layer.succeed(Alerts, { raise: (alert) => Effect.sync(() => void alerts.push(alert)) })
      )
    )
  )
  const words = (entries: ReadonlyArray<ReadonlyArray<IncomingEvent>>) => entries.flat().map(wordOf)
  return {
    is,
    stored,
    receivedAt,
    waiting: () => words(spool.waiting),
    aside: () => words(spool.aside),
    alerts,
    strays,
    layer
  }
}

const accept = (word: string) => Effect.flatMap(Intake, (intake) => intake.accept(textOf(word)))

/** Longer than anything that a worker waits for. */
const aWhile = TestClock.adjust((Limits.defaults.drainPatience + Limits.defaults.workerBackoffMax) * 2)

describe("Intake with a spool", () => {
  it.effect("keeps what the store cannot take, tells of it once, and stores it before what comes later", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* accept("one")
      world.is.store = "away"
      yield* accept("two")
      yield* accept("three")
      assert.deepStrictEqual([world.stored, world.waiting()], [["one"], ["two", "three"]])
      assert.deepStrictEqual(
        world.alerts.map(({ condition, isOver }) => [condition, isOver]),
        [["spooling", false]]
      )
      // The store is back, and nobody has looked yet.
      world.is.store = "up"
      assert.strictEqual(yield* accept("four"), "accepted")
      assert.deepStrictEqual(world.stored, ["one"])
      yield* aWhile
      assert.deepStrictEqual([world.stored, world.waiting()], [["one", "two", "three", "four"], []])
      yield* accept("five")
      assert.deepStrictEqual([world.stored.at(-1), world.waiting()], ["five", []])
      // What waited is known to have come when it did.
      assert.deepStrictEqual(world.receivedAt, [null, 0, 0, 0, null])
      assert.deepInclude(world.alerts[1], { condition: "spooling", isOver: true })
      assert.lengthOf(world.alerts, 2)
    }).pipe(Effect.provide(world.layer))
  })

  it.effect("waits for a store that is silent as long as it may, and no longer", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      world.is.store = "silent"
      const accepting = yield* Effect.forkChild(accept("one"))
      yield* TestClock.adjust(Limits.defaults.intakePatience - 1)
      assert.isUndefined(accepting.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(accepting), "accepted")
      assert.deepStrictEqual(world.waiting(), ["one"])
      world.is.store = "up"
      yield* aWhile
      assert.deepStrictEqual([world.stored, world.waiting()], [["one"], []])
    }).pipe(Effect.provide(world.layer))
  })

  it.effect("fails where neither the store nor the spool takes it, and lets either take it that can", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      world.is.store = "away"
      world.is.room = 1
      yield* accept("one")
      const refused = yield* Effect.flip(accept("two"))
      assert.strictEqual(refused._tag, "StorageError")
      world.is.store = "up"
      yield* accept("three")
      assert.deepStrictEqual([world.stored, world.waiting()], [["three"], ["one"]])
      yield* aWhile
      assert.deepStrictEqual(world.stored, ["three", "one"])
    }).pipe(Effect.provide(world.layer))
  })

  it.effect("sets aside what the store refuses for good, and tells of it; the others are stored", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      // The provider might not come again: whatever is wrong with it, it is kept.
      world.is.refused = "poison"
      assert.strictEqual(yield* accept("poison"), "accepted")
      yield* Effect.forEach(["one", "two"], accept)
      yield* aWhile
      assert.deepStrictEqual([world.stored, world.waiting(), world.aside()], [["one", "two"], [], ["poison"]])
      assert.deepInclude(
        world.alerts.find(({ condition }) => condition === "set_aside"),
        { subject: "intake", detail: { because: "refused", files: 1 } }
      )
    }).pipe(Effect.provide(world.layer))
  })

  it.effect("sets nothing aside while it is the store that is at fault, or away, until that has lasted", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      world.is.store = "away"
      yield* Effect.forEach(["one", "two"], accept)
      yield* aWhile
      world.is.store = "faulty"
      yield* accept("three")
      yield* TestClock.adjust(Limits.defaults.workerBackoffMax * 2)
      assert.deepStrictEqual([world.stored, world.aside()], [[], []])
      world.is.store = "up"
      yield* aWhile
      assert.deepStrictEqual([world.stored, world.waiting()], [["one", "two", "three"], []])

      world.is.store = "faulty"
      yield* accept("four")
      yield* TestClock.adjust(Limits.defaults.workerBackoffMax * Limits.defaults.drainAttempts)
      assert.deepStrictEqual([world.waiting(), world.aside()], [[], ["four"]])
    }).pipe(Effect.provide(world.layer))
  })

  it.effect("gives less at once to a store that takes too long for all of it", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      world.is.store = "away"
      const words = ["one", "two", "three", "four", "five"]
      yield* Effect.forEach(words, accept)
      world.is.store = "up"
      world.is.atOnce = 2
      for (let tries = 0; tries < 10; tries++) yield* aWhile
      assert.deepStrictEqual([world.stored, world.waiting()], [words, []])
    }).pipe(Effect.provide(world.layer))
  })

  it.effect("counts who reached nobody's number while the store was away, and answers nobody so late", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      world.is.store = "away"
      yield* accept("hello")
      world.is.stray = "hello"
      world.is.store = "up"
      // The count hangs, and holds nothing up.
      yield* aWhile
      assert.deepStrictEqual([world.stored, world.strays], [["hello"], ["+12025550100 false"]])
      world.is.store = "away"
      yield* accept("later")
      world.is.store = "up"
      yield* aWhile
      assert.deepStrictEqual([world.stored, world.waiting()], [["hello", "later"], []])
    }).pipe(Effect.provide(world.layer))
  })
})
