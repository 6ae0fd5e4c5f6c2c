/** Creates, edits and deactivates tenants, for those who see all of them. */
import { type NumberLifecycle, PendingAssignment, SiteGrouping, SiteGroupingId, Text } from "@careline/domain"
import {
  type AuditLog,
  type Broadcaster,
  type IdGenerator,
  NumberInventory,
  Scope,
  SiteGroupings,
  type SiteGroupingTaken,
  type StorageError,
  type TelephonyProviders,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Option, Schema } from "effect"
import { asStaff, asSystem } from "../access/Access.ts"
import { type Actor, assertSees, assertSeesAll } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"
import { InvalidRequest, NotFound } from "../shared/Errors.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { AreaCode, nullable, optional } from "../shared/RequestFields.ts"
import { type Activation, assignFirst } from "../numbers/AssignNumber.ts"
import { pendingOf, savePending } from "../numbers/PendingAssignments.ts"
import { tellingNews } from "../numbers/PendingNews.ts"
import { putToRest } from "../numbers/NumberRest.ts"

const Name = Text.Line(SiteGrouping.MAX_NAME_LENGTH)

/** The number that a tenant begins with. */
const FirstNumber = {
  /** Assigns a number of the pool, or has one bought. A tenant that has one keeps it. */
  assignNumber: optional(Schema.Boolean),
  /** The area code of that number; `null`: any. */
  areaCode: nullable(AreaCode)
}

/** A tenant to be put on record. */
export const NewSiteGrouping = Schema.Struct({
  /** As the identity provider names it; a new one where none is given. `null` as a word is the system-wide space. */
  id: nullable(
    SiteGroupingId.check(
      Schema.isPattern(/^(?!null$)[\w.:-]+$/, {
        message: "must be letters, digits, `_`, `.`, `:` or `-`, and not `null`"
      })
    )
  ),
  name: Name,
  ...FirstNumber
}).annotate({ identifier: "NewSiteGrouping" })
export type NewSiteGrouping = Given<typeof NewSiteGrouping.Encoded>

/** What to change of a tenant; what is not named stays. */
export const SiteGroupingEdit = Schema.Struct({
  name: optional(Name),
  /** Brings one back that was deactivated. */
  reactivate: optional(Schema.Boolean),
  ...FirstNumber
}).annotate({ identifier: "SiteGroupingEdit" })
export type SiteGroupingEdit = Given<typeof SiteGroupingEdit.Encoded>

const readNew = reader(NewSiteGrouping)
const readEdit = reader(SiteGroupingEdit)

/** The actor without those of its tenants that are deactivated: whoever works in one of those finds nothing any more. */
export const activeActor = Effect.fnUntraced(function* <A extends Actor>(actor: A) {
  const { scope } = actor
  if (scope === "all") return actor
  const gone = yield* asSystem((yield* SiteGroupings).deactivated(scope))
  return gone.length === 0
    ? actor
    : { ...actor, scope: scope.filter((tenant) => tenant === null || !gone.includes(tenant)) }
})

export const listSiteGroupings = Effect.fnUntraced(function* (actor: Actor) {
  return yield* asStaff(actor)((yield* SiteGroupings).list(actor.scope))
})

export const viewSiteGrouping = Effect.fnUntraced(function* (actor: Actor, id: SiteGroupingId) {
  yield* assertSees(actor, id)
  const [found] = yield* asStaff(actor)((yield* SiteGroupings).list([id]))
  return found ?? (yield* new NotFound({ entity: "siteGrouping" }))
})

/** A tenant, and what came of the number that it was to begin with; `null` where none was asked for. */
export interface WithFirstNumber {
  readonly siteGrouping: SiteGrouping.SiteGrouping
  readonly assignment: Activation | null
}

/** What a tenant's first number needs. */
export type NumbersOfTenants =
  | AuditLog
  | Broadcaster
  | IdGenerator
  | NumberInventory
  | SiteGroupings
  | TelephonyProviders.TelephonyProviders
  | Transaction

/** Refuses what would change nothing: somebody would take it for done. */
const readFirst = ({ areaCode = null, assignNumber = false }: Pick<SiteGroupingEdit, keyof typeof FirstNumber>) =>
  areaCode !== null && !assignNumber
    ? Effect.fail(new InvalidRequest({ field: "areaCode", message: "is of the number that assignNumber assigns" }))
    : Effect.succeed({ areaCode, assignNumber })

