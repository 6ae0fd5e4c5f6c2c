/** Two patients of the sandbox, a mother's children: a text from her phone begins a thread that is linked to both. */
import { asStaff } from "@careline/application"
import { type DirectoryEntry, Language, PatientId, PhoneNumber } from "@careline/domain"
import { DirectoryEntries, Transaction } from "@careline/ports"
import { DateTime, Effect, Layer } from "effect"

/** Of a block of numbers for fiction, in an area code that no demo plays in: no phone in the world rings. */
const MOTHERS_PHONE = PhoneNumber.E164.make("+17205550142")

const CHILDREN = [
  { id: "sandbox-ana", name: "Ana Muñoz" },
  { id: "sandbox-ben", name: "Ben Muñoz" }
]

/** Keeps them where nobody is kept yet: whom somebody deleted stays so while another is there. */
export const seed = Layer.effectDiscard(
  Effect.gen(function* () {
    const entries = yield* DirectoryEntries
    const { transact } = yield* Transaction
    const space = { siteGroupingId: null, kind: "patient" } as const
    if (yield* entries.keeps(space)) return
    const now = yield* DateTime.now
    const phones = [{ number: MOTHERS_PHONE, language: Language.make("es-US"), isProxy: true, since: now }]
    const children = CHILDREN.map(({ id, name }): DirectoryEntry.DirectoryEntry => ({
      ...space,
      id: PatientId.make(id),
      name,
      phones,
      timeZone: "America/Denver",
      createdAt: now,
      updatedAt: now
    }))
    yield* transact(entries.save(children))
  }).pipe(asStaff({ scope: [null] }))
)
