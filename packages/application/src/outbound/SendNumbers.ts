/**
 * Selects the number that a text leaves from if the one that it was queued for is not its tenant's any more, or out of service:
 * what took its place, else the tenant's default. Of a number that is suspended nothing leaves, and from another one only what
 * may.
 */
import { InventoryNumber, type Send } from "@careline/domain"
import {
  type NumberInventory,
  type Optional,
  Settings,
  TenantNumbers,
  Threads,
  type StorageError
} from "@careline/ports"
import { Effect } from "effect"
import { resolveInboundNumbers } from "../access/ResolveInboundNumbers.ts"

/** `null`: its tenant has none. `suspended`: nobody allowed that another number stands in. */
export type SendNumber = InventoryNumber.TenantNumber | "suspended" | null

/** The numbers that the threads of these texts answer from by now: somebody may have moved them while the texts waited. */
const movedTo = Effect.fnUntraced(function* (
  sends: ReadonlyArray<Send.Send>,
  numbers: ReadonlyArray<InventoryNumber.TenantNumber>
) {
  const threads = yield* (yield* Threads).loadByIds(sends)
  return (send: Send.Send) => {
    const thread = threads.find(
      ({ id, siteGroupingId }) => id === send.threadId && siteGroupingId === send.siteGroupingId
    )
    return numbers.find(
      (number) =>
        number.id === thread?.phoneNumberId &&
        number.siteGroupingId === send.siteGroupingId &&
        InventoryNumber.canText(number)
    )
  }
})

/** What stands in for numbers that are suspended: for an alarm, and for what a contact in danger is told, any number in service, for other texts where that is allowed. */
const standIns = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>) {
  const tenants = [...new Set(sends.map(({ siteGroupingId }) => siteGroupingId))]
  const numbers = yield* (yield* TenantNumbers).list(tenants)
  const settings = yield* (yield* Settings).effective(tenants)
  const moved = yield* movedTo(sends, numbers)
  return (send: Send.Send): SendNumber => {
    const tenant = tenants.indexOf(send.siteGroupingId)
    const isAllowed =
      send.purpose === "escalation" || send.purpose === "urgent_reply" || settings[tenant]!.suspendedNumberFallback
    const own = numbers.filter(({ siteGroupingId }) => siteGroupingId === send.siteGroupingId)
    return moved(send) ?? (isAllowed ? InventoryNumber.textingNumber(own) : undefined) ?? "suspended"
  }
})

/**
 * The number of each text. None of those that they were queued for is suspended, replaced or taken away until the ambient
 * transaction ends.
 */
export const numbersToLeaveFrom = Effect.fnUntraced(function* (
  sends: ReadonlyArray<Send.Send>
): Effect.fn.Return<
  ReadonlyMap<Send.Send, SendNumber>,
  StorageError,
  Optional.Optional<NumberInventory> | Settings | TenantNumbers | Threads
> {
  const found = new Map<Send.Send, SendNumber>()
  const reached = yield* resolveInboundNumbers([...new Set(sends.map(({ from }) => from))])
  const numberOf = ({ from, siteGroupingId }: Send.Send) =>
    reached.find(({ number, on }) => number === from && on.siteGroupingId === siteGroupingId)?.on
  const suspended = sends.filter((send) => numberOf(send)?.status === "suspended")
  const standInFor = suspended.length === 0 ? null : yield* standIns(suspended)
  const lost: Array<Send.Send> = []
  for (const send of sends) {
    const number = numberOf(send)
    if (number !== undefined && InventoryNumber.canText(number)) found.set(send, number)
    else if (number?.status === "suspended" && standInFor !== null) found.set(send, standInFor(send))
    else lost.push(send)
  }
  // As a rule there is none.
  if (lost.length === 0) return found
  const numbers = yield* (yield* TenantNumbers).list([...new Set(lost.map(({ siteGroupingId }) => siteGroupingId))])
  for (const send of lost) {
    const own = numbers.filter(({ siteGroupingId }) => siteGroupingId === send.siteGroupingId)
    found.set(send, InventoryNumber.textingNumber(own) ?? null)
  }
  return found
})
