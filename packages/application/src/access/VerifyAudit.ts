/** Follows every chain of the audit log from its first entry to its head, and finds what was altered or taken away. */
import type { Tenant } from "@careline/domain"
import { AuditChain, type AuditHead, AuditTrail, type StorageError } from "@careline/ports"
import { Effect } from "effect"
import { asSystem } from "./Access.ts"

/** What a tenant's chain ended with when it was looked at before, as it was kept elsewhere than in the database. */
export interface KeptHead {
  readonly siteGroupingId: Tenant
  readonly hash: string
}

export interface AuditVerdict {
  /** The heads as they are now. Kept elsewhere, they tell later whether an end was cut off with its head. */
  readonly heads: ReadonlyArray<AuditHead>
  readonly faults: ReadonlyArray<AuditChain.AuditFault>
}

const LINKS = 1_000

/** What stands behind the head: what was noted meanwhile goes on from it, and what somebody put there does not. */
const followBeyond = Effect.fnUntraced(function* (head: AuditHead) {
  const trail = yield* AuditTrail
  const faults: Array<AuditChain.AuditFault> = []
  let last = head
  while (true) {
    const links = yield* trail.links(head.siteGroupingId, last.place, LINKS)
    const followed = AuditChain.follow(last, links)
    faults.push(...followed.faults)
    last = followed.last
    if (links.length < LINKS) return faults
  }
})

/** Follows a chain up to its head, and beyond. */
const followChain = Effect.fnUntraced(function* (head: AuditHead, missed: Map<string, KeptHead>) {
  const trail = yield* AuditTrail
  const faults: Array<AuditChain.AuditFault> = []
  let last = AuditChain.start(head.siteGroupingId)
  // One that has no head is followed as far as it goes.
  while (head.place === 0 || last.place < head.place) {
    const links = yield* trail.links(head.siteGroupingId, last.place, LINKS)
    const known = head.place === 0 ? links : links.filter(({ place }) => place <= head.place)
    if (known.length === 0) break
    const followed = AuditChain.follow(last, known)
    faults.push(...followed.faults)
    for (const link of known) missed.delete(keyOf(link))
    last = followed.last
  }
  return [...faults, ...AuditChain.end(last, head), ...(head.place === 0 ? [] : yield* followBeyond(head))]
})

const keyOf = ({ hash, siteGroupingId }: KeptHead): string => `${hash} ${siteGroupingId ?? ""}`

/** Verifies all tenants' chains, and that they still hold what they ended with before. */
export const verifyAudit: (kept?: ReadonlyArray<KeptHead>) => Effect.Effect<AuditVerdict, StorageError, AuditTrail> =
  Effect.fn("verifyAudit")(function* (kept = []) {
    const heads = yield* (yield* AuditTrail).heads("all")
    const missed = new Map(kept.map((one) => [keyOf(one), one]))
    const faults = yield* Effect.forEach(heads, (head) => followChain(head, missed))
    const cut = [...missed.values()].map(({ hash, siteGroupingId }) => ({ _tag: "Cut" as const, siteGroupingId, hash }))
    return { heads, faults: [...faults.flat(), ...cut] }
  }, asSystem)
