/** Follows every chain of the audit log from its first entry to its head, and finds what was altered or taken away. */
import { AuditChain, type AuditHead, AuditTrail, type StorageError } from "@careline/ports"
import { Effect } from "effect"
import { asSystem } from "./Access.ts"

export interface AuditVerdict {
  /** The heads as they are now. Kept elsewhere, they tell later whether a whole end was taken away, its head too. */
  readonly heads: ReadonlyArray<AuditHead>
  readonly faults: ReadonlyArray<AuditChain.AuditFault>
}

const LINKS = 1_000

/** Follows a chain up to its head: what is noted meanwhile stands behind that. */
const followChain = Effect.fnUntraced(function* (head: AuditHead) {
  const trail = yield* AuditTrail
  const faults: Array<AuditChain.AuditFault> = []
  let last = AuditChain.start(head.siteGroupingId)
  while (head.place === 0 || last.place < head.place) {
    const links = yield* trail.links(head.siteGroupingId, last.place, LINKS)
    const known = head.place === 0 ? links : links.filter(({ place }) => place <= head.place)
    if (known.length === 0) break
    const followed = AuditChain.follow(last, known)
    faults.push(...followed.faults)
    last = followed.last
  }
  return [...faults, ...AuditChain.end(last, head)]
})

/** Whether what an earlier verdict ended with still stands where it stood. */
const findAnchor = Effect.fnUntraced(function* ({ hash, place, siteGroupingId }: AuditHead) {
  if (place === 0) return []
  const [link] = yield* (yield* AuditTrail).links(siteGroupingId, place - 1, 1)
  if (link?.place !== place) return [{ _tag: "Missing", siteGroupingId, from: place, to: place } as const]
  return link.hash === hash ? [] : [{ _tag: "Altered", siteGroupingId, place } as const]
})

/** Verifies all tenants' chains. `earlier` are the heads of a verdict of before. */
export const verifyAudit: (
  earlier?: ReadonlyArray<AuditHead>
) => Effect.Effect<AuditVerdict, StorageError, AuditTrail> = Effect.fn("verifyAudit")(function* (earlier = []) {
  const heads = yield* (yield* AuditTrail).heads("all")
  const inChains = yield* Effect.forEach(heads, followChain)
  const inAnchors = yield* Effect.forEach(earlier, findAnchor)
  const faults = new Map([...inChains, ...inAnchors].flat().map((fault) => [JSON.stringify(fault), fault]))
  return { heads, faults: [...faults.values()] }
}, asSystem)