/** Puts a tenant on record, under the id that the identity provider knows it by, or under a new one. */
export const createSiteGrouping = Effect.fn("createSiteGrouping")(function* (
  actor: Actor,
  given: NewSiteGrouping
): Effect.fn.Return<WithFirstNumber, InvalidRequest | NotFound | SiteGroupingTaken | StorageError, NumbersOfTenants> {
  yield* assertSeesAll(actor, "siteGrouping")
  const asked = yield* readNew(given)
  const { areaCode, assignNumber } = yield* readFirst(asked)
  const { transact } = yield* Transaction
  const siteGrouping: SiteGrouping.SiteGrouping = {
    id: asked.id ?? (globalThis.crypto.randomUUID() as SiteGroupingId),
    name: asked.name,
    createdAt: yield* DateTime.now,
    deactivatedAt: null
  }
  const { id } = siteGrouping
  const once = transact(
    Effect.gen(function* () {
      yield* (yield* SiteGroupings).add(siteGrouping)
      yield* audit(actor, id, "site_grouping.create", `siteGrouping:${id}`)
      const assignment = assignNumber ? yield* assignFirst(actor, id, areaCode) : null
      return { siteGrouping, assignment } satisfies WithFirstNumber
    })
  )
  return yield* asSystem(retryOnConflict(tellingNews(once)))
})

const lockGrouping = Effect.fnUntraced(function* (id: SiteGroupingId) {
  const found = yield* (yield* SiteGroupings).lock(id)
  return Option.isSome(found) ? found.value : yield* new NotFound({ entity: "siteGrouping" })
})

/** Renames a tenant, or brings one back that was deactivated. Its numbers are not: one is assigned anew where that is asked for. */
export const editSiteGrouping = Effect.fn("editSiteGrouping")(function* (
  actor: Actor,
  id: SiteGroupingId,
  given: SiteGroupingEdit
): Effect.fn.Return<WithFirstNumber, InvalidRequest | NotFound | StorageError, NumbersOfTenants> {
  yield* assertSeesAll(actor, "siteGrouping")
  const edit = yield* readEdit(given)
  const { areaCode, assignNumber } = yield* readFirst(edit)
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const grouping = yield* lockGrouping(id)
      const siteGrouping: SiteGrouping.SiteGrouping = {
        ...grouping,
        name: edit.name ?? grouping.name,
        deactivatedAt: edit.reactivate === true ? null : grouping.deactivatedAt
      }
      if (assignNumber && siteGrouping.deactivatedAt !== null) {
        return yield* new InvalidRequest({ field: "assignNumber", message: "is for a site grouping that is active" })
      }
      yield* (yield* SiteGroupings).save(siteGrouping)
      yield* audit(actor, id, "site_grouping.edit", `siteGrouping:${id}`, {
        fields: Object.keys(edit).toSorted().join(",")
      })
      const assignment = assignNumber ? yield* assignFirst(actor, id, areaCode) : null
      return { siteGrouping, assignment } satisfies WithFirstNumber
    })
  )
  return yield* asSystem(retryOnConflict(tellingNews(once)))
})

/** What a deactivation took away. */
export interface Deactivation {
  readonly siteGrouping: SiteGrouping.SiteGrouping
  readonly quarantinedNumbersCount: number
  readonly affectedThreadsCount: number
}

/**
 * Deactivates a tenant: its line is off, nobody works in it, and its numbers rest. What it has is kept. Doing so again changes
 * nothing.
 */
export const deactivateSiteGrouping = Effect.fn("deactivateSiteGrouping")(function* (
  actor: Actor,
  id: SiteGroupingId
): Effect.fn.Return<
  Deactivation,
  NotFound | NumberLifecycle.WrongNumberStatus | StorageError,
  AuditLog | Broadcaster | NumberInventory | SiteGroupings | Transaction
> {
  yield* assertSeesAll(actor, "siteGrouping")
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const inventory = yield* NumberInventory
      const grouping = yield* lockGrouping(id)
      const now = yield* DateTime.now
      const siteGrouping: SiteGrouping.SiteGrouping = { ...grouping, deactivatedAt: grouping.deactivatedAt ?? now }
      yield* (yield* SiteGroupings).save(siteGrouping)
      const ids = (yield* inventory.list([id])).map((number) => number.id)
      const numbers = yield* inventory.lock(ids)
      const held = numbers.filter(({ holder }) => holder !== null && Scope.includes([id], holder.siteGroupingId))
      const threads = yield* putToRest(held, now)
      const pending = yield* pendingOf(id)
      if (pending !== null) yield* savePending([PendingAssignment.cancel(pending)])
      yield* audit(actor, id, "site_grouping.deactivate", `siteGrouping:${id}`, {
        numbers: held.length,
        threads: threads.length
      })
      return { siteGrouping, quarantinedNumbersCount: held.length, affectedThreadsCount: threads.length }
    })
  )
  return yield* asSystem(retryOnConflict(tellingNews(once)))
})
