/**
 * What is to be stored while the store is away waits in the spool, and comes first once it is back: a contact's texts keep
 * their order. What waits there twice, or was stored after all, is told apart by the store as a webhook is that comes twice.
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
import { Cause, Effect, Exit, Fiber } from "effect"
import { asSystem } from "./Access.ts"
import { tell } from "./Alerts.ts"
import { Limits } from "./Limits.ts"
import { noteStray } from "./Strays.ts"

type Events = ReadonlyArray<IncomingEvent>
export type Store = (events: Events) => Effect.Effect<ReadonlyArray<Acceptance>, StorageError>

/** Whether the store is away for all, and not for one event alone. */
export const isPassing = (cause: Cause.Cause<StorageError>): boolean =>
  cause.reasons.some((reason) => Cause.isFailReason(reason) && reason.error.isRetryable)

const tooLate = new StorageError({
  operation: "inbox.accept",
  reason: new StoreUnavailable({ message: "it did not answer in time" })
})

/** The store, given up after a while. It is let go in the background: to end what hangs takes a while of its own. */
const inTime = Effect.fnUntraced(function* (store: Store, events: Events) {
  const { intakePatience } = yield* Limits
  const storing = yield* Effect.forkDetach(store(events))
  return yield* Fiber.join(storing).pipe(
    Effect.timeoutOrElse({
      duration: intakePatience,
      orElse: () => Effect.andThen(Effect.forkDetach(Fiber.interrupt(storing)), Effect.fail(tooLate))
    })
  )
})

const spooling = (isOver: boolean) => ({ subject: "intake", condition: "spooling", isOver, detail: {} })

const spooled = Effect.fnUntraced(function* (spool: Spool["Service"], events: Events) {
  const isFirst = !(yield* spool.holds)
  yield* spool.add(events)
  if (isFirst) {
    yield* tell(spooling(false), "The store is away: webhooks wait on the disk of this host until it is back")
  }
  return events.map((): Acceptance => "accepted")
})

/** The store with a spool beside it. */
export const beside =
  (spool: Spool["Service"], store: Store): Store =>
  (events) =>
    Effect.flatMap(spool.holds, (holds) =>
      holds
        ? // Where nothing more can wait, the store may take it: late is better than lost.
          spooled(spool, events).pipe(Effect.catch(() => inTime(store, events)))
        : Effect.catchIf(
            inTime(store, events),
            ({ isRetryable }) => isRetryable,
            (error) => Effect.mapError(spooled(spool, events), () => error)
          )
    )

/** Stores events that waited, all at once or else one by one. Returns how many the store refuses. */
const store = Effect.fnUntraced(function* (events: Events) {
  const { accept } = yield* Inbox
  const keep = (some: Events) =>
    Effect.gen(function* () {
      const acceptances = yield* inTime(accept, some)
      // Hours may have gone by: whoever reached nobody's number is counted, and not answered.
      const strays = some.filter((_event, place) => acceptances[place] === "unroutable")
      yield* Effect.forEach(strays, ({ event }) => (isArrival(event) ? noteStray(event, false) : Effect.void))
    })
  const whole = yield* Effect.exit(keep(events))
  if (Exit.isSuccess(whole)) return 0
  if (isPassing(whole.cause)) return yield* Effect.failCause(whole.cause)
  const each = yield* Effect.forEach(events, (event) =>
    Effect.flatMap(Effect.exit(keep([event])), (exit) =>
      Exit.isFailure(exit) && isPassing(exit.cause) ? Effect.failCause(exit.cause) : Effect.succeed(exit)
    )
  )
  return each.filter(Exit.isFailure).length
})

const settle = Effect.fnUntraced(function* ({ events, remove, setAside }: Spooled) {
  const refused = yield* store(events)
  if (refused === 0) return yield* remove
  yield* setAside
  const alert = { subject: "intake", condition: "set_aside", isOver: false, detail: { events: refused } }
  yield* tell(alert, "The store refuses webhooks that waited: they are kept aside on the disk of this host")
})

/** Stores the oldest that wait. Returns how many there were; 0 when none waited. */
export const drain = Effect.fnUntraced(function* (spool: Spool["Service"]) {
  const { intakeBatch } = yield* Limits
  const waiting = yield* spool.take(intakeBatch)
  if (waiting === null) return 0
  yield* settle(waiting)
  if (!(yield* spool.holds))
    yield* tell(spooling(true), "The store is back, and has all webhooks that waited on the disk")
  return waiting.events.length
}, asSystem)
