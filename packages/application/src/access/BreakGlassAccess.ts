/**
 * Gives access in an emergency to a tenant that is not one's own: a reason opens it, time closes it, and whoever watches over that
 * tenant is told at once. What is done under it stands in the audit log as such.
 */
import { BreakGlass, type BreakGlassId, Tenant } from "@careline/domain"
import { BreakGlasses, IdGenerator, Scope, Transaction } from "@careline/ports"
import { Context, DateTime, Effect, Option, Schema } from "effect"
import { asStaff, asSystem, byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import { raiseAlert } from "./Alerts.ts"
import { audit, auditList } from "./Audit.ts"
import { BreakGlassOff, BreakGlassOver, InvalidRequest, NotFound, TooManyBreakGlasses } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { nullable, pageOf, PageQuery, Reason } from "../shared/RequestFields.ts"
import { assertActive } from "./TenantRecord.ts"

/** Whether anybody may. Not unless a host says so: an organisation has to have decided who looks at what was done. */
export const BreakGlassAllowed: Context.Reference<boolean> = Context.Reference(
  "careline/application/BreakGlassAllowed",
  { defaultValue: () => false }
)

const assertAllowed = Effect.flatMap(BreakGlassAllowed, (allowed) =>
  allowed ? Effect.void : Effect.fail(new BreakGlassOff({}))
)

/** An access that somebody wants. */
export const BreakGlassRequest = Schema.Struct({
  siteGroupingId: Tenant,
  reason: Reason,
  /** For how long; as long as is usual on this host where it is left out. */
  minutes: nullable(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
}).annotate({ identifier: "NewBreakGlass" })
export type BreakGlassRequest = Given<typeof BreakGlassRequest.Encoded>

const readRequest = reader(BreakGlassRequest)

const MINUTE = 60_000

const refuse = (field: string, message: string) => new InvalidRequest({ field, message })

/** Who works nowhere any more breaks nothing. */
const assertWorks = ({ scope }: Actor) =>
  scope !== "all" && scope.length === 0 ? Effect.fail(new NotFound({ entity: "siteGrouping" })) : Effect.void

const assertSound = Effect.fnUntraced(function* (
  actor: Actor,
  { minutes, siteGroupingId }: typeof BreakGlassRequest.Type
) {
  const { breakGlassMax } = yield* Limits
  const longest = Math.floor(breakGlassMax / MINUTE)
  if (minutes != null && minutes > longest) {
    return yield* refuse("minutes", `must be a whole number from 1 to ${longest}`)
  }
  yield* assertWorks(actor)
  if (Scope.includes(actor.scope, siteGroupingId)) {
    return yield* refuse("siteGroupingId", "is one that you may see without breaking anything")
  }
})

/** Who acts under an access: in its tenant only. */
const under = (actor: Pick<Actor, "userId">, { id, siteGroupingId }: BreakGlass.BreakGlass): Actor => ({
  userId: actor.userId,
  scope: [siteGroupingId],
  purpose: "BTG",
  breakGlass: id
})

/** Somebody who breaks one glass after the other is stopped, and those who watch have been told of each. */
const assertSeldom = Effect.fnUntraced(function* ({ userId }: Actor, now: DateTime.Utc) {
  const { breakGlassesPerUser: atMost, breakGlassWindow } = yield* Limits
  const since = DateTime.subtractDuration(now, breakGlassWindow)
  const count = yield* (yield* BreakGlasses).countOf(userId, since)
  if (count >= atMost) return yield* new TooManyBreakGlasses({ atMost, retryAfterMillis: breakGlassWindow })
})

/** Opens the tenant to the actor, as often as `Limits.breakGlassesPerUser` lets them. */
export const breakGlass = Effect.fn("breakGlass")(function* (actor: Actor, given: BreakGlassRequest) {
  yield* assertAllowed
  const request = yield* readRequest(given)
  yield* assertSound(actor, request)
  const { breakGlassFor } = yield* Limits
  const [id] = (yield* (yield* IdGenerator).next("breakGlass", 1)) as ReadonlyArray<BreakGlassId>
  const openedAt = yield* (yield* BreakGlasses).now
  const lasts = request.minutes == null ? breakGlassFor : request.minutes * MINUTE
  const glass: BreakGlass.BreakGlass = {
    id: id!,
    siteGroupingId: request.siteGroupingId,
    userId: actor.userId,
    reason: request.reason,
    openedAt,
    expiresAt: DateTime.addDuration(openedAt, lasts),
    closedAt: null
  }
  const { siteGroupingId, userId } = glass
  const minutes = Math.round(lasts / MINUTE)
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      // Before the tenant is looked for: whoever is past their limit finds out nothing.
      yield* assertSeldom(actor, openedAt)
      yield* assertActive(siteGroupingId)
      yield* (yield* BreakGlasses).open(glass)
      yield* audit(under(actor, glass), siteGroupingId, "break_glass.open", `breakGlass:${glass.id}`, { minutes })
    })
    // What they opened elsewhere counts, too, and is not seen from this tenant.
  ).pipe(asSystem)
  const detail = { siteGrouping: siteGroupingId, breakGlass: glass.id, user: userId, minutes }
  yield* raiseAlert({ subject: "break_glass", condition: "open", isOver: false, detail }, "Somebody broke the glass")
  return glass
})

/** One of the actor's own; with `mayRevoke`, one to a tenant that the actor sees as well. */
const findGlass = Effect.fnUntraced(function* (actor: Actor, id: BreakGlassId, mayRevoke: boolean) {
  const found = Option.getOrUndefined(yield* asSystem((yield* BreakGlasses).get("all", id)))
  const isTheirs =
    found?.userId === actor.userId ||
    (found !== undefined && mayRevoke && Scope.includes(actor.scope, found.siteGroupingId))
  return found !== undefined && isTheirs ? found : yield* new NotFound({ entity: "breakGlass" })
})

/** Gives an access back before its time. Doing so again changes nothing. */
export const closeBreakGlass = Effect.fn("closeBreakGlass")(function* (
  actor: Actor,
  id: BreakGlassId,
  mayRevoke: boolean
) {
  const glass = yield* findGlass(actor, id, mayRevoke)
  const closed = BreakGlass.close(glass, yield* (yield* BreakGlasses).now)
  if (closed === glass) return
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      yield* (yield* BreakGlasses).close(closed)
      yield* audit(under(actor, glass), glass.siteGroupingId, "break_glass.close", `breakGlass:${id}`)
    })
  ).pipe(asStaff(under(actor, glass)))
})

/** Whom the user acts as under an access of their own that is open now. */
export const enterBreakGlass = Effect.fnUntraced(function* (actor: Actor, id: BreakGlassId) {
  yield* assertAllowed
  yield* assertWorks(actor)
  const glass = yield* findGlass(actor, id, false).pipe(
    Effect.catchTag("NotFound", () => Effect.fail(new BreakGlassOver({})))
  )
  return BreakGlass.isOpen(glass, yield* (yield* BreakGlasses).now)
    ? under(actor, glass)
    : yield* new BreakGlassOver({})
})

const readPage = reader(PageQuery)

/** The accesses to the tenants that the actor sees, the newest first. */
export const listBreakGlasses = Effect.fnUntraced(function* (actor: Actor, given: PageQuery) {
  const page = pageOf(yield* readPage(given))
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const found = yield* (yield* BreakGlasses).list({ ...page, scope: actor.scope })
      yield* auditList(
        actor,
        "break_glass.list",
        "breakGlasses:all",
        found.items.map(({ siteGroupingId }) => ({ siteGroupingId }))
      )
      return found
    })
  )
}, byStaff)
