/** The EHR's directory for tests: what it knows is set by the test. Not part of any transaction, as an EHR is not. */
import type { FacilityId, PatientId, UserId } from "@careline/domain"
import { type ClinicianPhone, type ContactCard, Directory } from "@careline/ports"
import { Context, Effect, HashMap, Layer, Option, Ref } from "effect"
import { keyOf } from "../shared/MemoryState.ts"

type KnownId = PatientId | FacilityId | UserId

interface Known {
  readonly cards: HashMap.HashMap<string, ContactCard>
  /** The ids that exist in every tenant; `null`: all do. */
  readonly ids: ReadonlySet<KnownId> | null
  readonly phones: HashMap.HashMap<UserId, ClinicianPhone>
}

export class MemoryDirectory extends Context.Service<
  MemoryDirectory,
  {
    /** From now on the contact is known by this card. */
    readonly addCard: (card: ContactCard) => Effect.Effect<void>
    /** From now on only these ids exist. Before, all do. */
    readonly onlyKnows: (ids: ReadonlyArray<KnownId>) => Effect.Effect<void>
    /** From now on the clinician has this phone. */
    readonly setPhone: (userId: UserId, phone: ClinicianPhone) => Effect.Effect<void>
  }
>()("careline/testkit/memory/MemoryDirectory") {}

export const layer: Layer.Layer<Directory | MemoryDirectory> = Layer.effectContext(
  Effect.map(Ref.make<Known>({ cards: HashMap.empty(), ids: null, phones: HashMap.empty() }), (known) =>
    Context.make(
      Directory,
      Directory.of({
        contacts: (keys) =>
          Effect.map(Ref.get(known), ({ cards }) =>
            keys.flatMap(({ contact, siteGroupingId }) =>
              Option.toArray(HashMap.get(cards, keyOf(siteGroupingId, contact)))
            )
          ),
        missing: (_tenant, { facilityIds, patientIds, userIds }) =>
          Effect.map(Ref.get(known), ({ ids }) =>
            ids === null ? [] : [...patientIds, ...facilityIds, ...userIds].filter((id) => !ids.has(id))
          ),
        clinicianPhone: (userId) =>
          Effect.map(Ref.get(known), ({ phones }) => Option.getOrNull(HashMap.get(phones, userId)))
      })
    ).pipe(
      Context.add(
        MemoryDirectory,
        MemoryDirectory.of({
          addCard: (card) =>
            Ref.update(known, (before) => ({
              ...before,
              cards: HashMap.set(before.cards, keyOf(card.siteGroupingId, card.contact), card)
            })),
          onlyKnows: (ids) => Ref.update(known, (before) => ({ ...before, ids: new Set(ids) })),
          setPhone: (userId, phone) =>
            Ref.update(known, (before) => ({ ...before, phones: HashMap.set(before.phones, userId, phone) }))
        })
      )
    )
  )
)
