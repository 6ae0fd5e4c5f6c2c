/** Edits a thread: its name, links, assignee and from-number; or deletes it. */
import {
  Alarm,
  FacilityId,
  type PatientId,
  PhoneNumberId,
  type Tenant,
  Thread,
  type ThreadId,
  ThreadLink,
  UserId
} from "@careline/domain"
import { ANONYMOUS, Directory, Transaction } from "@careline/ports"
import { DateTime, Effect, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { commit } from "../shared/Commit.ts"
import { InvalidRequest } from "../shared/Errors.ts"
import { lockThread, textingNumber, viewThread } from "./LoadThread.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Name, nullable, optional, PatientIds } from "../shared/RequestFields.ts"

/** Whom a thread is about: patients, or a facility. */
export const Link = {
  /** What staff call the contact. */
  contactName: nullable(Name),
  /** Patients of the site grouping. A thread with patients has no facility. */
  patientIds: optional(PatientIds),
  /** The facility that the contact is or speaks for. A thread with a facility has no patients. */
  facilityId: nullable(FacilityId)
}

/** What to change of a thread; what is not named stays. */
export const ThreadEdit = Schema.Struct({
  ...Link,
  /** The member of staff who looks after the thread; `null`: nobody. */
  assigneeId: nullable(UserId),
  /** The number that the thread answers from. */
  phoneNumberId: optional(PhoneNumberId)
}).annotate({ identifier: "ThreadEdit" })
export type ThreadEdit = Given<typeof ThreadEdit.Encoded>

const readEdit = reader(ThreadEdit)

/** Everybody and everything that a thread points at must exist in its tenant. */
export const checkLink = Effect.fnUntraced(function* (
  tenant: Tenant,
  link: {
    readonly patientIds: ReadonlyArray<PatientId>
    readonly facilityId: FacilityId | null
    readonly assigneeId: UserId | null
  }
) {
  const missing = yield* (yield* Directory).missing(tenant, {
    patientIds: link.patientIds,
    facilityIds: link.facilityId === null ? [] : [link.facilityId],
    userIds: link.assigneeId === null ? [] : [link.assigneeId]
  })
  if (missing.length > 0) {
    return yield* new InvalidRequest({ field: "link", message: `unknown in this site grouping: ${missing.join(", ")}` })
  }
})

/** The thread as it is afterwards, and which link, if any, the edit cleared. */
export const editThread = Effect.fn("editThread")(function* (actor: Actor, id: ThreadId, given: ThreadEdit) {
  const { transact } = yield* Transaction
  const edit = yield* readEdit(given)
  const cleared = yield* transact(
    Effect.gen(function* () {
      const thread = yield* lockThread(actor, id)
      const link = yield* Effect.fromResult(ThreadLink.decide(thread, edit))
      if (thread.externalContact === ANONYMOUS && (link.patientIds.length > 0 || link.facilityId !== null)) {
        const message = "is of all callers who withhold their number, and of nobody in particular"
        return yield* new InvalidRequest({ field: "id", message })
      }
      const assigneeId = edit.assigneeId === undefined ? thread.assigneeId : edit.assigneeId
      yield* checkLink(thread.siteGroupingId, {
        patientIds: link.patientIds.filter((patient) => !thread.patientIds.includes(patient)),
        facilityId: link.facilityId === thread.facilityId ? null : link.facilityId,
        assigneeId: assigneeId === thread.assigneeId ? null : assigneeId
      })
      const number =
        edit.phoneNumberId === undefined ? null : yield* textingNumber(thread.siteGroupingId, edit.phoneNumberId)
      const edited: Thread.Thread = {
        ...(number === null ? thread : Thread.lock(thread, number.id)),
        contactName: edit.contactName === undefined ? thread.contactName : edit.contactName,
        patientIds: link.patientIds,
        facilityId: link.facilityId,
        assigneeId,
        updatedAt: yield* DateTime.now
      }
      yield* commit([{ _tag: "ThreadSaved", thread: edited }])
      yield* audit(
        actor,
        thread.siteGroupingId,
        "thread.edit",
        `thread:${id}`,
        {
          fields: Object.keys(edit).toSorted().join(",")
        },
        { patientIds: [...thread.patientIds, ...link.patientIds] }
      )
      return link.cleared
    })
  )
  return { view: yield* viewThread(actor, id), cleared }
}, byStaff)

/** Takes the thread out of every list. Its history stays, and a new text from the contact reopens it. */
export const deleteThread = Effect.fn("deleteThread")(function* (actor: Actor, id: ThreadId) {
  const { transact } = yield* Transaction
  yield* transact(
    Effect.gen(function* () {
      const thread = yield* lockThread(actor, id)
      const ended = Alarm.stop(thread)
      yield* commit([
        ...ended.changes,
        { _tag: "ThreadSaved", thread: Thread.remove(ended.thread, yield* DateTime.now) }
      ])
      yield* audit(actor, thread.siteGroupingId, "thread.delete", `thread:${id}`, {}, thread)
    })
  )
}, byStaff)
