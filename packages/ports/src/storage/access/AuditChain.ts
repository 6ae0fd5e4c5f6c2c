/**
 * The chain of a tenant's audit entries: each carries a hash of itself and of the one before, so that none can be altered,
 * taken away or put in between without every later one telling.
 */
import { createHash } from "node:crypto"
import type { Tenant } from "@careline/domain"
import { DateTime } from "effect"
import type { AuditEntry } from "./AuditLog.ts"
import type { AuditHead, AuditRecord } from "./AuditTrail.ts"

/** What the first entry of a chain goes on from. */
export const GENESIS = "0".repeat(64)

/** An empty chain. */
export const start = (siteGroupingId: Tenant): AuditHead => ({ siteGroupingId, place: 0, hash: GENESIS })

/** SHA-256 of the entry at its place behind the one with the hash `previous`, in hexadecimal. */
export const hashOf = (previous: string, place: number, entry: AuditEntry): string => {
  const { action, actor, at, detail, siteGroupingId, subject } = entry
  const fields = Object.entries(detail).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const said = JSON.stringify([previous, place, siteGroupingId, actor, action, subject, fields, DateTime.formatIso(at)])
  return createHash("sha256").update(said).digest("hex")
}

/** The entries as the chain's next links, and its head behind them. All are of the head's tenant. */
export const extend = (
  head: AuditHead,
  entries: ReadonlyArray<AuditEntry>
): { readonly records: ReadonlyArray<AuditRecord>; readonly head: AuditHead } => {
  let last = head
  const records = entries.map((entry): AuditRecord => {
    const place = last.place + 1
    const record = { ...entry, place, hash: hashOf(last.hash, place, entry) }
    last = { ...last, place, hash: record.hash }
    return record
  })
  return { records, head: last }
}

/**
 * What is wrong with a chain: entries that are not there, by their places; an entry that is not what was noted; a chain
 * without the entry that it once ended with, so that its newest ones, or all of them, are others.
 */
export type AuditFault =
  | { readonly _tag: "Missing"; readonly siteGroupingId: Tenant; readonly from: number; readonly to: number }
  | { readonly _tag: "Altered"; readonly siteGroupingId: Tenant; readonly place: number }
  | { readonly _tag: "Cut"; readonly siteGroupingId: Tenant; readonly hash: string }

/** How far a chain was followed. */
export interface Followed {
  readonly last: AuditHead
  readonly faults: ReadonlyArray<AuditFault>
}

/** Follows the chain by its next links. What stands behind a fault is followed from what it says of itself. */
export const follow = (last: AuditHead, records: ReadonlyArray<AuditRecord>): Followed => {
  const { siteGroupingId } = last
  const faults: Array<AuditFault> = []
  let { hash, place } = last
  for (const record of records) {
    const isNext = record.place === place + 1
    if (!isNext) faults.push({ _tag: "Missing", siteGroupingId, from: place + 1, to: record.place - 1 })
    else if (hashOf(hash, record.place, record) !== record.hash) {
      faults.push({ _tag: "Altered", siteGroupingId, place: record.place })
    }
    hash = record.hash
    place = record.place
  }
  return { last: { siteGroupingId, place, hash }, faults }
}

/** Whether a chain that was followed to its end ends where its head says. */
export const end = (last: AuditHead, head: AuditHead): ReadonlyArray<AuditFault> => {
  const { siteGroupingId } = head
  if (last.place < head.place) return [{ _tag: "Missing", siteGroupingId, from: last.place + 1, to: head.place }]
  if (last.place > head.place || last.hash !== head.hash) {
    return [{ _tag: "Altered", siteGroupingId, place: last.place }]
  }
  return []
}
