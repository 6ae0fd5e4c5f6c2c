/** A member of staff opens a conversation with a contact who has not written, or whose thread was deleted. */
import {
  Contact,
  type FacilityId,
  type PatientId,
  PhoneNumber,
  type PhoneNumberId,
  type Tenant,
  Thread,
  ThreadLink,
  type ThreadId
} from "@careline/domain"
import { Directory, IdGenerator, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import type { Actor } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { commit } from "./Commit.ts"
import { checkLink } from "./EditThread.ts"
import { InvalidRequest, ThreadExists } from "./Errors.ts"
import { poolNumber, viewThread } from "./LoadThread.ts"

export interface CreateThreadRequest {
  readonly siteGroupingId: Tenant
  /** A phone number in any usual way of writing, or an e-mail address. */
  readonly externalContact: string
  readonly contactName?: string | null | undefined
  readonly phoneNumberId?: PhoneNumberId | null | undefined
  readonly patientIds?: ReadonlyArray<PatientId> | undefined
  readonly facilityId?: FacilityId | null | undefined
}

/** The contact as it is kept, and the type of thread that it has. */
const readContact = Effect.fnUntraced(function* (text: string) {
  const number = PhoneNumber.parse(text)
  if (Option.isSome(number)) {
    return { contact: number.value as string as Contact.Contact, threadType: "voip" as const }
  }
  const contact = text.trim().toLowerCase() as Contact.Contact
  if (Contact.kind(contact) === "email") return { contact, threadType: "email" as const }
  return yield* new InvalidRequest({
    field: "externalContact",
    message: "must be a valid phone number or an e-mail address"
  })
})

export const createThread = Effect.fn("createThread")(function* (actor: Actor, request: CreateThreadRequest) {
  const { transact } = yield* Transaction
  const { siteGroupingId } = request
  const { contact, threadType } = yield* readContact(request.externalContact)
  const key: Thread.ThreadKey = { siteGroupingId, threadType, contact }
  const id = yield* transact(
    Effect.gen(function* () {
      const now = yield* DateTime.now
      const [known] = yield* (yield* Threads).loadByKeys([key])
      if (known !== undefined && known.deletedAt === null) return yield* new ThreadExists({ threadId: known.id })
      const [freshId] = (yield* (yield* IdGenerator).next("thread", 1)) as ReadonlyArray<ThreadId>
      const [card] = yield* (yield* Directory).contacts([{ siteGroupingId, contact }])
      const opened = known === undefined ? Thread.open(freshId!, key, null, now) : Thread.reopen(known, now)
      const link = yield* Effect.fromResult(ThreadLink.decide(opened, request))
      yield* checkLink(siteGroupingId, { ...link, assigneeId: null })
      const number = request.phoneNumberId == null ? null : yield* poolNumber(siteGroupingId, request.phoneNumberId)
      const thread: Thread.Thread = {
        ...(number === null ? opened : Thread.lock(opened, number.id)),
        contactName: request.contactName ?? opened.contactName ?? card?.name ?? null,
        patientIds: link.patientIds,
        facilityId: link.facilityId
      }
      yield* commit([{ _tag: "ThreadSaved", thread }])
      yield* audit(actor, siteGroupingId, "thread.create", `thread:${thread.id}`)
      return thread.id
    })
  )
  return yield* viewThread(actor, id)
})
