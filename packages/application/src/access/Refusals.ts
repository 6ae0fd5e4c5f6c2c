/**
 * Records refusals: each is counted and logged. Of what one stranger is refused again and again there is one line
 * a minute, with a count: a log that somebody else can fill tells nobody anything.
 */
import { Transaction } from "@careline/ports"
import { Clock, Context, Effect, Layer, Metric, Queue } from "effect"
import { asSystem } from "./Access.ts"
import { type Actor, homeTenant } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"

/** Refusals so far, by `operation` and `status`. */
const refused = Metric.counter("careline_refusals_total", {
  description: "Requests that were refused",
  incremental: true
})

/** Strangers that are told apart; of more the lines are shared. */
const MAX_STRANGERS = 10_000
const OTHERS = "others"

type Say = (count: number) => Effect.Effect<void>

interface Tallied {
  readonly saidAt: number
  readonly unsaid: number
  readonly say: Say
}

/** Refusals of strangers that no line told of yet. */
interface RefusalTally {
  /** Says it at once, unless something of this key was said within the last minute: then it is counted. */
  readonly count: (key: string, say: Say) => Effect.Effect<void, never>
  /** Says what was counted for a minute. How many strangers are still tallied. */
  readonly flush: Effect.Effect<number>
}

/** `onTallied` runs whenever there is something to flush later. */
const makeTally = (onTallied: Effect.Effect<unknown> = Effect.void): RefusalTally => {
  const tallied = new Map<string, Tallied>()
  return {
    count: Effect.fnUntraced(function* (asked, say) {
      const { refusalLogEvery } = yield* Limits
      const now = yield* Clock.currentTimeMillis
      const key = tallied.has(asked) || tallied.size < MAX_STRANGERS ? asked : OTHERS
      const { saidAt, unsaid } = tallied.get(key) ?? { saidAt: Number.NEGATIVE_INFINITY, unsaid: 0 }
      if (now - saidAt < refusalLogEvery) {
        tallied.set(key, { saidAt, unsaid: unsaid + 1, say })
        return yield* Effect.asVoid(onTallied)
      }
      tallied.set(key, { saidAt: now, unsaid: 0, say })
      yield* onTallied
      yield* say(unsaid + 1)
    }),
    flush: Effect.gen(function* () {
      const { refusalLogEvery } = yield* Limits
      const now = yield* Clock.currentTimeMillis
      for (const [key, { saidAt, say, unsaid }] of tallied) {
        if (now - saidAt < refusalLogEvery) continue
        if (unsaid === 0) {
          tallied.delete(key)
          continue
        }
        tallied.set(key, { saidAt: now, unsaid: 0, say })
        yield* say(unsaid)
      }
      return tallied.size
    })
  }
}

/** The tally of this process. `layer` has one of its own, and tells what is left in it. */
const RefusalTally: Context.Reference<RefusalTally> = Context.Reference("careline/application/RefusalTally", {
  defaultValue: () => makeTally()
})

/** A tally whose counts are told every minute, also when nothing more is refused. */
export const layerTally: Layer.Layer<never> = Layer.effect(
  RefusalTally,
  Effect.gen(function* () {
    // Nobody is woken each minute while nothing is refused.
    const awake = yield* Queue.sliding<void>(1)
    const tally = makeTally(Queue.offer(awake, undefined))
    const { refusalLogEvery } = yield* Limits
    const untilFlushed = Effect.repeat(Effect.delay(tally.flush, refusalLogEvery), { until: (left) => left === 0 })
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Queue.take(awake), untilFlushed)))
    return tally
  })
)

/** Something that was refused. Nothing of what was asked for: that may name somebody. */
export interface Refusal {
  /** The operation's id. */
  readonly operation: string
  /** As an HTTP status. */
  readonly status: number
  /** The user's id; `null` for a stranger. */
  readonly user: string | null
  /** Where a stranger's request came from; `null` where nobody can tell. */
  readonly address: string | null
  /** More for the log: ids, and words of ours. */
  readonly detail?: Readonly<Record<string, string>>
}

/** Counts a refusal, and tells of it in the log: of a stranger's not more often than once a minute. */
export const noteRefusal = Effect.fnUntraced(function* ({ address, detail = {}, operation, status, user }: Refusal) {
  yield* Metric.update(Metric.withAttributes(refused, { operation, status: String(status) }), 1)
  const said = {
    ...detail,
    operation,
    status,
    ...(user === null ? {} : { user }),
    ...(address === null ? {} : { address })
  }
  const say: Say = (count) => Effect.logWarning("A request was refused").pipe(Effect.annotateLogs({ ...said, count }))
  if (user !== null) return yield* say(1)
  yield* (yield* RefusalTally).count([status, operation, address].join(" "), say)
})

/**
 * Writes down, in a transaction of its own, that somebody was refused access to patient data. Whether what they asked for
 * exists is not said there either. Fails in silence but for the log: they are refused all the same.
 */
export const auditRefusal = Effect.fnUntraced(function* (actor: Actor, operation: string, status: number) {
  const home = homeTenant(actor) ?? (actor.scope === "all" ? null : (actor.scope[0] ?? null))
  yield* (yield* Transaction)
    .transact(audit(actor, home, "access.refuse", `operation:${operation}`, { status }))
    .pipe(Effect.catchCause((cause) => Effect.logError("A refusal could not be written down", describeFault(cause))))
}, asSystem)
