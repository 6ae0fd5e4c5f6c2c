/**
 * Selects the number that a text leaves from if its own is no longer assigned to the tenant: its replacement, else the
 * tenant's default.
 */
import type { PoolNumber, Send } from "@careline/domain"
import { type NumberInventory, type Optional, PoolNumbers, type StorageError } from "@careline/ports"
import { Effect, Option } from "effect"
import { resolveInboundNumbers } from "../access/ResolveInboundNumbers.ts"

type Found = PoolNumber.PoolNumber | null

/** The number of each text, `null` where its tenant has none; `own` is what is known of those that they were queued for. */
export const numbersToLeaveFrom = Effect.fnUntraced(function* (
  sends: ReadonlyArray<Send.Send>,
  own: ReadonlyArray<PoolNumber.PoolNumber>
): Effect.fn.Return<ReadonlyMap<Send.Send, Found>, StorageError, PoolNumbers | Optional.Optional<NumberInventory>> {
  const found = new Map<Send.Send, Found>()
  const moved: Array<Send.Send> = []
  for (const send of sends) {
    const number = own.find((one) => one.number === send.from && one.siteGroupingId === send.siteGroupingId)
    if (number?.status !== "assigned") moved.push(send)
    else found.set(send, number)
  }
  // As a rule every text leaves from the number that it was queued for.
  if (moved.length === 0) return found
  const reached = yield* resolveInboundNumbers([...new Set(moved.map(({ from }) => from))])
  const { defaultOf } = yield* PoolNumbers
  for (const send of moved) {
    const { from, siteGroupingId } = send
    const instead = reached.find(
      ({ number, on }) => number === from && on.siteGroupingId === siteGroupingId && on.status === "assigned"
    )?.on
    found.set(send, instead ?? Option.getOrNull(yield* defaultOf(siteGroupingId)))
  }
  return found
})
