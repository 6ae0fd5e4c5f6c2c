/** Opens a thread with a contact who has not written, or whose thread was deleted. */
import { PhoneNumberId, Tenant, Thread, ThreadLink, type ThreadId } from "@careline/domain"
import { IdGenerator, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { contactCards } from "../access/ContactCards.ts"
import { commit } from "../shared/Commit.ts"
import { checkLink, Link } from "./EditThread.ts"
import { InvalidRequest, ThreadExists } from "../shared/Errors.ts"
import { textingNumber, regionOf, viewThread } from "./LoadThread.ts"
import { type Given, readContact, reader } from "../shared/ReadRequest.ts"
import { nullable } from "../shared/RequestFields.ts"
import { recipientRefusal } from "../access/Recipients.ts"
import { assertActive } from "../access/TenantRecord.ts"

/** Characters of an e-mail address (RFC 5321, 4.5.3.1.3). */
const MAX_CONTACT = 254

/** A thread to open with a contact. */
export const ThreadCreation = Schema.Struct({
  siteGroupingId: Tenant,
  /** A phone number in any usual way of writing, without a country code one of the line's country, or an e-mail address. */
  externalContact: Schema.NonEmptyString.check(Schema.isMaxLength(MAX_CONTACT)),
  /** The number that the thread answers from; `null`: the site grouping's default. */
  phoneNumberId: nullable(PhoneNumberId),
  ...Link
}).annotate({ identifier: "ThreadCreation" })
export type ThreadCreation = Given<typeof ThreadCreation.Encoded>

const readCreation = reader(ThreadCreation)

export const createThread = Effect.fn("createThread")(function* (actor: Actor, given: ThreadCreation) {
  const { transact } = yield* Transaction
  const request = yield* readCreation(given)
  const { siteGroupingId } = request
  yield* assertSees(actor, siteGroupingId)
  const region = yield* regionOf(siteGroupingId)
  const { contact, threadType } = yield* readContact("externalContact", request.externalContact, region)
  // Before the transaction, which sees no number of other tenants and of the pool.
  const refusal = threadType === "voip" ? yield* recipientRefusal(siteGroupingId, contact) : null
  const id = yield* transact(
    Effect.gen(function* () {
      const key: Thread.ThreadKey = { siteGroupingId, threadType, contact }
      yield* assertActive(siteGroupingId)
      const now = yield* DateTime.now
      const [known] = yield* (yield* Threads).loadByKeys([key])
      if (known !== undefined && known.deletedAt === null) return yield* new ThreadExists({ threadId: known.id })
      const [freshId] = (yield* (yield* IdGenerator).next("thread", 1)) as ReadonlyArray<ThreadId>
      const cardOf = yield* contactCards([key])
      // Whoever wrote first is answered.
      if (known === undefined && refusal !== null) {
        return yield* new InvalidRequest({ field: "externalContact", message: refusal })
      }
      const card = cardOf(key)
      const isLinked = request.patientIds !== undefined || request.facilityId !== undefined
      const opened = ThreadLink.opened(
        { thread: known ?? null, contactName: null, patientIds: isLinked ? [] : card?.patientIds },
        freshId!,
        key,
        now
      )
      const link = yield* Effect.fromResult(ThreadLink.decide(opened, request))
      yield* checkLink(siteGroupingId, { ...link, assigneeId: null })
      const number = request.phoneNumberId == null ? null : yield* textingNumber(siteGroupingId, request.phoneNumberId)
      const thread: Thread.Thread = {
        ...(number === null ? opened : Thread.lock(opened, number.id)),
        contactName: request.contactName ?? opened.contactName ?? card?.name ?? null,
        patientIds: link.patientIds,
        facilityId: link.facilityId
      }
      yield* commit([{ _tag: "ThreadSaved", thread }])
      yield* audit(actor, siteGroupingId, "thread.create", `thread:${thread.id}`, {}, thread)
      return thread.id
    })
  )
  return yield* viewThread(actor, id)
}, byStaff)
