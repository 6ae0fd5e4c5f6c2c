/**
 * Keeps events in the spool while the store is away, and stores them first once it is back: a contact's texts keep their order.
 * What waits there twice, or was stored after all, is told apart by the store as a webhook is that comes twice.
 */
import {
  type Acceptance,
  Inbox,
  type IncomingEvent,
  isArrival,
  type Spool,
  type Spooled,
  StorageError,
  StoreUnavailable
} from "@careline/ports"
import { DateTime, Effect, Exit } from "effect"
import { asSystem } from "../access/Access.ts"
import { raiseAlert } from "../access/Alerts.ts"
import { isPassing } from "../shared/Failure.ts"
import { withTimeout } from "../shared/WithTimeout.ts"
import { Limits } from "../shared/Limits.ts"
import { noteUnroutedMessage } from "../access/UnroutedMessages.ts"

type Events = ReadonlyArray<IncomingEvent>
export type Store = (events: Events) => Effect.Effect<ReadonlyArray<Acceptance>, StorageError>

const tooLate = new StorageError({
  operation: "inbox.accept",
  reason: new StoreUnavailable({ message: "it did not answer in time" })
})

/** The store is given up after a while. */
const within = <A>(millis: number, storing: Effect.Effect<A, StorageError>): Effect.Effect<A, StorageError> =>
  withTimeout(millis)(storing).pipe(Effect.catchTag("TimeoutError", () => Effect.fail(tooLate)))

const spooling = (isOver: boolean) => ({ subject: "intake", condition: "spooling", isOver, detail: {} })

const spooled = Effect.fnUntraced(function* (spool: Spool["Service"], events: Events) {
  const isFirst = (yield* spool.state) === "empty"
  const now = yield* DateTime.now
  yield* spool.add(events.map((event) => ({ receivedAt: now, ...event })))
  if (isFirst) {
    // The provider is answered first.
    const words = "The store takes no webhooks: they wait on the disk of this host until it does"
    yield* Effect.forkDetach(raiseAlert(spooling(false), words))
  }
  return events.map((): Acceptance => "accepted")
})

/** The store with a spool beside it. */
export const beside =
  (spool: Spool["Service"], store: Store): Store =>
  (events) =>
    Effect.gen(function* () {
      const { intakePatience } = yield* Limits
      const storing = within(intakePatience, store(events))
      return yield* (yield* spool.state) === "empty"
        ? storing.pipe(Effect.catch((error) => Effect.mapError(spooled(spool, events), () => error)))
        : // Where nothing more can wait, the store may take it: late is better than lost.
          spooled(spool, events).pipe(Effect.catch(() => storing))
    })

/** What the store said of events: of each, or of all of them at once. */
type Outcome = ReadonlyMap<IncomingEvent, Acceptance | "refused">

/** Stores events all at once, or else one by one. Fails while the store is away. */
const keep = Effect.fnUntraced(function* (events: Events) {
  const { accept } = yield* Inbox
  const { drainPatience } = yield* Limits
  const tried = (some: Events) =>
    Effect.flatMap(Effect.exit(within(drainPatience, accept(some))), (exit) =>
      Exit.isFailure(exit) && isPassing(exit.cause) ? Effect.failCause(exit.cause) : Effect.succeed(exit)
    )
  const whole = yield* tried(events)
  const each = Exit.isSuccess(whole)
    ? whole.value
    : yield* Effect.forEach(events, (event) =>
        Effect.map(tried([event]), (one) => (Exit.isSuccess(one) ? one.value[0]! : "refused"))
      )
  return new Map(events.map((event, place) => [event, each[place]!])) satisfies Outcome
})

/** Hours may have gone by: whoever reached nobody's number is counted, as far as it can be, and not answered. */
const noteUnrouted = Effect.fnUntraced(function* (outcome: Outcome) {
  const { drainPatience } = yield* Limits
  const unrouted = [...outcome].filter(([, said]) => said === "unroutable")
  yield* Effect.forEach(unrouted, ([{ event }]) =>
    isArrival(event) ? noteUnroutedMessage(event, false) : Effect.void
  ).pipe(
    Effect.timeout(drainPatience),

    Effect.ignoreCause
  )
})

const setAside = Effect.fnUntraced(function* (entries: ReadonlyArray<Spooled>, because: "unreadable" | "refused") {
  if (entries.length === 0) return
  yield* Effect.forEach(entries, (entry) => entry.setAside, { discard: true })
  yield* raiseAlert(
    { subject: "intake", condition: "set_aside", isOver: false, detail: { because, files: entries.length } },
    "Webhooks that waited cannot be stored: they are kept aside on the disk of this host"
  )
})

/** Stores the oldest that wait, time after time. Returns how many events there were; 0 when none waited. */
export const makeDrain = Effect.fnUntraced(function* (spool: Spool["Service"]) {
  const { drainAttempts, intakeBatch } = yield* Limits
  let batch = intakeBatch
  let refusals = 0

  const settle = Effect.fnUntraced(function* (waiting: ReadonlyArray<Spooled>) {
    const events = waiting.flatMap((entry) => entry.events ?? [])
    if (events.length === 0) return
    const outcome = yield* keep(events)
    const isRefused = (entry: Spooled) => entry.events?.some((event) => outcome.get(event) === "refused") === true
    const refused = waiting.filter(isRefused)
    // Where it takes nothing at all, it may be the store that is at fault.
    if (refused.length > 0 && [...outcome.values()].every((said) => said === "refused") && ++refusals < drainAttempts) {
      return yield* Effect.fail(
        new StorageError({ operation: "inbox.accept", reason: new StoreUnavailable({ message: "it refuses all" }) })
      )
    }
    refusals = 0
    yield* Effect.forEach(
      waiting.filter((entry) => !isRefused(entry)),
      (entry) => entry.remove,
      { discard: true }
    )
    yield* setAside(refused, "refused")
    yield* noteUnrouted(outcome)
  })

  return Effect.gen(function* () {
    const waiting = yield* spool.take(batch)
    if (waiting.length === 0) return 0
    const isReadable = ({ events }: Spooled) => events !== null
    yield* setAside(
      waiting.filter((entry) => !isReadable(entry)),
      "unreadable"
    )
    const readable = waiting.filter(isReadable)
    // What takes too long in one go may not in two.
    yield* Effect.onError(settle(readable), () => Effect.sync(() => (batch = Math.max(1, Math.floor(batch / 2)))))
    batch = Math.min(intakeBatch, batch * 2)
    if ((yield* spool.state) === "empty") {
      yield* raiseAlert(spooling(true), "The store is back, and what waited on the disk is dealt with")
    }
    return waiting.length
  }).pipe(asSystem)
})
