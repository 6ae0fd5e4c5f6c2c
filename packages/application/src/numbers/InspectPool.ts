/** Every number that we own, assigned or not, as who administers the whole system sees and edits it. */
import { InventoryNumber, NumberLifecycle, PhoneNumber, type PhoneNumberId, type Tenant } from "@careline/domain"
import { AuditTrail, InvalidCursor, NumberInventory, Transaction } from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { asStaff, asSystem } from "../access/Access.ts"
import { type Actor, assertSeesAll } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { NotFound } from "../shared/Errors.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { AreaCode, Filter, Name, nullable, optional, Page, pageOf } from "../shared/RequestFields.ts"
import { retryOnConflict } from "../shared/RetryOnConflict.ts"

/** Which numbers, by id. What is not named is not asked for. */
export const PoolQuery = Schema.Struct({
  ...Page,
  status: optional(InventoryNumber.NumberStatus),
  areaCode: optional(AreaCode),
  /** ISO 3166-1 alpha-2. */
  country: optional(Schema.String.check(Schema.isPattern(/^[A-Z]{2}$/, { message: "must be a country, such as US" }))),
  /** Digits that the number has, or a part of its label. */
  search: optional(Filter)
})
export type PoolQuery = Given<typeof PoolQuery.Encoded>

const readQuery = reader(PoolQuery)

const fits = (
  { label, number, status }: InventoryNumber.InventoryNumber,
  query: Pick<typeof PoolQuery.Type, "areaCode" | "country" | "search" | "status">
): boolean =>
  (query.status === undefined || status === query.status) &&
  (query.areaCode === undefined || InventoryNumber.areaCodeOf(number) === query.areaCode) &&
  (query.country === undefined || PhoneNumber.country(number) === query.country) &&
  (query.search === undefined ||
    number.includes(query.search) ||
    (label ?? "").toLowerCase().includes(query.search.toLowerCase()))

const everyNumber = Effect.gen(function* () {
  const inventory = yield* NumberInventory
  const numbers = [...(yield* inventory.list("all")), ...(yield* inventory.list("unassigned"))]
  return numbers.toSorted((one, other) => (one.id < other.id ? -1 : 1))
})

/** A page of the numbers that we own. */
export const listPool = Effect.fnUntraced(function* (actor: Actor, given: PoolQuery) {
  yield* assertSeesAll(actor, "phoneNumber")
  const query = yield* readQuery(given)
  const { cursor, limit } = pageOf(query)
  const all = yield* asStaff(actor)(everyNumber)
  if (cursor !== null && !all.some(({ id }) => id === cursor))
    return yield* new InvalidCursor({ message: "The cursor is not one of this list" })
  const found = all.filter((number) => (cursor === null || number.id > cursor) && fits(number, query))
  const items = found.slice(0, limit)
  return { items, nextCursor: found.length > limit ? items.at(-1)!.id : null }
})

/** As much of a number's past as is shown. */
const MAX_HISTORY = 200

/** Something that was done to a number. */
export interface NumberEvent {
  readonly at: DateTime.Utc
  /** As noun.verb: `phone_number.assign`. */
  readonly action: string
  readonly actor: string
  /** Whose it was, or became. */
  readonly siteGroupingId: Tenant
}

/** One of all numbers. For who sees all tenants. */
export const findNumber = Effect.fnUntraced(function* (actor: Actor, id: PhoneNumberId) {
  yield* assertSeesAll(actor, "phoneNumber")
  const found = (yield* asStaff(actor)(everyNumber)).find((number) => number.id === id)
  return found ?? (yield* new NotFound({ entity: "phoneNumber" }))
})

/** A number, and what was done to it as the audit log has it, the newest first: who had it, and who gave it to whom. */
export const inspectNumber = Effect.fnUntraced(function* (actor: Actor, id: PhoneNumberId) {
  const number = yield* findNumber(actor, id)
  const past = { scope: "all", subject: `phoneNumber:${id}`, limit: MAX_HISTORY, cursor: null } as const
  const { items } = yield* asStaff(actor)((yield* AuditTrail).list(past))
  const history = items.map(({ action, actor: by, at, siteGroupingId }): NumberEvent => ({
    action,
    actor: by,
    at,
    siteGroupingId
  }))
  return { number, history }
})

/** What to change of an unassigned number. */
export const PoolNumberEdit = Schema.Struct({
  label: nullable(Name),
  /** The provider's id of the number. */
  providerSid: nullable(Name),
  /** Takes it out of the pool for good. */
  status: optional(Schema.Literal("retired"))
}).annotate({ identifier: "PoolNumberEdit" })
export type PoolNumberEdit = Given<typeof PoolNumberEdit.Encoded>

const readEdit = reader(PoolNumberEdit)

/** Edits or retires a number. Fails with `WrongNumberStatus` where it is retired that is a tenant's. */
export const editPoolNumber = Effect.fn("editPoolNumber")(function* (
  actor: Actor,
  id: PhoneNumberId,
  given: PoolNumberEdit
) {
  const { status, ...fields } = yield* readEdit(given)
  yield* findNumber(actor, id)
  const { transact } = yield* Transaction
  const once = transact(
    Effect.gen(function* () {
      const inventory = yield* NumberInventory
      const [before] = yield* inventory.lock([id])
      if (before === undefined) return yield* new NotFound({ entity: "phoneNumber" })
      const edited = { ...before, ...fields }
      const number =
        status === undefined ? edited : yield* Effect.fromResult(NumberLifecycle.retire(edited, yield* DateTime.now))
      yield* inventory.save([number])
      const changed = Object.keys(fields).toSorted().join(",")
      const tenant = before.holder?.siteGroupingId ?? null
      if (changed !== "") yield* audit(actor, tenant, "phone_number.edit", `phoneNumber:${id}`, { fields: changed })
      if (status !== undefined) {
        yield* audit(actor, tenant, "phone_number.retire", `phoneNumber:${id}`, { from: before.status })
      }
      return number
    })
  )
  return yield* asSystem(retryOnConflict(once))
})
