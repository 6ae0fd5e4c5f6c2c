import { AuditChain, type AuditHead, type AuditRecord, AuditTrail, patientsOf, Scope } from "@careline/ports"
import { Chunk, DateTime, Effect, Layer } from "effect"
import * as Keyset from "../shared/keyset.ts"
import type { MemoryState } from "../shared/MemoryState.ts"
import { MemoryStore } from "../shared/MemoryStore.ts"

/** Every entry at its place, and the ends of the chains. */
const chained = ({ audit }: MemoryState) => {
  const heads = new Map<AuditHead["siteGroupingId"], AuditHead>()
  const records = Chunk.toReadonlyArray(audit).flatMap((entry) => {
    const { siteGroupingId } = entry
    const extended = AuditChain.extend(heads.get(siteGroupingId) ?? AuditChain.start(siteGroupingId), [entry])
    heads.set(siteGroupingId, extended.head)
    return extended.records
  })
  return { records, heads: [...heads.values()] }
}

const PLACE_DIGITS = 16

const placeOf = ({ at, place, siteGroupingId }: AuditRecord): Keyset.Place => ({
  at: at.epochMilliseconds,
  id: `${siteGroupingId ?? ""} ${String(place).padStart(PLACE_DIGITS, "0")}`
})

export const layer: Layer.Layer<AuditTrail, never, MemoryStore> = Layer.effect(
  AuditTrail,
  Effect.map(MemoryStore, (store) =>
    AuditTrail.of({
      list: (query) =>
        Effect.flatMap(
          store.read((state) => chained(state).records),
          (records) => {
            const { action, actor, from, patientId, scope, subject, to } = query
            const wanted = records.filter(
              (record) =>
                Scope.includes(scope, record.siteGroupingId) &&
                (actor === undefined || record.actor === actor) &&
                (action === undefined || record.action === action) &&
                (subject === undefined || record.subject === subject) &&
                (patientId === undefined || patientsOf(record).includes(patientId)) &&
                (from === undefined || DateTime.isGreaterThanOrEqualTo(record.at, from)) &&
                (to === undefined || DateTime.isLessThan(record.at, to))
            )
            return Keyset.page("audit", wanted, placeOf, query)
          }
        ),
      heads: (scope) =>
        store.read((state) =>
          chained(state).heads.filter(({ siteGroupingId }) => Scope.includes(scope, siteGroupingId))
        ),
      links: (tenant, after, limit) =>
        store.read((state) =>
          chained(state)
            .records.filter(({ place, siteGroupingId }) => siteGroupingId === tenant && place > after)
            .slice(0, limit)
        )
    })
  )
)
